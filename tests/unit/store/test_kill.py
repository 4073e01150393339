"""Several processes save at once; some are killed at any moment. What is there is always whole.

usage: test_kill.py STORE_DRIVER
"""
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile

DRIVER = sys.argv[1]
ROUNDS = int(os.environ.get("HOTLENS_KILL_ROUNDS", "25"))


def start_saving(path, first, count):
    return subprocess.Popen([DRIVER, "save", path, str(first), str(count)],
                            stdout=subprocess.PIPE, text=True)


def check(path):
    """The numbers of all runs, each compared with its sample to the last bit."""
    done = subprocess.run([DRIVER, "check", path], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError("a run is not whole")
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for table in ("function_row", "line_row"):
            orphans = connection.execute(
                f"SELECT count(*) FROM {table} WHERE profile NOT IN (SELECT id FROM profile)")
            assert orphans.fetchone() == (0,)
    finally:
        connection.close()
    return {int(line) for line in done.stdout.split()}


def read_then_kill(process, lines, rng):
    """Lets it commit some runs, then kills it somewhere in what follows."""
    seen = set()
    for _ in range(lines):
        line = process.stdout.readline()
        if not line:
            break
        seen.add(int(line))
    # No wait for a state: any moment is a right one, so it is drawn. Up to 3 ms, in steps that
    # hit the beginning, the middle and the commit of a save.
    for _ in range(rng.randrange(30000)):
        pass
    process.send_signal(signal.SIGKILL)
    seen.update(int(line) for line in process.stdout.read().split("\n")[:-1])
    process.wait()
    return seen


def test_killed_while_saving(path):
    rng = random.Random(1)
    committed = set()
    for number in range(ROUNDS):
        process = start_saving(path, number * 1000, 1000)
        committed |= read_then_kill(process, rng.randrange(4), rng)
        found = check(path)
        assert committed <= found, f"lost: {sorted(committed - found)}"
        extra = found - committed
        assert len(extra) <= number + 1, "more than one run per kill was not announced"
    assert committed


def test_killed_while_creating(path):
    rng = random.Random(2)
    for number in range(ROUNDS):
        name = f"{path}.{number}"
        process = start_saving(name, 0, 5)
        for _ in range(rng.randrange(60000)):
            pass
        process.kill()
        seen = {int(line) for line in process.stdout.read().split("\n")[:-1]}
        process.wait()
        assert seen <= check(name)


def save_side_by_side(path, processes, runs):
    started = [start_saving(path, number * 1000, runs) for number in range(processes)]
    for process in started:
        process.communicate()
        assert process.returncode == 0
    assert len(check(path)) == processes * runs


def test_several_at_once(path):
    save_side_by_side(path, 3, 60)


def test_several_create_at_once(path):
    for number in range(10):
        save_side_by_side(f"{path}.{number}", 5, 2)


def test_one_killed_beside_another(path):
    rng = random.Random(3)
    steady = start_saving(path, 0, 150)
    committed = set()
    for number in range(1, 8):
        committed |= read_then_kill(start_saving(path, number * 1000, 1000), 2, rng)
    steady.communicate()
    assert steady.returncode == 0
    found = check(path)
    assert set(range(150)) <= found and committed <= found


def main():
    tests = [value for name, value in sorted(globals().items()) if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failures = 0
    for number, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(os.path.join(folder, "runs.db"))
                print(f"ok {number} - {test.__name__}", flush=True)
            except AssertionError as failure:
                failures += 1
                print(f"not ok {number} - {test.__name__}: {failure}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
