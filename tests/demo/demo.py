#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev demo: two simulated rooms, a private broker and the daemon; live figures beside the simulator's truth.

demo.py [--seconds N] [--build DIR]      ends after N seconds, or at Ctrl-C, and leaves nothing behind
"""
import argparse
import datetime
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zoneinfo

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
from rig import SOURCE, Failure, Notified, Rig  # noqa: E402

DIRECTORY = "/tmp/wattwacht-demo"
CONFIG = os.path.join(SOURCE, "conf.d", "examples", "demo")
ROOMS = ("leuven", "district09")
EVERY = 10
BROKER, PAGE = 18830, 9481


def say(text=""):
    print(text, flush=True)


def secrets(rig):
    rig.write("credentials/snmp-auth", "demo-auth-key\n", 0o600)
    rig.write("credentials/snmp-privacy", "demo-privacy-key\n", 0o600)
    return rig.path("credentials")


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return f.read()


def ports():
    """Those of the configuration, which are fixed so that one can look around."""
    rooms = read(HERE, "rooms.yaml")
    listens = "".join(re.findall(r"listen: .*", read(CONFIG, "10-site.yaml")))
    yield from ((int(p), socket.SOCK_DGRAM) for p in re.findall(r"snmp: {.*?port: (\d+)", rooms))
    yield from ((int(p), socket.SOCK_STREAM) for p in set(re.findall(r"modbus: {.*?port: (\d+)", rooms)))
    yield from ((int(p), socket.SOCK_STREAM) for p in (BROKER, PAGE, *re.findall(r"127\.0\.0\.1:(\d+)", listens)))


def claim_ports():
    """The demo's ports are its own, or it says what is in the way."""
    for port, kind in ports():
        with socket.socket(socket.AF_INET, kind) as s:
            if kind == socket.SOCK_STREAM:  # connections that have ended are in nobody's way
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError as e:
                name = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
                raise Failure(f"{name} port {port} of 127.0.0.1 cannot be used ({e.strerror}): is another demo running? "
                              "'ss -lntup' tells whose it is") from None


def claim_directory():
    """After the ports: what is there is of a demo that ended badly."""
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    try:
        os.mkdir(DIRECTORY, 0o700)
    except OSError as e:
        raise Failure(f"{DIRECTORY} cannot be made ({e.strerror}): is it another user's?") from None


class Demo(Rig):
    def __exit__(self, *what):
        if what[0] is KeyboardInterrupt:
            say("\nstopping")
        for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a second Ctrl-C must not leave anything running
            signal.signal(s, signal.SIG_IGN)
        super().__exit__(*what)


def daemon(rig, state, name, config=CONFIG):
    notified = Notified(rig.path(name + ".notify"))
    process = rig.start(name, [os.path.join(rig.build, "wattwachtd"), "--config", config, "--state", rig.path(state),
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
    """What the devices are: the past is written under the names that the daemon gives. Asked more often than later, so
    that it takes a moment only."""
    for name in sorted(os.listdir(CONFIG)):
        text = re.sub(r"^( +)(profile: )", r"\1every: 1s\n\1\2", read(CONFIG, name), flags=re.M)
        rig.write("learn.d/" + name, re.sub(r"(, )(profile: )", r"\1every: 1s\1\2", text))
    process = daemon(rig, "learn", "learning", rig.path("learn.d"))

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
    """The rooms, with a past that began at this time: their counters go on where the back-fill ends."""
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin))
    text = read(HERE, "rooms.yaml").replace("truth: truth.ndjson", f"truth: {rig.path('truth.ndjson')}")
    return rig.write("rooms.yaml", text + f"since: {since}\n")


def last_month():
    """Where it began in the site's time zone, and a month ago at least."""
    zone = zoneinfo.ZoneInfo(re.search(r"timezone: ([^ },]+)", read(CONFIG, "10-site.yaml"))[1])
    now = datetime.datetime.now(zone)
    first = (now.replace(day=1) - datetime.timedelta(days=1)).replace(day=1, hour=0, minute=0, second=0)
    return int(min(first, now - datetime.timedelta(days=31)).timestamp()) // 300 * 300


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

    def of(self):
        """When it was true: the simulator writes it once a minute."""
        last = self.read()
        return time.strftime("%H:%M:%S", time.localtime(max(e["t"] for e in last.values()))) if last else None

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

    def now(name, id, true, *form):
        say(f"    {name:<17} " + (f"{'-':>12}   {results[id]['reason']}" if value(id) is None else
                                  beside(value(id), truth.value(f"{room}/kpi/{id}", true), *form)))
    now("IT power", "it-power", "power_w", "kW", 2, 1000)
    now("total / IT now", "power-ratio", "value", "", 3)
    ipue = results["ipue"]
    if ipue["value"] is None:
        say(f"    iPUE              {'-':>12}   {ipue['reason']}")
    else:
        say(f"    {ipue['name']:<17} {beside(ipue['value'], truth.window(room, ipue['from']), '', 3)}   {ipue['from'][:16]} to {ipue['to'][:16]}, "
            f"category {ipue['category']}, coverage {100 * (ipue['coverage'] or 0):.0f} %, estimated {100 * (ipue['estimated'] or 0):.0f} %"
            + (f", +-{ipue['uncertainty']:.3f}" if ipue["uncertainty"] is not None else ""))
    heat = results["heat-power"]
    if heat["value"] is None:
        say(f"    heat to recover   {'-':>12}   {heat['reason']}")
    else:
        true = truth.value(f"{room}/kpi/heat-power")
        of = "" if true is None else f"   (the room gives off {number(true, 'kW', 2, 1000)})"
        say(f"    heat to recover   {number(heat['value'], 'kW', 2, 1000):>12}{of}   at "
            f"{number(value('heat-temperature'), 'degC', 1)}, by a heat pump {number(value('heat-delivered'), 'kW', 1, 1000)} "
            f"with COP {number(value('heat-cop'), '', 2)}")


def show(rig, truth, started):
    status = rig.api("/api/v1/status")
    online, true_at = sum(d["state"] == "online" for d in status["devices"]), truth.of()
    say(f"\n{time.strftime('%H:%M:%S')}  {online} of {len(status['devices'])} devices answer, "
        f"{sum(d['polls'] for d in status['devices'])} polls in {time.monotonic() - started:.0f} s"
        + (f"; the truth is of {true_at}" if true_at else ""))
    for room in ROOMS:
        show_room(rig, truth, room)
    for alert in rig.api("/api/v1/alerts"):
        say(f"    ALERT {alert.get('rule', alert['id'])}: {alert['text']}")


def where(rig):
    say("\nLook around (nothing of it outlives the demo):")
    say(f"  the page    http://127.0.0.1:{PAGE}")
    say(f"  RRD files   rrdtool fetch {rig.path('state/rrd/pdu-l1a/total.rrd')} AVERAGE -s end-5min")
    say(f"  MQTT        mosquitto_sub -p {BROKER} -v -t 'wattwacht/demo/#'")
    say("  HTTP        curl http://127.0.0.1:9480/metrics   and  /api/v1/status  /api/v1/points  /api/v1/kpi")
    say(f"  commands    build/wattwacht top --api unix:{rig.path('api.sock')}")
    say(f"  journal     {rig.path('wattwachtd.log')} (the daemon's lines; under systemd they go to the journal)")
    say("  In a minute and a half a PDU falls silent, half a minute later warm air comes round to the inlets: watch the alerts.\n")


def run(options):
    claim_directory()
    with Demo(options.build, DIRECTORY) as rig:
        begun = time.monotonic()
        secrets(rig)
        begin = last_month()
        rooms = scene(rig, begin)
        say("starting a private broker and two simulated rooms: 28 devices over SNMP v2c, SNMPv3 and Modbus TCP")
        rig.broker(BROKER)
        rig.simulate(rooms, "simulator")
        learn(rig)
        backfill(rig, begin)
        daemon(rig, "state", "wattwachtd")
        page(rig)
        started = time.monotonic()
        say(f"ready after {started - begun:.0f} s, with a past since {time.strftime('%-d %B', time.localtime(begin))} in "
            "5-minute steps: simulated, as all that these rooms show")
        where(rig)
        truth = Truth(rig.path("truth.ndjson"), rig.path("state", "truth.ndjson"))
        while options.seconds is None or time.monotonic() - started < options.seconds:
            time.sleep(EVERY)
            show(rig, truth, started)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--build", default=os.path.join(SOURCE, "build"))
    options = parser.parse_args()
    for s in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(s, signal.default_int_handler)
    try:
        claim_ports()
        try:
            run(options)
        finally:
            shutil.rmtree(DIRECTORY, ignore_errors=True)
    except KeyboardInterrupt:
        say("stopped")
    except (Failure, subprocess.SubprocessError, OSError) as e:
        print(f"demo: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
