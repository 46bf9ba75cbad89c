# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: what a view of two rooms takes, and what fifty viewers with live updates cost."""
import http.client
import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from web_site import Site  # noqa: E402

VIEWERS = 50
TICKS = os.sysconf("SC_CLK_TCK")


def family_cpu(pid):
    """Seconds of CPU of a process and its children that live."""
    total = 0
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def median(site, path, times=60):
    took = []
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    for _ in range(times):
        begin = time.monotonic()
        connection.request("GET", path)
        answer = connection.getresponse()
        size = len(answer.read())
        took.append(time.monotonic() - begin)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    connection.close()
    return 1000 * sorted(took)[len(took) // 2], 1000 * max(took), size


def run(options, row):
    with Site(options.build, days=8) as site:
        site.set_up()
        page = site.web()
        site.until("all devices answer", site.online, 60)
        site.until("the page has values", lambda: median(site, "/", 1)[2] > 6000, 30)
        for name, path, note in (("overview of 2 rooms, by the server", "/", "less than 50"),
                                 ("a room, by the server", "/room/district09", ""),
                                 ("a device of 43 readings", "/device/pdu-l1a", ""),
                                 ("graph of a week, SVG, through the page", "/graph?what=power&scope=leuven&from=-7d", "less than 150"),
                                 ("series of a week as JSON, through the page",
                                  "/graph?what=pdu-l1a/total/active_power&from=-7d&format=json&width=2000", "less than 20")):
            took, longest, size = median(site, path)
            row("page: " + name, took, "ms", f"{note}; longest {longest:.0f} ms, {size / 1000:.0f} kB".lstrip("; "))
        watching = []
        pages = ["/", "/room/leuven", "/room/district09", "/wall", "/device/pdu-l1a"]
        before = family_cpu(page.pid)
        time.sleep(options.seconds)
        idle = family_cpu(page.pid) - before
        for i in range(VIEWERS):
            s = socket.create_connection(("127.0.0.1", site.port))
            s.sendall(f"GET /live?page={pages[i % len(pages)]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            watching.append(s)
        before, got, end = family_cpu(page.pid), 0, time.monotonic() + options.seconds
        while time.monotonic() < end:
            for s in watching:
                s.setblocking(False)
                try:
                    got += len(s.recv(1 << 20))
                except BlockingIOError:
                    pass
            time.sleep(0.5)
        used = family_cpu(page.pid) - before
        row(f"page: {VIEWERS} viewers with live updates", 100 * used / options.seconds, "% core",
            f"less than 5; without viewers {100 * idle / options.seconds:.1f}, {got / options.seconds / VIEWERS:.0f} B/s a viewer")
        with open(f"/proc/{page.pid}/status") as f:
            row("page: memory of its process", next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024, "MB")
        for s in watching:
            s.close()
