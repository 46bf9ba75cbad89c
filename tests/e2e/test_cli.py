#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line as scripts call it: exit codes, words on stderr, one JSON object on stdout.

Covers wattwacht, cli, cli_api, cli_check, cli_live, cli_meter, cli_probe, cli_profile, cli_record, cli_schema, cli_state,
cli_status, cli_top, probe_run, probe_setup, probe_subnet, probe_unknown. The daemon's side is played by a small server; devices by `wattwacht simulate`.
Usage: test_cli.py WATTWACHT
"""
import http.server
import json
import os
import pty
import re
import select
import signal
import socket
import socketserver
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

WATTWACHT = sys.argv.pop() if len(sys.argv) > 1 else "build/wattwacht"
SOURCE = os.environ.get("WATTWACHT_SOURCE", os.getcwd())
NOW = "2026-11-22T04:47:26.000Z"


def run(*words, env=None):
    done = subprocess.run([WATTWACHT, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                          env={**os.environ, "TZ": "UTC", **(env or {})})
    return done.returncode, done.stdout, done.stderr


# A rack PDU whose owner has left his names everywhere.
NAMED = """1.3.6.1.2.1.1.1.0|4|APC Web/SNMP Management Card (PF:v6.8.2 PN:apc_hw05_rpdu2g_680.bin MN:AP8853 SN: ZA2001002384)
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318.1.3.4.6
1.3.6.1.2.1.1.3.0|67|12345
1.3.6.1.2.1.1.4.0|4|Jan Janssens
1.3.6.1.2.1.1.5.0|4|dc-np2-pdu_1a
1.3.6.1.4.1.318.1.1.26.2.1.3.1|4|dc-np2-pdu_1a
1.3.6.1.4.1.318.1.1.26.2.1.8.1|4|AP8853
1.3.6.1.4.1.318.1.1.26.2.1.9.1|4|ZA2001002384
1.3.6.1.4.1.318.1.1.26.4.3.1.2.1|2|1
1.3.6.1.4.1.318.1.1.26.4.3.1.3.1|4|dc-np2-pdu_1a
1.3.6.1.4.1.318.1.1.26.4.3.1.4.1|2|2
1.3.6.1.4.1.318.1.1.26.4.3.1.5.1|2|114
1.3.6.1.4.1.318.1.1.26.4.3.1.9.1|2|35128
1.3.6.1.4.1.318.1.1.26.6.3.1.2.1|2|1
1.3.6.1.4.1.318.1.1.26.6.3.1.3.1|2|1
1.3.6.1.4.1.318.1.1.26.6.3.1.5.1|2|49
1.3.6.1.4.1.318.1.1.26.6.3.1.6.1|2|242
1.3.6.1.4.1.318.1.1.26.6.3.1.7.1|2|114
1.3.6.1.4.1.318.2.1.5.1|4|np2-pdu-traps
1.3.6.1.4.1.318.2.1.6.1|4x|00c0b7123456
"""


class Daemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers as contract E says; keeps what is posted."""

    daemon_threads = True

    def __init__(self, path):
        self.posted = []
        super().__init__(path, Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


ANSWERS = {
    "/api/v1/status": {"version": "0.1.0", "site": "leuven", "uptime_s": 7300, "ready": True, "devices": [
        {"id": "pdu-a1", "room": "kantoor", "state": "online", "profile": "apc-rpdu2", "last_ok": NOW, "polls": 60,
         "failures": 1, "jitter_p99_ms": 1.5, "latency_ms": 12.5},
        {"id": "ups-1", "room": "kantoor", "state": "offline", "profile": "auto", "last_ok": None, "polls": 60,
         "failures": 60, "jitter_p99_ms": None, "latency_ms": None}],
        "queues": {"log_rows": 120, "log_bytes": 40960, "readers": {"rrd": 30, "ledger": 0, "mqtt": 2}}, "alerts": 1},
    "/api/v1/points": [
        {"point": "pdu-a1/total/active_power", "value": 3512.5, "unit": "W", "quality": "good", "ts": NOW, "label": None,
         "room": "kantoor", "rack": None, "feed": "A", "phase": None, "role": "it"},
        {"point": "ups-1/total/active_power", "value": None, "unit": "W", "quality": "silent", "ts": None,
         "label": "evil \x1b[2J", "room": "kantoor", "rack": None, "feed": None, "phase": None, "role": None},
        {"point": "kantoor/kpi/pue", "value": None, "unit": "", "quality": "silent", "ts": NOW, "label": None,
         "room": "kantoor", "rack": None, "feed": None, "phase": None, "role": None}],
    "/api/v1/alerts": [{"id": "device-silent.ups-1", "rule": "device-silent", "state": "active", "priority": 3,
                        "room": "kantoor", "device": "ups-1", "point": None, "value": None, "unit": None, "limit": None,
                        "since": NOW, "text": "ups-1: no answer for 30 s"}],
    "/api/v1/kpi": [{"id": i, "scope": s, "value": v, "unit": u, "name": n, "from": NOW, "to": NOW, "category": 2,
                     "coverage": 1, "estimated": 0, "uncertainty": None, "reason": None}
                    for s in ("kantoor", "site")
                    for i, v, u, n in (("it-power", 3512.5, "W", ""), ("power-ratio", 1.41, "", ""),
                                       ("ipue", 1.43, "", "iPUE2"), ("pue", None, "", "PUE2"))],
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "unix"

    def log_message(self, *_):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if query == "match=nothing%2F%2A":
            self.answer(200, [])
        elif path in ANSWERS:
            self.answer(200, ANSWERS[path])
        else:
            self.answer(404, {"error": {"where": path, "what": "there is no such page"}})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.posted.append((self.path, body))
        if body.get("source") == "nobody":
            self.answer(404, {"error": {"where": self.path, "what": "no source of this name"}})
        else:
            self.answer(200, {"ok": True})


class Cli(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="wattwacht-cli-")
        self.addCleanup(self.dir.cleanup)

    def path(self, name):
        return os.path.join(self.dir.name, name)

    def write(self, name, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def daemon(self):
        daemon = Daemon(self.path("api.sock"))
        self.addCleanup(daemon.server_close)
        self.addCleanup(daemon.shutdown)
        return daemon, "unix:" + self.path("api.sock")

    def assert_error(self, result, code, words):
        self.assertEqual(result[0], code, result)
        error = json.loads(result[1])["error"]
        self.assertEqual(sorted(error), ["what", "where"])
        self.assertIn(words, error["where"] + ": " + error["what"])
        self.assertIn(words, result[2])


class Usage(Cli):
    def test_help_and_version(self):
        code, out, err = run("--help")
        self.assertEqual((code, err), (0, ""))
        commands = re.findall(r"^  (\w+(?: check| read| import| migrate)?) ", out, re.M)
        for name in ("check", "probe", "status", "read", "top", "alerts", "meter read", "meter import", "silence", "record",
                     "profile check", "rrd migrate", "backup", "simulate"):
            self.assertIn(name, commands)
            code, out, err = run(*name.split(), "--help")
            self.assertEqual((code, err), (0, ""), name)
            self.assertIn(name.split()[0], out)
            self.assertRegex(run(*name.split(), "--version")[1], r"^wattwacht \d")
        for group in ("meter", "profile", "mqtt", "rrd"):
            code, out, err = run(group, "--help")
            self.assertEqual((code, err), (0, ""), group)
            self.assertIn(f"wattwacht {group} ", out)
            self.assertRegex(run(group, "--version")[1], r"^wattwacht \d")
        self.assertEqual(run("mater", "--help")[0], 2)
        for words in (["-h"], ["status", "-h"], ["meter", "-h"]):
            self.assertEqual((run(*words)[0], run(*words)[2]), (0, ""), words)
        self.assertRegex(run("--version")[1], r"^wattwacht \d+\.\d+\.\d+\n$")

    def test_wrong_usage(self):
        rows = [([], "COMMAND"), (["staus"], "did you mean status?"), (["meter"], "meter read"), (["meter", "reed"], "meter"),
                (["status", "x"], "expected wattwacht status"), (["read", "a", "b"], "expected wattwacht read"),
                (["probe"], "ADDRESS"), (["status", "--jsn"], "did you mean --json?"), (["status", "--api"], "expected WHERE"),
                (["status", "--api", "ftp://x"], "expected unix:PATH"), (["probe", "h", "--snmp", "4"], "1 2c 3"),
                (["probe", "h", "--snmp", "3"], "--user"), (["probe", "h", "--timeout", "2"], "like 2s"),
                (["probe", "h", "--modbus", "rtu"], "serial"), (["probe", "tcp://h", "--unit", "x"], "0 to 255"),
                (["probe", "10.0.0.0/8", "--subnet"], "/22"), (["probe", "h:99999"], "port"),
                (["probe", "h", "--profile", "no-such"], "no such profile"), (["record", "h"], "-o FILE"),
                (["meter", "read", "grid", "12345"], "12345.6kWh"), (["silence", "a", "2", "x"], "like 2h"),
                (["meter", "read", "grid", "1kWh", "--at", "yesterday"], "2026-01-31"), (["silence", "a", "-1h", "x"], "like 2h"),
                (["simulate"], "expected wattwacht simulate FILE.yaml"), (["simulate", "--jsn", "x"], "did you mean --json?"),
                (["rrd", "migrate", "x"], "expected wattwacht rrd migrate")]
        for words, expected in rows:
            with self.subTest(words=words):
                code, out, err = run(*words)
                self.assertEqual((code, out), (2, ""))
                self.assertIn(expected, err)
                if words:
                    self.assert_error(run(*words, "--json"), 2, expected)

    def test_no_secret_by_option(self):
        code, out, err = run("probe", "h", "--auth-key=hunter22")
        self.assertEqual(code, 2)
        self.assertNotIn("hunter22", out + err)

    def test_full_disk_is_a_failure(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            self.assertEqual(subprocess.run([WATTWACHT, "check", "--schema"], stdout=full, timeout=30).returncode, 1)


class Check(Cli):
    SITE = 'site: {name: leuven}\nrooms: {r1: {}}\ndevices: {pdu-a1: {room: r1, profile: apc-rpdu2, address: 10.0.0.1}}\n'

    def test_right(self):
        self.write("conf/10.yaml", self.SITE)
        code, out, err = run("check", "--config", self.path("conf"))
        self.assertEqual(code, 0, err)
        self.assertIn("site leuven is right: 1 rooms", out)
        code, out, _ = run("check", "--config=" + self.path("conf"), "--json")
        told = json.loads(out)
        self.assertEqual((code, told["devices"], told["warnings"]), (0, 1, []))
        self.assertTrue(500e3 < told["disk"]["rrd_bytes_per_quantity"] < 1e6)  # under 1 MB a quantity

    def test_wrong(self):
        self.write("conf/10.yaml", self.SITE + "mqt: {}\n")
        code, out, err = run("check", "--config", self.path("conf"))
        self.assertEqual((code, out), (1, ""))
        self.assertRegex(err, r"10\.yaml:4:1: mqt: .*mqtt")
        self.assert_error(run("check", "--config", self.path("conf"), "--json"), 1, "10.yaml:4:1")
        self.assertEqual(run("check", "--config", self.path("nowhere"))[0], 1)

    def test_all_mistakes_everywhere(self):
        """Whoever reads the configuration tells all that is wrong with it, in lines of one form."""
        self.write("conf/10.yaml", self.SITE + "mqt: {}\n")
        self.write("conf/20.yaml", "racks: {k: {room: r9}}\n")
        conf = self.path("conf")
        for words in (["check"], ["report"], ["graph", "power"], ["mqtt", "purge"], ["rrd", "migrate", "--state", self.dir.name]):
            with self.subTest(words=words):
                code, out, err = run(*words, "--config", conf)
                self.assertEqual((code, out), (1, ""))
                self.assertEqual([re.sub(r"[^:]*/", "", line).split(": ")[:2] for line in err.splitlines()],
                                 [["10.yaml:4:1", "mqt"], ["20.yaml:1:19", "room"]])
        daemon = subprocess.run([os.path.join(os.path.dirname(WATTWACHT), "wattwachtd"), "--config", conf, "--state",
                                 self.path("state")], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((daemon.returncode, daemon.stdout), (1, ""))
        self.assertEqual([line.split("/")[-1][:len("10.yaml:4:1: mqt: ")] for line in daemon.stderr.splitlines()],
                         ["10.yaml:4:1: mqt: ", "20.yaml:1:19: room"])
        self.assertFalse(os.path.exists(self.path("state")))

    def test_profile_with_a_mistake(self):
        """It stops who names it, and whoever checks; not who probes or checks another profile."""
        self.write("conf/10.yaml", self.SITE)
        self.write("conf/profiles/own.yaml", "name: own\nversion: one\n")
        code, out, err = run("check", "--config", self.path("conf"))
        self.assertEqual((code, out), (1, ""))
        self.assertRegex(err, r"own\.yaml:2:10: version: ")
        self.assert_error(run("check", "--config", self.path("conf"), "--json"), 1, "own.yaml:2:10")

    def test_schema(self):
        code, out, _ = run("check", "--schema")
        schema = json.loads(out)
        self.assertEqual(code, 0)
        keys = schema["properties"]
        for key in ("site", "log", "rrd", "mqtt", "http", "factors", "rooms", "racks", "devices", "sources", "alerts"):
            self.assertIn(key, keys)
        device = keys["devices"]["additionalProperties"]
        self.assertEqual(device["properties"]["every"]["default"], "10s")
        self.assertIn("room", device["required"])
        self.assertIn(3, device["properties"]["snmp"]["properties"]["version"]["enum"])
        self.assertFalse(device["additionalProperties"])


class Live(Cli):
    def test_unreachable(self):
        for words in (["status"], ["read"], ["alerts"], ["top"], ["meter", "read", "grid", "1kWh"],
                      ["silence", "a", "1h", "works"]):
            with self.subTest(words=words):
                self.assert_error(run(*words, "--json", "--api", "unix:" + self.path("none")), 5, "cannot be reached")
        self.assert_error(run("status", "--json", "--api", "http://127.0.0.1:1"), 5, "cannot be reached")

    def test_views(self):
        _, api = self.daemon()
        code, out, err = run("status", "--api", api)
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"Site leuven: ready, up 2 h 0\d min")
        self.assertRegex(out, r"pdu-a1 +kantoor +online +apc-rpdu2 .* 60 +1 +12 ms +1\.5 ms")
        self.assertRegex(out, r"ups-1 +kantoor +offline +auto +never")
        code, out, _ = run("read", "--api", api)
        self.assertRegex(out, r"pdu-a1/total/active_power +3\.51 kW")
        self.assertRegex(out, r"ups-1/total/active_power +- +device silent +evil \?\[2J")
        self.assertRegex(out, r"kantoor/kpi/pue +- +unknown +kantoor")
        self.assertRegex(run("alerts", "--api", api)[1], r"2026-11-22 04:47:26 +device-silent +kantoor +ups-1 +ups-1: no")
        out = run("top", "--api", api)[1]
        self.assertRegex(out, r"kantoor +3\.51 kW +1\.41 +1\.43 +-")
        self.assertNotIn("\x1b", out)
        self.assert_error(run("read", "nothing/*", "--json", "--api", api), 1, "no point has such a name")

    def test_json_is_one_object(self):
        _, api = self.daemon()
        for words, name in ((["status"], "devices"), (["read"], "points"), (["alerts"], "alerts"), (["top"], "kpis")):
            code, out, _ = run(*words, "--json", "--api", api)
            self.assertEqual(code, 0)
            self.assertIn(name, json.loads(out))

    def test_top_on_a_terminal(self):
        _, api = self.daemon()
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(WATTWACHT, [WATTWACHT, "top", "--api", api])
        seen = b""
        while b"pdu-a1" not in seen and len(seen) < 20000 and select.select([terminal], [], [], 30)[0]:
            seen += os.read(terminal, 65536)
        self.addCleanup(lambda: os.path.exists("/proc/%d" % pid) and os.kill(pid, signal.SIGKILL))
        self.assertIn(b"pdu-a1", seen)
        os.write(terminal, b"q")
        try:
            while select.select([terminal], [], [], 30)[0]:
                seen += os.read(terminal, 65536)
        except OSError:
            pass  # the other end is closed
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        self.assertIn(b"\x1b[?1049h", seen)
        self.assertTrue(seen.rstrip().endswith(b"\x1b[?1049l"))  # the terminal is given back as it was
        os.close(terminal)

    def test_posts(self):
        daemon, api = self.daemon()
        self.assertEqual(run("meter", "read", "grid", "12345.6kWh", "--at", "2026-01-31T08:00:00Z", "--api", api)[0], 0)
        self.assertEqual(run("silence", "ups-1", "2h", "battery works", "--api", api)[0], 0)
        csv = self.write("grid.csv", "time;kWh\n2026-01-31T08:00:00Z;1,5\n2026-01-31T08:15:00Z;2\n")
        self.assertEqual(run("meter", "import", "grid", csv, "--api", api)[0], 0)
        self.assertEqual(daemon.posted, [
            ("/api/v1/meter/read", {"source": "grid", "value": 12345600.0, "unit": "Wh", "at": "2026-01-31T08:00:00Z"}),
            ("/api/v1/silence", {"target": "ups-1", "duration_s": 7200.0, "reason": "battery works"}),
            ("/api/v1/meter/import", {"source": "grid", "rows": [["2026-01-31T08:00:00.000Z", 1500.0],
                                                                 ["2026-01-31T08:15:00.000Z", 2000.0]]})])
        daemon.posted.clear()
        with open(csv, encoding="utf-8") as file:
            self.assertEqual(subprocess.run([WATTWACHT, "meter", "import", "grid", "-", "--api", api], stdin=file,
                                            capture_output=True, timeout=30, check=False).returncode, 0)
        self.assertEqual(run("silence", "ups-1", "0", "done", "--api", api)[0], 0)
        self.assertEqual([p[1].get("duration_s", len(p[1].get("rows", []))) for p in daemon.posted], [2, 0.0])
        self.assert_error(run("meter", "read", "nobody", "1kWh", "--json", "--api", api), 1, "no source of this name")
        bad = self.write("bad.csv", "time,kWh\n2026-01-31T08:01:00Z,1\n")
        self.assert_error(run("meter", "import", "grid", bad, "--json", "--api", api), 1, "bad.csv:2:1")
        self.assert_error(run("meter", "import", "grid", self.path("none"), "--json", "--api", api), 1, "No such file")


class Devices(Cli):
    @classmethod
    def setUpClass(cls):
        cls.scene = tempfile.TemporaryDirectory(prefix="wattwacht-scene-")
        path = os.path.join(cls.scene.name, "scene.yaml")
        with open(path, "w", encoding="ascii") as file:
            file.write("seed: 1\nrooms: {leuven: {model: server-room-dx, it: 12kW}}\nagents:\n"
                       "  pdu: {device: apc-rpdu2, room: leuven, feed: A, snmp: {version: 2c, community: public, port: 0}}\n"
                       "  meter: {device: eastron-sdm630, room: leuven, load: cooling, modbus: {port: 0, unit: 3}}\n"
                       "  old: {recording: old.snmprec, snmp: {port: 0}}\n"
                       "  named: {recording: named.snmprec, snmp: {version: 2c, community: quite-secret, port: 0}}\n")
        with open(os.path.join(cls.scene.name, "named.snmprec"), "w", encoding="ascii") as file:
            file.write(NAMED)
        with open(os.path.join(cls.scene.name, "old.snmprec"), "w", encoding="ascii") as file:
            file.write("1.3.6.1.2.1.1.1.0|4|Toaster\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1\n1.3.6.1.2.1.1.3.0|67|100\n"
                       "1.3.6.1.4.1.99999.1.2.1.0|2|42\n")
        cls.sim = subprocess.Popen([WATTWACHT, "simulate", path], stdout=subprocess.PIPE, text=True)
        cls.at = {a["id"]: a["address"] for a in json.loads(cls.sim.stdout.readline())["agents"]}

    @classmethod
    def tearDownClass(cls):
        cls.sim.send_signal(signal.SIGTERM)
        cls.sim.communicate(timeout=30)
        cls.scene.cleanup()

    def test_probe(self):
        code, out, err = run("probe", self.at["pdu"], "--json")
        self.assertEqual((code, err), (0, ""))
        told = json.loads(out)
        self.assertEqual((told["profile"], told["kind"]), ("apc-rpdu2", "pdu"))
        self.assertEqual(sorted(told["identity"]), ["firmware", "model", "serial", "vendor"])
        power = [p for p in told["points"] if p["name"] == "total/active_power" and not p["aspect"]]
        self.assertEqual(len(power), 1)
        self.assertEqual(sorted(power[0]), ["also", "aspect", "label", "name", "part", "quality", "quantity", "source",
                                            "unit", "value"])
        self.assertTrue(100 < power[0]["value"] < 20000)
        self.assertRegex(power[0]["source"], r"^1\.3\.6\.1\.4\.1\.318\.")
        code, out, _ = run("probe", self.at["pdu"])
        self.assertIn('    profile: apc-rpdu2\n    address: "%s"' % self.at["pdu"], out)
        self.assertIn("confidence high", out)

    def test_probe_modbus(self):
        code, out, _ = run("probe", "tcp://" + self.at["meter"], "--unit", "3", "--profile", "eastron-sdm630", "--json")
        self.assertEqual(code, 0)
        sources = {p["source"] for p in json.loads(out)["points"]}
        self.assertTrue(all(re.match(r"(input|holding):\d+$", s) for s in sources if s))

    def test_probe_subnet(self):
        port = self.at["pdu"].rsplit(":", 1)[1]
        code, out, err = run("probe", "--subnet", "127.0.0.0/30:" + port, "--json")
        self.assertEqual(code, 0, err)
        told = json.loads(out)
        self.assertEqual([d["address"] for d in told["devices"]], [self.at["pdu"]])
        self.assertIn("2 of 2 asked, 1 recognised", err)
        self.assert_error(run("probe", "--subnet", "127.0.0.0/8", "--json"), 2, "at most 1024")

    def test_probe_refused(self):
        self.assert_error(run("probe", self.at["old"], "--json"), 3, "99999")
        code, out, _ = run("probe", self.at["old"])
        self.assertEqual(code, 3)
        self.assertIn("It says it is: Toaster", out)
        self.assertRegex(out, r"1\.3\.6\.1\.4\.1\.99999\S* +1")
        self.assertIn("No standard reads it", out)
        code, out, _ = run("probe", "tcp://" + self.at["meter"], "--unit", "3")
        self.assertEqual(code, 3)
        self.assertRegex(out, r"\neastron-sdm630 +Eastron")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:  # somebody is there and says nothing
            deaf.bind(("127.0.0.1", 0))
            self.assert_error(run("probe", "127.0.0.1:%d" % deaf.getsockname()[1], "--timeout", "100ms", "--json"), 4, "no answer")
        key = self.write("key", "secret-word\n", 0o644)
        self.assert_error(run("probe", "127.0.0.1", "--snmp", "3", "--user", "u", "--auth", "sha256", "--auth-key-file", key,
                              "--json"), 1, "mode 0600")

    def test_record_and_check(self):
        file = self.path("pdu.snmprec")
        code, out, err = run("record", self.at["pdu"], "-o", file)
        self.assertEqual((code, out), (0, ""), err)
        with open(file, encoding="utf-8") as lines:
            text = lines.read()
        self.assertIn("1.3.6.1.2.1.1.5.0|4|<private>\n", text)
        profile = os.path.join(SOURCE, "conf.d/profiles/apc-rpdu2.yaml")
        code, out, err = run("profile", "check", profile, "--against", file, "--json")
        self.assertEqual(code, 0, err)
        told = json.loads(out)
        self.assertEqual(told["profile"], "apc-rpdu2")
        self.assertTrue(told["vectors"] > 0)
        self.assertTrue(any(p["value"] for p in told["points"]))
        self.assertEqual(run("profile", "check", profile)[0], 0)
        self.assert_error(run("profile", "check", profile, "--against", os.path.join(self.scene.name, "old.snmprec"),
                              "--json"), 3, "does not recognise it")
        self.assertNotIn(json.loads(run("probe", self.at["pdu"], "--json")[1])["identity"]["serial"], text)
        bad = self.write("bad.yaml", "profile: {name: bad}\n")
        self.assert_error(run("profile", "check", bad, "--json"), 1, "bad.yaml")


    def test_record_is_replayed(self):
        """What was recorded reads as the device did, and tells nothing of whose it is."""
        file = self.path("copy.snmprec")
        before = json.loads(run("probe", self.at["named"], "--json", "--community", "quite-secret")[1])
        code, _, err = run("record", self.at["named"], "-o", file, "--community", "quite-secret")
        self.assertEqual(code, 0, err)
        with open(file, encoding="utf-8") as lines:
            text = lines.read()
        for secret in ("ZA2001002384", "np2-pdu", "quite-secret", "127.0.0.1", "Jan Janssens", before["identity"]["serial"]):
            self.assertNotIn(secret, text)
        scene = self.write("copy.yaml", "agents:\n  copy: {recording: %s, snmp: {port: 0}}\n" % file)
        with subprocess.Popen([WATTWACHT, "simulate", scene], stdout=subprocess.PIPE, text=True) as sim:
            at = json.loads(sim.stdout.readline())["agents"][0]["address"]
            after = json.loads(run("probe", at, "--json")[1])
            sim.send_signal(signal.SIGTERM)
            sim.communicate(timeout=30)
        points = [[(p["name"], p["aspect"], p["value"], p["quality"], p["source"]) for p in told["points"]]
                  for told in (before, after)]
        self.assertTrue(len(points[0]) > 3)
        self.assertEqual(points[0], points[1])
        self.assertEqual([before[k] for k in ("profile", "kind")], [after[k] for k in ("profile", "kind")])
        self.assertNotEqual(before["identity"]["serial"], after["identity"]["serial"])


class State(Cli):
    def test_nothing_there(self):
        self.assert_error(run("backup", self.path("b.tar.gz"), "--state", self.path("none"), "--json"), 1, "none")
        self.assert_error(run("backup", self.path("b.zip"), "--state", self.dir.name, "--json"), 1, "b.zip")
        self.assertEqual(stat.S_ISDIR(os.stat(self.dir.name).st_mode), True)
        self.assertEqual(os.listdir(self.dir.name), [])
        self.write("conf/10.yaml", Check.SITE)
        self.assert_error(run("rrd", "migrate", "--config", self.path("conf"), "--state", self.path("none"), "--json"), 1, "none")
        self.assertEqual(os.listdir(self.dir.name), ["conf"])

    def test_simulate_refuses(self):
        self.assert_error(run("simulate", self.path("none.yaml"), "--json"), 1, "No such file")
        scene = self.write("scene.yaml", "rooms: {r: {model: server-rom}}\nagents: {a: {device: apc-rpdu3}}\n")
        code, out, err = run("simulate", scene)
        self.assertEqual((code, out), (1, ""))
        self.assertRegex(err, r"scene\.yaml:1:20: model: .*did you mean 'server-room-dx'|scene\.yaml:1:20: model: ")
        self.assert_error(run("simulate", scene, "--json"), 1, "scene.yaml:1:20")


if __name__ == "__main__":
    unittest.main()
