#!/usr/bin/env python3
"""Measures overt against labelled folders of code. Nothing in them is built or run.

score.py benign LABELS FOLDER      false alarms on crates (columns: name, version, kind, ...)
score.py offensive LABELS FOLDER   recall on units (columns: path, repo, commit, class, behaviours, ...)

Both print a table and, with --all, every finding behind it. The binary is taken from
target/release/cargo-overt, or from $OVERT.
"""

import collections
import csv
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parents[2]
OVERT = os.environ.get("OVERT", str(HERE / "target/release/cargo-overt"))
CONFIG = str(HERE / "tests/common/overt.toml")

# Which lints speak about which labelled behaviour.
LINTS = {
    "remote-code-load": "carried-program-run data-run-as-code download-and-run remote-code-load in-memory-execution build-download-and-run process-injection",
    "remote-command-exec": "remote-command reverse-shell bind-shell dead-drop-service",
    "system-profiling-exfil": "sent-to-dead-drop host-fingerprint-sent environment-exfiltration address-literal-endpoint dead-drop-service",
    "process-injection": "data-run-as-code process-injection in-memory-execution",
    "file-exfil": "sent-to-dead-drop file-sweep-sent remote-file-export credential-exfiltration secret-file-uploaded source-code-sent secret-variable-sent dead-drop-service browser-data-read-and-sent wallet-key-sent",
    "anti-analysis": "analysis-evasion watcher-search scanner-blinded gated-payload defence-tampered",
    "keylog": "keystrokes-captured keystrokes-recorded recording-sent",
    "hidden-auth-bypass": "hidden-credential magic-trigger open-authentication",
    "credential-harvest": "credential-exfiltration credential-store-dumped secret-file-uploaded browser-data-read-and-sent wallet-key-sent build-reads-secrets",
    "reverse-shell": "reverse-shell remote-command",
    "persistence": "autostart-entry authorized-key-added shell-profile-edited scheduled-task",
    "screen-capture": "screen-captured recording-sent",
    "obfuscated-strings": "decoded-endpoint decoded-command encoded-payload encrypted-endpoint encrypted-literal",
    "self-delete": "self-deletion",
    "disguised-process": "disguised-process silent-child",
    "bind-shell": "bind-shell remote-command undisclosed-listener",
    "dns-tunnel": "dns-exfiltration",
    "build-time-exec": "build-starts-program build-download-and-run build-network build-reads-secrets build-writes-outside silent-child",
    "audio-video": "audio-or-video-captured",
    "trojan-source": "bidi-text invisible-text",
    "clipboard": "clipboard-captured clipboard-replaced",
    "build-time-network": "build-network build-download-and-run",
}


def scan(path):
    command = [OVERT, "check", str(path), "--config", CONFIG, "--format", "json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        print(f"{path}: exit {done.returncode}: {done.stderr.strip()[:200]}", file=sys.stderr)
        return []
    return json.loads(done.stdout)["findings"]


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def benign(labels, folder, show):
    deny, warn, lines = collections.Counter(), collections.Counter(), collections.Counter()
    count, per_lint = collections.Counter(), collections.defaultdict(set)
    for row in rows(labels):
        name = f"{row['name']}-{row['version_or_commit']}"
        path = pathlib.Path(folder) / name
        if row["kind"] == "app" or not path.is_dir():
            continue
        findings = scan(path)
        kind = row["kind"]
        count[kind] += 1
        lines[kind] += int(row["lines"])
        denied = [f for f in findings if f["level"] in ("deny", "forbid")]
        deny[kind] += bool(denied)
        warn[kind] += len(findings) - len(denied)
        for finding in findings:
            per_lint[finding["lint"]].add(name)
            if show:
                print(f"{finding['level']:5} {finding['lint']:28} {finding['file']}:{finding['line']} {finding['message']}")
    for kind in count:
        print(
            f"{kind}: {count[kind]} crates, {deny[kind]} with a denied finding"
            f" ({100 * deny[kind] / count[kind]:.1f} %), {warn[kind]} warnings,"
            f" {10_000 * warn[kind] / lines[kind]:.2f} per 10,000 lines"
        )
    for lint, crates in sorted(per_lint.items(), key=lambda item: -len(item[1])):
        print(f"  {lint:30} {len(crates):4} crates  e.g. {', '.join(sorted(crates)[:4])}")


def offensive(labels, folder, show):
    per, repos = collections.defaultdict(lambda: [0, 0]), collections.defaultdict(list)
    caught = denied = total = 0
    for row in rows(labels):
        path = pathlib.Path(folder) / row["unit_path"]
        if row["unit_path"] == "unit_path" or not path.exists():
            continue
        findings = scan(path)
        total += 1
        behaviours = [b for b in row["behaviours"].split(",") if b in LINTS]
        wanted = {lint for b in behaviours for lint in LINTS[b].split()}
        hits = [f for f in findings if f["lint"] in wanted]
        caught += bool(hits)
        denied += any(f["level"] in ("deny", "forbid") for f in hits)
        repos[row["repo"]].append(bool(hits))
        for behaviour in behaviours:
            per[behaviour][1] += 1
            per[behaviour][0] += any(f["lint"] in LINTS[behaviour].split() for f in findings)
        if show and not hits:
            print(f"missed {row['behaviours']}: {row['unit_path']} (found: {sorted({f['lint'] for f in findings})})")
    average = sum(sum(hits) / len(hits) for hits in repos.values()) / len(repos)
    print(f"{caught} of {total} units caught ({100 * caught / total:.0f} %), {denied} of them denied;")
    print(f"averaged over {len(repos)} repositories: {100 * average:.0f} %")
    for behaviour, (hit, all_) in sorted(per.items(), key=lambda item: -item[1][1]):
        print(f"  {behaviour:24} {hit:3} of {all_}")


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--all"]
    if len(arguments) != 3 or arguments[0] not in ("benign", "offensive"):
        sys.exit(__doc__)
    {"benign": benign, "offensive": offensive}[arguments[0]](*arguments[1:], "--all" in sys.argv)
