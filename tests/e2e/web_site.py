# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms of ./dev demo on free ports, with a past: what the page is tested against."""
import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import time

from rig import SOURCE, Notified, Rig, free_port

CONFIG = os.path.join(SOURCE, "conf.d", "examples", "demo")
ROOMS = os.path.join(SOURCE, "tests", "demo", "rooms.yaml")
SECRETS = {"snmp-auth": "demo-auth-key\n", "snmp-privacy": "demo-privacy-key\n"}


def fixed_port(taken):
    """Free for UDP and TCP, and outside the range from which connections take theirs."""
    while True:
        port = random.randrange(20000, 30000)
        with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", port))
            tcp.bind(("127.0.0.1", port))
            if str(port) not in taken:
                return port


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


class Site(Rig):
    """simulator, daemon, web: started one by one. `apart`: a device that has a simulator of its own, to be stopped."""

    def __init__(self, build, directory=None, days=35, faults="", apart=None):
        super().__init__(build, directory)
        self.days, self.faults, self.apart, self.port = days, faults, apart, free_port()

    def lay_out(self):
        """Configuration and scene with free ports instead of the demo's."""
        scene = read(ROOMS).split("faults:")[0].replace("truth: truth.ndjson\n", "")
        taken = {}

        def new(match):
            return match[1] + taken.setdefault(match[2], str(fixed_port(taken.values())))
        scene = re.sub(r"(port: )(\d+)", new, scene)
        for name in sorted(os.listdir(CONFIG)):
            text = re.sub(r"(127\.0\.0\.1:)(\d+)", lambda m: m[1] + taken[m[2]] if m[2] in taken else m[0],
                          read(os.path.join(CONFIG, name)))
            text = re.sub(r"^mqtt:.*\n", "", text, flags=re.M)
            text = re.sub(r'listen: \[.*\]', f'listen: ["unix:{self.path("api.sock")}"]', text)
            if self.apart:  # so that its silence is soon noticed
                text = text.replace(f"  {self.apart}:\n", f"  {self.apart}:\n    every: 3s\n    timeout: 1s\n")
            self.write("conf.d/" + name, text)
        for name, text in SECRETS.items():
            self.write("credentials/" + name, text, 0o600)
        self.begin = int(time.time()) // 300 * 300 - self.days * 86400
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.begin))
        return self.write("rooms.yaml", f"{scene}{self.faults}since: {since}\n")

    def run_daemon(self, state, name="wattwachtd"):
        notified = Notified(self.path(name + ".notify"))
        process = self.start(name, [os.path.join(self.build, "wattwachtd"), "--config", self.path("conf.d"), "--state",
                                    self.path(state), "--credentials", self.path("credentials")],
                             env={"NOTIFY_SOCKET": notified.path})
        notified.wait("READY=1", process)
        self.sockets.append(notified)
        return process

    def online(self):
        devices = self.api("/api/v1/status")["devices"]
        return devices and all(d["state"] == "online" for d in devices)

    def learn_and_fill(self):
        """What the devices are, then the past under the names that the daemon gives."""
        process = self.run_daemon("learn", "learning")
        self.until("every device answers", self.online, 60)
        process.stop()
        shutil.copytree(self.path("learn", "devices"), self.path("state", "devices"))
        subprocess.run([os.path.join(self.build, "tests", "backfill"), self.path("conf.d"), self.path("state"),
                        self.path("rooms.yaml"), str(self.begin), str(int(time.time()))], check=True, timeout=240,
                       env={**os.environ, "CREDENTIALS_DIRECTORY": self.path("credentials")})

    def set_up(self):
        with open(self.lay_out(), encoding="utf-8") as f:
            lines = f.readlines()
        alone = [line for line in lines if self.apart and line.startswith(f"  {self.apart}:")]
        self.simulate(self.write("most.yaml", "".join(line for line in lines if line not in alone)))
        if alone:
            head = [line for line in lines[:lines.index("agents:\n") + 1]]
            self.alone = self.simulate(self.write("alone.yaml", "".join(head + alone) + lines[-1]), "alone")
        self.learn_and_fill()
        self.daemon_process = self.run_daemon("state")

    def web(self, *arguments, name="web", listen=None, env=None):
        notified = Notified(self.path(name + ".notify"))
        process = self.start(name, [os.path.join(self.build, "wattwacht"), "web", "--listen", listen or f"127.0.0.1:{self.port}",
                                    "--config", self.path("conf.d"), "--state", self.path("state"),
                                    *([] if "--api" in arguments else ["--api", "unix:" + self.path("api.sock")]), *arguments], env={"NOTIFY_SOCKET": notified.path, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":handle_abort=1", **(env or {})})
        notified.wait("READY=1", process)
        self.sockets.append(notified)
        return process

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"
