#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev demo: two simulated rooms, a private broker and the daemon; live figures beside the simulator's truth.

demo.py [--seconds N] [--build DIR]      ends after N seconds, or at Ctrl-C, and leaves nothing behind
"""
import argparse
import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
from rig import SOURCE, Failure, Notified, Rig  # noqa: E402

DIRECTORY = "/tmp/wattwacht-demo"
CONFIG = os.path.join(SOURCE, "conf.d", "examples", "demo")
ROOMS = ("leuven", "district09")
EVERY = 10


def say(text=""):
    print(text, flush=True)


def secrets(rig):
    rig.write("credentials/snmp-auth", "demo-auth-key\n", 0o600)
    rig.write("credentials/snmp-privacy", "demo-privacy-key\n", 0o600)
    return rig.path("credentials")


def daemon(rig, state, name):
    notified = Notified(rig.path(name + ".notify"))
    process = rig.start(name, [os.path.join(rig.build, "wattwachtd"), "--config", CONFIG, "--state", rig.path(state),
                               "--credentials", rig.path("credentials")], env={"NOTIFY_SOCKET": notified.path})
    notified.wait("READY=1", process)
    return process


def page(rig):
    """The page in a browser, beside the daemon."""
    notified = Notified(rig.path("web.notify"))
    process = rig.start("web", [os.path.join(rig.build, "wattwacht"), "web", "--config", CONFIG, "--state", rig.path("state"), "--api",
                                "unix:" + rig.path("api.sock")], env={"NOTIFY_SOCKET": notified.path})
    notified.wait("READY=1", process)


def learn(rig):
    """What the devices are: the past is written under the names that the daemon gives."""
    process = daemon(rig, "learn", "learning")

    def all_online():
        devices = rig.api("/api/v1/status")["devices"]
        return devices and all(d["state"] == "online" for d in devices)
    try:
        rig.until("every device answers", all_online, 40)
    finally:
        process.stop()
    shutil.copytree(rig.path("learn", "devices"), rig.path("state", "devices"))
    shutil.rmtree(rig.path("learn"))


def scene(rig, begin):
    """The rooms, with a past that began a month ago: their counters go on where the back-fill ends."""
    with open(os.path.join(HERE, "rooms.yaml"), encoding="utf-8") as f:
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin))
        text = f.read().replace("truth: truth.ndjson", f"truth: {rig.path('truth.ndjson')}")
        return rig.write("rooms.yaml", text + f"since: {since}\n")


def backfill(rig, begin):
    program = os.path.join(rig.build, "tests", "backfill")
    subprocess.run([program, CONFIG, rig.path("state"), rig.path("rooms.yaml"), str(begin), str(int(time.time()))],
                   check=True, timeout=120, env={**os.environ, "CREDENTIALS_DIRECTORY": rig.path("credentials")})


class Truth:
    """The last line of each point in the simulator's truth file."""

    def __init__(self, path, past):
        self.path, self.offset, self.last = path, 0, {}
        with open(past, encoding="utf-8") as f:
            self.past = {(e["t"], e["point"]): e["energy_wh"] for e in map(json.loads, f)}

    def read(self):
        try:
            with open(self.path, encoding="utf-8") as f:
                f.seek(self.offset)
                for line in f:
                    if line.endswith("\n"):
                        self.offset += len(line.encode())
                        entry = json.loads(line)
                        if "point" in entry:
                            self.last[entry["point"]] = entry
        except FileNotFoundError:
            pass
        return self.last

    def window(self, room, begin):
        """The true ratio of energies since `begin` (RFC 3339), by the back-fill's account of the past."""
        t = datetime.datetime.fromisoformat(begin.replace("Z", "+00:00")).timestamp()
        last = self.read()
        then = [self.past.get((int(t), f"{room}/kpi/{id}")) for id in ("total-energy", "it-energy")]
        now = [last.get(f"{room}/kpi/{id}", {}).get("energy_wh") for id in ("total-energy", "it-energy")]
        if None in then or None in now:
            return None
        return (now[0] - then[0]) / (now[1] - then[1])

    def value(self, point, key="power_w"):
        entry = self.read().get(point)
        return entry.get(key) if entry else None


def number(value, unit="", digits=2, scale=1.0):
    return "-" if value is None else f"{value / scale:.{digits}f}{' ' + unit if unit else ''}"


def beside(value, true, unit, digits=2, scale=1.0):
    text = number(value, unit, digits, scale)
    return f"{text:>12}" + (f"   (truth {number(true, unit, digits, scale)})" if true is not None else "")


def show_room(rig, truth, room):
    results = {}
    for result in rig.api("/api/v1/kpi?scope=" + room):
        results.setdefault(result["id"], result)
    title = next((p["label"] for p in rig.points(f"{room}/kpi/it-power").values() if p["label"]), room)
    say(f"  {title}")
    value = lambda id: results[id]["value"]  # noqa: E731
    say(f"    IT power          {beside(value('it-power'), truth.value(f'{room}/kpi/it-power'), 'kW', 2, 1000)}")
    say(f"    total / IT now    {beside(value('power-ratio'), truth.value(f'{room}/kpi/power-ratio', 'value'), '', 3)}")
    ipue = results["ipue"]
    if ipue["value"] is None:
        say(f"    iPUE                         -   {ipue['reason']}")
    else:
        say(f"    {ipue['name']:<17} {beside(ipue['value'], truth.window(room, ipue['from']), '', 3)}   {ipue['from'][:16]} to {ipue['to'][:16]}, "
            f"category {ipue['category']}, coverage {100 * (ipue['coverage'] or 0):.0f} %, estimated {100 * (ipue['estimated'] or 0):.0f} %"
            + (f", +-{ipue['uncertainty']:.3f}" if ipue["uncertainty"] is not None else ""))
    heat = results["heat-power"]
    if heat["value"] is None:
        say(f"    heat to recover              -   {heat['reason']}")
    else:
        true = truth.value(f"{room}/kpi/heat-power")
        of = "" if true is None else f"   (the room gives off {number(true, 'kW', 2, 1000)})"
        say(f"    heat to recover   {number(heat['value'], 'kW', 2, 1000):>12}{of}   at "
            f"{number(value('heat-temperature'), 'degC', 1)}, by a heat pump {number(value('heat-delivered'), 'kW', 1, 1000)} "
            f"with COP {number(value('heat-cop'), '', 2)}")


def show(rig, truth, started):
    status = rig.api("/api/v1/status")
    online = sum(d["state"] == "online" for d in status["devices"])
    say(f"\n{time.strftime('%H:%M:%S')}  {online} of {len(status['devices'])} devices answer, "
        f"{sum(d['polls'] for d in status['devices'])} polls in {time.monotonic() - started:.0f} s")
    for room in ROOMS:
        show_room(rig, truth, room)
    for alert in rig.api("/api/v1/alerts"):
        say(f"    ALERT {alert.get('rule', alert['id'])}: {alert['text']}")


def where(rig):
    say("\nLook around (nothing of it outlives the demo):")
    say("  the page    http://127.0.0.1:9481")
    say(f"  RRD files   rrdtool fetch {rig.path('state/rrd/pdu-l1a/total.rrd')} AVERAGE -s end-5min")
    say("  MQTT        mosquitto_sub -p 18830 -v -t 'wattwacht/demo/#'")
    say("  HTTP        curl http://127.0.0.1:9480/metrics   and  /api/v1/status  /api/v1/points  /api/v1/kpi")
    say(f"  commands    build/wattwacht top --api unix:{rig.path('api.sock')}")
    say(f"  journal     {rig.path('wattwachtd.log')} (the daemon's lines; under systemd they go to the journal)")
    say("  In a minute and a half a PDU falls silent, half a minute later warm air comes round to the inlets: watch the alerts.\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--build", default=os.path.join(SOURCE, "build"))
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    try:
        with Rig(options.build, DIRECTORY) as rig:
            begun = time.monotonic()
            secrets(rig)
            month_ago = int(time.time()) // 300 * 300 - 31 * 86400
            rooms = scene(rig, month_ago)
            say("starting a private broker and two simulated rooms: 28 devices over SNMP v2c, SNMPv3 and Modbus TCP")
            rig.broker(18830)
            rig.simulate(rooms, "simulator")
            learn(rig)
            backfill(rig, month_ago)
            daemon(rig, "state", "wattwachtd")
            page(rig)
            started = time.monotonic()
            say(f"ready after {started - begun:.0f} s, with a month of simulated past in 5-minute steps (marked estimated)")
            where(rig)
            truth = Truth(rig.path("truth.ndjson"), rig.path("state", "truth.ndjson"))
            while options.seconds is None or time.monotonic() - started < options.seconds:
                time.sleep(EVERY)
                show(rig, truth, started)
    except KeyboardInterrupt:
        say("\nstopped")
    except (Failure, subprocess.SubprocessError, OSError) as e:
        print(f"demo: {e}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(DIRECTORY, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
