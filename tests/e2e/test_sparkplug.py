#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Edge Node of the built daemon, as a recording Sparkplug host and a real broker see it.

Covers sparkplug, sparkplug_node, sparkplug_about and sparkplug_metrics, with all that they stand on.
"""
import datetime
import json
import os
import re
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import SOURCE, Rig, Subscriber  # noqa: E402
from sparkplug_host import Grader, Recorder, connections, decode, rebirth_command, topic_of  # noqa: E402

BUILD = os.environ["WATTWACHT_BUILD"]
LOGGED = "log_type all\nlog_dest stderr\n"

ROOM = """
seed: 7
speed: 60
rooms: {{leuven: {{model: server-room-dx, it: 6kW, racks: 2}}}}
agents:
  pdu-a: {{device: apc-rpdu2, room: leuven, rack: 1, feed: A, outlets: 4, rating: 16A, snmp: {{port: 0}}}}
  pdu-b: {{device: apc-rpdu2, room: leuven, rack: 1, feed: B, outlets: 4, rating: 16A, snmp: {{port: 0}}}}
  meter-ac: {{device: eastron-sdm630, room: leuven, load: cooling, energy: 5MWh, modbus: {{port: 0, unit: 3}}}}
{crowd}faults: [{faults}]
"""

SITE = """
site: {{name: test, title: "Test site"}}
http: {{listen: ["unix:{dir}/api.sock"]}}
mqtt:
  - {{server: "mqtt://127.0.0.1:{mqtt}", views: [sparkplug], version: {version}, sparkplug: {{edge: edge-1{more}}}}}
  - {{server: "mqtt://127.0.0.1:{steady}", views: [native], points: ["meter-ac/total/energy"]}}
rooms: {{leuven: {{boundary: {{complete: yes}}}}}}
devices:
  pdu-a: {{room: leuven, profile: apc-rpdu2, address: "{pdu-a}", every: {every}, timeout: 300ms, role: it, feed: A, breaker: 16A}}
  pdu-b: {{room: leuven, profile: apc-rpdu2, address: "{pdu-b}", every: {every}, timeout: 300ms, role: it, feed: B, breaker: 16A}}
  meter-ac: {{room: leuven, profile: eastron-sdm630, address: "{meter-ac}", modbus: {{unit: 3}}, every: {every}, timeout: 300ms, role: cooling}}
"""

CLIENT = "wattwacht-test-sparkplug"
NCMD = "spBv1.0/test/NCMD/edge-1"


class Edge(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.rig = Rig(BUILD)
        self.addCleanup(self.rig.__exit__, None, None, None)

    def begin(self, more="", version="3.1.1", faults="", every="1s", crowd=0):
        crowd = [f"pdu-{i}" for i in range(crowd)]
        agents = [f"  {i}: {{device: apc-rpdu2, room: leuven, rack: 2, outlets: 2, rating: 16A, snmp: {{port: 0}}}}\n" for i in crowd]
        self.rig.simulate(ROOM.format(faults=faults, crowd="".join(agents)))
        self.broker = self.rig.broker(more=LOGGED)
        steady = self.rig.broker(name="steady")
        self.native = Subscriber(self.rig, steady.port, "wattwacht/test/device/leuven/meter-ac/total/state")
        self.recorder = Recorder(self.rig, self.broker.port)
        self.rig.until("the recorder", lambda: "spBv1.0/#" in self.broker.said())
        self.rig.write("conf.d/site.yaml", SITE.format(dir=self.rig.dir, mqtt=self.broker.port, steady=steady.port, more=more, version=version,
                                                       every=every, **self.rig.agents) + "".join(
            f"  {i}: {{room: leuven, profile: apc-rpdu2, address: '{self.rig.agents[i]}', every: {every}, role: it}}\n" for i in crowd))

    def publish(self, topic, payload, *options):
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.port), "-q", "1", "-t", topic,
                        *options, *([] if "-n" in options else ["-s"])], input=payload, check=True, timeout=20)

    def state(self, online, at_ms):
        text = '{"online": %s, "timestamp": %d}' % ("true" if online else "false", at_ms)
        self.publish("spBv1.0/STATE/scada", text.encode(), "-r")

    def count(self, verb, device=None):
        return len(self.recorder.of(verb, device))

    def all_born(self, n=1):
        self.rig.until(f"births ({n})", lambda: self.count("NBIRTH") >= n and all(
            self.count("DBIRTH", d) >= n for d in ("pdu-a", "pdu-b", "meter-ac")), 60)

    def told(self, name, device, historical=None, since=0):
        """Times at which a metric of a device was told, by birth or data."""
        return sorted({m["timestamp"] for message in self.recorder.read() if (t := topic_of(message.topic)) and t.device == device
                       for m in decode(message.payload)["metrics"] if m.get("name") == name and "double" in m and
                       m["timestamp"] > since and (historical is None or m.get("is_historical", False) == historical)})

    def assertAllTold(self, times, since, until):
        """Each change that another broker, which never went away, was told of is there."""
        value, changes = None, set()
        for _, payload, _ in self.native.read():
            state = json.loads(payload)
            if state["energy"] != value:
                changes.add(round(datetime.datetime.fromisoformat(state["ts"].replace("Z", "+00:00")).timestamp() * 1000))
            value = state["energy"]
        changes = {t for t in changes if since <= t <= until}
        self.assertGreater(len(changes), 4)
        self.assertEqual(changes - set(times), set())

    def grade(self, **style):
        grader = Grader(**style)
        grader.grade(self.recorder.read())
        for connect in connections(self.broker.said(), CLIENT):
            grader.connection(connect, "test", "edge-1", self.host)
        self.assertEqual(grader.broken[:20], [])
        return grader

    host = None


class Session(Edge):
    def check_words(self):
        """Names, units, ratings and values of a device, and the room's figures, are what the API says."""
        born = {m["name"]: m for m in decode(self.recorder.of("DBIRTH", "pdu-a")[0].payload)["metrics"]}
        points = self.rig.points("pdu-a/*")
        self.assertEqual(set(points), {"pdu-a/" + n for n in born if not n.startswith(("Properties/", "alerts/"))})
        for name, point in points.items():
            metric = born[name.split("/", 1)[1]]
            properties = dict(zip(metric["properties"]["keys"], metric["properties"]["values"])) if "properties" in metric else {}
            self.assertEqual(properties.get("engUnit", {}).get("string", ""), point["unit"], name)
        self.assertEqual(born["Properties/Hardware Make"]["string"], "APC")
        self.assertEqual(born["Properties/Room"]["string"], "leuven")
        # and a third decoder, by our own description of the message
        here = os.path.join(SOURCE, "daemon")
        words = subprocess.run(["protoc", "--proto_path=" + here, "--decode=sparkplug_b.Payload", os.path.join(here, "sparkplug_b.proto")],
                               input=self.recorder.of("DBIRTH", "pdu-a")[0].payload, capture_output=True, check=True).stdout.decode()
        self.assertEqual(words.count("metrics {"), len(born))
        self.assertIsNone(re.search(r"^\s*\d+:", words, re.M), "a field that the description does not know")
        node = {m["name"]: m for m in decode(self.recorder.of("NBIRTH")[0].payload)["metrics"]}
        self.assertEqual(node["Properties/Site"]["string"], "Test site")
        self.assertTrue(node["kpi/leuven/pue"]["is_null"])
        self.assertEqual(len([n for n in node if n.startswith("kpi/")]), 2 * 19)

        def ratio():
            told = [m for d in self.recorder.of("NDATA") for m in decode(d.payload)["metrics"] if m["name"] == "kpi/leuven/power-ratio"]
            return told and told[-1].get("double")
        ratio = self.rig.until("a power ratio", ratio, 60)
        self.assertAlmostEqual(ratio, {k["id"]: k for k in self.rig.api("/api/v1/kpi?scope=leuven")}["power-ratio"]["value"], delta=0.2)

    def test_session(self):
        """Births, data by exception, rebirth, a flood, what is no command, a silent device, seq past 255, the end."""
        self.begin(faults="{at: 720s, for: 240s, agent: pdu-b, kind: silence}", crowd=20)
        self.publish(NCMD, rebirth_command(), "-r")  # what Sparkplug forbids: each subscription would bring it again
        daemon = self.rig.daemon()
        self.all_born()
        self.rig.until("data", lambda: self.count("DDATA", "pdu-a") > 3 and self.count("NDATA") > 0)
        self.assertEqual(self.count("NBIRTH"), 1)
        self.assertIn("is retained, which Sparkplug forbids", daemon.said())
        self.publish(NCMD, b"", "-r", "-n")

        births = self.count("NBIRTH")
        self.publish(NCMD, rebirth_command())
        self.all_born(births + 1)
        for junk in (b"\xff" * 40, b"\x12\xff\xff\xff\xff\x0f", b"{}", rebirth_command(value=0), rebirth_command(b"Node Control/Reboot"),
                     b"\x12\x00" * 32768, b"\x00" * 200000):
            self.publish(NCMD, junk)
        at = time.monotonic()
        flood = subprocess.Popen(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.port), "-t", NCMD, "-s", "--repeat", "1000",
                                  "--repeat-delay", "0.002"], stdin=subprocess.PIPE)
        flood.communicate(rebirth_command(), timeout=30)
        reborn = self.count("NBIRTH") - births - 1
        self.assertLessEqual(reborn, (time.monotonic() - at) / 5 + 1)
        self.rig.until("the rebirth that the flood asked for", lambda: self.count("NBIRTH") > births + 1)
        self.rig.until("death of pdu-b", lambda: self.count("DDEATH", "pdu-b") > 0, 60)
        self.rig.until("pdu-b again", lambda: self.recorder.of("DBIRTH", "pdu-b")[-1].at_ms > self.recorder.of("DDEATH", "pdu-b")[-1].at_ms)
        self.check_words()
        born = self.recorder.of("NBIRTH")[-1].at_ms
        self.rig.until("seq past 255", lambda: len([m for m in self.recorder.read() if m.at_ms > born]) > 260)
        self.assertEqual(daemon.stop(), 0)
        self.rig.until("the end", lambda: self.count("NDEATH") > 0)
        self.assertEqual(self.count("NDEATH"), 1)
        grader = self.grade()
        self.assertTrue(grader.node["test", "edge-1"]["wrapped"])
        self.assertGreater(len(grader.ids()), 120)
        print(f"{len(grader.ids())} assertions, {sum(grader.held.values())} times, {len(self.recorder.messages)} messages")

    def test_version_5(self):
        """MQTT 5, aliases, no datatypes in data."""
        self.begin(version=5, more=", aliases: yes, datatypes: no")
        daemon = self.rig.daemon()
        self.all_born()
        self.rig.until("data", lambda: self.count("DDATA", "pdu-a") > 3 and self.count("NDATA") > 0)
        self.publish(NCMD, rebirth_command())
        self.all_born(2)
        self.assertEqual(daemon.stop(), 0)
        self.rig.until("the end", lambda: self.count("NDEATH") > 0)
        grader = self.grade(aliases=True, datatypes=False)
        for name in ("payloads-alias-data-cmd-requirement", "payloads-alias-birth-requirement", "payloads-metric-datatype-not-req",
                     "principles-persistence-clean-session-50", "operational-behavior-edge-node-intentional-disconnect-ndeath"):
            self.assertGreater(grader.held[name], 0, name)


class Ends(Edge):
    def bdseq(self, verb):
        return [m["long"] for m in decode(self.recorder.of(verb)[-1].payload)["metrics"] if m["name"] == "bdSeq"][0]

    def test_killed(self):
        """kill -9 of the daemon, then of the broker: the will has the number of the birth, the next birth another, and
        what was polled while the broker was away comes as history: not one poll is lost."""
        self.begin(every="1s")
        daemon = self.rig.daemon()
        self.all_born()
        daemon.stop(signal.SIGKILL)
        self.rig.until("the will", lambda: self.count("NDEATH") == 1)
        self.assertEqual(self.bdseq("NDEATH"), self.bdseq("NBIRTH"))
        first = self.bdseq("NBIRTH")
        daemon = self.rig.daemon(name="wattwachtd-2")
        self.all_born(2)
        self.assertEqual(self.bdseq("NBIRTH"), (first + 1) % 256)
        self.grade()

        before = self.rig.until("data", lambda: self.told("total/energy", "meter-ac", False, self.recorder.of("NBIRTH")[-1].at_ms))
        self.broker.stop(signal.SIGKILL)
        self.recorder.process.stop()
        gone = time.time() * 1000
        self.rig.until("some polls", lambda: time.time() * 1000 > gone + 4000)
        self.broker = self.rig.broker(port=self.broker.port, name="mosquitto-2", more=LOGGED)
        self.recorder = Recorder(self.rig, self.broker.port)
        self.rig.until("the edge node again", lambda: f"as {CLIENT} " in self.broker.said(), 60)
        self.rig.until("the recorder again", lambda: "spBv1.0/#" in self.broker.said())
        self.publish(NCMD, rebirth_command())  # the recorder may have come too late for the birth
        self.all_born()
        # an attempt that failed just before the broker came may have been a CONNECT: it counts
        self.assertIn((self.bdseq("NBIRTH") - first) % 256, (2, 3))
        connect = connections(self.broker.said(), CLIENT)[0]
        self.assertEqual(connect.published[0][0], "spBv1.0/test/NBIRTH/edge-1")
        past = self.rig.until("history", lambda: len(t := self.told("total/energy", "meter-ac", True)) > 3 and t)
        self.rig.until("live data", lambda: self.told("total/energy", "meter-ac", False, past[-1] + 1000))
        times = sorted(set(before + self.told("total/energy", "meter-ac")))
        self.assertAllTold(times, before[0], times[-1])
        self.assertEqual(daemon.stop(), 0)
        self.rig.until("the end", lambda: self.count("NDEATH") == 1)
        self.assertEqual(self.bdseq("NDEATH"), self.bdseq("NBIRTH"))

    def test_primary_host(self):
        """Nothing is told without the primary host; it goes: NDEATH and a new session; an old word of it is none."""
        self.host = "scada"
        self.begin(more=", host: scada")
        daemon = self.rig.daemon()
        self.rig.until("the subscription", lambda: "spBv1.0/STATE/scada (QoS 1)" in self.broker.said())
        self.rig.until("devices", lambda: all(d["state"] == "online" for d in self.rig.api("/api/v1/status")["devices"]))
        self.state(False, 1000)
        self.publish("spBv1.0/STATE/scada", b"ONLINE")
        self.publish("spBv1.0/STATE/other", b'{"online": true, "timestamp": 5000}')
        self.publish(NCMD, rebirth_command())
        self.assertFalse(self.recorder.of("NBIRTH"))
        self.state(True, 2000)
        self.all_born()
        first = self.bdseq("NBIRTH")
        self.state(False, 1500)
        self.publish(NCMD, rebirth_command())
        self.all_born(2)
        self.assertEqual(self.count("NDEATH"), 0)
        self.state(False, 2000)
        self.rig.until("NDEATH", lambda: self.count("NDEATH") == 1)
        self.assertEqual(self.bdseq("NDEATH"), first)
        self.rig.until("a new session", lambda: len(connections(self.broker.said(), CLIENT)) == 2 and
                       connections(self.broker.said(), CLIENT)[1].subscribed)
        self.publish(NCMD, rebirth_command())
        self.assertEqual(self.count("NBIRTH"), 2)
        away, had = self.recorder.of("NDEATH")[0].at_ms, self.told("total/energy", "meter-ac")
        self.rig.until("some polls", lambda: time.time() * 1000 > away + 4000)
        self.state(True, 3000)
        self.all_born(3)
        self.assertEqual(self.bdseq("NBIRTH"), (first + 1) % 256)
        born = int(self.recorder.of("DBIRTH", "meter-ac")[-1].at_ms)
        self.rig.until("what was polled meanwhile", lambda: len(self.told("total/energy", "meter-ac", True, had[-1])) >= 4)
        self.rig.until("live data again", lambda: self.told("total/energy", "meter-ac", False, born))
        self.assertAllTold(self.told("total/energy", "meter-ac"), had[-1], born)
        self.grade()
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    sys.exit(not program.result.wasSuccessful())
