#!/usr/bin/env python3
"""scripts/test_report.py adds up right, and lets no failure through. TAP."""

import json
import pathlib
import subprocess
import sys
import tempfile

REPORT = pathlib.Path(__file__).resolve().parent.parent / "scripts" / "test_report.py"


def meson(*tests):
    return "\n".join(json.dumps({"name": name, "result": result, "stdout": stdout, "returncode": 0})
                     for name, result, stdout in tests) + "\n"


# Name, files of the results folder, the last line, the exit code.
CASES = [
    ("nothing ran", {}, "0 passed, 0 failed", 1),
    ("TAP passes", {"1-a/a.tap": "1..2\nok 1 - x\nok 2\n", "1-a/status": "0"},
     "2 passed, 0 failed", 0),
    ("TAP fails", {"1-a/a.tap": "1..2\nok 1 - x\nnot ok 2 - y\n", "1-a/status": "1"},
     "1 passed, 1 failed", 1),
    ("TAP skips", {"1-a/a.tap": "1..2\nok 1 - x # SKIP no y\nok 2\n", "1-a/status": "0"},
     "1 passed, 0 failed, 1 skipped", 0),
    ("a test missing", {"1-a/a.tap": "1..3\nok 1\nok 2\n", "1-a/status": "0"},
     "2 passed, 1 failed", 1),
    ("no plan", {"1-a/a.tap": "ok 1\n", "1-a/status": "0"}, "1 passed, 1 failed", 1),
    ("plan at the end", {"1-a/a.tap": "ok 1\n1..1\n", "1-a/status": "0"}, "1 passed, 0 failed", 0),
    ("everything skipped", {"1-a/a.tap": "1..0 # no tool\n", "1-a/status": "0"},
     "0 passed, 0 failed, 1 skipped", 1),
    ("bail out", {"1-a/a.tap": "1..1\nok 1\nBail out! x\n", "1-a/status": "0"},
     "1 passed, 1 failed", 1),
    ("stage fails without a test", {"1-a/a.tap": "1..1\nok 1\n", "1-a/status": "3"},
     "1 passed, 1 failed", 1),
    ("stage was killed", {"1-a/a.tap": "1..1\nok 1\n"}, "1 passed, 1 failed", 1),
    ("stages are added", {"1-a/a.tap": "1..1\nok 1\n", "1-a/status": "0",
                          "2-b/b.tap": "1..1\nok 1\n", "2-b/status": "0"},
     "2 passed, 0 failed", 0),
    ("meson with TAP inside",
     {"1-a/m.meson.json": meson(("x", "OK", "1..2\nok 1\nok 2\n"), ("y", "OK", "hello\n")),
      "1-a/status": "0"}, "3 passed, 0 failed", 0),
    ("meson program crashed after its tests",
     {"1-a/m.meson.json": meson(("x", "ERROR", "1..2\nok 1\nok 2\n")), "1-a/status": "1"},
     "2 passed, 1 failed", 1),
    ("meson time-out", {"1-a/m.meson.json": meson(("x", "TIMEOUT", "")), "1-a/status": "1"},
     "0 passed, 1 failed", 1),
    ("meson skip", {"1-a/m.meson.json": meson(("x", "SKIP", ""), ("y", "OK", "")), "1-a/status": "0"},
     "1 passed, 0 failed, 1 skipped", 0),
    ("broken log", {"1-a/m.meson.json": "{", "1-a/status": "0"}, "0 passed, 1 failed", 1),
]


def run(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, str(REPORT), folder], check=False, text=True,
                              stdout=subprocess.PIPE)
        return done.stdout.splitlines()[-1], done.returncode


def main():
    failed = False
    print(f"1..{len(CASES)}")
    for number, (name, files, line, code) in enumerate(CASES, 1):
        got = run(files)
        good = got == (line, code)
        failed |= not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}{'' if good else f' # got {got}'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
