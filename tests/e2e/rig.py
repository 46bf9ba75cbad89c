# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end-to-end tests and the demo start and stop: a simulator, a broker, the daemon.

Everything listens on loopback, on free ports, in a directory of its own; readiness is told, never slept for; all is
stopped by its process id.
"""
import atexit
import contextlib
import http.client
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ["PATH"] += ":/usr/sbin:/sbin"  # where Debian puts servers, and a user's PATH does not look
os.environ["LSAN_OPTIONS"] = "print_suppressions=0:suppressions=" + os.path.join(SOURCE, "tests", "lsan.supp")
DEADLINE = 60.0  # patience: nothing is measured by it


class Failure(Exception):
    pass


FAULT = 99  # what meson takes for worse than a failure, and our sanitizers end with
FAULTS = {FAULT, *(-s for s in (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT))}
faults = []


def look_for_fault(name, code, said):
    if code in FAULTS:
        faults.append(f"{name} ended with {code}, which is a fault:\n{said()}")


@atexit.register
def end_with_faults():
    """A program that died of a fault makes the test one, whatever it found besides."""
    if faults:
        print(*faults, sep="\n", file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(FAULT)


def free_port(kind=socket.SOCK_STREAM):
    """Below the range from which the kernel gives connections their ports: they would take it before it is used."""
    for _ in range(1000):
        with socket.socket(socket.AF_INET, kind) as s:
            port = random.randint(20000, 32000)
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Failure("no free port")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Process:
    """A child that is stopped by its id; what it says on stderr is kept in a file."""

    def __init__(self, rig, name, argv, env=None, stdout=subprocess.DEVNULL):
        self.name = name
        self.log = os.path.join(rig.dir, name + ".log")
        self.err = open(self.log, "ab")
        self.child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=stdout, stderr=self.err,
                                      env={**os.environ, **(env or {})}, start_new_session=True)

    @property
    def pid(self):
        return self.child.pid

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self, how=signal.SIGTERM, limit=DEADLINE):
        if self.child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.child.pid, signal.SIGCONT)
                os.kill(self.child.pid, how)
            try:
                self.child.wait(limit)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
                raise Failure(f"{self.name} did not end within {limit} s of signal {how}") from None
        if not self.err.closed:
            look_for_fault(self.name, self.child.returncode, self.said)
        self.err.close()
        if self.child.stdout:
            self.child.stdout.close()
        return self.child.returncode


class Notified:
    """A socket for sd_notify(3): READY=1 and what follows."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self.socket.bind(path)

    def wait(self, word, process, limit=DEADLINE):
        end = time.monotonic() + limit
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.socket], [], [], min(left, 0.2))
            if ready and word in self.socket.recv(4096).decode().splitlines():
                return
            if process.child.poll() is not None:
                raise Failure(f"{process.name} ended with {process.child.returncode}:\n{process.said()}")
        raise Failure(f"{process.name} did not say {word} within {limit} s:\n{process.said()}")


class Rig:
    def __init__(self, build, directory=None):
        self.build = os.path.abspath(build)
        self.temporary = None if directory else tempfile.TemporaryDirectory(prefix="wattwacht-")
        self.dir = directory or self.temporary.name
        os.makedirs(self.dir, exist_ok=True)
        self.processes = []
        self.sockets = []
        self.agents = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            with contextlib.suppress(Failure):
                process.stop()
        for notified in self.sockets:
            notified.socket.close()
        if self.temporary:
            self.temporary.cleanup()

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def start(self, name, argv, **more):
        process = Process(self, name, argv, **more)
        self.processes.append(process)
        return process

    def simulate(self, yaml, name="simulator"):
        """Starts the simulator; returns it, with self.agents: id -> address."""
        path = yaml if os.path.exists(yaml) else self.write(name + ".yaml", yaml)
        process = self.start(name, [os.path.join(self.build, "wattwacht"), "simulate", path], stdout=subprocess.PIPE)
        ready, _, _ = select.select([process.child.stdout], [], [], DEADLINE)
        line = process.child.stdout.readline() if ready else b""
        if not line:
            raise Failure(f"the simulator is not ready:\n{process.said()}")
        self.agents.update({a["id"]: a["address"] for a in json.loads(line)["agents"]})
        return process

    def broker(self, port=None, name="mosquitto", more=""):
        port = port or free_port()
        conf = self.write(name + ".conf", f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n"
                          "set_tcp_nodelay true\nmax_queued_messages 0\n" + more)
        process = self.start(name, ["mosquitto", "-c", conf])
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                process.port = port
                return process
            if process.child.poll() is not None:
                raise Failure(f"mosquitto ended:\n{process.said()}")
            select.select([], [], [], 0.02)
        raise Failure("mosquitto does not listen")

    def daemon(self, *arguments, config="conf.d", name="wattwachtd", env=None, ready=True):
        notified = Notified(self.path(name + ".notify"))
        argv = [os.path.join(self.build, "wattwachtd"), "--config", self.path(config), "--state", self.path("state"),
                *arguments]
        os.makedirs(self.path("state"), exist_ok=True)
        process = self.start(name, argv, env={"NOTIFY_SOCKET": notified.path, **(env or {})})
        process.notified = notified
        self.sockets.append(notified)
        if ready:
            notified.wait("READY=1", process)
        return process

    def cli(self, *arguments, check=None):
        """Runs wattwacht; returns (exit code, stdout, stderr)."""
        done = subprocess.run([os.path.join(self.build, "wattwacht"), *arguments], capture_output=True, text=True,
                              timeout=DEADLINE * 2, stdin=subprocess.DEVNULL, check=False)
        look_for_fault(f"wattwacht {' '.join(arguments)}", done.returncode, lambda: done.stderr)
        if check is not None and done.returncode != check:
            raise Failure(f"wattwacht {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.returncode, done.stdout, done.stderr

    def get(self, route, method="GET", body=None):
        connection = UnixConnection(self.path("api.sock"), DEADLINE)
        connection.request(method, route, body=body)
        answer = connection.getresponse()
        data = answer.read().decode()
        connection.close()
        if answer.status >= 300:
            raise Failure(f"{route}: {answer.status}: {data}")
        return data

    def api(self, route):
        return json.loads(self.get(route))

    def points(self, glob="*"):
        import urllib.parse
        return {p["point"]: p for p in self.api("/api/v1/points?match=" + urllib.parse.quote(glob))}

    def until(self, what, question, limit=DEADLINE):
        """Asks until the answer is true: for what the daemon does in its own time. Fails with words after the limit."""
        end, last = time.monotonic() + limit, None
        while time.monotonic() < end:
            try:
                last = question()
                if last:
                    return last
            except (OSError, Failure, KeyError) as e:
                last = e
            select.select([], [], [], 0.05)
        raise Failure(f"not within {limit} s: {what} (last: {last})")


class Lines:
    """What a process has written on its stdout since the last look, whole lines."""
    def __init__(self, process):
        self.fd = process.child.stdout.fileno()
        self.rest = b""
        os.set_blocking(self.fd, False)

    def read(self):
        while True:
            try:
                data = os.read(self.fd, 1 << 16)
            except BlockingIOError:
                break
            if not data:
                break
            self.rest += data
        *lines, self.rest = self.rest.split(b"\n")
        return lines


class Subscriber:
    """mosquitto_sub: every message as (topic, payload, retained)."""

    def __init__(self, rig, port, *topics, qos=1):
        argv = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-q", str(qos), "-F", "%t\t%r\t%p"]
        for topic in topics:
            argv += ["-t", topic]
        self.process = rig.start(f"subscriber-{len(rig.processes)}", argv, stdout=subprocess.PIPE)
        self.lines = Lines(self.process)
        self.messages = []

    def read(self):
        for line in self.lines.read():
            topic, retained, payload = line.decode().split("\t", 2)
            self.messages.append((topic, payload, retained == "1"))
        return self.messages

    def last(self, topic):
        found = [m for m in self.read() if m[0] == topic]
        return json.loads(found[-1][1]) if found and found[-1][1][:1] in "{[" else found[-1][1] if found else None
