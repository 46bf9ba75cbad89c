#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon, a broker, and a small Home Assistant: what it discovers, what its templates make of the states, and
`wattwacht mqtt purge`.

Covers mqtt_ha mqtt_purge cli_mqtt mqtt_ghost.
"""
import ast
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Rig, Subscriber  # noqa: E402

BUILD = os.environ["WATTWACHT_BUILD"]

ROOM = """
seed: 7
rooms: {leuven: {model: server-room-dx, it: 6kW, racks: 2}}
agents:
  pdu-a: {device: apc-rpdu2, room: leuven, rack: 1, feed: A, outlets: 24, rating: 16A, snmp: {port: 0}}
  ups-1: {device: rfc1628-ups, room: leuven, load: ups, snmp: {port: 0}}
"""

SITE = """
site: {{name: test, title: "Test", timezone: Europe/Brussels}}
http: {{listen: "unix:{dir}/api.sock"}}
mqtt: {{server: "mqtt://127.0.0.1:{mqtt}", prefix: {prefix}, homeassistant: yes}}
rooms: {{leuven: {{title: Leuven, boundary: {{complete: yes}}}}}}
alerts: {{very-warm: {{point: "*/temperature", above: 60C}}}}
"""

DEVICE = '  {id}: {{room: leuven, profile: {profile}, address: "{address}", every: 1s, timeout: 500ms, role: {role}, breaker: 16A}}\n'


def render(template, payload):
    """The few forms of Jinja that discovery uses; anything else is a fault."""
    if not template:
        return payload
    value = json.loads(payload)
    if found := re.fullmatch(r"{{ value_json\.(\w+) }}", template):
        return str(value[found[1]])
    if found := re.fullmatch(r"{{ value_json\.(\w+) ([*/]) (\d+) if value_json\.\1 is number else none }}", template):
        x = value[found[1]]
        return str(None if x is None else x / int(found[3]) if found[2] == "/" else x * int(found[3]))
    if found := re.fullmatch(r"{{ ({.*})\[value_json\.state \| string\] \| default\('unknown'\) }}", template):
        return ast.literal_eval(found[1]).get(str(value["state"]), "unknown")
    if found := re.fullmatch(r"{{ 'ON' if '([\w-]+)' in value_json\.rules else 'OFF' }}", template):
        return "ON" if found[1] in value["rules"] else "OFF"
    raise AssertionError(f"a template that Home Assistant may not know: {template}")


class HomeAssistant:
    """Follows discovery as Home Assistant does: entities by unique id, what is gone is forgotten."""

    def __init__(self, rig, port):
        self.subscriber = Subscriber(rig, port, "#")
        self.entities = {}
        self.devices = {}
        self.seen = 0
        self.states = {}

    def read(self):
        messages = self.subscriber.read()
        for topic, payload, _ in messages[self.seen:]:
            found = re.fullmatch(r"homeassistant/device/(wattwacht-test)/([a-zA-Z0-9_-]+)/config", topic)
            if not found:
                self.states[topic] = payload
                continue
            self.entities = {k: v for k, v in self.entities.items() if v["topic"] != topic}
            if not payload:
                continue
            config = json.loads(payload)
            self.devices[config["device"]["identifiers"][0]] = config["device"]
            for key, entity in config["components"].items():
                if len(entity) == 1:
                    continue
                assert entity["unique_id"] not in self.entities, entity["unique_id"]
                shared = {k: config[k] for k in ("availability", "availability_mode") if k in config}
                self.entities[entity["unique_id"]] = {**shared, **entity, "topic": topic, "key": key,
                                                      "device": config["device"]["identifiers"][0]}
        self.seen = len(messages)
        return self

    def available(self, entity):
        return all(self.states.get(a["topic"]) == "online" for a in entity["availability"])

    def state(self, entity):
        if not self.available(entity):
            return "unavailable"
        return render(entity.get("value_template"), self.states[entity["state_topic"]])


class Test(unittest.TestCase):
    def setUp(self):
        self.rig = Rig(BUILD)
        self.addCleanup(self.rig.__exit__, None, None, None)
        self.rig.simulate(ROOM)
        self.port = self.rig.broker().port
        self.home = HomeAssistant(self.rig, self.port)

    def configure(self, ups=True, prefix="wattwacht", port=None):
        devices = DEVICE.format(id="pdu-a", profile="apc-rpdu2", address=self.rig.agents["pdu-a"], role="it")
        if ups:
            devices += DEVICE.format(id="ups-1", profile="rfc1628-ups", address=self.rig.agents["ups-1"], role="ups-out")
        self.rig.write("conf.d/site.yaml",
                       SITE.format(dir=self.rig.dir, mqtt=port or self.port, prefix=prefix) + "devices:\n" + devices)

    def check_values(self):
        """Every sensor of a device that has a value shows the daemon's, in its own unit."""
        home, checked = self.home.read(), 0
        factor = {"kWh": 1e-3, "kVAh": 1e-3, "kvarh": 1e-3, "min": 1 / 60, "h": 1 / 3600}
        for entity in home.entities.values():
            if entity["platform"] != "sensor" or "options" in entity or "/kpi/" in entity["state_topic"]:
                continue
            field = re.search(r"value_json\.(\w+)", entity["value_template"])[1]
            told = json.loads(home.states[entity["state_topic"]])[field]
            shown = home.state(entity)
            if told is None:
                self.assertEqual(shown, "None")
                continue
            self.assertAlmostEqual(float(shown), told * factor.get(entity.get("unit_of_measurement"), 1), 6)
            checked += 1
        return checked

    def test_discovered(self):
        self.configure()
        daemon = self.rig.daemon()
        self.rig.until("all is discovered", lambda: {"wattwacht_test", "wattwacht_test_leuven", "wattwacht_test_pdu-a",
                                                     "wattwacht_test_ups-1"} <= set(self.home.read().devices))
        self.rig.until("values", lambda: self.check_values() > 50)
        home = self.home
        self.assertEqual(home.devices["wattwacht_test_pdu-a"]["via_device"], "wattwacht_test_leuven")
        self.assertEqual(home.devices["wattwacht_test_leuven"]["via_device"], "wattwacht_test")
        self.assertEqual(home.devices["wattwacht_test_pdu-a"]["manufacturer"], "APC")
        self.assertEqual(home.devices["wattwacht_test_pdu-a"]["suggested_area"], "Leuven")
        energy = [e for e in home.entities.values() if e.get("device_class") == "energy" and "state_class" in e]
        self.assertTrue(energy)
        for entity in energy:  # what the Energy dashboard takes
            self.assertEqual((entity["state_class"], entity["unit_of_measurement"]), ("total_increasing", "kWh"))
        online = home.entities["wattwacht_test_pdu-a_connectivity"]
        self.assertEqual(home.state(online), "online")
        self.assertEqual(home.state(home.entities["wattwacht_test_ups-1_alert_ups-on-battery"]), "OFF")
        self.assertEqual(home.state(home.entities["wattwacht_test_alert_very-warm"]), "OFF")
        output = home.entities["wattwacht_test_ups-1_output_state"]
        self.assertIn(home.state(output), output["options"])
        daemon.stop()
        self.rig.until("all unavailable", lambda: all(
            home.state(e) == "unavailable" for e in home.read().entities.values() if e["key"] != "connectivity"))

    def purge(self, *more, check=0):
        _, out, _ = self.rig.cli("mqtt", "purge", "--config", self.rig.path("conf.d"), "--json", *more, check=check)
        answer = json.loads(out)
        return {c["topic"] for c in answer["cleared"]} if check == 0 else answer["error"]

    def retained(self):
        """Of all that was heard; a poll that a snapshot overtook comes as history, which no broker keeps."""
        return {t for t, p in self.home.read().states.items() if p and not t.startswith("$") and "/history/" not in t}

    def test_purge(self):
        self.configure()
        daemon = self.rig.daemon()
        self.rig.until("discovered", lambda: "wattwacht_test_ups-1_output_state" in self.home.read().entities)
        self.rig.until("told", lambda: any("/ups-1/battery/state" in t for t in self.retained()))
        daemon.stop()
        self.configure(ups=False)  # while nobody was there to clear what it leaves
        ghosts = self.purge("--dry-run")
        self.assertTrue(ghosts and all("ups-1" in t for t in ghosts), ghosts)
        self.assertIn("homeassistant/device/wattwacht-test/ups-1/config", ghosts)
        self.assertIn("wattwacht/test/device/leuven/ups-1/battery/state", ghosts)
        self.assertEqual(self.purge(), ghosts)
        self.assertEqual(self.purge("--dry-run"), set())
        self.rig.until("cleared", lambda: not any("ups-1" in t for t in self.retained()))
        self.assertFalse(any(e["device"].endswith("ups-1") for e in self.home.read().entities.values()))
        self.assertTrue(any("pdu-a" in t for t in self.retained()))
        named = self.purge("pdu-a")
        self.assertIn("wattwacht/test/device/leuven/pdu-a/status", named)
        self.configure(ups=False, prefix="other")
        self.assertEqual(self.purge(), set())
        before = self.purge("--prefix", "wattwacht")
        self.assertIn("wattwacht/test/status", before)
        self.rig.until("all cleared", lambda: not any(t.startswith("wattwacht/") for t in self.retained()))

    def test_purge_refused(self):
        self.configure(port=1)
        error = self.purge(check=4)
        self.assertIn("nothing listens on port 1", error["what"])
        self.assertEqual(self.rig.cli("mqtt", "purge", "Not-An-Id")[0], 2)


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    sys.exit(not program.result.wasSuccessful())
