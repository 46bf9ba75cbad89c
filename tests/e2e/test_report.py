#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""cli_report: `wattwacht report` from the files alone, without a daemon and with nothing kept yet.

Usage: test_report.py WATTWACHT
"""
import json
import os
import subprocess
import sys
import tempfile

WATTWACHT = sys.argv[1]
faults = []

CONFIG = """
site: {name: leuven, title: "Stad Leuven", timezone: Europe/Brussels, languages: [nl, fr]}
rooms:
  stad: {title: "Serverruimte", boundary: {complete: yes}}
devices:
  pdu-1: {room: stad, profile: apc-rpdu2, address: 192.0.2.1, role: it}
"""


def check(what, ok, shown=""):
    if not ok:
        faults.append(what)
        print(f"FAIL {what}: {shown}"[:2000])
    else:
        print(f"ok   {what}")


def run(*words):
    done = subprocess.run([WATTWACHT, *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def report(root, *words):
    return run("report", "--config", os.path.join(root, "conf.d"), "--state", os.path.join(root, "state"), *words)


def nothing_kept(root):
    code, out, err = report(root, "--room", "stad", "--period", "2026-10", "--json")
    check("no data is no error", code == 0, err)
    document = json.loads(out)
    check("the schema", document["schema"] == 1 and document["scope"] == "stad")
    check("the month in the site's time zone", document["period"]["from"] == "2026-09-30T22:00:00.000Z"
          and document["period"]["to"] == "2026-10-31T23:00:00.000Z", document["period"])
    check("every energy is null", all(document["energy"][k] is None for k in
                                      ("total_wh", "it_wh", "cooling_wh", "losses_wh", "unmetered_wh")))
    check("every figure has its reason", all(k["value"] is None and k["reason"] for k in document["kpis"]))
    check("every id once", sorted(k["id"] for k in document["kpis"]) == sorted(set(k["id"] for k in document["kpis"]))
          and len(document["kpis"]) == 19, [k["id"] for k in document["kpis"]])
    check("what is missing is said", any(m["what"] == "ledger" for m in document["missing"]), document["missing"])
    code, out, err = report(root, "--period", "2026-W40")
    check("the site's first language", code == 0 and "Energierapport" in out, out + err)
    code, out, err = report(root, "--period", "2026", "--lang", "fr")
    check("another language", code == 0 and "Rapport énergétique" in out, out + err)
    code, out, err = report(root, "--explain", "cue", "--period", "2026-10", "--lang", "en")
    check("an explanation", code == 0 and "ISO/IEC 30134-8" in out, out + err)
    code, out, err = report(root, "--explain", "cue", "--period", "2026-10", "--json")
    check("an explanation as JSON", code == 0 and json.loads(out)["kpi"]["id"] == "cue", out + err)
    code, out, err = report(root, "--period", "12m", "--json")
    period = json.loads(out)["period"]
    check("twelve months", code == 0 and period["closed"] and int(period["to"][:4]) - int(period["from"][:4]) == 1
          and period["to"][5:10] == period["from"][5:10], period)
    path = os.path.join(root, "out.txt")
    code, out, err = report(root, "--period", "2026-10", "-o", path)
    check("into a file", code == 0 and not out and os.path.getsize(path) > 500, err)


def wrong_usage(root):
    for words, code, text in (
            (["--period", "2026-13"], 2, "expected 2026"),
            (["--period", "2026-10-01T00:07:00Z/2026-10-02"], 2, "whole quarters"),
            (["--room", "stad", "--site"], 2, "not two"),
            (["--group", "stad"], 1, "no such group"),
            (["--room", "elsewhere"], 1, "no such room"),
            (["--format", "odt"], 2, "expected text"),
            (["--lang", "xx"], 2, "en, nl or fr"),
            (["--explain", "speed"], 2, "expected a KPI")):
        got, out, err = report(root, *words)
        check(" ".join(words), got == code and text in err and not out, f"{got} {out} {err}")
    got, out, _ = report(root, "--room", "elsewhere", "--json")
    check("an error as JSON", got == 1 and json.loads(out)["error"]["where"] == "elsewhere", out)


def bad_ledger(root):
    path = os.path.join(root, "state", "ledger.db")
    with open(path, "wb") as f:
        f.write(b"this is not a database, and long enough not to be taken for an empty one" * 20)
    code, out, err = report(root, "--period", "2026-10")
    check("a file that is no ledger", code == 1 and "no ledger" in err and not out, err)
    os.remove(path)
    import sqlite3
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE later(x)")
        db.execute("PRAGMA user_version = 99")
    code, out, err = report(root, "--period", "2026-10")
    check("a newer ledger", code == 1 and "newer version" in err and not out, err)


def main():
    with tempfile.TemporaryDirectory() as root:
        os.makedirs(os.path.join(root, "conf.d"))
        os.makedirs(os.path.join(root, "state"))
        with open(os.path.join(root, "conf.d", "site.yaml"), "w", encoding="utf-8") as f:
            f.write(CONFIG)
        nothing_kept(root)
        wrong_usage(root)
        bad_ledger(root)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
