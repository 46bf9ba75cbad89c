#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site's daemon and a central one that reads its devices over MQTT: the same readings, energies and states there, and
what happens when the line between them is cut.

Covers the driver mqtt with service, config_mqtt and the profiles wattwachtd and wattwachtd-room.
"""
import contextlib
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Failure, Rig, UnixConnection  # noqa: E402

BUILD = os.environ["WATTWACHT_BUILD"]

ROOM = """
seed: 7
rooms: {leuven: {model: server-room-dx, it: 6kW, racks: 2}}
agents:
  pdu-a: {device: apc-rpdu2, room: leuven, rack: 1, feed: A, outlets: 4, rating: 16A, snmp: {port: 0}}
  meter: {device: eastron-sdm630, room: leuven, load: cooling, energy: 5MWh, modbus: {port: 0, unit: 3}}
"""

SITE = """
site: {{name: leuven}}
http: {{listen: "unix:{dir}/api.sock"}}
mqtt: {{server: "mqtt://127.0.0.1:{mqtt}"}}
rooms: {{zaal: {{}}}}
devices:
  pdu-a: {{room: zaal, profile: apc-rpdu2, address: "{pdu}", every: 1s, timeout: 500ms, role: it}}
  meter: {{room: zaal, profile: eastron-sdm630, address: "{meter}", modbus: {{unit: 3}}, every: 1s, timeout: 500ms, role: cooling}}
"""

CENTRAL = """
site: {{name: all}}
http: {{listen: "unix:{dir}/central.sock"}}
mqtt: {{server: "mqtt://127.0.0.1:{mqtt}", prefix: central}}
rooms: {{leuven: {{}}}}
devices:
  pdu: {{room: leuven, profile: wattwachtd, mqtt: {{topic: wattwacht/leuven/device/zaal/pdu-a, stale: 5s}}, every: 1s, role: it}}
  meter: {{room: leuven, profile: wattwachtd, mqtt: {{topic: wattwacht/leuven/device/zaal/meter, stale: 5s}}, every: 1s, role: cooling}}
  plug: {{room: leuven, profile: zigbee2mqtt-plug, mqtt: {{topic: zigbee2mqtt/plug}}, every: 1s, role: lighting}}
  figures: {{room: leuven, profile: wattwachtd-room, mqtt: {{topic: wattwacht/leuven/kpi/zaal}}, every: 1s}}
"""


class Test(unittest.TestCase):
    def setUp(self):
        self.rig = rig = Rig(BUILD)
        self.addCleanup(rig.__exit__, None, None, None)
        rig.simulate(ROOM)
        self.broker = rig.broker()
        rig.write("conf.d/site.yaml", SITE.format(dir=rig.dir, mqtt=self.broker.port, pdu=rig.agents["pdu-a"],
                                                  meter=rig.agents["meter"]))
        rig.write("central/all.yaml", CENTRAL.format(dir=rig.dir, mqtt=self.broker.port))

    def central(self):
        notified = self.rig.path("central-state")
        os.makedirs(notified, exist_ok=True)
        return self.rig.start("central", [os.path.join(BUILD, "wattwachtd"), "--config", self.rig.path("central"),
                                          "--state", notified])

    def ask(self, route):
        with contextlib.closing(UnixConnection(self.rig.path("central.sock"), 10)) as connection:
            connection.request("GET", route)
            answer = connection.getresponse()
            data = answer.read().decode()
        if answer.status >= 300:
            raise Failure(data)
        return json.loads(data)

    def points(self):
        return {p["point"]: p for p in self.ask("/api/v1/points")}

    def state(self, device):
        return {d["id"]: d["state"] for d in self.ask("/api/v1/status")["devices"]}[device]

    def publish(self, topic, payload):
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.port), "-t", topic, "-m", payload],
                       check=True, timeout=20)

    def test_central(self):
        rig = self.rig
        site = rig.daemon()
        central = self.central()
        rig.until("both devices", lambda: self.state("pdu") == "online" and self.state("meter") == "online")
        here = rig.until("readings", lambda: rig.points("pdu-a/*"))
        counted = [p for p in here if p.split("/")[2] != "state"]
        rig.until("all of its points", lambda: all("pdu" + p[5:] in self.points() for p in counted))

        def equal():
            there, here = self.points(), rig.points("pdu-a/*")
            return all(there["pdu" + p[5:]]["ts"] and here[p]["value"] is not None and
                       abs(there["pdu" + p[5:]]["value"] - here[p]["value"]) <= 0.1 * abs(here[p]["value"]) + 1
                       for p in counted)

        rig.until("the same values", equal)
        self.assertEqual(self.points()["meter/total/energy"]["unit"], "Wh")
        self.assertGreaterEqual(self.points()["meter/total/energy"]["value"], 5e6)
        rig.until("IT power of the site", lambda: self.points()["figures/output/active_power"]["value"] > 100)
        # a plug between, that lies in the end
        self.publish("zigbee2mqtt/plug", '{"power": 40, "state": "ON"}')
        rig.until("the plug", lambda: self.points()["plug/total/active_power"]["value"] == 40)
        self.publish("zigbee2mqtt/plug", '{"power": "lots"}')
        rig.until("no value", lambda: self.points()["plug/total/active_power"]["quality"] == "implausible")
        self.assertIsNone(self.points()["plug/total/active_power"]["value"])
        rig.until("words", lambda: "zigbee2mqtt/plug#/power is a text 'lots', expected a number" in central.said())
        # the site goes, and says so; comes back; then all goes
        site.stop()
        rig.until("offline", lambda: self.state("pdu") == "offline")
        self.assertIsNone(self.points()["pdu/total/active_power"]["value"])
        site = rig.daemon(name="again")
        rig.until("online", lambda: self.state("pdu") == "online")
        self.broker.stop()
        rig.until("one cause", lambda: any(a["rule"] == "gateway-silent" for a in self.ask("/api/v1/alerts")), 60)
        self.assertFalse([a for a in self.ask("/api/v1/alerts") if a["rule"] == "device-silent"])
        central.stop()


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    sys.exit(not program.result.wasSuccessful())
