#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's table of devices, from the profiles: devices.py checks it, devices.py --write writes it."""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BEGIN, END = "<!-- devices: begin -->\n", "<!-- devices: end -->\n"


def head(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    keys = {}
    for key in ("name", "title", "vendor", "kind", "protocol", "confidence"):
        found = re.search(rf'^{key}: *"?(.*?)"?\s*$', text, re.M)
        keys[key] = found[1] if found else ""
    return keys


def table():
    folder = os.path.join(ROOT, "conf.d", "profiles")
    rows = [head(os.path.join(folder, n)) for n in sorted(os.listdir(folder)) if n.endswith(".yaml")]
    kinds = ["pdu", "ats", "ups", "meter", "heat-meter", "cooling", "env", "entity"]
    rows.sort(key=lambda r: (kinds.index(r["kind"]) if r["kind"] in kinds else 99, r["vendor"].lower(), r["name"]))
    lines = ["| kind | devices | over | profile | confidence |", "|---|---|---|---|---|"]
    for r in rows:
        title = r["title"].replace("|", "/")
        lines.append(f"| {r['kind']} | {title} | {r['protocol'].replace('snmp', 'SNMP').replace('modbus', 'Modbus').replace('mqtt', 'MQTT')} | {r['name']} | {r['confidence']} |")
    return f"{len(rows)} profiles. *Confidence* is high where a standard or a maker's MIB and a recording of a real device agree.\n\n" + "\n".join(lines) + "\n"


path = os.path.join(ROOT, "README.md")
with open(path, encoding="utf-8") as f:
    text = f.read()
a, b = text.index(BEGIN) + len(BEGIN), text.index(END)
wanted = text[:a] + "\n" + table() + "\n" + text[b:]
if "--write" in sys.argv:
    with open(path, "w", encoding="utf-8") as f:
        f.write(wanted)
elif wanted != text:
    print("README.md: the table of devices is not that of the profiles: run tests/devices.py --write")
    sys.exit(1)
