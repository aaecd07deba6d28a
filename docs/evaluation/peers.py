#!/usr/bin/env python3
"""Measures plain recognition against other people's test material. Nothing in it is built or run.

peers.py mtest FILE            cases of one capability a line; lines with a fact
peers.py evasion FOLDER        one file a case, with cases.json (name, benign)
peers.py cackle FOLDER         crates with cackle.toml as truth
"""

import json
import os
import pathlib
import re
import subprocess
import sys
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


if __name__ == "__main__":
    commands = {"mtest": mtest, "evasion": evasion, "cackle": cackle}
    if len(sys.argv) != 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](sys.argv[2])
