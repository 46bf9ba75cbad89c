#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""cli_graph: pictures and their numbers over a week of simulated past, fresh from a running daemon and from the files
alone; what CSV tells is what rrdtool fetch and the report tell. graph, graph_pool's child as it is started."""
import csv
import datetime
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time
import xml.etree.ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import SOURCE, Failure, Rig  # noqa: E402

BUILD = os.environ["WATTWACHT_BUILD"]
DAYS = 6
faults = []

SCENE = """
seed: 4
speed: 1
start: now
truth: {truth}
since: {since}
rooms: {{r1: {{model: server-room-dx, it: 6kW}}}}
agents:
  pdu-a: {{device: apc-rpdu2, room: r1, rack: 1, feed: A, outlets: 4, rating: 32A, energy: 107MWh, snmp: {{port: 0}}}}
  pdu-b: {{device: apc-rpdu2, room: r1, rack: 1, feed: B, outlets: 4, rating: 32A, energy: 107MWh, snmp: {{port: 0}}}}
  ups: {{device: rfc1628-ups, room: r1, load: ups, snmp: {{port: 0}}}}
  ac: {{device: eastron-sdm630, room: r1, load: cooling, energy: 21MWh, modbus: {{port: 0, unit: 3}}}}
"""

CONFIG = """
site: {{name: graphs, timezone: Europe/Brussels, languages: [fr, en]}}
http: {{listen: "unix:{dir}/api.sock"}}
rooms: {{r1: {{title: "Room one", ashrae: A1, boundary: {{complete: yes}}, heat: {{architecture: dx_open, sink: {{supply: 50C, return: 40C}}}}}}}}
racks: {{k1: {{room: r1}}}}
devices:
  pdu-a: {{room: r1, rack: k1, profile: apc-rpdu2, address: "{pdu-a}", every: 5s, role: it, feed: A, breaker: 32A, parts: {{sensor-01: {{place: rack-inlet}}}}}}
  pdu-b: {{room: r1, rack: k1, profile: apc-rpdu2, address: "{pdu-b}", every: 5s, role: it, feed: B, breaker: 32A}}
  ups: {{room: r1, profile: auto, address: "{ups}", role: ups-out}}
  ac: {{room: r1, profile: eastron-sdm630, address: "{ac}", modbus: {{unit: 3}}, role: cooling}}
"""


def check(what, ok, shown=""):
    if not ok:
        faults.append(what)
    print(f"{'ok  ' if ok else 'FAIL'} {what}" + ("" if ok else f": {str(shown)[:1500]}"), flush=True)


def graph(rig, *words, state="state", api=True):
    more = ["--api", f"unix:{rig.path('api.sock')}"] if api else []
    return rig.cli("graph", *words, "--config", rig.path("conf.d"), "--state", rig.path(state), *more)


def online(rig):
    devices = rig.api("/api/v1/status")["devices"]
    return devices and all(d["state"] == "online" for d in devices)


def past(rig):
    """A week of values under the names that the daemon gives."""
    begin = int(time.time()) // 300 * 300 - DAYS * 86400
    scene = rig.write("scene.yaml", SCENE.format(truth=rig.path("truth.ndjson"),
                                                 since=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin))))
    rig.simulate(scene)
    rig.write("conf.d/10-site.yaml", CONFIG.format(dir=rig.dir, **rig.agents))
    daemon = rig.daemon(name="learning")
    rig.until("every device answers", lambda: online(rig), 60)
    daemon.stop()
    shutil.move(rig.path("state", "devices"), rig.path("devices"))
    shutil.rmtree(rig.path("state"))
    os.mkdir(rig.path("state"))
    shutil.move(rig.path("devices"), rig.path("state", "devices"))
    subprocess.run([os.path.join(rig.build, "tests", "backfill"), rig.path("conf.d"), rig.path("state"), scene,
                    str(begin), str(int(time.time()))], check=True, timeout=120)


def rows_of(text):
    """[(epoch of the row's end, values)]"""
    rows = list(csv.reader(io.StringIO(text)))
    return rows[0], [(datetime.datetime.fromisoformat(r[1]).timestamp(), r[2:]) for r in rows[1:]]


def fetched(path, step, begin, end):
    """rrdtool fetch: {epoch: text of the first data source asked}"""
    done = subprocess.run(["rrdtool", "fetch", path, "AVERAGE", "-r", str(step), "-s", str(begin), "-e", str(end)],
                          capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    column = lines[0].split().index("active_power")
    return {int(line.split(":")[0]): line.split()[1 + column] for line in lines[2:] if ":" in line}


def same_as_rrdtool(rig, begin, end, step):
    stamps = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t)) for t in (begin, end)]
    code, out, err = graph(rig, "pdu-a/total/active_power", "--from", stamps[0], "--to", stamps[1], "--width", "100000")
    head, rows = rows_of(out)
    told = fetched(rig.path("state", "rrd", "pdu-a", "total.rrd"), step, begin, end)
    compared = unequal = 0
    for t, values in rows:
        expected = told.get(int(t), "nan")
        if "nan" in expected or not values[0]:
            unequal += ("nan" in expected) != (not values[0])
            continue
        compared += 1
        unequal += abs(float(values[0]) - float(expected)) > 1e-9 * abs(float(expected))
    check(f"CSV is rrdtool fetch at {step} s", code == 0 and head[2] == "active_power [W]" and compared > 100 and not unequal,
          f"{code} {err} {head} {compared} {unequal}")


def same_as_report(rig):
    day = (datetime.datetime.now() - datetime.timedelta(days=3)).strftime("%Y-%m-%d")
    code, out, err = graph(rig, "energy-day", "--room", "r1", "--from", day, "--to", day + "T23:59")
    head, rows = rows_of(out)
    report = json.loads(rig.cli("report", "--room", "r1", "--period", day, "--json", "--config", rig.path("conf.d"),
                                "--state", rig.path("state"), check=0)[1])
    it = float(rows[0][1][head.index("Informatique [Wh]") - 2])
    check("a day's energy is the report's", code == 0 and len(rows) == 1 and abs(it - report["energy"]["it_wh"]) < 1,
          f"{code} {err} {out} {report['energy']}")


def fresh(rig):
    """The daemon's batches are due each five minutes: a graph that has the last seconds was flushed for."""
    started = time.time()

    def last_known():
        code, out, err = graph(rig, "pdu-a/total/active_power", "--from", "-5min")
        if code:
            raise Failure(err)
        return max((t for t, values in rows_of(out)[1] if values[0]), default=0)
    rig.until("a graph that ends now", lambda: last_known() > started, 90)
    check("the graph ends now", time.time() - started < 200)


def pictures(rig):
    code, out, err = graph(rig, "power", "--room", "r1")
    check("the site's first language", code == 0 and out.startswith("from,to,Informatique [W]"), err)
    code, out, err = graph(rig, "--json")
    graphs = json.loads(out)["graphs"]
    check("the list", code == 0 and {"power", "energy-day", "inlets"} <= {g["what"] for g in graphs}, out + err)
    for g in graphs:
        scope = ["--room", "r1"] if "room" in g["scopes"] else ["--device", "pdu-a"]
        path = rig.path(g["what"] + ".svg")
        code, _, err = graph(rig, g["what"], *scope, "--from", "-5d", "-o", path, api=False)
        if "not one value" in err or "nothing in" in err:
            check(f"{g['what']} says why not", code == 1 and g["what"] in ("heat", "temperatures"), err)
            continue
        if code:
            check(f"{g['what']} as SVG", False, err)
            continue
        root = xml.etree.ElementTree.parse(path).getroot()
        check(f"{g['what']} as SVG", root.tag.endswith("svg"), err)
    path = rig.path("power.png")
    code, _, err = graph(rig, "power", "--room", "r1", "--from", "-7d", "--width", "640", "--dark", "--lang", "nl", "-o", path, api=False)
    with open(path, "rb") as f:
        head = f.read(24)
    check("a PNG as wide as asked", code == 0 and head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">I", head[16:20])[0] == 640, err)


def own_definition(rig):
    """The example of docs/graphs.md, beside the configuration; and what is said of a wrong one."""
    with open(os.path.join(SOURCE, "docs", "graphs.md"), encoding="utf-8") as f:
        example = re.search(r"```yaml\n(.*?)```", f.read(), re.S)[1]
    path = rig.write("conf.d/graphs/mine.yaml", example)
    code, out, err = graph(rig, "mine", "--room", "r1", api=False)
    check("a definition of one's own", code == 0 and out.startswith("from,to,ac [W]"), f"{code} {out[:200]} {err}")
    rig.write("conf.d/graphs/mine.yaml", example.replace("by: device", "by: devise"))
    code, out, err = graph(rig, "mine", "--room", "r1", api=False)
    check("a wrong one is told with its place", code == 1 and "mine.yaml:" in err and "did you mean 'device'" in err, err)
    code, out, err = rig.cli("check", "--config", rig.path("conf.d"))
    check("and by wattwacht check", code == 1 and "mine.yaml:" in err and not out, f"{code} {err}")
    os.remove(path)


def refused(rig):
    for words, code, text in (
            (["powr"], 1, "no graph and no point"),
            (["power", "--room", "elsewhere"], 1, "no room, group, rack or device"),
            (["currents", "--site"], 2, "not drawn of a site"),
            (["power", "--room", "r1", "--site"], 2, "expected one of"),
            (["power", "--width", "99999999", "-o", rig.path("x.png")], 2, "width"),
            (["power", "--from", "2026-02-30"], 2, "from"),
            (["power", "--from", "-400y"], 2, "from"),
            (["power", "-o", rig.path("x.pdf")], 2, "none of svg png csv json"),
            (["power", "-o", rig.path("nowhere", "x.svg")], 1, "No such file"),
            (["pdu-a/total/energy"], 2, "not kept in RRD files"),
            (["../../../etc/passwd"], 2, "no name")):
        got, out, err = graph(rig, *words, api=False)
        check(" ".join(words[:3]), got == code and text in err and not out, f"{got} {out} {err}")
    got, out, _ = graph(rig, "powr", "--json", api=False)
    check("an error as JSON", got == 1 and "powr" in json.loads(out)["error"]["what"], out)
    code, out, err = graph(rig, "power", "--room", "r1")
    check("without a daemon from the files", code == 0 and out.startswith("from,to,Informatique [W]") and "drawn from the files" in err, err)
    shutil.copytree(rig.path("state"), rig.path("broken"))
    with open(rig.path("broken", "rrd", "ac", "total.rrd"), "r+b") as f:
        f.seek(40)
        f.write(b"\xff" * 200)
    code, out, err = graph(rig, "power", "--room", "r1", state="broken", api=False)
    check("a damaged file is named", code == 1 and "ac/total.rrd" in err and not out, f"{code} {err}")


def dashboard():
    """Every family that the Grafana dashboard asks for is one that /metrics can tell."""
    def text(*path):
        with open(os.path.join(SOURCE, *path), encoding="utf-8") as f:
            return f.read()
    told = set(re.findall(r'"(wattwacht_[a-z_]+)"', text("daemon", "http_metrics.c")))
    counters = set(re.findall(r'"(wattwacht_[a-z_]+)", "[a-z]*", "counter"', text("daemon", "http_metrics.c")))
    told |= {name + "_total" for name in counters}
    kpi = False
    for name, metric in re.findall(r'\[Q_[A-Z_]+\]\s*=\s*\{"([a-z_-]+)",.*"([a-z_]+)"\}', text("drivers", "quantity.c")):
        kpi |= name == "power-ratio"
        told.add(f"wattwacht_{'kpi_' if kpi else ''}{name.replace('-', '_')}_{metric}")
    board = json.loads(text("graphs", "grafana", "wattwacht.json"))
    asked = set(re.findall(r"wattwacht_[a-z_]+", json.dumps(board["panels"]) + json.dumps(board["templating"])))
    check("the dashboard's families", len(asked) > 15 and asked <= told, sorted(asked - told))
    check("its panels lie beside each other", all(p["gridPos"]["x"] + p["gridPos"]["w"] <= 24 for p in board["panels"]))


def main():
    dashboard()
    with Rig(BUILD) as rig:
        past(rig)
        daemon = rig.daemon()
        fresh(rig)
        now = int(time.time())
        same_as_rrdtool(rig, now // 10 * 10 - 7200, now // 10 * 10, 10)
        same_as_rrdtool(rig, now // 60 * 60 - 3 * 86400, now // 60 * 60, 60)
        daemon.stop()
        same_as_report(rig)
        pictures(rig)
        own_definition(rig)
        refused(rig)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as e:
        print(e)
        sys.exit(1)
