#!/usr/bin/env python3
"""Adds up the results of a test run.

A stage of scripts/test leaves files in a folder of its own below the results folder: TAP (*.tap) and
meson's log (*.meson.json, one JSON object per test), and `status`, the exit code of the stage. What
failed is listed, then one line says how many passed, failed and were skipped. A stage or program that
failed without a failed test of its own counts as one failure. The exit code is 1 when anything
failed or nothing ran.
"""

import json
import pathlib
import re
import sys

TAP_LINE = re.compile(r"^(not )?ok\b\s*(\d*)\s*-?\s*(.*)$")
DIRECTIVE = re.compile(r"(?:^|\s)#\s*(SKIP|TODO)\b\s*(.*)$", re.IGNORECASE)


class Counts:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    @property
    def ran(self):
        return self.passed + len(self.failed)

    def line(self):
        text = f"{self.passed} passed, {len(self.failed)} failed"
        return text + (f", {len(self.skipped)} skipped" if self.skipped else "")


def read_tap(text, where):
    """Counts the lines of TAP; a plan that was not kept or a bail-out is a failure too."""
    counts = Counts()
    planned = None
    seen = 0
    for line in text.splitlines():
        plan = re.match(r"^1\.\.(\d+)\s*(?:#\s*(.*))?$", line)
        if plan:
            planned = int(plan[1])
            if planned == 0:
                counts.skipped.append(f"{where}: {plan[2] or 'nothing to run'}")
            continue
        if line.startswith("Bail out!"):
            counts.failed.append(f"{where}: {line}")
            continue
        match = TAP_LINE.match(line)
        if not match:
            continue
        seen += 1
        name = f"{where}: {match[3] or match[2]}"
        directive = DIRECTIVE.search(match[3])
        if directive:
            counts.skipped.append(name)
        elif match[1]:
            counts.failed.append(name)
        else:
            counts.passed += 1
    if planned is None and seen:
        counts.failed.append(f"{where}: no plan, so some tests may not have run")
    elif planned is not None and planned != seen:
        counts.failed.append(f"{where}: {planned} tests planned, {seen} ran")
    return counts


def is_tap(text):
    return re.search(r"^(?:1\.\.\d+|(?:not )?ok\b)", text, re.MULTILINE) is not None


def read_meson_test(test, where):
    """One test program of meson's log; TAP programs count by their lines."""
    result = test["result"]
    name = f"{where}: {test['name']}"
    output = test.get("stdout") or ""
    if is_tap(output):
        counts = read_tap(output, name)
    else:
        counts = Counts()
        if result in ("OK", "EXPECTEDFAIL"):
            counts.passed = 1
        elif result == "SKIP":
            counts.skipped.append(name)
    if result not in ("OK", "EXPECTEDFAIL", "SKIP") and not counts.failed:
        counts.failed.append(f"{name}: {result.lower()}, exit {test.get('returncode')}")
    return counts


def read_meson(text, where):
    counts = Counts()
    for line in text.splitlines():
        if line.strip():
            counts.add(read_meson_test(json.loads(line), where))
    return counts


def read_stage(folder):
    counts = Counts()
    where = folder.name.partition("-")[2] or folder.name
    for path in sorted(folder.iterdir()):
        text = path.read_text(errors="replace") if path.is_file() else ""
        try:
            if path.name.endswith(".tap"):
                counts.add(read_tap(text, where))
            elif path.name.endswith(".meson.json"):
                counts.add(read_meson(text, where))
        except (ValueError, KeyError) as error:
            counts.failed.append(f"{where}: {path.name} cannot be read: {error}")
    status_file = folder / "status"
    status = status_file.read_text().strip() if status_file.exists() else "missing"
    if status != "0" and not counts.failed:
        counts.failed.append(f"{where}: the stage failed (exit {status})")
    return where, counts


def main(arguments):
    if len(arguments) != 1:
        print("usage: test_report.py RESULTS", file=sys.stderr)
        return 2
    total = Counts()
    results = pathlib.Path(arguments[0])
    stages = sorted(path for path in results.iterdir() if path.is_dir()) if results.is_dir() else []
    for folder in stages:
        where, counts = read_stage(folder)
        print(f"{where:12} {counts.line()}")
        total.add(counts)
    for name in total.skipped:
        print(f"skipped: {name}")
    for name in total.failed:
        print(f"FAILED: {name}")
    print(total.line())
    return 1 if total.failed or total.ran == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
