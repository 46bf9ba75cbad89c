# SPDX-License-Identifier: GPL-3.0-or-later
"""A Sparkplug host that records what an Edge Node does and grades it by the assertions of the specification.

Everything is decoded here from the wire, by the field numbers of Sparkplug 3.0 section 6.4, and sees what an independent
client (mosquitto_sub) and the broker's own log saw: nothing of the daemon is used. Each assertion is named by its id
without the prefix `tck-id-`; what begins with `own-` is asked beyond them.
"""
import collections
import re
import struct
import subprocess

from rig import Lines

INT64, DOUBLE, BOOLEAN, STRING = 4, 10, 11, 12
FIELD_OF = {INT64: "long", DOUBLE: "double", BOOLEAN: "boolean", STRING: "string"}


class Malformed(Exception):
    pass


def varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Malformed("varint")
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data):
    """(number, wire type, value) in their order."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            value, at = data[at:at + size], at + size
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            raise Malformed(f"wire type {kind}")
        if at > len(data):
            raise Malformed("cut")
        yield key >> 3, kind, value


def signed(value):
    return value - (1 << 64) if value >= 1 << 63 else value


def read(data, table):
    """A message by {number: (name, reader, wire type, repeated)}; an unknown field is an error here."""
    out = collections.defaultdict(list)
    for number, kind, value in fields(data):
        if number not in table:
            raise Malformed(f"field {number}")
        name, reader, wanted, repeated = table[number]
        if kind != wanted:
            raise Malformed(f"{name}: wire type {kind}")
        value = reader(value) if reader else value
        if repeated:
            out[name].append(value)
        elif name in out:
            raise Malformed(f"{name} twice")
        else:
            out[name] = value
    return dict(out)


def text(value):
    return value.decode("utf-8")


def double(value):
    return struct.unpack("<d", value)[0]


def single(value):
    return struct.unpack("<f", value)[0]


PROPERTY = {1: ("type", None, 0, False), 2: ("is_null", bool, 0, False), 3: ("int", None, 0, False),
            4: ("long", signed, 0, False), 5: ("float", single, 5, False), 6: ("double", double, 1, False),
            7: ("boolean", bool, 0, False), 8: ("string", text, 2, False)}
PROPERTIES = {1: ("keys", text, 2, True), 2: ("values", lambda v: read(v, PROPERTY), 2, True)}
METRIC = {1: ("name", text, 2, False), 2: ("alias", None, 0, False), 3: ("timestamp", None, 0, False),
          4: ("datatype", None, 0, False), 5: ("is_historical", bool, 0, False), 6: ("is_transient", bool, 0, False),
          7: ("is_null", bool, 0, False), 8: ("metadata", None, 2, False),
          9: ("properties", lambda v: read(v, PROPERTIES), 2, False), 10: ("int", None, 0, False),
          11: ("long", signed, 0, False), 12: ("float", single, 5, False), 13: ("double", double, 1, False),
          14: ("boolean", bool, 0, False), 15: ("string", text, 2, False), 16: ("bytes", None, 2, False)}
PAYLOAD = {1: ("timestamp", None, 0, False), 2: ("metrics", lambda v: read(v, METRIC), 2, True),
           3: ("seq", None, 0, False), 4: ("uuid", text, 2, False), 5: ("body", None, 2, False)}
VALUES = ("int", "long", "float", "double", "boolean", "string", "bytes")


def decode(data):
    payload = read(data, PAYLOAD)
    payload.setdefault("metrics", [])
    return payload


def key(number, kind):
    return bytes([number << 3 | kind])


def encode_varint(value):
    out = b""
    while value > 0x7f:
        out, value = out + bytes([value & 0x7f | 0x80]), value >> 7
    return out + bytes([value])


def rebirth_command(name=b"Node Control/Rebirth", value=1):
    metric = key(1, 2) + encode_varint(len(name)) + name + key(4, 0) + bytes([BOOLEAN]) + key(14, 0) + bytes([value])
    return key(2, 2) + encode_varint(len(metric)) + metric


Message = collections.namedtuple("Message", "at_ms topic qos retain payload")
Topic = collections.namedtuple("Topic", "group verb edge device")


def topic_of(name):
    parts = name.split("/")
    if parts[0] != "spBv1.0" or len(parts) not in (4, 5):
        return None
    return Topic(parts[1], parts[2], parts[3], parts[4] if len(parts) == 5 else None)


class Recorder:
    """mosquitto_sub at QoS 2 with version 5's retain-as-published: flags as the Edge Node sent them."""

    def __init__(self, rig, port):
        argv = ["mosquitto_sub", "-V", "5", "-h", "127.0.0.1", "-p", str(port), "-q", "2", "--retain-as-published",
                "-F", "%U\t%t\t%q\t%r\t%x", "-t", "spBv1.0/#"]
        self.process = rig.start(f"recorder-{len(rig.processes)}", argv, stdout=subprocess.PIPE)
        self.lines = Lines(self.process)
        self.messages = []

    def read(self):
        for line in self.lines.read():
            at, topic, qos, retain, payload = line.decode().split("\t")
            self.messages.append(Message(float(at) * 1000, topic, int(qos), retain == "1", bytes.fromhex(payload)))
        return self.messages

    def of(self, verb, device=None):
        return [m for m in self.read() if (t := topic_of(m.topic)) and t.verb == verb and (device is None or t.device == device)]


Connect = collections.namedtuple("Connect", "client clean version will_qos will_retain will_topic subscribed disconnected published")


def connections(log, client):
    """What the broker's log (log_type all) says of the client's connections."""
    found = []
    lines = log.splitlines()
    for i, line in enumerate(lines):
        if m := re.search(rf"New client connected from \S+ as {re.escape(client)} \(p(\d), c(\d)", line):
            found.append(Connect(client, m[2] == "1", int(m[1]), None, None, None, [], [], []))
        if not found:
            continue
        if m := re.search(r"Will message specified \(\d+ bytes\) \(r(\d), q(\d)\)", line):
            found[-1] = found[-1]._replace(will_retain=m[1] == "1", will_qos=int(m[2]),
                                           will_topic=lines[i + 1].split("\t")[-1].strip())
        if re.search(rf"Received SUBSCRIBE from {re.escape(client)}$", line):
            for follow in lines[i + 1:]:
                m = re.search(r"\t(\S+) \(QoS (\d)\)", follow)
                if not m:
                    break
                found[-1].subscribed.append((m[1], int(m[2]), len(found[-1].published)))
        if re.search(rf"Received DISCONNECT from {re.escape(client)}$", line):
            found[-1].disconnected.append(len(found[-1].published))
        if m := re.search(rf"Received PUBLISH from {re.escape(client)} \(d\d, q(\d), r(\d), m\d+, '([^']*)'", line):
            found[-1].published.append((m[3], int(m[1]), m[2] == "1"))
    return found


class Grader:
    """Goes through what was recorded in its order; every assertion counts how often it held, and keeps how it did not."""

    def __init__(self, aliases=False, datatypes=True):
        self.aliases, self.datatypes = aliases, datatypes
        self.held = collections.Counter()
        self.broken = []
        self.node = {}  # (group, edge): session
        self.last_ms = {}  # of a metric that is not historical

    def ids(self):
        return {name for name in self.held if not name.startswith("own-")}

    def check(self, names, holds, what):
        for name in names.split():
            if holds:
                self.held[name] += 1
            else:
                self.broken.append(f"{name}: {what}")

    def grade(self, messages):
        for message in messages:
            self.message(message)

    def message(self, message):
        topic = topic_of(message.topic)
        if message.topic.startswith("spBv1.0/STATE/") or (topic and topic.verb in ("NCMD", "DCMD")):
            return
        verbs = ("NBIRTH", "NDEATH", "NDATA", "DBIRTH", "DDEATH", "DDATA")
        ok = topic is not None and topic.verb in verbs and (topic.device is not None) == (topic.verb[0] == "D")
        self.check("topic-structure topic-structure-namespace-a topic-structure-namespace-device-id-associated-message-types "
                   "topic-structure-namespace-device-id-non-associated-message-types", ok, message.topic)
        if not ok:
            return
        ids = [topic.group, topic.edge] + ([topic.device] if topic.device else [])
        self.check("intro-group-id-chars intro-edge-node-id-chars intro-device-id-chars topic-structure-namespace-valid-group-id "
                   "topic-structure-namespace-valid-edge-node-id topic-structure-namespace-valid-device-id",
                   all(i and not set(i) & set("+/#") for i in ids), message.topic)
        try:
            payload = decode(message.payload)
        except (Malformed, UnicodeDecodeError) as e:
            self.broken.append(f"{message.topic}: no payload: {e}")
            return
        getattr(self, topic.verb.lower())(message, topic, payload)

    # what all but NDEATH share

    def numbered(self, message, topic, payload, names, session):
        self.check("payloads-sequence-num-always-included " + names["seq"], "seq" in payload, message.topic)
        if session and "seq" in payload:
            wanted = (session["seq"] + 1) % 256
            self.check("payloads-sequence-num-incrementing " + names["inc"], payload["seq"] == wanted,
                       f"{message.topic}: seq {payload['seq']} after {session['seq']}")
            session["seq"] = payload["seq"]
            session["wrapped"] = session.get("wrapped", False) or wanted == 0
        self.check(names["mqtt"], message.qos == 0 and not message.retain, f"{message.topic}: q{message.qos} r{message.retain}")
        near = abs(payload.get("timestamp", 0) - message.at_ms) < 300000
        self.check("payloads-timestamp-in-UTC " + names["timestamp"], near, f"{message.topic}: {payload.get('timestamp')}")

    def metric(self, message, metric, birth):
        where = f"{message.topic} {metric.get('name', metric.get('alias'))}"
        self.check("payloads-name-birth-data-requirement", "timestamp" in metric, where)
        self.check("payloads-metric-timestamp-in-UTC", metric.get("timestamp", 0) <= message.at_ms + 60000 and
                   metric.get("timestamp", 0) > 1600000000000, where)
        values = [v for v in VALUES if v in metric]
        null = metric.get("is_null", False)
        self.check("operational-behavior-data-publish-nbirth-values operational-behavior-data-publish-dbirth-values" if birth else "own-null", len(values) == (not null), where)
        if birth or self.datatypes:
            self.check("payloads-metric-datatype-req" if birth else "own-datatypes-in-data", "datatype" in metric, where)
        else:
            self.check("payloads-metric-datatype-not-req", "datatype" not in metric, where)
        if "datatype" in metric:
            self.check("payloads-metric-datatype-value payloads-metric-datatype-value-type",
                       metric["datatype"] in FIELD_OF, where)
            if values:
                self.check("payloads-metric-datatype-value", values[0] == FIELD_OF.get(metric["datatype"]), where)
        properties = metric.get("properties")
        if properties is not None:
            keys, items = properties.get("keys", []), properties.get("values", [])
            self.check("payloads-propertyset-keys-array-size payloads-propertyset-values-array-size",
                       len(keys) == len(items) > 0 and len(set(keys)) == len(keys), where)
            self.check("payloads-metric-propertyvalue-type-req payloads-metric-propertyvalue-type-type "
                       "payloads-metric-propertyvalue-type-value", all("type" in i for i in items), where)
            for name, item in zip(keys, items):
                if name == "Quality":
                    self.check("payloads-propertyset-quality-value-type payloads-propertyset-quality-value-value",
                               item["type"] == 3 and item.get("int") in (0, 192, 500), where)

    def births(self, message, metrics, known, session):
        """Metrics of a birth, into known: by name, or by alias."""
        for metric in metrics:
            self.metric(message, metric, True)
            name, alias = metric.get("name"), metric.get("alias")
            self.check("payloads-name-requirement case-sensitivity-metric-names", name and name.lower() not in {
                n.lower() for n in known if isinstance(n, str) and n != name}, f"{message.topic} {name}")
            if name == "Node Control/Rebirth":
                self.check("operational-behavior-data-commands-rebirth-name-aliases", alias is None, message.topic)
            elif self.aliases:
                self.check("payloads-alias-birth-requirement", name and alias is not None, f"{message.topic} {name}")
            if alias is not None:
                self.check("payloads-alias-uniqueness", alias not in session["aliases"], f"{message.topic} {name} {alias}")
                session["aliases"].add(alias)
                known[alias] = metric
            known[name] = metric

    def data(self, message, metrics, known, where):
        for metric in metrics:
            self.metric(message, metric, False)
            if self.aliases:
                self.check("payloads-alias-data-cmd-requirement", "alias" in metric and "name" not in metric, where)
            ident = metric.get("alias", metric.get("name"))
            self.check("topics-nbirth-metric-reqs topics-dbirth-metric-reqs", ident in known, f"{where}: {ident} was not in the birth")
            if ident not in known:
                continue
            birth = known[ident]
            if "datatype" in metric:
                self.check("payloads-metric-datatype-value", metric["datatype"] == birth["datatype"], f"{where} {ident}")
            if not metric.get("is_historical"):
                before = self.last_ms.get((message.topic, ident), 0)
                self.check("operational-behavior-data-publish-nbirth-order operational-behavior-data-publish-dbirth-order",
                           metric.get("timestamp", 0) >= before, f"{where} {ident}")
                self.last_ms[message.topic, ident] = metric.get("timestamp", 0)

    # one message

    def nbirth(self, message, topic, payload):
        before = self.node.get((topic.group, topic.edge))
        session = {"seq": payload.get("seq"), "known": {}, "devices": {}, "aliases": set(), "bdseq": None, "alive": True}
        self.numbered(message, topic, payload, {
            "seq": "payloads-nbirth-seq payloads-sequence-num-req-nbirth", "inc": "",
            "mqtt": "topics-nbirth-mqtt payloads-nbirth-qos payloads-nbirth-retain message-flow-edge-node-birth-publish-nbirth-qos "
                    "message-flow-edge-node-birth-publish-nbirth-retained",
            "timestamp": "topics-nbirth-timestamp payloads-nbirth-timestamp"}, None)
        self.check("topics-nbirth-seq-num message-flow-edge-node-birth-publish-nbirth-payload-seq", payload.get("seq") == 0, payload.get("seq"))
        self.births(message, payload["metrics"], session["known"], session)
        bdseq = session["known"].get("bdSeq", {})
        self.check("topics-nbirth-bdseq-included payloads-nbirth-bdseq message-flow-edge-node-birth-publish-nbirth-payload-bdSeq",
                   bdseq.get("datatype") == INT64 and 0 <= bdseq.get("long", -1) <= 255, bdseq)
        session["bdseq"] = bdseq.get("long")
        rebirth = session["known"].get("Node Control/Rebirth", {})
        self.check("topics-nbirth-rebirth-metric payloads-nbirth-rebirth-req operational-behavior-data-commands-rebirth-name "
                   "operational-behavior-data-commands-rebirth-datatype operational-behavior-data-commands-rebirth-value",
                   rebirth.get("datatype") == BOOLEAN and rebirth.get("boolean") is False, rebirth)
        self.check("topics-nbirth-metrics", all(m.get("name") and "datatype" in m for m in payload["metrics"]), message.topic)
        self.check("topics-nbirth-topic message-flow-edge-node-birth-publish-nbirth-topic", topic.device is None, message.topic)
        if before and before["alive"]:
            self.check("operational-behavior-data-commands-rebirth-action-2 operational-behavior-data-commands-rebirth-action-3", before["bdseq"] == session["bdseq"],
                       f"rebirth: bdSeq {before['bdseq']} became {session['bdseq']}")
        elif before:
            self.check("topics-nbirth-bdseq-increment payloads-nbirth-bdseq-repeat", session["bdseq"] != before["bdseq"],
                       f"bdSeq {before['bdseq']} again")
        self.node[topic.group, topic.edge] = session

    def ndeath(self, message, topic, payload):
        session = self.node.get((topic.group, topic.edge))
        metrics = payload["metrics"]
        self.check("topics-ndeath-payload payloads-ndeath-bdseq message-flow-edge-node-birth-publish-will-message-payload",
                   [m.get("name") for m in metrics] == ["bdSeq"] and "long" in metrics[0], metrics)
        self.check("topics-ndeath-seq payloads-ndeath-seq", "seq" not in payload, payload.get("seq"))
        self.check("payloads-ndeath-will-message-qos payloads-ndeath-will-message-retain "
                   "message-flow-edge-node-birth-publish-will-message-qos message-flow-edge-node-birth-publish-will-message-will-retained",
                   message.qos == 1 and not message.retain, f"q{message.qos} r{message.retain}")
        if session and metrics:
            self.check("topics-nbirth-bdseq-matching message-flow-edge-node-birth-publish-will-message-payload-bdSeq",
                       metrics[0].get("long") == session["bdseq"], f"NDEATH {metrics[0].get('long')}, NBIRTH {session['bdseq']}")
            session["alive"] = False
            session["devices"] = {}

    def alive(self, message, topic, names):
        session = self.node.get((topic.group, topic.edge))
        self.check(names, session is not None and session["alive"], f"{message.topic} without NBIRTH")
        return session if session and session["alive"] else None

    def dbirth(self, message, topic, payload):
        session = self.alive(message, topic, "payloads-dbirth-order message-flow-device-birth-publish-nbirth-wait principles-birth-certificates-order")
        self.numbered(message, topic, payload, {
            "seq": "topics-dbirth-seq payloads-dbirth-seq", "inc": "payloads-dbirth-seq-inc message-flow-device-birth-publish-dbirth-payload-seq",
            "mqtt": "topics-dbirth-mqtt payloads-dbirth-qos payloads-dbirth-retain message-flow-device-birth-publish-dbirth-qos "
                    "message-flow-device-birth-publish-dbirth-retained",
            "timestamp": "topics-dbirth-timestamp payloads-dbirth-timestamp"}, session)
        self.check("topics-dbirth-topic message-flow-device-birth-publish-dbirth-topic message-flow-device-birth-publish-dbirth-match-edge-node-topic",
                   topic.device, message.topic)
        if not session:
            return
        known = session["devices"][topic.device] = {}
        aliases = session.setdefault("of", {}).pop(topic.device, set())
        session["aliases"] -= aliases  # the device is born again with its own
        before = set(session["aliases"])
        self.births(message, payload["metrics"], known, session)
        session["of"][topic.device] = session["aliases"] - before
        self.check("topics-dbirth-metrics message-flow-device-birth-publish-dbirth-payload", all(m.get("name") and "datatype" in m for m in payload["metrics"]),
                   message.topic)

    def ddeath(self, message, topic, payload):
        session = self.alive(message, topic, "own-ddeath-order")
        self.numbered(message, topic, payload, {
            "seq": "payloads-ddeath-seq", "inc": "topics-ddeath-seq-num payloads-ddeath-seq-inc payloads-ddeath-seq-number",
            "mqtt": "topics-ddeath-mqtt", "timestamp": "payloads-ddeath-timestamp"}, session)
        self.check("topics-ddeath-topic operational-behavior-device-ddeath", session and topic.device in session["devices"], message.topic)
        if session:
            session["devices"].pop(topic.device, None)

    def ndata(self, message, topic, payload):
        session = self.alive(message, topic, "payloads-ndata-order")
        self.numbered(message, topic, payload, {
            "seq": "payloads-ndata-seq", "inc": "topics-ndata-seq-num payloads-ndata-seq-inc",
            "mqtt": "topics-ndata-mqtt payloads-ndata-qos payloads-ndata-retain",
            "timestamp": "topics-ndata-timestamp payloads-ndata-timestamp"}, session)
        self.check("topics-ndata-topic topics-ndata-payload operational-behavior-data-publish-nbirth-change", payload["metrics"], message.topic)
        if session:
            self.data(message, payload["metrics"], session["known"], message.topic)

    def ddata(self, message, topic, payload):
        session = self.alive(message, topic, "payloads-ddata-order")
        self.numbered(message, topic, payload, {
            "seq": "payloads-ddata-seq", "inc": "topics-ddata-seq-num payloads-ddata-seq-inc",
            "mqtt": "topics-ddata-mqtt payloads-ddata-qos payloads-ddata-retain",
            "timestamp": "topics-ddata-timestamp payloads-ddata-timestamp"}, session)
        self.check("topics-ddata-topic topics-ddata-payload operational-behavior-data-publish-dbirth-change principles-rbe-recommended",
                   payload["metrics"], message.topic)
        if session:
            self.check("payloads-ddata-order operational-behavior-data-publish-dbirth", topic.device in session["devices"],
                       f"{message.topic} before DBIRTH")
            self.data(message, payload["metrics"], session["devices"].get(topic.device, {}), message.topic)

    def connection(self, connect, group, edge, host=None):
        """What the broker saw of one connection."""
        will = f"spBv1.0/{group}/NDEATH/{edge}"
        self.check("principles-persistence-clean-session-311" if connect.version == 2 else "principles-persistence-clean-session-50",
                   connect.clean, connect.client)
        self.check("payloads-ndeath-will-message message-flow-edge-node-birth-publish-will-message "
                   "message-flow-edge-node-birth-publish-will-message-topic", connect.will_topic == will, connect.will_topic)
        self.check("message-flow-edge-node-birth-publish-will-message-qos message-flow-edge-node-birth-publish-will-message-will-retained",
                   connect.will_qos == 1 and not connect.will_retain, (connect.will_qos, connect.will_retain))
        wanted = [f"spBv1.0/{group}/NCMD/{edge}"] + ([f"spBv1.0/STATE/{host}"] if host else [])
        for topic in wanted:
            first = [(q, n) for t, q, n in connect.subscribed if t == topic]
            name = "message-flow-edge-node-ncmd-subscribe" if "NCMD" in topic else "message-flow-edge-node-birth-publish-phid-wait-id"
            self.check(name, first and first[0] == (1, 0), f"{topic}: {first}")
        if connect.published:
            self.check("message-flow-edge-node-birth-publish-connect principles-birth-certificates-order",
                       connect.published[0][0] == f"spBv1.0/{group}/NBIRTH/{edge}" or connect.published[0][0] == will, connect.published[0])
        if connect.disconnected:
            last = connect.published[-1] if connect.published else None
            self.check("payloads-ndeath-will-message-publisher payloads-ndeath-will-message-publisher-disconnect-mqtt311 "
                       "operational-behavior-edge-node-intentional-disconnect-ndeath", last and last[0] == will, last)
