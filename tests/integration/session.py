"""The recording pipeline with real py-spy, through tests/tools/session_driver.c."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

from harness import TIMEOUT, find_py_spy, main, one_of_three, processes_of, test, wait_until

DRIVER = os.environ["SESSION_DRIVER"]

BUSY = """
import sys, time; from sampled import sampled
def hot(end):
    while time.time() < end or not sampled():
        sum(i * i for i in range(1000))
def main():
    hot(time.time() + float(sys.argv[1]))
    sys.exit(int(sys.argv[2]))
main()
"""


def driver(box, *arguments, **options):
    environment = dict(box.environment, **options)
    return subprocess.Popen([DRIVER, *map(str, arguments)], cwd=box.folder, env=environment,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def record(box, database, *program, **options):
    process = driver(box, find_py_spy(), database, 200, *program, **options)
    output, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, errors
    return json.loads(output)


def recover(box, database):
    output, errors = driver(box, "recover", database).communicate(timeout=TIMEOUT)
    assert not errors, errors
    lines = output.splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def spools(box):
    root = box.folder / "state" / "hotlens" / "spool"
    return sorted(path for path in root.iterdir()) if root.exists() else []


def program(box, text=BUSY, name="busy.py"):
    return box.program(name, text)


@test
def saves_what_ran(box):
    path = program(box)
    one_of_three(lambda: saves_what_ran_once(box, path))
    assert not spools(box)


def saves_what_ran_once(box, path):
    (box.folder / "p.db").unlink(missing_ok=True)
    answer = record(box, box.folder / "p.db", sys.executable, path, 2.5, 3)
    assert answer["error"] is None and answer["record_error"] is None, answer
    assert answer["run_id"] == 1 and answer["live"] >= 1 and not answer["shrank"], answer
    run = answer["show"]["run"]
    assert run["exit_status"] == 3, run
    assert run["target"] == f"file:{path} 2.5 3", run
    assert run["notes"] is None, run
    assert run["covered"] > 0 and 0 < run["sampled"] < run["elapsed"], run
    covered = max(run["covered"], run["samples"] / 200 / run["threads"])
    assert abs(run["busy"] - run["samples"] / 200 * run["sampled"] / covered) < 1e-5 * run["busy"], run
    functions = {row["name"]: row for row in answer["show"]["functions"]}
    assert functions["hot"]["line"] == 3, functions
    own = functions["hot"]["self"]
    # What was before py-spy had attached is in no number.
    good = abs(run["busy"] - run["sampled"]) < 0.15 * run["sampled"] and own > 0.8 * run["samples"]
    return good, (f"{run['samples']} samples, {own} of them in hot, {run['busy']:.2f} s busy of "
                  f"{run['sampled']:.2f} s")


@test
def keeps_no_environment(box):
    record(box, box.folder / "p.db", sys.executable, program(box), 1, 0, SECRET="swordfish-4711")
    for path in box.folder.rglob("*"):
        if path.is_file():
            assert b"swordfish-4711" not in path.read_bytes(), path


@test
def saves_nothing_without_samples(box):
    path = program(box, "import time; time.sleep(1.5)\n")
    answer = record(box, box.folder / "p.db", sys.executable, path)
    if answer["run_id"] == 0:
        assert answer["error"] or answer["record_error"], answer
        assert "show" not in answer
    assert not spools(box)


@test
def says_which_files_changed(box):
    text = BUSY.replace("def main():", "def main():\n    open(__file__, 'a').write('# more')")
    answer = record(box, box.folder / "p.db", sys.executable, program(box, text), 1, 0)
    assert "1 file changed while the program ran" in answer["show"]["run"]["notes"], answer
    functions = {row["name"]: row for row in answer["show"]["functions"]}
    assert functions["hot"]["line"] == 0


@test
def keeps_the_spool_when_saving_fails(box):
    bad = box.folder / "bad.db"
    bad.mkdir()
    answer = record(box, bad, sys.executable, program(box), 1.5, 4)
    assert answer["run_id"] == 0 and answer["error"], answer
    assert "show" in answer and len(spools(box)) == 1
    assert str(spools(box)[0]) in answer["remedy"], answer
    assert recover(box, box.folder / "good.db") == [], "meant for another database"
    bad.rmdir()
    runs = recover(box, bad)
    assert len(runs) == 1 and not spools(box)
    before = answer["show"]["run"]
    for key in ("uuid", "samples", "duration", "sampled", "covered", "exit_status", "argv", "errors"):
        assert runs[0][key] == before[key], (key, runs[0], before)
    assert "recovered" in runs[0]["flags"] and "unverified" not in runs[0]["flags"]


@test
def recovers_after_a_kill(box):
    process = driver(box, find_py_spy(), box.folder / "p.db", 200, sys.executable, program(box),
                     20, 0)
    try:
        wait_until(lambda: any((folder / "0001.raw").exists() and
                               b"window.0000" in (folder / "manifest").read_bytes()
                               for folder in spools(box)))
        assert recover(box, box.folder / "p.db") == [], "a spool in use was taken"
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()
    # The guard has the spool until py-spy has written its last window.
    runs = []
    wait_until(lambda: runs or runs.extend(recover(box, box.folder / "p.db")) or runs)
    assert len(runs) == 1 and runs[0]["samples"] > 50, runs
    assert not processes_of(box), "nothing writes to a spool that was taken"
    assert "recovered" in runs[0]["flags"], runs
    assert recover(box, box.folder / "p.db") == []
    assert not spools(box)


def runs_of(database):
    if not database.exists():
        return []
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as opened:
        found = opened.execute("SELECT uuid FROM run ORDER BY id").fetchall()
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return [row[0] for row in found]


@test
def killed_while_it_saves(box):
    """At moments from the program's end to after the save: each recording is one run in the end."""
    path = program(box, BUSY.replace("sys.exit", "open('ended', 'w').close(); sys.exit"))
    database, ended, chance = box.folder / "p.db", box.folder / "ended", random.Random(1)
    saved = 0
    for turn in range(1, 16):
        ended.unlink(missing_ok=True)
        process = driver(box, find_py_spy(), database, 200, sys.executable, path, 0.7, 0)
        try:
            wait_until(ended.exists)
            time.sleep(chance.random() / 3)  # any moment is right
            process.kill()
        finally:
            process.kill()
            process.communicate()
        try:
            saved += len(runs_of(database)) == turn
        except sqlite3.OperationalError:  # killed before the first table was there
            pass
        # The guard has the spool until what it looks after has ended.
        wait_until(lambda: recover(box, database) or not spools(box))
        found = runs_of(database)
        assert len(found) == len(set(found)) == turn, (turn, found)
        assert not spools(box)
    print(f"# {saved} of 15 were saved before they were killed")


@test
def starts_nothing_that_does_not_exist(box):
    process = driver(box, find_py_spy(), box.folder / "p.db", 200, "/nonexistent/program")
    output, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 1 and json.loads(output)["start_error"] == -2, output
    assert "/nonexistent/program" in errors
    assert not spools(box)


main()
