#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev bench: costs as ratios in one run; the machines are noisy, so absolute figures mean little.

bench.py BUILD [--devices N] [--seconds S] [--only snmp,silent,modbus,report,graph,probe,mqtt,outage]

snmp    N simulated PDUs of 72 readings each every 10 s: CPU a reading of wattwachtd (SNMP, flow, log, ledger, RRD, MQTT,
        figures) against collectd (SNMP, rrdtool, MQTT) on the same agents, and against net-snmp that only asks and sums;
        of each program a whole round of batches, five minutes, with files that exist; memory before and after it
silent  the 99th percentile of the other devices' poll jitter with every tenth device silent
modbus  100 Modbus TCP devices of 60 registers every second over 20 gateways, one gateway dead
report  a year of 200 metered points: the report over the whole year, and the ledger's size for 50 of them
probe   the profile library loaded, and a look at one device on loopback
mqtt    20,000 point updates a second to a mosquitto at QoS 0, 10,000 at QoS 1: what waits, what is overtaken, CPU
outage  a log of 24 h at 100 readings a second, its size, and how fast it is told when the broker is back
graph   pictures of a week and series of 2,000 points, as the page asks for them
"""
import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from rig import Failure, Rig, free_port  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
BASE = "1.3.6.1.4.1.318.1.1.26"
# PowerNet-MIB: what one PDU of 24 metered outlets tells
OUTLET = [f"{BASE}.9.4.3.1.{column}" for column in (6, 7, 11)]
PHASE = [f"{BASE}.6.3.1.{column}" for column in (5, 6, 7)]
DEVICE = [f"{BASE}.4.3.1.{column}" for column in (5, 9, 16, 17)]
ROWS = []


def row(name, value, unit, note=""):
    ROWS.append((name, value, unit))
    print(f"{name:<58} {value:>10.3f} {unit}  {note}", flush=True)


def cpu(pid):
    """Seconds of CPU, all threads."""
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1]) / 1024


def scene(n, extra="", faults=""):
    agents = "\n".join(f"  p{i:03}: {{device: apc-rpdu2, room: r, rack: {i // 2 % 100 + 1}, feed: {'AB'[i % 2]}, outlets: 24, "
                       f"rating: 32A, snmp: {{port: 0}}}}" for i in range(n))
    return (f"seed: 3\nspeed: 1\nrooms: {{r: {{model: data-centre-water, it: 300kW, racks: 100}}}}\nagents:\n{agents}\n{extra}"
            f"faults: [{faults}]\n")


def site(rig, mqtt, http, spans="10s/1h 1m/1d 15m/30d"):
    brokers = f'mqtt: {{server: "mqtt://127.0.0.1:{mqtt}"}}\n' if mqtt else ""
    rig.write("conf.d/10-site.yaml", f"site: {{name: bench}}\n{brokers}http: {{listen: \"unix:{rig.dir}/api.sock\"}}\n"
              f"rrd: {{spans: \"{spans}\"}}\nrooms: {{r: {{}}}}\n")


def devices(rig, every="10s"):
    lines = [f"  {name}: {{room: r, profile: apc-rpdu2, address: \"{address}\", every: {every}, timeout: 1s, role: it}}"
             for name, address in rig.agents.items()]
    rig.write("conf.d/20-devices.yaml", "devices:\n" + "\n".join(lines) + "\n")


def polls(rig):
    return sum(d["polls"] for d in rig.api("/api/v1/status")["devices"])


def raise_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Round:
    """One round of batches of a program whose files exist: both gather five minutes of samples before they write one,
    so that CPU is of exactly such a round, and memory of the same ages."""
    AGES = (120, 420)  # s
    WARM = 60          # s of a life before, whose end leaves every file made: that is once only

    def __init__(self):
        self.begin, self.mb, self.cpu = time.monotonic(), [], []

    def until_age(self, index, pid):
        time.sleep(max(0, self.begin + self.AGES[index] - time.monotonic()))
        self.mb.append(resident(pid))
        self.cpu.append(cpu(pid))

    def used(self):
        return self.cpu[1] - self.cpu[0]


def measure(pid, seconds):
    before, begin = cpu(pid), time.monotonic()
    time.sleep(seconds)
    return cpu(pid) - before, time.monotonic() - begin


def run_wattwacht(rig, n):
    def online():
        return sum(d["state"] == "online" for d in rig.api("/api/v1/status")["devices"]) == n
    daemon = rig.daemon()
    rig.until("every device online", online, 120)
    time.sleep(Round.WARM)
    daemon.stop(limit=300)
    one = Round()
    daemon = rig.daemon(name="wattwachtd-2")
    rig.until("every device online", online, 120)
    one.until_age(0, daemon.pid)
    points = len([p for p in rig.points().values() if p["quality"] == "good" and "/kpi/" not in p["point"]])
    first, begin = polls(rig), time.monotonic()
    one.until_age(1, daemon.pid)
    count, took = polls(rig) - first, time.monotonic() - begin
    p99 = max(d["jitter_p99_ms"] for d in rig.api("/api/v1/status")["devices"])
    daemon.stop(limit=300)
    return one.used() * 1e6 / (count * points / n), one.mb, points / n, p99, count / took


def collectd_config(rig, mqtt):
    def data(name, kind, oids, table):
        return "\n".join(
            f'<Data "{name}{i}">\n Type "{kind}"\n Table {"true" if table else "false"}\n '
            + (f'TypeInstanceOID "{BASE}.9.4.3.1.4"\n ' if table else f'TypeInstance "{name}{i}"\n ')
            + f'Values "{oid}"\n</Data>' for i, oid in enumerate(oids))
    blocks = [data("outlet", "gauge", OUTLET, True), data("phase", "gauge", [o + ".1" for o in PHASE], False),
              data("device", "gauge", [o + ".1" for o in DEVICE], False)]
    collect = " ".join(f'"outlet{i}"' for i in range(3)) + " " + " ".join(f'"phase{i}"' for i in range(3)) + " " + \
        " ".join(f'"device{i}"' for i in range(4))
    hosts = "\n".join(f'<Host "{n}">\n Address "{a}"\n Version 2\n Community "public"\n Interval 10\n Collect {collect}\n</Host>'
                      for n, a in rig.agents.items())
    return f"""Interval 10
BaseDir "{rig.path('collectd')}"
PIDFile "{rig.path('collectd.pid')}"
TypesDB "/usr/share/collectd/types.db"
ReadThreads 5
LoadPlugin snmp
LoadPlugin rrdtool
LoadPlugin mqtt
<Plugin snmp>
{chr(10).join(blocks)}
{hosts}
</Plugin>
<Plugin rrdtool>
 DataDir "{rig.path('collectd', 'rrd')}"
 CreateFilesAsync true
 CacheTimeout 300
 CacheFlush 900
 RRARows 1200
 RRATimespan 3600
 RRATimespan 86400
 RRATimespan 2592000
</Plugin>
<Plugin mqtt>
 <Publish "bench">
  Host "127.0.0.1"
  Port {mqtt}
 </Publish>
</Plugin>
"""


def run_collectd(rig, n, readings):
    os.makedirs(rig.path("collectd", "rrd"), exist_ok=True)
    conf = rig.write("collectd.conf", collectd_config(rig, rig.mqtt))
    command = ["collectd", "-f", "-C", conf]
    process = rig.start("collectd", command, env={"MIBS": ""})
    time.sleep(Round.WARM)
    process.stop(limit=300)
    one = Round()
    process = rig.start("collectd-2", command, env={"MIBS": ""})
    for index in range(2):
        one.until_age(index, process.pid)
    process.stop(limit=300)
    return one.used() * 1e6 / (readings * n * (Round.AGES[1] - Round.AGES[0]) / 10), one.mb


def bench_snmp(options):
    n = options.devices
    with Rig(options.build) as rig:
        rig.simulate(scene(n))
        rig.mqtt = rig.broker().port
        site(rig, rig.mqtt, None)
        devices(rig)
        ours, memory, readings, p99, rate = run_wattwacht(rig, n)
        row("wattwachtd, readings a device", readings, "", f"{rate:.1f} polls/s")
        oids = [f"{o}.{i}" for i in range(1, 25) for o in OUTLET] + [f"{o}.1" for o in PHASE + DEVICE]
        least = subprocess.run([os.path.join(options.build, "tests", "ask"), "3", *rig.agents.values()],
                               input="\n".join(oids) + "\n", capture_output=True, text=True, check=True)
        asked = float(least.stdout.split()[1])
        row("wattwachtd, CPU a reading", ours, "us")
        row("net-snmp that only asks and sums, CPU a reading", asked, "us")
        row("ratio: wattwachtd / only asking", ours / asked, "x")
        for age, mb in zip(Round.AGES, memory):
            row(f"wattwachtd, resident memory after {age} s", mb, "MB")
        row("wattwachtd, 99th percentile of poll jitter", p99, "ms")
        if shutil.which("collectd"):
            theirs, their_memory = run_collectd(rig, n, len(oids))
            row("collectd, CPU a reading", theirs, "us")
            row("ratio: collectd / wattwachtd, CPU a reading", theirs / ours, "x", "aim: 8, at least 4")
            for age, mb, their_mb in zip(Round.AGES, memory, their_memory):
                row(f"collectd, resident memory after {age} s", their_mb, "MB")
                row(f"ratio: collectd / wattwachtd, memory after {age} s", their_mb / mb, "x", "at least 1")


def jitter(rig):
    return [d["jitter_p99_ms"] for d in rig.api("/api/v1/status")["devices"] if d["state"] == "online"]


def bench_silent(options):
    n = min(options.devices, 200)
    with Rig(options.build) as rig:
        faults = ", ".join(f"{{at: 60s, for: 1h, agent: p{i:03}, kind: silence}}" for i in range(0, n, 10))
        rig.simulate(scene(n, faults=faults))
        site(rig, None, None)
        devices(rig, every="1s")
        daemon = rig.daemon()
        rig.until("every device online", lambda: len(jitter(rig)) == n, 60)
        time.sleep(25)
        before = sorted(jitter(rig))
        rig.until("a tenth silent", lambda: len(jitter(rig)) <= n - n // 10, 120)
        time.sleep(70)  # the ring of 64 polls is new
        after = sorted(jitter(rig))
        daemon.stop()
        row("poll jitter p99, all alive (median device)", before[len(before) // 2], "ms")
        row("poll jitter p99, a tenth silent (median device)", after[len(after) // 2], "ms")
        row("the worst device moved by", after[-1] - before[-1], "ms", "less than 10")


def bench_modbus(options):
    lines = "\n".join(f"  m{g:02}-{u}: {{device: schneider-iem3000, room: r, load: cooling, modbus: {{port: 0, unit: {u}, line: g{g:02}}}}}"
                      for g in range(20) for u in range(1, 6))
    with Rig(options.build) as rig:
        rig.simulate("seed: 3\nspeed: 1\nrooms: {r: {model: data-centre-water, it: 100kW}}\nagents:\n" + lines +
                     "\nfaults: [" + ", ".join(f"{{at: 30s, for: 1h, agent: m00-{u}, kind: silence}}" for u in range(1, 6)) + "]\n")
        site(rig, None, None)
        rig.write("conf.d/20-devices.yaml", "devices:\n" + "\n".join(
            f"  {name}: {{room: r, profile: schneider-iem3000, address: \"{address}\", modbus: {{unit: {name.split('-')[1]}}}, every: 1s, timeout: 300ms}}"
            for name, address in rig.agents.items()) + "\n")
        daemon = rig.daemon()
        rig.until("all online", lambda: len(jitter(rig)) == 100, 60)
        rig.until("one gateway dead", lambda: len(jitter(rig)) == 95, 90)
        time.sleep(70)
        first, begin = polls(rig), time.monotonic()
        used, took = measure(daemon.pid, options.seconds)
        alive = [d for d in rig.api("/api/v1/status")["devices"] if d["state"] == "online"]
        worst = max(d["jitter_p99_ms"] for d in alive)
        count = polls(rig) - first
        daemon.stop()
        row("Modbus: polls a second, 95 of 100 devices alive", count / (time.monotonic() - begin), "1/s")
        row("Modbus: CPU a poll of 60 registers", used * 1e6 / count, "us")
        row("Modbus: worst jitter p99 of the live devices", worst, "ms", "on time: well below the period of 1000")


def year_site(root, meters):
    os.makedirs(os.path.join(root, "conf.d"))
    os.makedirs(os.path.join(root, "state"))
    ids = ["m000", "m001"] + [f"m{i:03}" for i in range(3, meters)]
    lines = [f"  {id}: {{room: r, profile: eastron-sdm630, address: \"192.0.2.{1 + i // 200}:{2000 + i}\", role: it}}"
             for i, id in enumerate(ids)]
    with open(os.path.join(root, "conf.d", "site.yaml"), "w", encoding="utf-8") as f:
        f.write("site: {name: bench}\nfactors: {price-electricity: 220EUR/MWh, price-gas: 80EUR/MWh}\n"
                "rooms: {r: {boundary: {complete: yes}, heat: {architecture: hac, sink: {supply: 50C, return: 40C}}}}\n"
                "devices:\n" + "\n".join(lines) + "\n")


def bench_report(options):
    for meters, name in ((50, "50"), (200, "200")):
        with tempfile.TemporaryDirectory() as root:
            year_site(root, meters)
            made = subprocess.run([os.path.join(options.build, "tests", "year"), os.path.join(root, "state"), str(meters), "365"],
                                  check=True, capture_output=True, text=True, timeout=900)
            if meters == 50:
                row("ledger, a year of 50 accounts", os.path.getsize(os.path.join(root, "state", "ledger.db")) / 1e6, "MB",
                    "at most 50")
                continue
            begin = time.monotonic()
            done = subprocess.run([os.path.join(options.build, "wattwacht"), "report", "--config", os.path.join(root, "conf.d"),
                                   "--state", os.path.join(root, "state"), "--period", "2025", "--json"],
                                  check=True, capture_output=True, text=True, timeout=120)
            row(f"report over a year of {name} metered points", time.monotonic() - begin, "s", "at most 5; 1 from day totals")
            truth, told = json.loads(made.stdout), json.loads(done.stdout)["energy"]
            worst = max(abs(told[k] - truth[k]) / truth[k] for k in truth)
            row("the same: worst difference from the truth", worst * 1e9, "1e-9", "at most 1000")


def bench_graph(options):
    os.environ["WATTWACHT_BUILD"] = os.path.abspath(options.build)
    import test_graph
    with Rig(options.build) as rig:
        test_graph.past(rig)
        for name, note, words in (
                ("graph: power by use of a week, SVG", "less than 150", ("power", "r1", "-7d", "svg", "900")),
                ("graph: power by use of a week, PNG", "less than 150", ("power", "r1", "-7d", "png", "900")),
                ("graph: energy of each day of a week, SVG", "less than 150", ("energy-day", "r1", "-7d", "svg", "900")),
                ("graph: 2,000 rows of the balance as JSON", "less than 20", ("power", "r1", "-7d", "json", "2000")),
                ("graph: 2,000 rows of a point as JSON", "less than 20",
                 ("pdu-a/total/active_power", "r1", "-7d", "json", "2000"))):
            done = subprocess.run([os.path.join(options.build, "tests", "draw"), rig.path("conf.d"), rig.path("state"), *words],
                                  capture_output=True, text=True, check=True, timeout=120)
            median, longest, size = done.stdout.split()
            row(name, float(median), "ms", f"{note}; longest {longest} ms, {int(size) / 1000:.0f} kB")


def bench_probe(options):
    """Each probe is a program of its own: it loads the library, asks, reads, and prints."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    done = subprocess.run([os.path.join(options.build, "tests", "library"), os.path.join(source, "conf.d", "profiles")],
                          capture_output=True, text=True, check=True, timeout=60)
    n, median, longest = done.stdout.split()
    row(f"probe: a library of {n} profiles loaded", float(median), "ms", f"less than 100; longest {float(longest):.1f} ms")
    with Rig(options.build) as rig:
        rig.simulate("seed: 3\nspeed: 1\nrooms: {r: {model: server-room-dx, it: 12kW}}\nagents:\n"
                     "  pdu: {device: apc-rpdu2, room: r, feed: A, outlets: 24, snmp: {port: 0}}\n"
                     "  meter: {device: eastron-sdm630, room: r, load: cooling, modbus: {port: 0, unit: 3}}\n")
        for name, words in (("a PDU of 24 outlets over SNMP", [rig.agents["pdu"]]),
                            ("a meter over Modbus TCP", [rig.agents["meter"], "--modbus", "tcp", "--unit", "3", "--profile",
                                                         "eastron-sdm630"])):
            took = []
            for _ in range(9):
                begin = time.monotonic()
                subprocess.run([os.path.join(options.build, "wattwacht"), "probe", *words, "--json"], capture_output=True,
                               check=True, timeout=30)
                took.append(time.monotonic() - begin)
            row(f"probe: {name} on loopback", sorted(took)[len(took) // 2], "s", f"less than 2; longest {max(took):.2f} s")


def bench_web(options):
    import web
    web.run(options, row)


def bench_mqtt(options):
    for qos, updates in ((0, 20000), (1, 10000)):
        with Rig(options.build) as rig:
            broker = rig.broker()
            before = cpu(broker.pid)
            out = subprocess.run([os.path.join(options.build, "tests", "publish"), "live", str(broker.port), str(qos), str(updates),
                                  str(int(options.seconds))], capture_output=True, text=True, check=True, timeout=options.seconds * 4 + 60)
            most, overtaken, each, rate = (float(word) for word in out.stdout.split())
            theirs = (cpu(broker.pid) - before) * 1e6 / (rate * options.seconds)
            row(f"MQTT QoS {qos}: point updates a second", rate, "1/s", f"asked for {updates}")
            row(f"MQTT QoS {qos}: states that wait when the next burst comes", most, "", "no growth: 0")
            row(f"MQTT QoS {qos}: states overtaken by newer ones", overtaken, "")
            row(f"MQTT QoS {qos}: CPU a point update", each, "us", f"mosquitto: {theirs:.2f}")


def bench_outage(options):
    hours = 24
    with Rig(options.build) as rig:
        port = free_port()
        os.makedirs(rig.path("state"))
        argv = [os.path.join(options.build, "tests", "publish"), "outage", str(port), rig.path("state"), str(hours)]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            size = float(process.stdout.readline().split()[1])
            rig.broker(port)
            process.stdin.write("go\n")
            process.stdin.flush()
            took, p99, worst, during, peak, told = (float(word) for word in process.stdout.readline().split())
        if process.returncode:
            raise Failure("publish outage failed")
        row(f"outage of {hours} h at 100 readings/s: log", size / 1e6, "MB", "less than 300")
        row("outage: told, times live speed", hours * 3600 / took, "x", f"at least 20; {told:.0f} rows in {took:.1f} s")
        row("outage: lateness of the loop before, p99", p99, "ms", f"worst {worst:.1f} ms")
        row("outage: lateness of the loop meanwhile, p99", during, "ms", f"worst {peak:.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--devices", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", default="snmp,silent,modbus,report,graph,probe,web,mqtt,outage")
    parser.add_argument("--json", help="write the rows here")
    options = parser.parse_args()
    raise_files()
    for name in options.only.split(","):
        try:
            {"snmp": bench_snmp, "silent": bench_silent, "modbus": bench_modbus, "report": bench_report,
             "graph": bench_graph, "probe": bench_probe, "web": bench_web, "mqtt": bench_mqtt,
             "outage": bench_outage}[name](options)
        except (Failure, subprocess.SubprocessError) as e:
            print(f"bench {name}: {e}", file=sys.stderr)
            return 1
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump(ROWS, f)
    return 0


sys.exit(main())
