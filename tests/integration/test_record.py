"""Real recordings with the real py-spy: right numbers, right exit codes, nothing left behind."""


import contextlib
import glob
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys

from harness import (HOTLENS, expect, expect_equal, find_py_spy, main, processes_of, record,
                     samples_of, show, test, wait_until)

# Three functions that do the same work 7, 2 and 1 times, and their own account of it.
SHARES = '''
import json, sys, time

def unit():
    total = 0
    for i in range(20000):
        total += i * i
    return total

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

calls = []

def timed(function):
    began = time.time()
    function()
    calls.append((function.__name__, began, time.time()))

end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    timed(seven); timed(two); timed(one)
print(json.dumps(calls))
'''


def first_attach(box):
    """When sampling began, as the program's own clock would have it."""
    with contextlib.closing(sqlite3.connect(box.database)) as database:
        start, duration, sampled = database.execute(
            "SELECT start, duration, sampled FROM run ORDER BY id DESC").fetchone()
    return (start + duration - sampled) / 1e9


@test
def shares(box):
    """A 70/20/10 program: its shares within 4 points, its seconds within 3 % of its own clock."""
    # py-spy's gaps are exponential. A whole window is known by its number of intervals; the launch sampler's
    # one window only by its time, so that n samples have the error of their root: 1 % takes 10,000.
    for sampler, length in (("attach", 8), ("launch", 20)):
        box.write("shares.py", SHARES)
        done = record(box, "-r", "500", "--sampler", sampler, "--", sys.executable, "shares.py",
                      str(length))
        expect_equal(done.returncode, 0, done.stderr)
        # By the wall clock: a thread that waits for a core of a busy machine is active for py-spy. What
        # it did before py-spy had attached, which takes long on such a machine, is in no number.
        attached = first_attach(box)
        spent = dict.fromkeys(("seven", "two", "one"), 0)
        for name, began, end in json.loads(done.stdout):
            spent[name] += max(0, end - max(began, attached))
        wall = sum(spent.values())
        shown = show(box)
        expect(shown["run"]["samples"] >= 2000, f"{sampler}: at least 2,000 samples",
               shown["run"])
        own = {name: samples_of(shown, name) for name in spent}
        for name, seconds in spent.items():
            got = 100 * own[name] / max(1, sum(own.values()))
            expected = 100 * seconds / wall
            expect(abs(got - expected) <= 4, f"{sampler}: share of {name}", f"{got} {expected}")
        # timed() as a whole: it may have to wait for one between its function's end and the clock's answer.
        seconds = shown["run"]["busy"] * samples_of(shown, "timed", "total") / shown["run"]["samples"]
        expect(abs(seconds - wall) <= 0.03 * wall,
               f"{sampler}: seconds are those of the program's own clock",
               f"{seconds} {wall} {shown['run']}")
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

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    processes = [context.Process(target=child, args=(2,)) for _ in range(2)]
    for process in processes: process.start()
    for process in processes: process.join()
'''


def subprocesses(box, method):
    box.write("children.py", CHILDREN)
    expect_equal(record(box, "--", sys.executable, "children.py", method).returncode, 0, "recorded")
    shown = show(box)
    expect(shown["run"]["processes"] >= 3, "the children are counted", shown["run"])
    expect(samples_of(shown, "child", "total") > 200, "both children are sampled",
           shown["functions"][:5])


@test
def spawned_subprocesses(box):
    subprocesses(box, "spawn")


@test
def forked_subprocesses(box):
    subprocesses(box, "fork")


@test
def subprocesses_can_be_left_out(box):
    box.write("children.py", CHILDREN)
    record(box, "--no-subprocesses", "--idle", "--", sys.executable, "children.py", "fork")
    expect_equal(samples_of(show(box), "child", "total"), 0, "no child is sampled")


ASYNCIO = '''
import asyncio
import time

async def work():
    end = time.monotonic() + 0.2
    while time.monotonic() < end:
        sum(range(500))

async def main():
    for _ in range(8):
        await work()
        await asyncio.sleep(0.05)

asyncio.run(main())
'''


@test
def asyncio_programs(box):
    box.write("loop.py", ASYNCIO)
    expect_equal(record(box, "--", sys.executable, "loop.py").returncode, 0, "recorded")
    shown = show(box)
    # Imports of asyncio itself are part of so short a run.
    expect(samples_of(shown, "work", "total") > 0.6 * shown["run"]["samples"],
           "the coroutine has the time", shown["functions"][:6])


CRASH = '''
import os, time
def spin():
    end = time.monotonic() + 1
    while time.monotonic() < end:
        sum(range(500))
spin()
'''


@test
def a_crash_keeps_traceback_exit_status_and_profile(box):
    box.write("crash.py", CRASH + 'raise ValueError("boom")\n')
    done = record(box, "--", sys.executable, "crash.py")
    expect_equal(done.returncode, 1, "the exit status is the program's")
    expect("ValueError: boom" in done.stderr, "the traceback is seen", done.stderr)
    expect(samples_of(show(box), "spin", "total") > 30, "the profile is kept")


@test
def exit_statuses_come_through(box):
    for sampler in ("attach", "launch"):
        for number, (ending, code) in enumerate([("raise SystemExit(7)", 7),
                                                 ("os.kill(os.getpid(), 9)", 137)]):
            box.write("code.py", CRASH + ending + "\n")
            done = record(box, "--sampler", sampler, "--", sys.executable, "code.py")
            expect_equal(done.returncode, code, f"{sampler}: {ending}\n{done.stderr}")
            expect_equal(show(box)["run"]["exit_status"], code, f"{sampler}: and is stored")


@test
def programs_that_cannot_be_started(box):
    done = record(box, "--", "no-such-program")
    expect_equal(done.returncode, 127, "no such program is 127")
    expect("no-such-program" in done.stderr, "and named", done.stderr)
    done = record(box, "--", box.write("not-executable", "x"))
    expect_equal(done.returncode, 126, "not executable is 126\n" + done.stderr)
    done = record(box, "--cwd", "/no/such/folder", "--", sys.executable, "-c", "1")
    expect(done.returncode != 0 and "/no/such/folder" in done.stderr, "no such folder", done)


@test
def too_short_to_sample(box):
    done = record(box, "--", "sh", "-c", "echo hi; exit 5")
    expect_equal((done.returncode, done.stdout), (5, "hi\n"), "it runs all the same")
    expect("before" in done.stderr or "short" in done.stderr, "and the reason is said", done.stderr)


@test
def programs_that_are_not_python(box):
    done = record(box, "--", "sleep", "4")
    expect_equal(done.returncode, 0, "it runs all the same\n" + done.stderr)
    expect("is not a Python process" in done.stderr, "and the reason is said", done.stderr)


SPIN = '''
import sys, time
print("ready", flush=True)
end = time.monotonic() + float(sys.argv[1])
def spin():
    while time.monotonic() < end:
        sum(range(500))
spin()
'''


@test
def attach_and_detach(box):
    path = box.write("spin.py", SPIN)
    program = box.start(sys.executable, path, "120", stdout=subprocess.PIPE, text=True)
    program.stdout.readline()
    done = record(box, "--pid", str(program.pid), "--duration", "2")
    expect_equal(done.returncode, 0, "recorded\n" + done.stderr)
    expect(program.poll() is None, "the program goes on")
    shown = show(box)
    expect(shown["run"]["samples"] > 100, "it has samples", shown["run"])
    expect("attached" in shown["run"]["flags"], "it is told apart", shown["run"])
    expect(samples_of(shown, "spin", "total") > 100, "the function is named")
    expect(str(program.pid) not in shown["run"]["target"], "a target is never a pid", shown["run"])
    recorder = box.start(HOTLENS, "record", "--py-spy", find_py_spy(), "--pid", program.pid,
                         stderr=subprocess.PIPE, text=True)
    recorder.stderr.readline()  # "recording process …"
    recorder.send_signal(signal.SIGINT)
    expect_equal(recorder.wait(timeout=60), 0, "Ctrl+C detaches")
    expect(program.poll() is None, "and the program goes on")
    recorder.stderr.close()
    program.stdout.close()


@test
def attach_to_nothing(box):
    done = record(box, "--pid", "999999999")
    expect_equal(done.returncode, 1, "no such process is an error")
    expect("999999999" in done.stderr, "and named", done.stderr)


@test
def a_duration_stops_the_program(box):
    path = box.write("spin.py", SPIN)
    for sampler in ("attach", "launch"):
        done = record(box, "--duration", "2", "--sampler", sampler, "--", sys.executable, path, "90")
        expect_equal(done.returncode, 130, f"{sampler}: interrupted\n{done.stderr}")
        run = show(box)["run"]
        expect(40 < run["samples"] < 350, f"{sampler}: two seconds of samples", run)
        wait_until(lambda: not processes_of(box))


def interpreters():
    found = {}
    candidates = [sys.executable, *glob.glob("/usr/bin/python3.?"), *glob.glob("/usr/bin/python3.??"),
                  *glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python"))]
    for path in candidates:
        asked = subprocess.run([path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               check=False)
        version = tuple(map(int, asked.stdout.split("."))) if asked.returncode == 0 else ()
        if version and version <= (3, 14):
            found.setdefault(version, path)
    return sorted(found.items())


EVERY = '''
import time
class K:
    def method(self, seconds):
        end = time.time() + seconds
        while time.time() < end:
            [x * x for x in range(2000)]
            sum(y for y in range(500))
K().method(1.5)
'''


for _version, _python in interpreters():
    def _one(box, python=_python):
        path = box.write("every.py", EVERY)
        done = record(box, "-r", "200", "--", python, path)
        expect_equal(done.returncode, 0, done.stderr)
        shown = show(box)
        mine = {row["name"]: row for row in shown["functions"] if row["file"] == str(path)}
        expect(set(mine) - {"<module>", "K"} == {"K.method"},
               "comprehensions belong to their function", mine)
        method = mine["K.method"]
        expect(method["line"] == 4 and method["self"] == method["total"] > 100,
               "the method has it all", method)
    _one.__name__ = "python_{}_{}".format(*_version)
    test(_one)


@test
def sources_that_change_while_the_program_runs(box):
    box.write("helper.py", "import time\ndef work():\n    end = time.monotonic() + 2\n"
                           "    while time.monotonic() < end:\n        sum(range(500))\n")
    box.write("changer.py", "import helper\n"
                            "open('helper.py', 'a').write('# changed\\n')\nhelper.work()\n")
    expect_equal(record(box, "--", sys.executable, "changer.py").returncode, 0, "recorded")
    done = box.hotlens("show", "last", "--lines", "helper.py")
    expect_equal(done.returncode, 1, "its lines cannot be told")
    expect("changed" in done.stderr, "and why is said", done.stderr)
    row = [row for row in show(box)["functions"] if row["name"] == "work"][0]
    expect_equal(row["line"], 0, "no line number is invented")
    done = box.hotlens("show", "last", "--lines", "changer.py")
    expect("helper.work()" in done.stdout, "the other file is shown", done)


@test
def lines_of_sources_that_were_not_kept(box):
    path = box.write("spin.py", SPIN)
    expect_equal(record(box, "--no-sources", "--", sys.executable, path, "1.5").returncode, 0,
                 "recorded")
    done = box.hotlens("show", "last", "--lines", "spin.py")
    expect("sum(range(500))" in done.stdout, "the same file is still there", done)
    path.write_text(SPIN + "# changed\n")
    for change in ("another text", "no file"):
        done = box.hotlens("show", "last", "--lines", "spin.py")
        expect_equal(done.returncode, 1, change)
        expect("not kept" in done.stderr and "not the same any more" in done.stderr, change, done)
        path.unlink(missing_ok=True)


def seconds_of(pid):
    try:
        fields = pathlib.Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


def kill_the_recorder(box, sampler):
    path = box.write("spin.py", SPIN)
    recorder = box.start(HOTLENS, "record", "-r", "200", "--py-spy", find_py_spy(), "--sampler",
                         sampler, "--", sys.executable, path, "120", stdout=subprocess.PIPE)
    recorder.stdout.readline()
    spool = box.folder / "state" / "hotlens" / "spool"
    if sampler == "attach":
        wait_until(lambda: any(file.stat().st_size for file in spool.glob("*/0*.raw")))
    else:
        wait_until(lambda: any(seconds_of(pid) > 1 for pid, command in processes_of(box)
                               if command.endswith("spin.py 120 ") and " exec " not in command))
    recorder.kill()
    recorder.wait()
    wait_until(lambda: not processes_of(box), seconds=6)
    recorder.stdout.close()


@test
def nothing_survives_a_killed_recorder_and_its_windows_come_back(box):
    kill_the_recorder(box, "attach")
    done = box.hotlens("runs")
    expect("recovered" in done.stderr, "recovered at the next start", done)
    shown = show(box)
    expect(shown["run"]["samples"] > 50, "with its samples", shown["run"])
    expect("recovered" in shown["run"]["flags"], "and says so", shown["run"])
    expect("recovered an" not in box.hotlens("runs").stderr, "only once")


@test
def nothing_survives_a_killed_recorder_that_launched_through_py_spy(box):
    kill_the_recorder(box, "launch")
    done = box.hotlens("runs")
    expect("recovered" in done.stderr, "recovered at the next start", done)
    expect(show(box)["run"]["samples"] > 20, "with its samples", show(box)["run"])


main()
