#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three sites, two with a daemon of their own and one that was never heard of, summed by a central daemon: the groups' figures
in the API, over MQTT and in a report, and what they say of members that are missing.

Covers scope, kpi_now, report_members and the command's --group, with the profile wattwachtd.
"""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import Rig, Subscriber  # noqa: E402

BUILD = os.environ["WATTWACHT_BUILD"]

ROOMS = """
seed: 11
rooms: {leuven: {model: server-room-dx, it: 6kW, racks: 2}, gent: {model: server-room-dx, it: 9kW, racks: 2}}
agents:
  leuven-pdu: {device: apc-rpdu2, room: leuven, rack: 1, feed: A, outlets: 4, rating: 16A, snmp: {port: 0}}
  leuven-meter: {device: eastron-sdm630, room: leuven, load: cooling, energy: 5MWh, modbus: {port: 0, unit: 3}}
  gent-pdu: {device: apc-rpdu2, room: gent, rack: 1, feed: A, outlets: 4, rating: 16A, snmp: {port: 0}}
  gent-meter: {device: eastron-sdm630, room: gent, load: cooling, energy: 7MWh, modbus: {port: 0, unit: 3}}
"""

SITE = """
site: {{name: {site}}}
http: {{listen: "unix:{dir}/{site}.sock"}}
mqtt: {{server: "mqtt://127.0.0.1:{mqtt}"}}
rooms: {{zaal: {{}}}}
devices:
  pdu: {{room: zaal, profile: apc-rpdu2, address: "{pdu}", every: 1s, timeout: 500ms, role: it}}
  meter: {{room: zaal, profile: eastron-sdm630, address: "{meter}", modbus: {{unit: 3}}, every: 1s, timeout: 500ms, role: cooling}}
"""

CENTRAL = """
site: {{name: all}}
http: {{listen: "unix:{dir}/api.sock"}}
mqtt: {{server: "mqtt://127.0.0.1:{mqtt}", prefix: central}}
rooms: {{leuven: {{boundary: {{complete: yes}}}}, gent: {{boundary: {{complete: yes}}}}, brugge: {{boundary: {{complete: yes}}}}}}
groups:
  two: {{title: "Leuven and Gent", rooms: [leuven, gent]}}
  three: {{rooms: [leuven, gent, brugge]}}
devices:
"""

DEVICE = "  {site}-{name}: {{room: {site}, profile: wattwachtd, every: 1s, role: {role}, class: 1, " \
         "mqtt: {{topic: wattwacht/{site}/device/zaal/{name}, stale: 4s}}}}\n"


class Test(unittest.TestCase):
    def setUp(self):
        self.rig = rig = Rig(BUILD)
        self.addCleanup(rig.__exit__, None, None, None)
        rig.simulate(ROOMS)
        self.broker = rig.broker()
        central = CENTRAL.format(dir=rig.dir, mqtt=self.broker.port)
        for site in ("leuven", "gent", "brugge"):
            central += DEVICE.format(site=site, name="pdu", role="it") + DEVICE.format(site=site, name="meter", role="cooling")
        rig.write("central/all.yaml", central)

    def site(self, name):
        rig = self.rig
        rig.write(f"{name}/site.yaml", SITE.format(dir=rig.dir, site=name, mqtt=self.broker.port, pdu=rig.agents[name + "-pdu"],
                                                   meter=rig.agents[name + "-meter"]))
        state = rig.path(name + "-state")
        os.makedirs(state)
        return rig.start(name, [os.path.join(BUILD, "wattwachtd"), "--config", rig.path(name), "--state", state])

    def figure(self, scope, kpi="it-power"):
        return next(k for k in self.rig.api("/api/v1/kpi") if k["scope"] == scope and k["id"] == kpi)

    def sums_up(self):
        """Leuven and Gent together, out of one answer."""
        value = {k["scope"]: k["value"] for k in self.rig.api("/api/v1/kpi") if k["id"] == "it-power"}
        both = (value["leuven"] or 0) + (value["gent"] or 0)
        return value["leuven"] and value["gent"] and abs(value["two"] - both) <= 1e-6 * both

    def report(self, *words, code=0):
        got, out, err = self.rig.cli("report", "--config", self.rig.path("central"), "--state", self.rig.path("state"),
                                     "--period", "2026", *words)
        self.assertEqual(got, code, err)
        return out if not code else err

    def test_groups(self):
        rig = self.rig
        self.site("leuven")
        gent = self.site("gent")
        rig.daemon(config="central")
        rig.until("the sum of two sites", self.sums_up, 60)
        self.assertEqual(rig.api("/api/v1/kpi?scope=two")[0]["scope"], "two")
        # the third was never heard of: it is named, and no sum is told without it
        for scope in ("three", "site"):
            whole = self.figure(scope)
            self.assertIsNone(whole["value"])
            self.assertIn("brugge: no reading yet from brugge-meter, brugge-pdu"[:30], whole["reason"])
        listen = Subscriber(rig, self.broker.port, "central/all/kpi/#")
        told = rig.until("the group over MQTT", lambda: listen.last("central/all/kpi/two/it-power/state"))
        self.assertEqual(told["unit"], "W")
        self.assertGreater(told["value"], 1000)
        self.assertIn("brugge", rig.until("the other", lambda: listen.last("central/all/kpi/three/it-power/state"))["reason"])
        # one goes, and the group says who
        gent.stop()
        rig.until("gent is missing", lambda: self.figure("two")["value"] is None and "gent: " in self.figure("two")["reason"])
        document = json.loads(self.report("--group", "three", "--json"))
        self.assertEqual([m["room"] for m in document["members"]], ["leuven", "gent", "brugge"])
        self.assertIsNone(document["energy"]["it_wh"])
        brugge = document["members"][2]
        self.assertTrue(brugge["it_wh"] is None and brugge["ratio"] is None and "brugge-pdu" in brugge["reason"], brugge)
        self.assertTrue(any(m["what"] == "members" and m["why"].startswith("brugge: ") for m in document["missing"]))
        self.assertIn("Leuven and Gent", self.report("--group", "two"))
        self.assertIn("no such group", self.report("--group", "four", code=1))


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    sys.exit(not program.result.wasSuccessful())
