#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up meson's test log: prints PASSED FAILED, and the names of the tests that failed in time or value: not those that
died of a fault, or in which something did. A program killed or timed out counts as one failure."""
import re
import sys

text = open(sys.argv[1], encoding="utf-8", errors="replace").read()
ok = sum(int(n) for n in re.findall(r"^Ok:\s+(\d+)", text, re.M))
bad = sum(int(n) for n in re.findall(r"^(?:Fail|Timeout|Unexpected Pass):\s+(\d+)", text, re.M))
names = re.findall(r"^\s*\d+/\d+ \S+ / (\S+)\s+(?:FAIL|TIMEOUT)\b(?!.*killed by)", text, re.M)
print(ok, bad if ok + bad else 1, *dict.fromkeys(names))
