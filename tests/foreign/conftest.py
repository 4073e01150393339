"""Prints TAP to the file $TAP, for a run of pytest."""

import os

NUMBER = {"tests": 0}


def say(line):
    with open(os.environ["TAP"], "a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def pytest_collection_modifyitems(items):
    say(f"1..{len(items)}")


def pytest_runtest_logreport(report):
    counts = report.when == "call" or (report.when == "setup" and not report.passed)
    if not counts and report.passed:
        return
    NUMBER["tests"] += 1
    name = report.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ").replace("#", "")
    reason = f" # SKIP {report.longrepr[2].removeprefix('Skipped: ')}" if report.skipped else ""
    say(f"{'not ok' if report.failed else 'ok'} {NUMBER['tests']} - {name}{reason}")
    for line in str(report.longrepr).splitlines() if report.failed else ():
        say(f"# {line}")
