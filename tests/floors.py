#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of the tree: floors, licence lines, sizes, banned functions, a test for every module.

Usage: tests/floors.py [SOURCE_ROOT]. Prints each fault with its place; exits 1 when there is any.
"""
import os
import re
import sys

ROOT = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BANNED = {
    "strcpy": "snprintf", "strcat": "snprintf", "sprintf": "snprintf", "gets": "fgets", "strtok": "strtok_r",
    "localtime": "localtime_r", "gmtime": "gmtime_r", "asctime": "strftime", "ctime": "strftime", "setlocale": "nothing: LC_NUMERIC stays C",
    "snmp_open": "snmp_sess_open", "snmp_read": "snmp_sess_read2", "snmp_set_var_value": "nothing: read only",
    "modbus_write_register": "nothing: read only", "modbus_write_registers": "nothing: read only",
    "modbus_write_bit": "nothing: read only", "modbus_write_bits": "nothing: read only",
    "modbus_write_and_read_registers": "nothing: read only", "modbus_mask_write_register": "nothing: read only",
    "sleep": "a timer",
}
BANNED_WORDS = {"SNMP_MSG_SET": "read only: no SET is sent"}
NAMES = ("util", "utils", "common", "misc", "helper", "helpers", "manager")
faults = []


def fault(path, line, what):
    faults.append(f"{path}:{line}: {what}")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def floors():
    table = {}
    for number, line in enumerate(read("tests/floors.txt").splitlines(), 1):
        line = line.split("#")[0].split()
        if not line:
            continue
        if len(line) != 2 or not line[0].isdigit():
            fault("tests/floors.txt", number, "expected FLOOR FILE")
        elif line[1] in table:
            fault("tests/floors.txt", number, f"{line[1]} stands here twice")
        else:
            table[line[1]] = int(line[0])
    return table


def sources(*folders):
    for folder in folders:
        for base, dirs, names in os.walk(os.path.join(ROOT, folder)):
            dirs.sort()
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(base, name), ROOT)


def check_includes(path, text, table):
    own = path[:-2]
    if own not in table:
        fault("tests/floors.txt", 1, f"{own} has no floor")
        return
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'#include "(.+)\.h"', line)
        if not found:
            continue
        name = found[1]
        target = name if "/" in name else f"{os.path.dirname(path)}/{name}"
        if target == own:
            continue
        if target not in table:
            fault(path, number, f"includes {target}.h, which has no floor")
        elif table[target] >= table[own]:
            fault(path, number, f"floor {table[own]} includes {target}.h of floor {table[target]}: only lower ones")
        elif path.startswith("drivers/") and target.startswith("daemon/"):
            fault(path, number, "drivers/ knows nothing of daemon/")


def strip(text):
    """Without comments and strings, lines kept."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def check_words(path, text):
    bare = strip(text)
    for number, line in enumerate(bare.splitlines(), 1):
        for name, instead in BANNED.items():
            if re.search(rf"(?<![\w.>]){name}\s*\(", line):
                fault(path, number, f"{name}() is not used here: {instead}")
        for word, why in BANNED_WORDS.items():
            if word in line:
                fault(path, number, why)
    if path.startswith("drivers/") and "MQTTAsync_send" in bare:
        fault(path, 1, "read only: a driver publishes nothing")
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b", line):
            fault(path, number, "unfinished work is said in an issue, not in the code")
    if os.path.splitext(os.path.basename(path))[0] in NAMES:
        fault(path, 1, "a name that says nothing")


def check_size(path, text):
    """Tests too: who reads one file reads it whole."""
    lines = text.count("\n")
    if path.endswith(".h") and lines > 145:
        fault(path, 1, f"a header of {lines} lines: at most 145")
    if path.endswith(".c") and lines > 500:
        fault(path, 1, f"{lines} lines: split at 500")


def check_licence(path, text):
    first = "\n".join(text.splitlines()[:2])
    if "SPDX-License-Identifier: GPL-3.0-or-later" not in first:
        fault(path, 1, "begins without the SPDX line")


def tested_modules():
    """A module is tested by tests/unit/test_<module>.c, or is named in the head of the test that covers it."""
    words = set()
    for path in sources("tests"):
        name = os.path.basename(path)
        if name.startswith("test_") and name.endswith(".c"):
            words.add(name[5:-2])
            head = read(path).split("#include", 1)[0]
            words.update(re.findall(r"[a-z0-9_]+", head))
    for base, _, names in os.walk(os.path.join(ROOT, "tests")):
        for name in names:
            if name.startswith("test_") and name.endswith(".py"):
                head = read(os.path.relpath(os.path.join(base, name), ROOT)).split("import", 1)[0]
                words.update(re.findall(r"[a-z0-9_]+", head))
    return words


def check_values():
    """tests/check-values.md: each number's test is there."""
    for number, line in enumerate(read("tests/check-values.md").splitlines(), 1):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != 5 or cells[3] in ("test", "---"):
            continue
        for where in cells[3].split(";"):
            name, _, functions = where.strip().partition(": ")
            path = f"tests/unit/{name}.c"
            text = read(path) if os.path.exists(os.path.join(ROOT, path)) else ""
            for function in functions.split(", "):
                if f"static void {function}(void **state)" not in text:
                    fault("tests/check-values.md", number, f"{path} has no {function}")


def main():
    table = floors()
    check_values()
    known = set()
    tested = tested_modules()
    for path in sources("drivers", "daemon", "tests/sim"):
        text = read(path)
        known.add(path[:-2])
        check_includes(path, text, table)
        check_words(path, text)
        if path.endswith(".c") and not path.startswith("tests/") and os.path.basename(path)[:-2] not in tested:
            fault(path, 1, "no test names this module")
    for name in sorted(set(table) - known):
        fault("tests/floors.txt", 1, f"{name} does not exist")
    for path in sources("drivers", "daemon", "tests"):
        text = read(path)
        check_size(path, text)
        check_licence(path, text)
    print("\n".join(faults) if faults else f"floors: {len(known)} modules in order")
    return 1 if faults else 0


sys.exit(main())
