"""Real recordings with the real py-spy: right numbers, right exit codes, nothing left behind."""


import glob
import json
import os
import subprocess
import sys

from harness import (Terminal, expect, expect_equal, find_py_spy, main, processes_of, record,
                     samples_of, show, test, wait_until)

# Three functions that do the same work 7, 2 and 1 times, and their own account of it.
SHARES = '''
import json, sys, time

def unit():
    total = 0
    for i in range(20000):
        total += i * i
    return total

spent = {"seven": 0.0, "two": 0.0, "one": 0.0}

def seven():
    total = 0
    for i in range(140000):
        total += i * i

def two():
    total = 0
    for i in range(40000):
        total += i * i

def one():
    total = 0
    for i in range(20000):
        total += i * i

def timed(function):
    start = time.thread_time()
    function()
    spent[function.__name__] += time.thread_time() - start

end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    timed(seven); timed(two); timed(one)
print(json.dumps({"spent": spent, "cpu": time.process_time()}))
'''


@test
def shares(box):
    """A 70/20/10 program: its shares within 4 points, its seconds within 3 % of its own clock."""
    for sampler in ("attach", "launch"):
        box.write("shares.py", SHARES)
        result = record(box, "-r", "500", "--sampler", sampler, "--", sys.executable, "shares.py", "5")
        if not expect_equal(result.returncode, 0, f"{sampler}: the exit status is the program's"):
            print("# " + result.stderr)
            continue
        account = json.loads(result.stdout)
        shown = show(box)
        expect(shown["run"]["samples"] >= 2000, f"{sampler}: at least 2,000 samples",
               shown["run"])
        own = {name: samples_of(shown, name) for name in account["spent"]}
        for name, seconds in account["spent"].items():
            got = 100 * own[name] / max(1, sum(own.values()))
            expected = 100 * seconds / sum(account["spent"].values())
            expect(abs(got - expected) <= 4, f"{sampler}: share of {name}", f"{got} {expected}")
        busy = shown["run"]["busy"]
        expect(abs(busy - account["cpu"]) <= 0.03 * account["cpu"],
               f"{sampler}: busy seconds are the program's own", f"{busy} {account['cpu']}")
        expect_equal([row["line"] for row in shown["functions"] if row["name"] == "seven"],
                  [SHARES.split("\n").index("def seven():") + 1],
                  f"{sampler}: a function's line is its def line")
        expect_equal(shown["run"]["sampler_mode"], sampler, f"{sampler}: was used")


THREADS = '''
import threading, time

def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(500))

def sleep(seconds):
    time.sleep(seconds)

threads = [threading.Thread(target=spin, args=(2,), name="spinner; (one)"),
           threading.Thread(target=sleep, args=(2,), name="sleeper")]
for thread in threads: thread.start()
for thread in threads: thread.join()
'''


@test
def threads(box):
    box.write("threads.py", THREADS)
    expect_equal(record(box, "-r", "200", "--", sys.executable, "threads.py").returncode, 0, "threads: recorded")
    shown = show(box)
    expect(samples_of(shown, "spin", "total") > 10 * max(1, samples_of(shown, "sleep", "total")),
           "threads: the busy one counts, the waiting one does not", shown["functions"][:10])
    expect(not any("thread (" in row["name"] for row in shown["functions"]),
           "threads: thread frames are not functions")
    expect_equal(record(box, "-r", "200", "--idle", "--", sys.executable, "threads.py").returncode, 0, "idle: recorded")
    shown = show(box)
    spin, sleep = samples_of(shown, "spin", "total"), samples_of(shown, "sleep", "total")
    expect(abs(spin - sleep) < 0.15 * spin, "idle: waiting counts as much as working", f"{spin} {sleep}")


CHILDREN = '''
import multiprocessing, os, sys, time

def child(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(500))

main()
