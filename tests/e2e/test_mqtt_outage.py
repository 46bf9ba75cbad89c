#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is lost in an outage: one daemon, a broker for each kind of outage, all at once.

Covers mqtt_relay mqtt_sample service_exits. What a broker that nothing happens to was told is the measure for the others: each sample,
by part and time, arrived live or as history.
"""
import contextlib
import datetime
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Rig, SOURCE, free_port  # noqa: E402
from tap import Tap  # noqa: E402

BUILD = os.environ["WATTWACHT_BUILD"]
SITE = "wattwacht/test"

ROOM = """
seed: 11
speed: 1
rooms: {leuven: {model: server-room-dx, it: 6kW, racks: 1}}
agents:
  pdu-a: {device: apc-rpdu2, room: leuven, rack: 1, feed: A, outlets: 4, rating: 16A, snmp: {port: 0}}
  pdu-b: {device: apc-rpdu2, room: leuven, rack: 1, feed: B, outlets: 4, rating: 16A, snmp: {port: 0}}
"""


class Broker:
    """A mosquitto that asks for passwords, and somebody who listens to it."""

    def __init__(self, rig, name, more=""):
        self.rig, self.name, self.port = rig, name, free_port()
        self.passwords = rig.path(name + ".passwords")
        self.allow("geheim")
        self.conf = rig.write(name + ".conf", f"listener {self.port} 127.0.0.1\nuser root\nset_tcp_nodelay true\n"
                              f"max_queued_messages 0\nallow_anonymous false\npassword_file {self.passwords}\n{more}")
        self.start()
        self.tap = Tap(self.port, "tap-" + name)

    def allow(self, password):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.passwords)
        for user, words in (("wattwacht", password), ("reader", "lezer")):
            mode = ["-b"] if os.path.exists(self.passwords) else ["-c", "-b"]
            subprocess.run(["mosquitto_passwd", *mode, self.passwords, user, words], check=True, capture_output=True)

    def start(self):
        self.process = self.rig.start(self.name, ["mosquitto", "-c", self.conf])

    def signal(self, how):
        os.kill(self.process.pid, how)

    def end(self, how):
        os.kill(self.process.pid, how)
        self.process.child.wait()

    def retained(self):
        """Topics that the broker remembers now."""
        out = subprocess.run(["mosquitto_sub", "-p", str(self.port), "-u", "reader", "-P", "lezer", "-t", "#", "-F", "%t",
                              "--retained-only", "-W", "1"], capture_output=True, text=True, check=False)
        return set(out.stdout.split())


def seconds(ts):
    return datetime.datetime.fromisoformat(ts.replace("Z", "+00:00")).timestamp()


class Outages(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(BUILD)
        self.addCleanup(self.rig.__exit__, None, None, None)

    def begin(self, names):
        rig = self.rig
        rig.simulate(ROOM)
        self.brokers = {name: Broker(rig, name) for name in names}
        rig.write("conf.d/credentials/mqtt", "geheim\n", 0o600)
        # every second one by version 5
        servers = "".join(f'  - {{server: "mqtt://127.0.0.1:{b.port}", user: wattwacht, password: {{credential: mqtt}}, '
                          f'version: {("3.1.1", "5")[i % 2]}}}\n' for i, b in enumerate(self.brokers.values()))
        devices = "".join(f'  {d}: {{room: leuven, profile: apc-rpdu2, address: "{rig.agents[d]}", every: 1s, timeout: 300ms}}\n'
                          for d in ("pdu-a", "pdu-b"))
        rig.write("conf.d/site.yaml", f"site: {{name: test}}\nhttp: {{listen: 'unix:{rig.dir}/api.sock'}}\nmqtt:\n{servers}"
                  f"alerts: {{broker: {{hold: 3s}}}}\nrooms: {{leuven: {{}}}}\ndevices:\n{devices}")
        self.daemon = rig.daemon()
        for broker in self.brokers.values():
            rig.until(f"{broker.name} hears of all parts",
                      lambda b=broker: len({s[0] for s in b.tap.samples(SITE)}) >= 12)

    def measure(self, before):
        """What the undisturbed broker was told until then; and that it was every second but around the daemon's end."""
        told = [s for s in self.brokers["steady"].tap.samples(SITE) if seconds(s[1]) < before]
        for part in {s[0] for s in told if "/kpi/" not in s[0]}:
            at = sorted({seconds(s[1]) for s in told if s[0] == part})
            for a, b in zip(at, at[1:]):
                if not (a - 1 < self.gone and self.killed < b + 1):
                    self.assertLess(b - a, 1.9, f"{part}: no poll between {a} and {b}")
        # what was polled in the last two seconds before a kill -9 need not be in the log
        return {s[:2] for s in told if not self.killed - 2 < seconds(s[1]) <= self.gone}

    def report(self, broker, measure):
        """Lost, told twice, and out of order on their topic."""
        told = broker.tap.samples(SITE)
        fresh = [s for s in told if s[2] != "retained"]
        twice = len(fresh) - len({s[:2] for s in fresh})
        last, reordered = {}, 0
        for part, ts, how in fresh:
            reordered += how == "live" and ts < last.get((part, how), "")
            last[part, how] = ts
        history = len([s for s in told if s[2] == "history"])
        lost = measure - {s[:2] for s in told}
        print(f"{broker.name:12} told {len(fresh)}, of which history {history}; lost {len(lost)}, twice {twice}, "
              f"reordered {reordered}", flush=True)
        for part, ts in sorted(lost, key=lambda m: m[1])[:20]:
            print(f"  lost: {part} {seconds(ts) - self.killed:+.3f} s after the daemon was killed", flush=True)
        return lost, reordered

    def at(self, offset):
        """The time of an outage is the thing under test."""
        time.sleep(max(0.0, self.zero + offset - time.monotonic()))

    def test_matrix(self):
        b = {}
        self.begin(["steady", "kill", "term", "pause", "hang", "stop-kill", "password"])
        b = self.brokers
        self.zero = time.monotonic()
        self.at(2)
        b["hang"].signal(signal.SIGSTOP)
        b["pause"].signal(signal.SIGSTOP)
        b["stop-kill"].signal(signal.SIGSTOP)
        b["kill"].end(signal.SIGKILL)
        b["term"].end(signal.SIGTERM)
        b["password"].allow("anders")
        b["password"].signal(signal.SIGHUP)
        self.at(5)
        b["stop-kill"].end(signal.SIGKILL)
        self.at(8)
        for name in ("kill", "term", "stop-kill"):
            b[name].start()
        b["pause"].signal(signal.SIGCONT)
        self.rig.until("the wrong password is noticed",
                       lambda: [a for a in self.rig.api("/api/v1/alerts") if a["rule"] == "broker" and "refuses the user name or password" in a["text"]])
        b["password"].allow("geheim")
        b["password"].signal(signal.SIGHUP)
        self.at(time.monotonic() - self.zero + 3)
        self.killed = time.time()
        self.daemon.stop(signal.SIGKILL)
        self.gone = time.time()
        self.daemon = self.rig.daemon()
        self.at(34)
        b["hang"].signal(signal.SIGCONT)
        self.at(37)
        end = time.time()
        measure = self.measure(end)

        def complete():
            return all(not measure - {s[:2] for s in broker.tap.samples(SITE)} for broker in b.values())
        try:
            self.rig.until("everything everywhere", complete)
        finally:
            print(f"\n{len(measure)} samples of {len({m[0] for m in measure})} parts", flush=True)
            results = {name: self.report(broker, measure) for name, broker in b.items()}
            jitter = [d["jitter_p99_ms"] for d in self.rig.api("/api/v1/status")["devices"]]
            print(f"poll jitter meanwhile, p99 of each device: {', '.join(f'{j:.1f}' for j in jitter)} ms", flush=True)
        # transitions of the run that was killed too, to the broker that was away all the time
        seen = {name: {(e["id"], e["state"], e["ts"]) for e in broker.tap.events(SITE)} for name, broker in b.items()}
        before = {e for e in seen["steady"] if seconds(e[2]) < self.killed - 2}
        self.assertGreater(len(before), 0)
        print(f"{len(before)} transitions before the daemon was killed", flush=True)
        self.assertEqual(before - seen["hang"], set())
        for name, (lost, reordered) in results.items():
            self.assertEqual((name, lost, reordered), (name, set(), 0))
        # a broker that began empty has all again that is retained
        expected = b["steady"].retained()
        self.assertGreater(len(expected), 15)
        for name in ("kill", "stop-kill"):
            self.assertEqual(b[name].retained(), expected)
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())
        for broker in b.values():
            broker.tap.stop()


class Rights(unittest.TestCase):
    def test_of_the_guide(self):
        """With no more rights than docs/mqtt.md lists, every view is told, and nothing is refused."""
        with open(os.path.join(SOURCE, "docs", "mqtt.md"), encoding="utf-8") as f:
            lines = [line.strip() for line in f if line.startswith("    user ") or line.startswith("    topic ")]
        self.assertGreater(len(lines), 6)
        with Rig(BUILD) as rig:
            rig.simulate(ROOM)
            acl = rig.write("acl", "\n".join(lines + ["user reader", "topic read #", ""]))
            broker = Broker(rig, "rights", f"acl_file {acl}\nlog_type all\n")
            rig.write("conf.d/credentials/mqtt", "geheim\n", 0o600)
            rig.write("conf.d/site.yaml", f"site: {{name: stadskantoor}}\nhttp: {{listen: 'unix:{rig.dir}/api.sock'}}\n"
                      f"mqtt: {{server: 'mqtt://127.0.0.1:{broker.port}', user: wattwacht, password: {{credential: mqtt}}, "
                      "views: [native, homeassistant, sparkplug, scalar]}\nrooms: {leuven: {}}\ndevices:\n"
                      f"  pdu-a: {{room: leuven, profile: apc-rpdu2, address: '{rig.agents['pdu-a']}', every: 1s}}\n")
            daemon = rig.daemon()
            for what in ("wattwacht/stadskantoor/device/leuven/pdu-a/total/state",
                         "wattwacht/stadskantoor/device/leuven/pdu-a/total/active_power",
                         "homeassistant/device/wattwacht-stadskantoor/pdu-a/config", "spBv1.0/stadskantoor/DBIRTH/"):
                rig.until(what, lambda w=what: [m for m in broker.tap.messages if m[0].startswith(w)])
            self.assertEqual([a for a in rig.api("/api/v1/alerts") if a["rule"] == "broker"], [])
            self.assertEqual(daemon.stop(), 0, daemon.said())
            broker.tap.stop()
            self.assertNotIn("Denied", broker.process.said())


if __name__ == "__main__":
    unittest.main()
