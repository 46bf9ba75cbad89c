#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built daemon against simulated rooms, a real broker and real files.

Covers main service service_tick service_reload service_exits service_http kpi_now loop_time
names moment notify data journal, and all of them together.
"""
import contextlib
import datetime
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Failure, Rig, Subscriber, free_port  # noqa: E402

BUILD = os.environ["WATTWACHT_BUILD"]

ROOM = """
seed: 7
speed: {speed}
rooms: {{leuven: {{model: server-room-dx, it: 6kW, racks: 2}}}}
agents:
  pdu-a: {{device: apc-rpdu2, room: leuven, rack: 1, feed: A, outlets: 4, rating: 16A, snmp: {{port: 0}}}}
  pdu-b: {{device: apc-rpdu2, room: leuven, rack: 1, feed: B, outlets: 4, rating: 16A, snmp: {{port: 0}}}}
  rack-2: {{device: apc-rpdu2, room: leuven, load: rack, rack: 2, rating: 32A, snmp: {{port: 0}}}}
  ups-1: {{device: rfc1628-ups, room: leuven, load: ups, snmp: {{port: 0}}}}
  meter-ac: {{device: eastron-sdm630, room: leuven, load: cooling, energy: 5MWh, modbus: {{port: 0, unit: 3}}}}
faults: [{faults}]
"""

SITE = """
site: {{name: test, timezone: Europe/Brussels}}
http: {{listen: ["unix:{dir}/api.sock", "127.0.0.1:{http}"]}}
mqtt: {{server: "mqtt://127.0.0.1:{mqtt}"}}
rooms: {{leuven: {{boundary: {{complete: yes}}, heat: {{architecture: dx_open, sink: {{supply: 50C, return: 40C}}}}}}}}
racks: {{r1: {{room: leuven}}, r2: {{room: leuven}}}}
sources: {{lights: {{room: leuven, role: lighting, constant: 75W, accuracy: 10%}}}}
"""

DEVICES = """
devices:
  pdu-a: {{room: leuven, rack: r1, profile: auto, address: "{pdu-a}", every: {every}, timeout: 300ms, role: it, feed: A, breaker: 16A}}
  pdu-b: {{room: leuven, rack: r1, profile: apc-rpdu2, address: "{pdu-b}", every: {every}, timeout: 300ms, role: it, feed: B, breaker: 16A}}
  rack-2: {{room: leuven, rack: r2, profile: apc-rpdu2, address: "{rack-2}", every: {every}, timeout: 300ms, role: it}}
  ups-1: {{room: leuven, profile: rfc1628-ups, address: "{ups-1}", every: {every}, timeout: 300ms, role: ups-out}}
  meter-ac: {{room: leuven, profile: eastron-sdm630, address: "{meter-ac}", modbus: {{unit: 3}}, every: {every}, timeout: 300ms, role: cooling}}
"""


def wait_for(seconds):
    """Model time has to pass: not readiness, but the thing under test."""
    time.sleep(seconds)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.rig = Rig(BUILD)
        self.addCleanup(self.rig.__exit__, None, None, None)

    def site(self, speed=1, faults="", every="1s", broker=True):
        rig = self.rig
        self.simulator = rig.simulate(ROOM.format(speed=speed, faults=faults))
        self.mqtt = rig.broker().port if broker else free_port()
        self.http = free_port()
        rig.write("conf.d/10-site.yaml", SITE.format(dir=rig.dir, http=self.http, mqtt=self.mqtt))
        self.devices(every=every)

    def devices(self, every="1s", more=""):
        self.rig.write("conf.d/20-devices.yaml", DEVICES.format(every=every, **self.rig.agents) + more)

    def online(self, n=5):
        def all_online():
            devices = self.rig.api("/api/v1/status")["devices"]
            return len([d for d in devices if d["state"] == "online"]) == n
        self.rig.until(f"{n} devices online", all_online)

    def rrd_unknown(self, name, row_s):
        """Is the ten-second row that ends after row_s unknown? Flushed, and tried again while the daemon has it locked."""
        path = self.rig.path("state/rrd", name)

        def rows():
            self.rig.get("/api/v1/flush", "POST", "{}")
            out = subprocess.run(["rrdtool", "fetch", path, "AVERAGE", "-r", "10", "-s", str(row_s - 10), "-e", str(row_s)],
                                 capture_output=True, text=True, check=False)
            if out.returncode:
                raise Failure(out.stderr)
            return out.stdout
        lines = self.rig.until("rows of RRD", rows).splitlines()
        column = lines[0].split().index("active_power")
        values = {int(line.split(":")[0]): line.split()[1 + column] for line in lines[2:] if ":" in line}
        return "nan" in values[row_s]

    def end(self, daemon):
        self.assertEqual(daemon.stop(), 0, daemon.said())
        self.simulator.stop()
        self.assertIn("writes: 0", self.simulator.said())


class Values(Case):
    def test_same_everywhere(self):
        """One value: at the device, in the API, the metrics, MQTT and RRD."""
        self.site(speed=0)
        daemon = self.rig.daemon()
        subscriber = Subscriber(self.rig, self.mqtt, "wattwacht/#")
        self.online()
        host, port = self.rig.agents["pdu-a"].rsplit(":", 1)
        raw = subprocess.run(["snmpget", "-v2c", "-cpublic", "-Oqv", f"{host}:{port}", "1.3.6.1.4.1.318.1.1.26.4.3.1.5.1"],
                             capture_output=True, text=True, check=True,
                             env={**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": "/dev/null/none"}).stdout.strip()
        watts = int(raw) * 10  # PowerNet-MIB: hundredths of a kilowatt
        point = self.rig.points("pdu-a/total/active_power")["pdu-a/total/active_power"]
        self.assertEqual(point["value"], watts)
        self.assertEqual((point["unit"], point["quality"], point["room"], point["rack"], point["feed"], point["role"]),
                         ("W", "good", "leuven", "r1", "A", "it"))
        self.assertRegex(point["ts"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

        metrics = self.rig.get("/metrics")
        self.assertTrue(metrics.endswith("# EOF\n"))
        found = re.search(r'^wattwacht_active_power_watts\{[^}]*device="pdu-a",part="total"\} (\S+)$', metrics, re.M)
        self.assertEqual(float(found[1]), watts)

        topic = "wattwacht/test/device/leuven/pdu-a/total/state"
        state = self.rig.until("a state over MQTT", lambda: subscriber.last(topic))
        self.assertEqual((state["active_power"], state["q"]), (watts, "good"))
        self.assertEqual(subscriber.last("wattwacht/test/status"), "online")
        self.assertEqual(subscriber.last("wattwacht/test/device/leuven/pdu-a/status"), "online")
        info = subscriber.last("wattwacht/test/device/leuven/pdu-a/info")
        self.assertEqual(info["vendor"], "APC")

        rrd = self.rig.path("state", "rrd", "pdu-a", "total.rrd")

        def row():
            self.rig.get("/api/v1/flush", "POST", "{}")
            out = subprocess.run(["rrdtool", "fetch", rrd, "AVERAGE", "-r", "10", "-s", "end-2min"], capture_output=True,
                                 text=True, check=False)
            if out.returncode:  # the daemon has the file locked for a moment
                raise Failure(out.stderr)
            out = out.stdout
            names = out.splitlines()[0].split()
            values = [line.split()[1:] for line in out.splitlines()[2:]]
            known = [v[names.index("active_power")] for v in values if "nan" not in v[names.index("active_power")]]
            return known and float(known[-1])
        self.assertAlmostEqual(self.rig.until("a row in RRD", row, 60), watts, delta=1e-6)

        health = self.rig.get("/healthz")
        self.assertIn("ok", health.lower())
        self.end(daemon)

    def test_energy_and_figures(self):
        """An hour of a fast model: energies and ratios agree with its truth."""
        self.site(speed=1)
        daemon = self.rig.daemon()
        self.online()
        wait_for(12)

        def ratio():
            results = {k["id"]: k for k in self.rig.api("/api/v1/kpi?scope=leuven")}
            return results if results["power-ratio"]["value"] else None
        results = self.rig.until("a power ratio", ratio)
        points = self.rig.points()
        it = sum(points[f"{d}/total/active_power"]["value"] for d in ("pdu-a", "pdu-b", "rack-2"))
        total = points["ups-1/input/active_power"]["value"] + points["meter-ac/total/active_power"]["value"] + 75
        self.assertAlmostEqual(results["power-ratio"]["value"], total / it, delta=0.03 * total / it)
        self.assertEqual(len({k for k in results}), 19)
        for k in results.values():
            self.assertTrue(k["value"] is not None or k["reason"], k)
        self.end(daemon)


class Faults(Case):
    def test_silence(self):
        """A device falls silent: bad quality, offline, one alert; back again: cleared."""
        self.site(faults="{at: 25s, for: 8s, agent: pdu-b, kind: silence}")
        daemon = self.rig.daemon()
        subscriber = Subscriber(self.rig, self.mqtt, "wattwacht/test/event/#", "wattwacht/test/device/leuven/pdu-b/status",
                                "wattwacht/test/alert/#")
        self.online()
        raised = self.rig.until("the alert", lambda: [a for a in self.rig.api("/api/v1/alerts")
                                                      if a["id"].startswith("device-silent.pdu-b")], 60)
        self.assertEqual(len(raised), 1)
        self.assertEqual(self.rig.points("pdu-b/total/active_power")["pdu-b/total/active_power"]["quality"], "silent")
        self.assertIsNone(self.rig.points("pdu-b/total/active_power")["pdu-b/total/active_power"]["value"])
        self.assertEqual(self.rig.points("pdu-a/total/active_power")["pdu-a/total/active_power"]["quality"], "good")
        self.assertNotIn('device="pdu-b",part="total"} ', self.rig.get("/metrics").split("wattwacht_polls")[0])
        self.rig.until("the end of it", lambda: not self.rig.api("/api/v1/alerts"))
        self.online()
        # a line is written after the ledger has it
        self.rig.until("the line of its end", lambda: "device-silent cleared" in daemon.said())
        said = daemon.said()
        self.assertEqual(said.count("device-silent raised"), 1, said)
        self.assertEqual(said.count("device-silent cleared"), 1, said)

        def events():
            return [json.loads(p)["state"] for t, p, _ in subscriber.read() if t.endswith("/event/alert")]
        self.rig.until("both events", lambda: len(events()) >= 2)
        self.assertEqual(events(), ["active", "cleared"])
        statuses = [p for t, p, _ in subscriber.read() if t.endswith("/pdu-b/status")]
        self.assertEqual([s for i, s in enumerate(statuses) if not i or s != statuses[i - 1]][-2:], ["offline", "online"])
        self.end(daemon)

    def test_no_broker(self):
        """Without a broker everything else goes on."""
        self.site(broker=False)
        daemon = self.rig.daemon()
        self.online()
        self.assertTrue(self.rig.points("pdu-a/total/active_power"))
        self.end(daemon)

    def test_kill(self):
        """kill -9: what was visible outside two seconds before is in RRD and ledger after the restart."""
        self.site()
        daemon = self.rig.daemon()
        self.online()
        wait_for(22)  # at least one whole row of ten seconds
        last = self.rig.points("pdu-a/total/active_power")["pdu-a/total/active_power"]["ts"]
        wait_for(2.5)
        daemon.stop(signal.SIGKILL)
        daemon = self.rig.daemon(name="wattwachtd-2")
        self.online()
        seen = datetime.datetime.fromisoformat(last.replace("Z", "+00:00")).timestamp()
        self.assertFalse(self.rrd_unknown("pdu-a/total.rrd", int(seen) // 10 * 10), "the row of what was seen is unknown")
        self.assertEqual(daemon.stop(), 0)
        with contextlib.closing(sqlite3.connect(f"file:{self.rig.path('state/ledger.db')}?mode=ro", uri=True)) as ledger:
            self.assertEqual(ledger.execute("pragma integrity_check").fetchone()[0], "ok")
            quarters = ledger.execute("select count(*), sum(covered_ms) / 1000 from quarter").fetchone()
            self.assertGreater(quarters[0], 0)
            self.assertGreater(quarters[1], 20)
        self.simulator.stop()

    def test_refused_by_hand(self):
        """What people enter and cannot be is refused to them, also after a restart; it is no trouble of the disk."""
        self.site(every="1s")
        self.rig.write("conf.d/30-sources.yaml", "sources: {utility: {room: leuven, role: other, reading: yes}}\n")
        command = [os.path.join(BUILD, "wattwacht")]
        api = ["--api", "unix:" + self.rig.path("api.sock"), "--json"]

        def ask(*words):
            done = subprocess.run(command + [*words] + api, capture_output=True, text=True, timeout=60, check=False)
            return done.returncode, json.loads(done.stdout).get("error", {}).get("what", "")
        daemon = self.rig.daemon()
        self.assertEqual(ask("meter", "read", "utility", "1200kWh", "--at", "2026-01-01T00:00:00Z")[0], 0)
        for name in ("", "-2"):
            if name:
                self.assertEqual(daemon.stop(), 0)
                daemon = self.rig.daemon(name="wattwachtd" + name)
            self.assertEqual(ask("meter", "read", "utility", "1300kWh", "--at", "2025-12-31T00:00:00Z"),
                             (1, "at: expected a time after the last reading's, 2026-01-01T00:00:00.000Z"))
            self.assertEqual(ask("meter", "read", "utility", "1199kWh"),
                             (1, "value: lower than the last reading, 1200 kWh: a register does not count down"))
        self.assertEqual(ask("silence", "pdu-q", "1h", "works"), (1, "'pdu-q': no alert, device, room or rule has this name"))
        for target in ("pdu-a", "leuven", "broker", "device-silent.pdu-b", "breaker-load.*"):
            self.assertEqual(ask("silence", target, "1h", "works"), (0, ""), target)
            self.assertEqual(ask("silence", target, "0", "done"), (0, ""), target)
        # a site whose states never rest does not keep the purge waiting
        done = subprocess.run(command + ["mqtt", "purge", "--dry-run", "--json", "--config", self.rig.path("conf.d")],
                              capture_output=True, text=True, timeout=45, check=False)
        self.assertEqual((done.returncode, json.loads(done.stdout)["cleared"]), (0, []), done.stderr)
        self.assertNotIn("ledger", daemon.said())
        self.end(daemon)

    def test_second_daemon(self):
        """Two daemons on one state directory: the second one says no."""
        self.site()
        daemon = self.rig.daemon()
        second = self.rig.daemon(name="second", ready=False)
        second.child.wait(20)
        self.assertEqual(second.child.returncode, 1, second.said())
        self.assertIn("state", second.said())
        self.end(daemon)


class Reload(Case):
    def test_reload(self):
        """A wrong file changes nothing; a right one begins and ends devices and leaves the others alone."""
        self.site()
        daemon = self.rig.daemon()
        self.online()
        polls = {d["id"]: d["polls"] for d in self.rig.api("/api/v1/status")["devices"]}
        good = DEVICES.format(every="1s", **self.rig.agents)
        self.rig.write("conf.d/20-devices.yaml", good.replace("breaker: 16A", "brekaer: 16A"))
        os.kill(daemon.pid, signal.SIGHUP)
        self.rig.until("words about the wrong file", lambda: "stays in force" in daemon.said())
        self.assertIn("brekaer: unknown key, did you mean 'breaker'?", daemon.said())
        self.assertEqual(len(self.rig.api("/api/v1/status")["devices"]), 5)

        without = "\n".join(line for line in good.splitlines() if "rack-2:" not in line)
        self.rig.write("conf.d/20-devices.yaml", without.replace("room: leuven, rack: r1, profile: auto",
                                                                 "room: leuven, rack: r2, profile: auto"))
        os.kill(daemon.pid, signal.SIGHUP)
        self.rig.until("four devices", lambda: len(self.rig.api("/api/v1/status")["devices"]) == 4)
        self.online(4)
        self.assertEqual(self.rig.points("pdu-a/total/*")["pdu-a/total/active_power"]["rack"], "r2")
        self.assertFalse(self.rig.points("rack-2/*"))
        after = {d["id"]: d["polls"] for d in self.rig.api("/api/v1/status")["devices"]}
        self.assertGreaterEqual(after["pdu-b"], polls["pdu-b"])
        self.assertIn("0 devices begun", daemon.said())

        self.rig.write("conf.d/20-devices.yaml", good)
        os.kill(daemon.pid, signal.SIGHUP)
        self.online(5)
        self.end(daemon)

    def test_wrong_at_start(self):
        self.rig.write("conf.d/a.yaml", "site: {name: s}\ndevices: {d: {room: x, every: 10}}\n")
        daemon = self.rig.daemon(ready=False)
        daemon.child.wait(20)
        self.assertEqual(daemon.child.returncode, 1)
        self.assertIn("a.yaml:2:21: room: no such room under rooms:", daemon.said())
        self.assertIn("a.yaml:2:31: every: '10' is not a duration with its unit, like 10s", daemon.said())


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    sys.exit(not program.result.wasSuccessful())
