#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's two rooms over their back-filled month: what `wattwacht report` says against the simulator's truth.

The devices are learnt by the daemon from the simulator, as the demo does; then their past is filled in.
"""
import json
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "demo"))
sys.path.insert(0, HERE)
import demo  # noqa: E402
from rig import Failure, Rig, free_port  # noqa: E402

DAYS = 30
STEPS = 2e-4  # eight PDUs that count in 0.1 kWh, at both edges of 8 MWh
faults = []


def check(what, ok, shown=""):
    print(f"{'ok  ' if ok else 'FAIL'} {what}{'' if ok else f': {shown}'}", flush=True)
    if not ok:
        faults.append(what)


def near(what, value, true, tolerance):
    check(f"{what} within {tolerance:g}", value is not None and abs(value - true) <= tolerance * abs(true), f"{value}, true {true}")


def prepare(rig):
    """The demo's files with ports and paths of this run."""
    ports = {}

    def port(found):
        return ports.setdefault(found[0], str(free_port()))

    def moved(path):
        with open(path, encoding="utf-8") as f:
            text = re.sub(r"(?<=[:\s])(161\d\d|150[23]\d|18830|9480)\b", port, f.read())
        return text.replace(demo.DIRECTORY, rig.dir)
    for name in sorted(os.listdir(demo.CONFIG)):
        if name.endswith(".yaml"):
            rig.write(os.path.join("conf.d", name), moved(os.path.join(demo.CONFIG, name)))
    demo.CONFIG = rig.path("conf.d")
    demo.secrets(rig)
    return moved(os.path.join(demo.HERE, "rooms.yaml")), int(ports["18830"])


def report(rig, *words):
    done = subprocess.run([os.path.join(rig.build, "wattwacht"), "report", "--config", demo.CONFIG, "--state", rig.path("state"), *words],
                          capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise Failure(done.stderr)
    return done.stdout


def stamp(s):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(s))


def compare(rig, room, truth, begin, end):
    document = json.loads(report(rig, "--room", room, "--period", f"{stamp(begin)}/{stamp(end)}", "--json"))
    energy, kpis = document["energy"], {k["id"]: k for k in document["kpis"]}

    def true(part):
        return truth[(end, f"{room}/kpi/{part}")] - truth[(begin, f"{room}/kpi/{part}")]
    near(f"{room}: IT energy", energy["it_wh"], true("it-energy"), STEPS)
    near(f"{room}: total energy", energy["total_wh"], true("total-energy"), STEPS)
    near(f"{room}: cooling", energy["cooling_wh"], true("cooling"), STEPS)
    near(f"{room}: losses of the UPS", energy["ups_losses_wh"], true("ups-loss"), 2e-3)
    near(f"{room}: iPUE", kpis["ipue"]["value"], true("total-energy") / true("it-energy"), STEPS)
    check(f"{room}: the truth is within the stated uncertainty",
          abs(kpis["ipue"]["value"] - true("total-energy") / true("it-energy")) <= kpis["ipue"]["uncertainty_k2"], kpis["ipue"])
    check(f"{room}: the time is covered", kpis["ipue"]["coverage"] > 0.99, kpis["ipue"])
    check(f"{room}: every day is told", len(document["series"]["rows"]) >= DAYS - 1)
    total = sum(r["it_wh"] for r in document["series"]["rows"])
    near(f"{room}: the days add up", total, energy["it_wh"], 1e-9)
    check(f"{room}: the month's peak", document["peaks"]["mean_w"] > energy["total_wh"] / (DAYS * 24) * 0.9, document["peaks"])
    check(f"{room}: heat", document["heat"]["rooms"][0]["power_w"] > 1000, document["heat"])
    for k in document["kpis"]:
        if k["value"] is None and not k["reason"]:
            check(f"{room}: {k['id']} has a reason", False, k)
    return document


def pages(rig, begin, end):
    period = f"{stamp(begin)}/{stamp(end)}"
    page = report(rig, "--room", "district09", "--period", period, "--format", "html", "--lang", "nl")
    check("the page needs nothing else", not re.search(r"(src|href)=|<script|@import|url\(", page))
    check("the page has its graphs", page.count("<svg") >= 3 and page.rstrip().endswith("</html>"))
    for lang, word in (("en", "Losses of the UPS"), ("nl", "Verliezen van de UPS"), ("fr", "Pertes de l'onduleur")):
        check(f"text in {lang}", word in report(rig, "--room", "leuven", "--period", period, "--lang", lang))
    trace = json.loads(report(rig, "--room", "leuven", "--period", period, "--explain", "ipue", "--json"))
    both = sum(m["value"] for m in trace["trace"] if m["as"] == "it")
    near("the trace adds up to IT", both, next(o["value"] for o in trace["operands"] if o["name"] == "IT energy"), 1e-9)
    document = json.loads(report(rig, "--site", "--period", period, "--json"))
    prices = {p["room"]: p for p in document["heat"]["prices"]}
    check("the price of the heat", 40 < prices["district09"]["lcoh_eur_mwh"] < 160 and prices["district09"]["payback_years"] > 1, prices)
    check("none without an investment", prices["leuven"]["lcoh_eur_mwh"] is None and "investment" in prices["leuven"]["lcoh_reason"], prices)
    check("both rooms have their line", [m["room"] for m in document["members"]] == list(demo.ROOMS), document["members"])
    offer = json.loads(report(rig, "--room", "district09", "--period", period, "--explain", "heat-delivered", "--json"))["offer"][0]
    check("the heat offer", offer["power_95_w"] < offer["power_w"] < offer["power_most_w"], offer)


def main():
    now = int(time.time())
    past = now // 3600 * 3600 - DAYS * 86400
    with Rig(os.environ["WATTWACHT_BUILD"]) as rig:
        rooms, broker = prepare(rig)
        rig.write("rooms.yaml", rooms.replace("truth: truth.ndjson", f"truth: {rig.path('truth.ndjson')}") + f"since: {stamp(past)}\n")
        rig.broker(broker)
        rig.simulate(rig.path("rooms.yaml"), "simulator")
        demo.learn(rig)
        demo.backfill(rig, past)
        with open(rig.path("state", "truth.ndjson"), encoding="utf-8") as f:
            truth = {(e["t"], e["point"]): e["energy_wh"] for e in map(json.loads, f)}
        begin, end = past + 3600, now // 3600 * 3600
        for room in demo.ROOMS:
            compare(rig, room, truth, begin, end)
        pages(rig, begin, end)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as e:
        sys.exit(f"FAIL {e}")
