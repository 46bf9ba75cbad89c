#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs every fuzzer for a time, each on its seeds and what earlier runs found: run.py BUILD [SECONDS] [NAME...]"""
import os
import subprocess
import sys

build, seconds = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "60"
names = sys.argv[3:]
here = os.path.dirname(os.path.abspath(__file__))
failed = []
for program in sorted(os.listdir(os.path.join(build, "tests", "fuzz"))):
    path = os.path.join(build, "tests", "fuzz", program)
    if not program.startswith("fuzz_") or not os.access(path, os.X_OK) or os.path.isdir(path):
        continue
    name = program[5:]
    if names and name not in names:
        continue
    corpus = os.path.join(build, "corpus", name)
    os.makedirs(corpus, exist_ok=True)
    print(f"{name}: {seconds} s", flush=True)
    done = subprocess.run([path, corpus, os.path.join(here, "seeds", name), f"-max_total_time={seconds}", "-timeout=10",
                           "-rss_limit_mb=2048", f"-artifact_prefix={corpus}-", "-print_final_stats=1", "-verbosity=0"])
    if done.returncode:
        failed.append(name)
print("failed: " + " ".join(failed) if failed else "nothing found")
sys.exit(bool(failed))
