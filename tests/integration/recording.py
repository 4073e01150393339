#!/usr/bin/env python3
"""Recordings as a whole: the record driver with a scripted py-spy in every state it can be in, and with
the real one on real programs. Prints TAP.

usage: recording.py DRIVER FAKE_PY_SPY
The real py-spy is $HOTLENS_TEST_PY_SPY, or the one on PATH; without one its rows are skipped."""
import errno
import glob
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

DRIVER, FAKE = sys.argv[1], sys.argv[2]
REAL = os.environ.get("HOTLENS_TEST_PY_SPY") or shutil.which("py-spy")
PYTHON = os.path.realpath(sys.executable)
HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = int(os.environ.get("PATIENCE", 180))  # only ends a test that would hang

BURN = """
import sys, time
from sampled import sampled
def burn(seconds, until=lambda: True):
    end = time.monotonic() + seconds
    x = 0
    while time.monotonic() < end or not until():
        for i in range(1000): x += i * i
"""


def burner():
    """A program that only burns, to be attached to."""
    return subprocess.Popen([PYTHON, "-c", BURN + "burn(1000)"], env={**os.environ, "PYTHONPATH": HERE})


class Row:
    """One recording. Waiting is for events, never for time."""

    def __init__(self, argv, options=(), fake=None, pid=None, path=None, env=None):
        self.spool = tempfile.mkdtemp(prefix="hotlens-test-")
        self.events = []
        self.output = tempfile.TemporaryFile()
        environment = dict(os.environ)
        environment.pop("HOTLENS_RUN", None)
        environment["HOTLENS_SPOOL"] = self.spool
        environment["PYTHONPATH"] = HERE
        environment["PATH"] = os.path.dirname(PYTHON) + ":" + environment["PATH"]
        if path:
            environment["PATH"] = path + ":" + environment["PATH"]
        environment.update(env or {})
        if fake:
            environment["FAKE_PY_SPY"] = fake
        self.uuid = "test-%d-%s" % (os.getpid(), os.path.basename(self.spool)[-8:].replace("_", "x"))
        command = [DRIVER, "--py-spy", FAKE if fake else REAL, "--spool", self.spool,
                   "--uuid", self.uuid] + [str(option) for option in options]
        command += ["--pid", str(pid)] if pid else ["--"] + argv
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.output, env=environment)
        self.pending = b""

    def tell(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()

    def read(self):
        """One more event, or None at the end."""
        while b"\n" not in self.pending:
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            if not ready:
                raise AssertionError("no event for %d s after %r" % (PATIENCE, self.events))
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                return None
            self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        kind, _, rest = line.decode().partition(" ")
        event = dict(re.findall(r"(\w+)=(\S+)", rest), kind=kind, text=rest)
        self.events.append(event)
        return event

    def until(self, kind, **fields):
        while True:
            event = self.read()
            if event is None:
                raise AssertionError("no %s %r in %r" % (kind, fields, self.events))
            if event["kind"] == kind and all(event[k] == v for k, v in fields.items()):
                return event

    def until_output(self, text):
        end = time.monotonic() + PATIENCE
        while text not in self.printed():
            if time.monotonic() > end:
                raise AssertionError("%r was not printed" % text)
            select.select([], [], [], 0.01)

    def printed(self):
        self.output.flush()
        return os.pread(self.output.fileno(), 1 << 20, 0).decode()

    def finish(self):
        while self.read() is not None:
            pass
        self.process.stdin.close()
        self.process.stdout.close()
        code = self.process.wait()
        assert code == 0, "driver ended with %d: %r %s" % (code, self.events, self.printed())
        assert self.all("loop")[0]["close"] == "0"
        return self

    def all(self, kind):
        return [event for event in self.events if event["kind"] == kind]

    def result(self):
        return self.all("result")[0]

    def error(self):
        errors = self.all("error")
        return errors[0]["text"] if errors else ""

    def windows(self):
        return sorted(self.all("window"), key=lambda window: int(window["index"]))

    def verified_sums(self):
        for window in self.windows():
            if window["verified"] == "1":
                assert counts(window["path"]) == int(window["samples"]), window

    def close(self):
        shutil.rmtree(self.spool)


def counts(path, part=b""):
    with open(path, "rb") as file:
        return sum(int(line.rpartition(b" ")[2]) for line in file if part in line)


def expect(value, wanted):
    assert value == wanted, "%r is not %r" % (value, wanted)


def processes_of(row):
    """Living processes with the row's mark, and whatever has its spool on its command line."""
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            with open(folder + "/environ", "rb") as file:
                environment = file.read()
            with open(folder + "/cmdline", "rb") as file:
                command = file.read()
            with open(folder + "/stat") as file:
                state = file.read().rpartition(")")[2].split()[0]
        except OSError:
            continue
        mark = ("HOTLENS_RUN=" + row.uuid).encode()
        if state != "Z" and (mark in environment.split(b"\0") or row.spool.encode() in command):
            found.append((folder, command))
    return found


# --- the scripted py-spy ---

SLEEP = ["sleep", "1000"]
QUICK = ["--rate", 100, "--grace", 300]


def fake_until_window(mode, index, patience=0, **fields):
    row = Row(SLEEP, QUICK + ["--patience", patience], fake=mode)
    window = row.until("window", index=str(index))
    for name, value in fields.items():
        expect(window[name], value)
    row.tell("stop 15")
    row.finish()
    expect(row.result()["status"], "143")
    expect(processes_of(row), [])
    row.close()
    return row, window


def fake_ok():
    row, window = fake_until_window("ok", 1, verified="1")
    expect(int(window["covered"]) % 10**9, 990000000)  # N * rate - 1 intervals
    expect(int(window["samples"]), int(window["covered"]) // 10**7)
    expect(row.result()["py_spy"], "9.9.9")
    expect(row.error(), "")


def fake_hang():
    row, _ = fake_until_window("hang@0", 0, 2000, verified="0")
    assert "in time" in row.error(), row.events


def fake_mute():
    row, _ = fake_until_window("mute@0", 0, 2000, verified="1")
    expect(row.error(), "")


def fake_exit():
    fake_until_window("exit@0", 0, verified="1")


def fake_partial():
    row, _ = fake_until_window("partial@0", 0, verified="0")
    assert "a part was not sampled" in row.error(), row.events


def fake_nothing_at_all():
    """The only window is lost and left nothing: that is no part."""
    row, _ = fake_until_window("panic", 0, verified="0")
    assert row.error() and "a part" not in row.error(), row.events


def fake_flood():
    fake_until_window("flood", 0, verified="1")


def fake_wrong_sum():
    row = Row(SLEEP, QUICK, fake="wrongsum")
    window = row.until("window", index="0")
    assert counts(window["path"]) != int(window["samples"]) == 99
    row.tell("stop 15")
    row.finish().close()


def fake_missing():
    fake_until_window("missing@0", 0, verified="0")


def fake_empty():
    fake_until_window("empty@0", 0, verified="0", samples="99")


def fake_denied():
    row = Row(["sleep", "1"], QUICK, fake="deny")
    row.until("problem")
    row.finish()
    expect(row.result()["status"], "0")
    expect(row.result()["windows"], "0")
    assert row.error(), row.events
    expect(glob.glob(row.spool + "/*.raw"), [])
    row.close()


def fake_panic():
    row, _ = fake_until_window("panic@0", 0, verified="0", covered="0")
    expect([w["verified"] for w in row.windows()][:2], ["0", "1"][:len(row.windows())])
    assert row.error(), row.events


def fake_never():
    row = Row(SLEEP, QUICK, fake="never")
    row.until("problem")
    row.tell("stop 15")
    row.finish()
    with open(row.spool + "/calls") as calls:
        expect(len(calls.read()), 10)
    row.close()


def fake_never_with_subprocesses():
    # Python may come late below a shell, so it is tried on, but not in silence.
    row = Row(SLEEP, QUICK + ["--flags", "ts"], fake="never")
    assert "not a Python process" in row.until("problem")["text"]
    row.tell("stop 15")
    row.finish()
    expect(len(row.all("problem")), 1)
    row.close()


def fake_always_panics():
    """One that attaches and dies each time is tried as often as one that does not attach."""
    row = Row(SLEEP, QUICK, fake="panic")
    row.until("problem")
    row.tell("stop 15")
    row.finish()
    with open(row.spool + "/calls") as calls:
        expect(len(calls.read()), 10)
    expect(glob.glob(row.spool + "/*.raw"), [])
    expect(row.result()["status"], "143")
    row.close()


def fake_not_python_then_gone():
    """What an early try found out of the program is worth more than that it ended at last."""
    row = Row(SLEEP, QUICK, fake="never,gone")
    row.until("problem")
    row.tell("stop 15")
    row.finish()
    assert "not a Python process" in row.error(), row.events
    row.close()


def fake_no_child():
    row, _ = fake_until_window("nochild", 0, verified="1")
    expect(row.error(), "")


def fake_errors():
    # py-spy counts failures per Python process; what else the program started has none. Attached to when
    # everything is started: between fork and exec a child is one more Python.
    source = "import subprocess, sys; sleeps = [subprocess.Popen(['sleep', '1000']) for _ in range(4)]; " \
             "print('started', flush=True); sys.stdin.read(); [sleep.kill() for sleep in sleeps]"
    with subprocess.Popen([PYTHON, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout.readline() == b"started\n"
        row = Row(None, QUICK + ["--flags", "ts"], fake="errors", pid=program.pid)
        row.until("window", index="1")
        row.tell("stop 15")
        row.finish()
        expect([int(w["covered"]) % 10**9 for w in row.windows()][:2], [790000000] * 2)
        row.close()
        program.communicate()


def fake_slow():
    row, _ = fake_until_window("slow@0", 0, verified="1")
    expect((row.result()["behind"], row.result()["behind_ms"]), ("1", "2500"))


def fake_colour():
    fake_until_window("colour", 0, verified="1")


def fake_pause():
    row = Row(SLEEP, QUICK, fake="ok")
    row.until("state", name="sampling")
    row.tell("pause")
    first = row.until("window", index="0")
    assert int(first["covered"]) < 990000000, first
    row.tell("resume")
    row.until("window", index="1", verified="1")
    row.tell("stop 15")
    row.finish()
    assert int(row.result()["duration"]) > 0
    row.close()


def fake_pause_while_attaching():
    """The pause cuts a window off that has not attached; it ends only after the recording went on."""
    row = Row(SLEEP, QUICK, fake="late@0")
    until(lambda: os.path.exists(row.spool + "/attaching"))
    row.tell("pause")
    until(lambda: os.path.exists(row.spool + "/interrupted"))
    row.tell("resume")
    open(row.spool + "/end", "w").close()
    row.until("window", index="1", verified="1")
    row.tell("stop 15")
    row.finish()
    row.close()


def fake_pause_at_the_end():
    # The program ends while the recording is paused: what was not looked at counts nowhere.
    row = Row(["sleep", "3"], QUICK, fake="ok")
    row.until("state", name="sampling")
    row.tell("pause")
    first = row.until("window", index="0")
    row.finish()
    result = row.result()
    assert int(result["duration"]) < 2500000000, result
    assert int(result["sampled"]) <= int(first["covered"]) + 500000000, (result, first)
    row.close()


def fake_stop_after_detach():
    row = Row(SLEEP, QUICK, fake="ok")
    pid = int(row.until("state", name="sampling")["pid"])
    row.tell("detach")
    row.until("detach")
    row.tell("stop 15")
    row.finish()
    with open("/proc/%d/stat" % pid) as file:
        assert ") S " in file.read()
    os.kill(pid, signal.SIGKILL)
    expect(row.result()["status"], str(-2**63))
    row.close()


def fake_detach():
    row = Row(["sleep", "1"], QUICK, fake="ok")
    row.until("state", name="sampling")
    row.tell("detach")
    expect(row.until("detach")["result"], "0")
    row.finish()
    expect(row.result()["status"], "0")
    expect(len(row.windows()), 1)
    row.close()


def stop_without_a_list_of_processes():
    row = Row(SLEEP, QUICK + ["--proc", "/no/such/proc", "--sampler", "attach"], fake="ok")
    row.until("state", name="sampling")
    row.tell("stop 15")
    row.finish()
    expect(row.result()["status"], "143")
    row.close()


def stop_of_what_cannot_be_killed():
    # A process that is shown with another start is never signalled, as if it hung in the kernel.
    with tempfile.TemporaryDirectory() as folder:
        row = Row(SLEEP, QUICK + ["--proc", folder, "--sampler", "attach"], fake="ok")
        pid = int(row.until("state", name="sampling")["pid"])
        with open("/proc/%d/stat" % pid) as file:
            head, _, rest = file.read().rpartition(")")
        fields = rest.split()
        fields[19] = str(int(fields[19]) + 1)
        os.mkdir("%s/%d" % (folder, pid))
        with open("%s/%d/stat" % (folder, pid), "w") as file:
            file.write("%s) %s\n" % (head, " ".join(fields)))
        try:
            row.tell("stop 15")
            row.finish()
        finally:
            os.kill(pid, signal.SIGKILL)
        assert "process %d (sleep) did not end" % pid in row.error(), row.events
        expect(row.result()["status"], str(-2**63))
        expect([w["verified"] for w in row.windows()], ["1"] * len(row.windows()))
        row.close()


def script(row_folder, name, text):
    path = os.path.join(row_folder, name)
    with open(path, "w") as file:
        file.write("#!%s\n%s" % (PYTHON, text))
    os.chmod(path, 0o755)
    return path


def sudo_that_never_ends():
    """It cannot be signalled and does not care that its lifeline is cut: it is left, and said."""
    with tempfile.TemporaryDirectory() as folder:
        script(folder, "sudo", "import os, signal\nopen(%r, 'w').write(str(os.getpid()))\n"
                               "while True: signal.pause()\n" % (folder + "/pid"))
        row = Row(["sleep", "1"], QUICK + ["--patience", 300, "--sudo", 1], fake="ok", path=folder)
        row.finish()
        with open(folder + "/pid") as file:
            pid = int(file.read())
        os.kill(pid, signal.SIGKILL)
        expect(row.result()["status"], "0")
        assert "process %d (sudo) did not end" % pid in row.error(), row.events
        row.close()


def no_descriptors_left():
    """The next window's lifeline cannot be made: sampling ends, the recording goes on to its end."""
    with tempfile.TemporaryDirectory() as folder:
        script(folder, "sudo", "import os, sys\nargv = [a for a in sys.argv[1:] if a != '-n']\n"
                               "os.execv(argv[0], argv)\n")
        row = Row(SLEEP, QUICK + ["--sudo", 1], fake="ok", path=folder)
        row.until("state", name="sampling")
        pid = row.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        used = {int(fd) for fd in os.listdir("/proc/%d/fd" % pid)}
        free = [fd for fd in range(len(used) + 2) if fd not in used]
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (free[1], before[1]))  # for one more
        row.until("problem")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        row.tell("stop 15")
        row.finish()
        expect(row.result()["status"], "143")
        assert "Too many open files" in row.error(), row.events
        row.close()


def consent():
    """ptrace_scope 1: a single program allows its tracer itself; with subprocesses py-spy launches."""
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + "/proc/sys/kernel/yama")
        with open(folder + "/proc/sys/kernel/yama/ptrace_scope", "w") as file:
            file.write("1\n")
        wrapper = script(folder, "hotlens", "import os, sys\nopen(%r, 'a').write(repr(sys.argv[1:]) + '\\n')\n"
                                            "os.execv(%r, [%r] + sys.argv[1:])\n"
                         % (folder + "/log", DRIVER, DRIVER))
        options = ["--proc", folder + "/proc", "--hotlens", wrapper, "--rate", 100]
        row = Row(["sleep", "1"], options + ["--flags", "t"], fake="ok").finish()
        expect(row.result()["sampler"], "attach")
        with open(folder + "/log") as file:
            assert "'--allow-tracer', '--', 'sleep', '1'" in file.read()
        row.close()
        os.unlink(folder + "/log")
        row = Row(["sleep", "1"], options + ["--flags", "ts"], fake="exit").finish()
        expect(row.result()["sampler"], "launch")
        with open(folder + "/log") as file:
            assert "--allow-tracer" not in file.read()
        row.close()


def nothing_may_be_traced():
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + "/proc/sys/kernel/yama")
        with open(folder + "/proc/sys/kernel/yama/ptrace_scope", "w") as file:
            file.write("3\n")
        row = Row(["touch", folder + "/ran"], ["--proc", folder + "/proc", "--flags", "ts"],
                  fake="ok").finish()
        assert "not allowed" in row.error(), row.events
        expect((row.result()["started"], row.result()["windows"]), ("0", "0"))
        assert not os.path.exists(folder + "/ran")
        row.close()


def no_tool():
    row = Row(["true"], ["--py-spy", "/no/such/py-spy"], fake="ok")
    assert row.read()["kind"] == "refused"
    row.finish().close()


# --- the real one ---

def sampler(options, name):
    return ["--sampler", name, "--flags", "t"] + list(options)


SINCE_START = """
import os
def since_start():
    with open("/proc/self/stat") as file:
        start = int(file.read().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - start
def waited():
    with open("/proc/self/schedstat") as times:  # ns on a core, ns waiting for one
        return int(times.read().split()[1]) / 1e9
"""


def cpu_loop_once(name):
    """How far the seconds are from the program's own clock, as a share of them, and what is allowed."""
    rate = 500 if name == "attach" else 1000
    row = Row([PYTHON, "-u", "-c", BURN + SINCE_START + "b = since_start(); burn(5); "
               "print('burnt from', b, 'to', since_start(), 'waited', waited(), file=sys.stderr)"],
              sampler(["--rate", rate], name))
    row.finish()
    row.verified_sums()
    result, windows = row.result(), row.windows()
    expect((result["sampler"], result["status"], row.error()), (name, "0", ""))
    samples = sum(int(w["samples"]) for w in windows)
    assert samples > 0 and all(w["verified"] == "1" for w in windows), windows
    covered = sum(int(w["covered"]) for w in windows)
    burnt = sum(counts(w["path"], b"burn (") for w in windows)
    seconds = burnt / rate * int(result["sampled"]) / covered
    begin, end, waited = map(float, re.search(r"burnt from (\S+) to (\S+) waited (\S+)",
                                              row.printed()).groups())
    attached = (int(result["duration"]) - int(result["sampled"])) / 1e9  # what was before is in no number
    took = end - max(begin, attached)
    assert re.match(r"3\.\d+$", result["python"]) and int(result["threads"]) >= 1, result
    # The program had to wait for a core for that share of its time, and py-spy as much or more.
    busy = min(waited / took, 1)
    # A whole window has a known number of intervals. One that was cut, as the launch sampler's, has a
    # Poisson number of them, and so the standard error of that.
    tolerance = 0.03 if name == "attach" else max(0.03, 4 / samples ** 0.5)
    print("# %s: %d samples, %d windows, %.3f s of %.3f s, %.1f %% of which it waited for a core"
          % (name, samples, len(windows), seconds, took, 100 * busy))
    row.close()
    return samples >= 2000 * (1 - busy) and abs(seconds / took - 1) < tolerance + busy


def cpu_loop(name):
    """A machine that is busy with other things keeps py-spy from sampling in time, and no number of ours
    can know that: what is allowed grows with what the program had to wait. One that is wrong is wrong
    every time."""
    assert any(cpu_loop_once(name) for _ in range(3)), "three times too few samples, or wrong seconds"


def launch_of_scripts():
    """A version manager's python, which is slow to become Python, and a script that is none."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("python3", "sleep 1; exec %s \"$@\"" % PYTHON), ("tool", "touch ran")):
            with open(folder + "/" + name, "w") as file:
                file.write("#!/usr/bin/env -S sh\n%s\n" % text)
            os.chmod(folder + "/" + name, 0o755)
        row = Row(["python3", "-c", BURN + "burn(1, sampled); sys.exit(3)"], sampler([], "launch"),
                  path=folder).finish()
        expect((row.result()["status"], row.error(), len(row.windows())), ("3", "", 1))
        row.close()
        row = Row(["tool"], sampler(["--cwd", folder], "launch"), path=folder).finish()
        assert "tool is a script for sh" in row.error(), row.events
        expect(row.result()["started"], "0")
        assert not os.path.exists(folder + "/ran")
        row.close()


def launch_of_a_script_of_a_folder():
    """It is asked where the program will run, as version managers go by the folder and the environment."""
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/python3", "w") as file:
            file.write("#!/bin/sh\n[ -f marker ] && [ \"$HOTLENS_RUN\" ] || exit 9\nexec %s \"$@\"\n"
                       % PYTHON)
        os.chmod(folder + "/python3", 0o755)
        row = Row(["python3", "-c", BURN + "burn(1, sampled)"], sampler([], "launch"), path=folder).finish()
        assert "does not answer like Python 3 (exit status 9)" in row.error(), row.events
        row.close()
        open(folder + "/marker", "w").close()
        row = Row(["python3", "-c", BURN + "burn(1, sampled)"], sampler(["--cwd", folder], "launch"),
                  path=folder).finish()
        expect((row.result()["status"], row.error(), len(row.windows())), ("0", "", 1))
        row.close()


def stop_before_anything_runs():
    """The loop is free while a script that never answers is asked, and nothing waits for the answer."""
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/python3", "w") as file:
            file.write("#!/bin/sh\n: >> %s/asked\nexec sleep 1000\n" % folder)
        os.chmod(folder + "/python3", 0o755)
        row = Row(["python3", "-c", "pass"], sampler([], "launch"), path=folder)
        until(lambda: os.path.exists(folder + "/asked"))
        row.tell("detach")
        row.until("detach", result=str(-errno.ENOTSUP))
        row.tell("stop 2")
        row.until("state", name="stopping")
        row.finish()
        assert "stopped before" in row.error(), row.events
        expect((row.result()["started"], row.result()["stopped"]), ("0", "1"))
        expect(processes_of(row), [])
        row.close()


def fields_of(pid):
    with open("/proc/%d/stat" % pid) as file:
        return file.read().rpartition(")")[2].split()


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "did not come"
        select.select([], [], [], 0.01)


def paused_at_once(name, flags):
    """Before anything is prepared: the clock begins when it goes on."""
    row = Row([PYTHON, "-c", BURN + "print('ready', file=sys.stderr, flush=True); burn(1000)"],
              ["--sampler", name, "--flags", flags, "--duration", 2])
    begin = time.monotonic()
    row.tell("pause")
    if name == "attach":
        row.until_output("ready") # the program itself was not stopped
    select.select([], [], [], 1)
    expect(row.all("state"), [])
    row.tell("resume")
    row.until("state", name="sampling")
    row.finish()
    took = time.monotonic() - begin
    result = row.result()
    expect((row.error(), result["status"], result["stopped"]), ("", "130", "1"))
    assert int(result["duration"]) / 1e9 <= took - 1, (result, took)
    row.verified_sums()
    row.close()


def stopped_while_paused():
    """What py-spy has not launched yet is not launched any more."""
    with tempfile.TemporaryDirectory() as folder:
        row = Row([PYTHON, "-c", "open(%r, 'w')" % (folder + "/ran")], sampler([], "launch"))
        row.tell("pause")
        select.select([], [], [], 1)
        row.tell("stop 2")
        row.tell("resume")
        row.finish()
        assert "stopped before" in row.error(), row.events
        assert not os.path.exists(folder + "/ran")
        row.close()


def stopped_at_once(name, flags):
    """By SIGSTOP, of which nobody is told, before py-spy has attached."""
    row = Row([PYTHON, "-c", BURN + "import os, signal\nprint('at', os.getpid(), file=sys.stderr, flush=True)\n"
               "os.kill(os.getpid(), signal.SIGSTOP)\nburn(1.5, lambda: sampled('burn ('))"],
              ["--sampler", name, "--flags", flags])
    row.until_output("at ")
    pid = int(re.search(r"at (\d+)", row.printed()).group(1))
    until(lambda: fields_of(pid)[0] in "Tt")
    select.select([], [], [], 1)
    os.kill(pid, signal.SIGCONT)
    row.finish()
    expect((row.result()["status"], row.error()), ("0", ""))
    burnt = sum(counts(w["path"], b"burn (") for w in row.windows())
    assert burnt > 0, row.events
    row.verified_sums()
    row.close()


def attached_duration():
    """Counts from the first sample, whatever attaching takes."""
    program = burner()
    try:
        with tempfile.TemporaryDirectory() as folder:
            slow = script(folder, "py-spy", "import os, sys, time\n"
                          "if '--version' not in sys.argv: time.sleep(3)\n"
                          "os.execv(%r, [%r] + sys.argv[1:])\n" % (REAL, REAL))
            row = Row(None, ["--flags", "t", "--duration", 2, "--py-spy", slow], pid=program.pid)
            row.finish()
        expect((program.poll(), row.error(), row.result()["stopped"]), (None, "", "1"))
        samples = sum(int(w["samples"]) for w in row.windows())
        assert samples > 0 and int(row.result()["sampled"]) >= 2e9, row.events
        row.close()
    finally:
        program.kill()
        program.wait()


def short_program(name):
    row = Row(["true"], sampler([], name)).finish()
    expect((row.result()["status"], row.result()["windows"]), ("0", "0"))
    assert "before py-spy was attached" in row.error(), row.events
    row.close()


def no_program(name):
    row = Row(["/no/such/program"], sampler([], name)).finish()
    assert "no such program" in row.all("refused")[0]["text"], row.events
    row.close()


def not_executable(name):
    with tempfile.NamedTemporaryFile() as file:
        row = Row([file.name], sampler([], name)).finish()
        assert "not an executable" in row.all("refused")[0]["text"], row.events
        row.close()


def not_python(name):
    row = Row(["sleep", "3"], sampler([], name)).finish()
    assert "not a Python" in row.error(), row.events
    if name == "attach":
        expect(row.result()["status"], "0")
    row.close()


def crash(name):
    row = Row([PYTHON, "-c", BURN + "burn(1, sampled); sys.exit(3)"], sampler([], name)).finish()
    expect((row.result()["status"], row.error()), ("3", ""))
    assert row.windows()
    row.close()


def killed(name):
    row = Row([PYTHON, "-c", BURN + "import os; burn(1, sampled); os.kill(os.getpid(), 11)"],
              sampler([], name)).finish()
    expect(row.result()["status"], "139")
    row.close()


CLEAN_UP = BURN + """
try:
    print("ready", file=sys.stderr, flush=True)
    burn(1000)
finally:
    burn(1)
    print("cleaned up", file=sys.stderr, flush=True)
"""


def stop_with_clean_up(name):
    row = Row([PYTHON, "-c", CLEAN_UP], sampler([], name))
    row.until("state", name="sampling")
    row.until_output("ready")
    row.tell("stop 2")
    row.finish()
    assert "cleaned up" in row.printed(), row.printed()
    expect((row.result()["status"], row.result()["stopped"]), ("130", "1"))
    expect(processes_of(row), [])
    row.verified_sums()
    row.close()


STUBBORN = BURN + """
import signal
for number in (signal.SIGINT, %s): signal.signal(number, signal.SIG_IGN)
print("ready", file=sys.stderr, flush=True)
burn(1000)
"""


def stop_stubborn(name, ignored, status):
    row = Row([PYTHON, "-c", STUBBORN % ignored], sampler(["--grace", 300], name))
    row.until("state", name="sampling")
    row.until_output("ready")
    row.tell("stop 2")
    row.finish()
    expect(row.result()["status"], status)
    expect(processes_of(row), [])
    row.close()


TREE = BURN + """
import os, subprocess
child = subprocess.Popen([sys.executable, "-c", %r])
if os.fork() == 0:
    try: burn(1000)
    finally: print("fork done", file=sys.stderr, flush=True)
try:
    child.wait()
finally:
    print("parent done", file=sys.stderr, flush=True)
""" % CLEAN_UP


def subprocesses(name):
    row = Row([PYTHON, "-c", TREE], ["--sampler", name, "--flags", "ts"])
    row.until("state", name="sampling")
    row.until_output("ready")
    row.tell("stop 2")
    row.finish()
    for text in ("cleaned up", "fork done", "parent done"):
        assert text in row.printed(), (text, row.printed())
    expect(processes_of(row), [])
    row.close()


def duration(name):
    row = Row([PYTHON, "-c", CLEAN_UP], sampler(["--duration", 2], name)).finish()
    expect((row.result()["status"], row.result()["stopped"]), ("130", "1"))
    assert "cleaned up" in row.printed()
    row.close()


TICKS = BURN + """
for tick in range(10000):
    burn(0.1)
    print("tick", tick, file=sys.stderr, flush=True)
"""


def killed_recorder_once(name):
    """How long what it left behind went on. Even the window that was in progress is there, which py-spy
    writes when nobody reads what it prints."""
    row = Row([PYTHON, "-c", TICKS], sampler([], name))
    if name == "attach":
        row.until("window", index="0", verified="1")
    else:
        row.until("state", name="sampling")
    row.until_output("tick %d\n" % (row.printed().count("tick") + 5))
    assert processes_of(row)
    row.process.kill()
    row.process.wait()
    begin = time.monotonic()
    while processes_of(row) and time.monotonic() < begin + PATIENCE:
        select.select([], [], [], 0.02)
    took = time.monotonic() - begin
    expect(processes_of(row), [])
    print("# %s: gone after %.1f s" % (name, took))
    files = sorted(glob.glob(row.spool + "/*.raw"))
    assert len(files) >= (2 if name == "attach" else 1), files
    for path in files[:2]:
        assert counts(path) > 0, path
    row.close()
    return took


def killed_recorder(name):
    assert any(killed_recorder_once(name) < 5 for _ in range(3)), "three times more than 5 s"


def program_of_launch():
    """What py-spy needs, descriptors and variables, does not reach the program."""
    row = Row([PYTHON, "-c", BURN + "import os; burn(1, sampled); print('open', sorted(int(fd) for fd in "
               "os.listdir('/proc/self/fd'))[:-1], file=sys.stderr); "
               "print([os.environ.get(name) for name in ('RUST_LOG', 'CLICOLOR_FORCE', "
               "'RUST_BACKTRACE')], file=sys.stderr)"], sampler([], "launch"),
              env={"RUST_LOG": "error", "RUST_BACKTRACE": "full"}).finish()
    expect(row.printed().split("\n")[:2], ["open [0, 1, 2]", "['error', None, 'full']"])
    expect((row.error(), row.windows()[0]["verified"]), ("", "1")) # not RUST_LOG=error for py-spy
    row.close()


def attach_to_pid():
    program = burner()
    try:
        row = Row(None, ["--flags", "t"], pid=program.pid)
        row.until("window", index="1", verified="1")
        row.tell("stop 2")
        row.finish()
        expect((program.poll(), row.error()), (None, ""))
        assert all(w["verified"] == "1" for w in row.windows()), row.events
        row.verified_sums()
        row.close()
        row = Row(None, ["--flags", "t"], pid=program.pid)
        row.until("state", name="sampling")
        program.kill()
        program.wait()
        row.finish()
        expect((row.error(), row.result()["stopped"]), ("", "0"))
        row.close()
    finally:
        program.kill()
        program.wait()
    row = Row(None, ["--flags", "t"], pid=program.pid).finish()
    assert "no process" in row.all("refused")[0]["text"], row.events
    row.close()


def real_rows():
    yield "attach to a pid, detach, its end", attach_to_pid
    yield "launch: scripts", launch_of_scripts
    yield "launch: a script of a folder", launch_of_a_script_of_a_folder
    yield "launch: stop before anything runs", stop_before_anything_runs
    yield "launch: what the program gets", program_of_launch
    yield "launch: stopped while paused", stopped_while_paused
    yield "duration of an attached recording", attached_duration
    for name in ("attach", "launch"):
        for flags in ("t", "ti"):
            for function in (paused_at_once, stopped_at_once):
                yield ("%s: %s, %s" % (name, function.__name__.replace("_", " "), flags),
                       lambda function=function, name=name, flags=flags: function(name, flags))
    for name in ("attach", "launch"):
        for function in (cpu_loop, short_program, no_program, not_executable, not_python, crash,
                         killed, stop_with_clean_up, subprocesses, duration, killed_recorder):
            yield (name + ": " + function.__name__.replace("_", " "),
                   lambda function=function, name=name: function(name))
        yield name + ": SIGTERM after SIGINT", lambda name=name: stop_stubborn(
            name, "signal.SIGINT", "143")
        yield name + ": SIGKILL after SIGTERM", lambda name=name: stop_stubborn(
            name, "signal.SIGTERM", "137")


def main():
    fakes = [fake_ok, fake_hang, fake_mute, fake_exit, fake_partial, fake_nothing_at_all, fake_flood, fake_wrong_sum,
             fake_missing, fake_empty, fake_denied, fake_panic, fake_always_panics,
             fake_never_with_subprocesses, fake_never,
             fake_not_python_then_gone, fake_no_child,
             fake_slow, fake_errors, fake_colour, fake_pause, fake_pause_while_attaching, fake_pause_at_the_end,
             fake_detach, fake_stop_after_detach, no_tool,
             stop_without_a_list_of_processes, stop_of_what_cannot_be_killed,
             sudo_that_never_ends, no_descriptors_left, consent, nothing_may_be_traced]
    rows = [(function.__name__.replace("_", " "), function) for function in fakes]
    rows += [(name, function if REAL else None) for name, function in real_rows()]
    only = os.environ.get("ONLY")
    rows = [row for row in rows if not only or only in row[0]]
    print("1..%d" % len(rows))
    failed = 0
    for number, (name, function) in enumerate(rows, 1):
        if not function and "HOTLENS_NEED_PY_SPY" not in os.environ:
            print("ok %d - %s # SKIP py-spy was not found" % (number, name))
            continue
        try:
            function()
            print("ok %d - %s" % (number, name), flush=True)
        except Exception as problem:  # one row must not hide the others
            failed += 1
            print("# %s: %s" % (type(problem).__name__, problem))
            print("not ok %d - %s" % (number, name), flush=True)
    return 1 if failed else 0


sys.exit(main())
