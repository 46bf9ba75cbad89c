# SPDX-License-Identifier: GPL-3.0-or-later
"""A subscriber of its own to an MQTT broker that may die and hang: it comes back at once, and notes every message.

Source: MQTT 3.1.1.
"""
import json
import select
import socket
import struct
import threading


def packet(head, *parts):
    body = b"".join(parts)
    size, length = b"", len(body)
    while True:
        size += bytes([(length % 128) | (128 if length >= 128 else 0)])
        length //= 128
        if not length:
            return bytes([head]) + size + body


def text(words):
    data = words.encode()
    return struct.pack("!H", len(data)) + data


class Tap(threading.Thread):
    """messages: (topic, payload, retained), in the order of their coming."""

    def __init__(self, port, name, user="reader", password="lezer"):
        super().__init__(daemon=True)
        self.port, self.client, self.user, self.password = port, name, user, password
        self.messages = []
        self.over = threading.Event()
        self.start()

    def stop(self):
        self.over.set()
        self.join()

    def run(self):
        while not self.over.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as s:
                    s.settimeout(None)
                    self.listen(s)
            except OSError:
                pass
            self.over.wait(0.01)

    def listen(self, s):
        s.sendall(packet(0x10, text("MQTT"), bytes([4, 0xc2, 0, 0]), text(self.client), text(self.user),
                         text(self.password)))
        s.sendall(packet(0x82, struct.pack("!H", 1), text("#"), b"\x01"))
        rest = b""
        while not self.over.is_set():
            if not select.select([s], [], [], 0.1)[0]:
                continue
            data = s.recv(1 << 16)
            if not data:
                return
            rest = self.take(s, rest + data)

    def take(self, s, data):
        while True:
            length = shift = 0
            at = 1
            while True:
                if at >= len(data):
                    return data
                length |= (data[at] & 127) << shift
                shift += 7
                at += 1
                if not data[at - 1] & 128:
                    break
            if len(data) < at + length:
                return data
            if data[0] >> 4 == 3:
                self.publish(s, data[0], data[at:at + length])
            data = data[at + length:]

    def publish(self, s, head, body):
        n = struct.unpack("!H", body[:2])[0]
        topic, body = body[2:2 + n].decode(), body[2 + n:]
        if head & 6:
            s.sendall(b"\x40\x02" + body[:2])
            body = body[2:]
        self.messages.append((topic, body.decode(errors="replace"), bool(head & 1)))

    def events(self, site):
        """Transitions of alerts."""
        return [json.loads(payload) for topic, payload, _ in list(self.messages) if topic == site + "/event/alert"]

    def samples(self, site):
        """Each sample told: (ROOM/DEVICE/PART, ts, how), how being live, retained or history, in the order of coming."""
        out = []
        for topic, payload, retained in list(self.messages):
            level = topic.split("/")
            if level[:2] != site.split("/") or not payload:
                continue
            if level[2] == "device" and level[-1] == "state":
                out.append(("/".join(level[3:6]), json.loads(payload)["ts"], "retained" if retained else "live"))
            elif level[2] == "kpi":
                out.append((f"{level[3]}/kpi/{level[4]}", json.loads(payload)["ts"], "retained" if retained else "live"))
            elif level[2] == "history":
                out += [("/".join(level[3:6]), s["ts"], "history") for s in json.loads(payload)["samples"]]
        return out
