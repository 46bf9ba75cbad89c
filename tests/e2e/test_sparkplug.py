#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Edge Node of the built daemon, as a recording Sparkplug host and a real broker see it.

Covers sparkplug, sparkplug_about and sparkplug_metrics, with all that they stand on.
"""
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Rig, free_port  # noqa: E402
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
faults: [{faults}]
"""

SITE = """
site: {{name: test, title: "Test site"}}
http: {{listen: ["unix:{dir}/api.sock"]}}
mqtt: {{server: "mqtt://127.0.0.1:{mqtt}", views: [sparkplug], version: {version}, sparkplug: {{edge: edge-1{more}}}}}
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

    def begin(self, more="", version="3.1.1", faults="", every="250ms"):
        self.rig.simulate(ROOM.format(faults=faults))
        self.broker = self.rig.broker(more=LOGGED)
        self.recorder = Recorder(self.rig, self.broker.port)
        self.rig.until("the recorder", lambda: "spBv1.0/#" in self.broker.said())
        self.rig.write("conf.d/site.yaml", SITE.format(dir=self.rig.dir, mqtt=self.broker.port, more=more, version=version,
                                                       every=every, **self.rig.agents))

    def publish(self, topic, payload, *options):
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.port), "-q", "1", "-t", topic, "-s", *options],
                       input=payload, check=True, timeout=20)

    def state(self, online, at_ms):
        text = '{"online": %s, "timestamp": %d}' % ("true" if online else "false", at_ms)
        self.publish("spBv1.0/STATE/scada", text.encode(), "-r")

    def count(self, verb, device=None):
        return len(self.recorder.of(verb, device))

    def all_born(self, n=1):
        self.rig.until(f"births ({n})", lambda: self.count("NBIRTH") >= n and all(
            self.count("DBIRTH", d) >= n for d in ("pdu-a", "pdu-b", "meter-ac")), 60)

    def grade(self, **style):
        grader = Grader(**style)
        grader.grade(self.recorder.read())
        for connect in connections(self.broker.said(), CLIENT):
            grader.connection(connect, "test", "edge-1", self.host)
        self.assertEqual(grader.broken[:20], [])
        return grader

    host = None


class Session(Edge):
    def test_session(self):
        """Births, data by exception, rebirth, a flood, what is no command, a silent device, seq past 255, the end."""
        self.begin(faults="{at: 720s, for: 240s, agent: pdu-b, kind: silence}")
        daemon = self.rig.daemon()
        self.all_born()
        self.rig.until("data", lambda: self.count("DDATA", "pdu-a") > 3 and self.count("NDATA") > 0)

        births = self.count("NBIRTH")
        self.publish(NCMD, rebirth_command())
        self.all_born(births + 1)
        for junk in (b"\xff" * 40, b"\x12\xff\xff\xff\xff\x0f", b"{}", rebirth_command(value=0), rebirth_command(b"Node Control/Reboot"),
                     b"\x12\x00" * 32768, b"\x00" * 200000):
            self.publish(NCMD, junk)
        at = time.monotonic()
        flood = subprocess.Popen(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.port), "-t", NCMD, "-s", "--repeat", "2000",
                                  "--repeat-delay", "0.002"], stdin=subprocess.PIPE)
        flood.communicate(rebirth_command(), timeout=30)
        reborn = self.count("NBIRTH") - births - 1
        self.assertLessEqual(reborn, (time.monotonic() - at) / 5 + 1)
        self.rig.until("the rebirth that the flood asked for", lambda: self.count("NBIRTH") > births + 1)
        self.rig.until("death of pdu-b", lambda: self.count("DDEATH", "pdu-b") > 0, 60)
        self.rig.until("pdu-b again", lambda: self.recorder.of("DBIRTH", "pdu-b")[-1].at_ms > self.recorder.of("DDEATH", "pdu-b")[-1].at_ms)
        self.assertEqual(daemon.stop(), 0)
        self.rig.until("the end", lambda: self.count("NDEATH") > 0)
        self.assertEqual(self.count("NDEATH"), 1)
        grader = self.grade()
        print(f"{len(grader.held)} assertions, {sum(grader.held.values())} times, {len(self.recorder.messages)} messages")


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    sys.exit(not program.result.wasSuccessful())
