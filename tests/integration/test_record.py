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

from harness import (HOTLENS, SOURCE, TIMEOUT, Skip, expect, expect_equal, find_py_spy, main, one_of_three,
                     processes_of, record, samples_of, show, test, wait_until)

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
with open("/proc/self/schedstat") as times:  # ns on a core, ns waiting for one
    waited = int(times.read().split()[1]) / 1e9
print(json.dumps([calls, waited / float(sys.argv[1])]))
'''


def first_attach(box):
    """When sampling began, as the program's own clock would have it."""
    with contextlib.closing(sqlite3.connect(box.database)) as database:
        start, duration, sampled = database.execute(
            "SELECT start, duration, sampled FROM run ORDER BY id DESC").fetchone()
    return (start + duration - sampled) / 1e9


def shares_once(box, sampler, length):
    done = record(box, "-r", "500", "--sampler", sampler, "--", sys.executable, "shares.py", str(length))
    expect_equal(done.returncode, 0, done.stderr)
    # By the wall clock: a thread that waits for a core of a busy machine is active for py-spy. What
    # it did before py-spy had attached, which takes long on such a machine, is in no number.
    attached = first_attach(box)
    spent = dict.fromkeys(("seven", "two", "one"), 0)
    calls, waited = json.loads(done.stdout)  # the share of its time in which it had no core, nor had py-spy
    for name, began, end in calls:
        spent[name] += max(0, end - max(began, attached))
    wall = sum(spent.values())
    shown = show(box)
    expect_equal([row["line"] for row in shown["functions"] if row["name"] == "seven"],
                 [SHARES.split("\n").index("def seven():") + 1],
                 f"{sampler}: a function's line is its def line")
    expect_equal(shown["run"]["sampler_mode"], sampler, f"{sampler}: was used")
    own = {name: samples_of(shown, name) for name in spent}
    got = {name: 100 * own[name] / max(1, sum(own.values())) for name in spent}
    expected = {name: 100 * seconds / max(wall, 1e-9) for name, seconds in spent.items()}
    # timed() as a whole: it may have to wait for one between its function's end and the clock's answer.
    samples = shown["run"]["samples"]
    seconds = shown["run"]["busy"] * samples_of(shown, "timed", "total") / max(1, samples)
    good = (samples >= 2000 * (1 - waited) and abs(seconds - wall) <= (0.03 + waited) * wall and
            all(abs(got[name] - expected[name]) <= 4 + 100 * waited for name in spent))
    rows = ", ".join(f"{name} {got[name]:.1f} of {expected[name]:.1f} %" for name in spent)
    return good, (f"{sampler}: {samples} samples, {seconds:.3f} of {wall:.3f} s, {rows}, waited for a core "
                  f"{100 * waited:.1f} %")


@test
def shares(box):
    """A 70/20/10 program: its shares within 4 points at 2,000 samples or more, its seconds within 3 % of its
    own clock, and as much more as it had to wait for a core."""
    # py-spy's gaps are exponential. A whole window is known by its number of intervals; the launch sampler's
    # one window only by its time, so that n samples have the error of their root: 1 % takes 10,000.
    box.write("shares.py", SHARES)
    for sampler, length in (("attach", 8), ("launch", 20)):
        one_of_three(lambda sampler=sampler, length=length: shares_once(box, sampler, length))


THREADS = '''
import json, threading, time

def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(500))

def runnable():
    with open("/proc/thread-self/schedstat") as times:  # ns on a core, ns waiting for one
        return sum(int(word) for word in times.read().split()[:2]) / 1e9

def sleep(seconds):
    before = runnable()
    time.sleep(seconds)
    print(json.dumps(runnable() - before))

threads = [threading.Thread(target=spin, args=(2,), name="spinner; (one)"),
           threading.Thread(target=sleep, args=(2,), name="sleeper")]
for thread in threads: thread.start()
for thread in threads: thread.join()
'''


def busy_threads(box):
    done = record(box, "-r", "200", "--", sys.executable, "threads.py")
    expect_equal(done.returncode, 0, "threads: recorded")
    shown = show(box)
    expect(not any("thread (" in row["name"] for row in shown["functions"]),
           "threads: thread frames are not functions")
    # Each sample stops the sleeper too. It then has to get a core for going back to sleep, and is no
    # waiting thread until it has one; on a busy machine that takes longer than to the next sample.
    awake = json.loads(done.stdout) * 200
    spin, sleep = samples_of(shown, "spin", "total"), samples_of(shown, "sleep", "total")
    return spin > 10 * max(1, sleep - awake), f"busy: spin {spin}, sleep {sleep}, awake {awake:.0f}"


def idle_threads(box):
    done = record(box, "-r", "200", "--idle", "--", sys.executable, "threads.py")
    expect_equal(done.returncode, 0, "idle: recorded")
    shown = show(box)
    spin, sleep = samples_of(shown, "spin", "total"), samples_of(shown, "sleep", "total")
    return spin > 0 and abs(spin - sleep) < 0.15 * spin, f"idle: spin {spin}, sleep {sleep}"


@test
def threads(box):
    """The busy one counts and the waiting one does not, and with --idle as much."""
    box.write("threads.py", THREADS)
    one_of_three(lambda: busy_threads(box))
    one_of_three(lambda: idle_threads(box))


@test
def a_label_goes_with_the_run(box):
    """Also one that somebody takes while the program runs: then the run has none, and says so."""
    box.program("spin.py", SPIN)
    expect_equal(record(box, "--label", "mine", "--", sys.executable, "spin.py", "1").returncode, 0,
                 "recorded")
    expect_equal(show(box)["run"]["label"], "mine", "the label")
    box.write("thief.py", "import subprocess, sys\n"
                          "subprocess.run([sys.argv[1], 'label', 'mine', 'late'], check=True)\n" + SPIN.replace(
                              "sys.argv[1]", "sys.argv[2]"))
    done = record(box, "--label", "late", "--", sys.executable, "thief.py", HOTLENS, "1")
    expect_equal(done.returncode, 0, "recorded")
    run = show(box)["run"]
    expect(run["label"] is None and "late" in run["notes"], "the run is saved without it", run)
    expect(run["notes"].splitlines()[0] in done.stderr, "and that is said at once", done.stderr)


@test
def the_workspace_of_an_installed_program_is_the_current_folder(box):
    """Not the folder that pytest is in; but a script's own folder, when that is called from elsewhere."""
    here = box.folder / "here"
    here.mkdir()
    for name, workspace in (("venv/bin/tool", here), ("there/tool", box.folder / "there")):
        box.program(name, f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(box.folder)!r})\n" +
                    SPIN.replace("sys.argv[1]", "1")).chmod(0o755)
        for words in ([box.folder / name], [sys.executable, box.folder / name]):
            expect_equal(record(box, "--cwd", here, "--", *words).returncode, 0, "recorded")
            expect_equal(show(box)["run"]["workspace"], str(workspace), f"the workspace of {name}")


CHILDREN = '''
import multiprocessing, os, sys, time
from sampled import sampled

def child(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end or not sampled(sys.argv[2].format(os.getpid())):
        sum(range(500))

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    processes = [context.Process(target=child, args=(2,)) for _ in range(2)]
    for process in processes: process.start()
    for process in processes: process.join()
'''


def subprocesses(box, method):
    box.program("children.py", CHILDREN)
    expect_equal(record(box, "--", sys.executable, "children.py", method,
                        "process {}:").returncode, 0, "recorded")
    shown = show(box)
    expect(shown["run"]["processes"] >= 3, "the children are counted", shown["run"])
    total = samples_of(shown, "child", "total")  # that each has some: children.py waits for it
    expect(total > 0.5 * shown["run"]["samples"], "the children are sampled", shown["functions"][:5])


@test
def spawned_subprocesses(box):
    subprocesses(box, "spawn")


@test
def forked_subprocesses(box):
    subprocesses(box, "fork")


@test
def subprocesses_can_be_left_out(box):
    box.program("children.py", CHILDREN)
    record(box, "--no-subprocesses", "--idle", "--", sys.executable, "children.py", "fork",
           "children.py")
    expect_equal(samples_of(show(box), "child", "total"), 0, "no child is sampled")


ASYNCIO = '''
import asyncio
import time
from sampled import sampled

async def work():
    end = time.monotonic() + 0.2
    while time.monotonic() < end:
        sum(range(500))

async def main():
    done = 0
    while done < 8 or not sampled("work ("):
        await work()
        done += 1
        await asyncio.sleep(0.05)

asyncio.run(main())
'''


@test
def asyncio_programs(box):
    box.program("loop.py", ASYNCIO)
    expect_equal(record(box, "--", sys.executable, "loop.py").returncode, 0, "recorded")
    shown = show(box)
    # Imports of asyncio itself are part of so short a run.
    expect(samples_of(shown, "work", "total") > 0.6 * samples_of(shown, "main", "total") > 0,
           "the coroutine has the time", shown["functions"][:6])


CRASH = '''
import os, time
from sampled import sampled
def spin():
    end = time.monotonic() + 1
    while time.monotonic() < end or not sampled():
        sum(range(500))
spin()
'''


@test
def a_crash_keeps_traceback_exit_status_and_profile(box):
    box.program("crash.py", CRASH + 'raise ValueError("boom")\n')
    done = record(box, "--", sys.executable, "crash.py")
    expect_equal(done.returncode, 1, "the exit status is the program's")
    expect("ValueError: boom" in done.stderr, "the traceback is seen", done.stderr)
    expect(samples_of(show(box), "spin", "total") > 0, "the profile is kept")


@test
def exit_statuses_come_through(box):
    for sampler in ("attach", "launch"):
        for number, (ending, code) in enumerate([("raise SystemExit(7)", 7),
                                                 ("os.kill(os.getpid(), 9)", 137)]):
            box.program("code.py", CRASH + ending + "\n")
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
def the_workspace_is_a_folder_wherever_it_is_asked_for(box):
    box.program("spin.py", SPIN)
    done = record(box, "--workspace", ".", "--", sys.executable, "spin.py", "1")
    expect_equal(done.returncode, 0, done.stderr)
    expect_equal(box.json("runs", "--json")["runs"][0]["workspace"], str(box.folder), "not a dot")
    expect_equal(len(box.json("runs", "--workspace", ".", "--json")["runs"]), 1, "by the dot")
    expect("deleted 1 run" in box.hotlens("purge", "--workspace", ".", "--yes").stdout, "and deleted by it")


@test
def a_service_in_the_root_has_the_folder_of_its_program(box):
    """Else all of the machine's paths would be relative to its project, and exported as its own."""
    program = box.program("service.py", "import os\nos.chdir('/')\nprint('up', flush=True)\nwhile True:\n    sum(range(999))\n")
    service = box.start(sys.executable, program, stdout=subprocess.PIPE)
    expect_equal(service.stdout.readline(), b"up\n", "it runs")
    for command in ("service.py", "-c"):
        done = record(box, "--pid", service.pid, "--duration", "1")
        expect_equal(done.returncode, 0, done.stderr)
        run = box.json("runs", "--json")["runs"][0]
        expect_equal((run["cwd"], run["workspace"]), ("/", str(box.folder) if command != "-c" else None), command)
        page = box.hotlens("export", "last", "--format", "html").stdout
        expect(str(box.folder)[1:] not in page, "no whole path", command)
        service.kill()
        service = box.start(sys.executable, "-c", program.read_text(), stdout=subprocess.PIPE)
        expect_equal(service.stdout.readline(), b"up\n", "it runs")


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
from sampled import sampled
print("ready", flush=True)
end = time.monotonic() + float(sys.argv[1])
def spin():
    while time.monotonic() < end or not sampled():
        sum(range(500))
spin()
'''


def something_is_written(box):
    """Whether a window of a recording that goes on is in the spool: from then on there is a run to save."""
    spool = box.folder / "state" / "hotlens" / "spool"
    return any(file.stat().st_size for file in spool.glob("*/0*.raw"))


@test
def attach_and_detach(box):
    path = box.program("spin.py", SPIN)
    program = box.start(sys.executable, path, "120", stdout=subprocess.PIPE, text=True)
    program.stdout.readline()
    done = record(box, "--pid", str(program.pid), "--duration", "2")
    expect_equal(done.returncode, 0, "recorded\n" + done.stderr)
    expect(program.poll() is None, "the program goes on")
    shown = show(box)
    expect("attached" in shown["run"]["flags"], "it is told apart", shown["run"])
    expect(samples_of(shown, "spin", "total") > 0.9 * shown["run"]["samples"] > 0, "it has the samples",
           shown["functions"][:5])
    expect(str(program.pid) not in shown["run"]["target"], "a target is never a pid", shown["run"])
    recorder = box.start(HOTLENS, "record", "--py-spy", find_py_spy(), "--pid", program.pid,
                         stderr=subprocess.PIPE, text=True)
    wait_until(lambda: something_is_written(box))
    recorder.send_signal(signal.SIGINT)
    expect_equal(recorder.wait(timeout=TIMEOUT), 0, "Ctrl+C detaches")
    expect(program.poll() is None, "and the program goes on")
    recorder.stderr.close()
    program.stdout.close()


@test
def a_detach_before_the_first_sample_saves_nothing_and_says_so(box):
    path = box.program("spin.py", SPIN)
    program = box.start(sys.executable, path, "120", stdout=subprocess.PIPE, text=True)
    program.stdout.readline()
    slow = box.write("py-spy", f"#!/bin/sh\n[ \"$1\" = record ] && exec sleep 60\nexec '{find_py_spy()}' \"$@\"\n")
    slow.chmod(0o755)
    recorder = box.start(HOTLENS, "record", "--py-spy", slow, "--pid", program.pid,
                         stderr=subprocess.PIPE, text=True)
    wait_until(lambda: any(command.startswith("sleep 60") for _, command in processes_of(box)))
    recorder.send_signal(signal.SIGINT)
    expect_equal(recorder.wait(timeout=TIMEOUT), 1, "there is no run")
    expect("nothing was saved" in recorder.stderr.read(), "and that is said")
    expect(program.poll() is None, "the program goes on")
    expect(not box.json("runs", "--json")["runs"], "no run")
    recorder.stderr.close()
    program.stdout.close()


@test
def attach_to_nothing(box):
    done = record(box, "--pid", "999999999")
    expect_equal(done.returncode, 1, "no such process is an error")
    expect("999999999" in done.stderr, "and named", done.stderr)


@test
def a_duration_stops_the_program(box):
    path = box.program("spin.py", SPIN)
    for sampler in ("attach", "launch"):
        done = record(box, "--duration", "2", "--sampler", sampler, "--", sys.executable, path, "90")
        expect_equal(done.returncode, 130, f"{sampler}: interrupted\n{done.stderr}")
        run = show(box)["run"]
        expect(0 < run["samples"] and run["elapsed"] < 90, f"{sampler}: samples up to then", run)
        wait_until(lambda: not processes_of(box))


OLDEST, NEWEST = (3, 6), (3, 14)


def interpreters():
    """{(3, 12): path or Skip}, one of every version that py-spy reads, and whatever else is here."""
    found = {(3, minor): Skip("not on this machine")
             for minor in range(OLDEST[1], NEWEST[1] + 1)}
    candidates = [sys.executable, *glob.glob("/usr/bin/python3.?"), *glob.glob("/usr/bin/python3.??"),
                  *glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python"))]
    for path in candidates:
        asked = subprocess.run([path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               check=False)
        if asked.returncode != 0:
            found[os.path.basename(path)] = Skip(f"{path} does not run: {asked.stderr.strip()[:80]}")
            continue
        version = tuple(map(int, asked.stdout.split(".")))
        if not OLDEST <= version <= NEWEST:
            found[version] = Skip(f"{path}: py-spy does not read this version")
        elif isinstance(found[version], Skip):
            found[version] = path
    return found


EVERY = '''
import time; from sampled import sampled
class K:
    def method(self, seconds):
        end = time.time() + seconds
        while time.time() < end or not sampled():
            [x * x for x in range(2000)]
            sum(y for y in range(500))
K().method(1.5)
'''


for _version, _python in interpreters().items():
    def _one(box, python=_python):
        if isinstance(python, Skip):
            raise python
        path = box.program("every.py", EVERY)
        done = record(box, "-r", "200", "--", python, path)
        expect_equal(done.returncode, 0, done.stderr)
        shown = show(box)
        mine = {row["name"]: row for row in shown["functions"] if row["file"] == str(path)}
        expect(set(mine) - {"<module>", "K"} == {"K.method"},
               "comprehensions belong to their function", mine)
        method = mine["K.method"]
        expect(method["line"] == 4, "its line", method)
        waiting = samples_of(shown, "sampled", "total")
        expect(method["self"] == method["total"] - waiting > 0.5 * shown["run"]["samples"],
               "the method has it all", shown["functions"][:5])
    _one.__name__ = "python_" + (_version if isinstance(_version, str) else "{}_{}".format(*_version))
    test(_one)


FAKE = SOURCE / "tests" / "fake" / "py-spy"

# Options of record, and what py-spy gets for them besides what it always gets.
PASSED_ON = [
    ([], ["--threads", "--subprocesses"]),
    (["--native"], ["--threads", "--subprocesses", "--native"]),
    (["--gil"], ["--threads", "--subprocesses", "--gil"]),
    (["--idle"], ["--threads", "--subprocesses", "--idle"]),
    (["--nonblocking"], ["--threads", "--subprocesses", "--nonblocking"]),
    (["--no-subprocesses", "--no-threads"], []),
    (["--native", "--gil", "--rate", "250"], ["--threads", "--subprocesses", "--gil", "--native"]),
]


UNTIL_CALLED = """
import os, sys, time
while not (os.path.exists(sys.argv[1]) and b"\\n" in open(sys.argv[1], "rb").read()):
    time.sleep(0.01)
"""


def called(box, options):
    """How py-spy was called first for a recording with these options."""
    log = box.folder / "log"
    log.unlink(missing_ok=True)
    done = box.hotlens("record", "--py-spy", FAKE, "--sampler", "attach", *options, "--",
                       sys.executable, "-c", UNTIL_CALLED, log,
                       env={"FAKE_PY_SPY_LOG": str(log), "RUST_BACKTRACE": "1", "RUST_LOG": "trace",
                            "CLICOLOR_FORCE": "1", "MINE": "kept"})
    expect(log.exists(), "py-spy was called", done)
    return json.loads(log.read_text().splitlines()[0])


@test
def options_reach_py_spy(box):
    for options, passed in PASSED_ON:
        call = called(box, options)
        argv = call["argv"]
        expect_equal(argv[0], "record", "what it does")
        values = {name: argv[argv.index(name) + 1] for name in ("--format", "--rate", "--pid")}
        expect_equal(values["--format"], "raw", argv)
        expect_equal(values["--rate"], "250" if "--rate" in options else "100", argv)
        expect(values["--pid"].isdigit(), "a process", argv)
        valued = {"--format", "--rate", "--pid", "--output", "--duration"}
        flags = [word for word in argv if word.startswith("-") and word not in valued]
        expect_equal(flags, ["--full-filenames", *passed], f"{options}: no more and no less")
        environment = call["environment"]
        expect_equal({name: environment.get(name) for name in
                      ("RUST_LOG", "CLICOLOR_FORCE", "RUST_BACKTRACE", "HOTLENS_RUN", "MINE")},
                     {"RUST_LOG": "warn", "CLICOLOR_FORCE": "0", "RUST_BACKTRACE": None,
                      "HOTLENS_RUN": None, "MINE": "kept"}, "its environment")


@test
def sources_that_change_while_the_program_runs(box):
    box.program("helper.py", "import time; from sampled import sampled\n"
                             "def work():\n    end = time.monotonic() + 1\n"
                             "    while time.monotonic() < end or not sampled('work ('):\n        sum(range(500))\n")
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
    path = box.program("spin.py", SPIN)
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
    path = box.program("spin.py", SPIN)
    recorder = box.start(HOTLENS, "record", "-r", "200", "--py-spy", find_py_spy(), "--sampler",
                         sampler, "--", sys.executable, path, "120", stdout=subprocess.PIPE)
    recorder.stdout.readline()
    if sampler == "attach":
        wait_until(lambda: something_is_written(box))
    else:
        wait_until(lambda: any(seconds_of(pid) > 1 for pid, command in processes_of(box)
                               if command.endswith("spin.py 120 ") and " exec " not in command))
    recorder.kill()
    recorder.wait()
    wait_until(lambda: not processes_of(box))  # that 5 s are enough: recording.py
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
    expect(show(box)["run"]["samples"] > 0, "with its samples", show(box)["run"])


main()
