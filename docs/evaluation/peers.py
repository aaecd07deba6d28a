#!/usr/bin/env python3
"""Measures plain recognition against other people's test material. Nothing in it is built or run.

peers.py mtest FILE            cases of one capability a line; lines with a fact
peers.py evasion FOLDER        one file a case, with cases.json (name, benign)
peers.py cackle FOLDER         crates with cackle.toml as truth
peers.py cargo-scan FOLDER     cargo-scan's repository: test packages, with a table of lines as truth
peers.py rustinel FOLDER       rustinel's fixtures; comments are taken out of a copy first
"""

import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parents[2]
OVERT = os.environ.get("OVERT", str(HERE / "target/release/cargo-overt"))


def facts(path):
    command = [OVERT, "inventory", "--facts", "--format", "json", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    return json.loads(done.stdout)["facts"] if done.stdout else []


def mtest(path):
    lines = {fact["line"] for fact in facts(path)}
    seen, missed, earlier = 0, [], []
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        case = re.search(r"\b(m\d\d_\w+)\(\)|pub static INIT|link_section", line)
        if not case:
            # What stands before a case belongs to it: a macro, an alias, a module.
            earlier.append(number)
            continue
        if lines & {number, *earlier}:
            seen += 1
        else:
            missed.append(case.group(0))
        earlier = []
    print(f"mtest: {seen} of {seen + len(missed)} seen; missed: {', '.join(missed) or 'none'}")


def evasion(folder):
    seen, missed, false = 0, [], []
    for case in json.loads((pathlib.Path(folder) / "cases.json").read_text()):
        hit = bool(facts(pathlib.Path(folder) / f"{case['name']}.rs"))
        if case["benign"]:
            false += [case["name"]] * hit
        elif hit:
            seen += 1
        else:
            missed.append(case["name"])
    print(f"evasion: {seen} of {seen + len(missed)} seen, {len(false)} false; missed: {', '.join(missed)}")


def cackle(folder):
    groups = {"fs": ("fs-",), "env": ("env-",), "net": ("network", "dns"), "process": ("process",)}
    truth = set()
    for package, rules in tomllib.loads((pathlib.Path(folder) / "cackle.toml").read_text())["pkg"].items():
        parts = [rules, *(rules.get(kind, {}) for kind in ("build", "test"))]
        parts += [rules.get("from", {}).get(kind, {}) for kind in ("build", "test")]
        truth |= {(package, api) for part in parts for api in part.get("allow_apis", []) if api in groups}
    found = set()
    for fact in facts(folder):
        for name, prefixes in groups.items():
            if fact["package"] and any(effect.startswith(prefixes) for effect in fact["effects"]):
                found.add((fact["package"].split()[0], name))
    print(f"cackle: {len(truth & found)} of {len(truth)} seen; missed: {sorted(truth - found)}; more: {sorted(found - truth)}")


def cargo_scan(folder):
    packages = pathlib.Path(folder) / "data/test-packages"
    truth, found = set(), set()
    with open(pathlib.Path(folder) / "data/results/test_all.csv", newline="") as file:
        for row in csv.reader(file, skipinitialspace=True):
            if row[3] in ("std::env", "std::fs", "std::net", "std::process"):
                # Paths in the table begin somewhere above the packages.
                place = f"{row[4]}/{row[5]}".split("data/test-packages/")[-1]
                truth.add((place, int(row[6])))
    for fact in facts(packages):
        place = fact["file"].split("data/test-packages/")[-1]
        found |= {(place, line) for line in range(fact["line"], fact.get("end_line", fact["line"]) + 1)}
    print(f"cargo-scan: {len(truth & found)} of {len(truth)} lines seen; missed: {sorted(truth - found)}")


# What stands in rustinel's fixtures and is meant to be found; all others are meant to be quiet.
RUSTINEL = {"evil-build-0.1.0", "faster-log-0.1.0", "rustdecimal-0.1.0", "wallet-stealer-0.1.0", "obfuscated-payload-0.1.0"}


def rustinel(folder):
    seen, false = {}, {}
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(pathlib.Path(folder) / "fixtures/mock_registry", copy, dirs_exist_ok=True)
        for file in pathlib.Path(copy).rglob("*.rs"):
            text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S)
            file.write_text(re.sub(r"(?m)(^|\s)//.*$", "", text))
        for package in sorted(pathlib.Path(copy).iterdir()):
            command = [OVERT, "check", "--untrusted", "--format", "json", "--quiet", str(package)]
            done = subprocess.run(command, capture_output=True, text=True)
            found = sorted({f["lint"] for f in json.loads(done.stdout)["findings"]})
            (seen if package.name in RUSTINEL else false)[package.name] = found
    hits = sum(bool(found) for found in seen.values())
    print(f"rustinel, without comments: {hits} of {len(RUSTINEL)} found {seen}; others: {false}")


if __name__ == "__main__":
    commands = {"mtest": mtest, "evasion": evasion, "cackle": cackle, "cargo-scan": cargo_scan, "rustinel": rustinel}
    if len(sys.argv) != 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](sys.argv[2])
