#!/usr/bin/env python3
"""Holds five real programs against disclosures that were written for them.

    OVERT=path/to/cargo-overt python3 docs/evaluation/disclosures.py APPS [NAME...]

APPS is a folder with the sources of the programs; they are not in this repository, and are read
only. `fixtures/disclosures/NAME/overt.toml` is the configuration, `case.toml` beside it says which
findings it is about. Each must be undisclosed without the configuration, disclosed with it, and
partly disclosed when the text `remove` is taken out of it.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ROOT / "fixtures" / "disclosures"
KEPT = {".rs", ".toml", ".lock", ".md"}


def copy(source, target):
    """The texts that overt reads; the configuration has to stand beside them."""
    for folder, folders, files in os.walk(source):
        folders[:] = [name for name in folders if name not in {".git", "target", "node_modules"}]
        for name in files:
            path = pathlib.Path(folder) / name
            if path.suffix in KEPT and not path.is_symlink() and name != "overt.toml":
                to = target / path.relative_to(source)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, to)


def outcome(tree, config, findings):
    """What overt says of each finding under this configuration."""
    (tree / "overt.toml").write_text(config)
    command = [os.environ["OVERT"], "check", ".", "--format", "json", "--show-disclosed", "-q"]
    run = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    if run.returncode not in (0, 1):
        sys.exit(f"{tree.name}: {run.stderr}")
    reported = json.loads(run.stdout)["findings"]
    said = []
    for wanted in findings:
        here = [f for f in reported if all(f[key] == value for key, value in wanted.items() if key in f)]
        words = sorted({f["disclosure"] for f in here}) or ["not found"]
        missing = [m["message"] for f in here for m in f.get("missing", [])]
        said.append((" and ".join(words), missing))
    stale = [f["message"] for f in reported if f["group"] == "disclosure" and "overt.toml" in f["file"]]
    return said, stale


def main():
    apps = pathlib.Path(sys.argv[1])
    names = sys.argv[2:] or sorted(path.name for path in CASES.iterdir())
    wrong = 0
    for name in names:
        config = (CASES / name / "overt.toml").read_text()
        findings = tomllib.loads((CASES / name / "case.toml").read_text())["finding"]
        begun = time.time()
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder) / name
            copy(apps / name, tree)
            without, _ = outcome(tree, "", findings)
            with_, stale = outcome(tree, config, findings)
            partly = []
            for index, finding in enumerate(findings):
                assert finding["remove"] in config, f"{name}: nothing to remove"
                said, _ = outcome(tree, config.replace(finding["remove"], "", 1), [finding])
                partly += said
        for finding, before, after, part in zip(findings, without, with_, partly):
            words = [before[0], after[0], part[0]]
            good = words == ["undisclosed", "disclosed", "partly"]
            wrong += not good
            print(f"{'ok  ' if good else 'MISS'} {name}: {finding['lint']} in {finding['file']}")
            print(f"       {' -> '.join(words)}; missing: {'; '.join(part[1]) or '-'}")
        for message in stale:
            print(f"     {name}: {message}")
        print(f"     {name}: {time.time() - begun:.0f} s")
    print(f"{wrong} of the findings are not as they should be")
    sys.exit(wrong > 0)


main()
