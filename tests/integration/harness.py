"""What the integration tests share: a sandbox per test, and TAP.

    from harness import main, test

    @test
    def prints_its_version(box):
        done = box.hotlens("--version")
        assert done.returncode == 0, done

    main()

A test gets a Box: an empty folder, with home, database and XDG folders of its own, so that nothing of
the person who runs it is read or written. It passes when it returns, fails when it raises, and is
skipped when it raises Skip with the reason. `$HOTLENS` is the program under test.
"""

import json
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

HOTLENS = os.environ.get("HOTLENS") or shutil.which("hotlens") or "hotlens"
SOURCE = pathlib.Path(os.environ.get("HOTLENS_SOURCE")
                      or pathlib.Path(__file__).resolve().parents[2])
DATA = SOURCE / "tests" / "data"
TIMEOUT = 180  # only ends a test that would hang

_tests = []


class Skip(Exception):
    """The machine does not allow this test; the text says what is missing."""


def test(function):
    _tests.append(function)
    return function


def wait_until(condition, seconds=TIMEOUT, step=0.02):
    """Waits for a state instead of sleeping; returns what the condition returned."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {condition}")
        time.sleep(step)


def one_of_three(attempt):
    """For numbers that other programs on the machine disturb: attempt() returns whether they are right, and
    the numbers, which are printed. What is wrong in the code is wrong three times."""
    for number in range(1, 4):
        good, numbers = attempt()
        print(f"# attempt {number}, {'good' if good else 'not good'}: {numbers}", flush=True)
        if good:
            return
    raise AssertionError(f"not right in three attempts, last {numbers}")


def find_py_spy():
    """Path of py-spy; without one Skip, or a failure where $HOTLENS_NEED_PY_SPY promises it."""
    beside = pathlib.Path(HOTLENS).resolve().parent / "venv" / "bin" / "py-spy"
    found = str(beside) if beside.exists() else shutil.which("py-spy")
    if not found:
        expect("HOTLENS_NEED_PY_SPY" not in os.environ, "py-spy is found")
        raise Skip("py-spy is not installed")
    return found


class Box:
    """One test's folder and environment. Processes started with start() end with it."""

    def __init__(self, name):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"hotlens-{name[:20]}-"))
        self.folder = self.folder.resolve()
        self.database = self.folder / "data" / "profiles.db"
        self.started = []
        home = self.folder / "home"
        home.mkdir()
        self.environment = {
            "HOME": str(home),
            "HOTLENS_DB": str(self.database),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        for name in os.environ:
            if name.startswith(("ASAN_", "LSAN_", "TSAN_", "UBSAN_")):
                self.environment[name] = os.environ[name]

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def program(self, name, text):
        """A program that can import sampled(), older than any recording by more than a tick of the clock."""
        shutil.copy(pathlib.Path(__file__).with_name("sampled.py"), self.folder)
        path = self.write(name, text)
        for file in (path, self.folder / "sampled.py"):
            os.utime(file, (1, 1))
        return path

    def run(self, *argv, timeout=TIMEOUT, env=None, **options):
        """Runs a command to its end; text in, text out."""
        options.setdefault("stdin", subprocess.DEVNULL if "input" not in options else None)
        return subprocess.run([str(item) for item in argv], timeout=timeout, cwd=self.folder,
                              env={**self.environment, **(env or {})}, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              errors="surrogateescape",
                              **{key: value for key, value in options.items() if value is not None})

    def hotlens(self, *arguments, **options):
        return self.run(HOTLENS, *arguments, **options)

    def json(self, *arguments, **options):
        """What `hotlens ARGUMENTS` printed, read as JSON; it must have succeeded."""
        done = self.hotlens(*arguments, **options)
        assert done.returncode == 0, describe(done)
        return json.loads(done.stdout)

    def start(self, *argv, env=None, **options):
        options.setdefault("cwd", self.folder)
        process = subprocess.Popen([str(item) for item in argv],
                                   env={**self.environment, **(env or {})}, **options)
        self.started.append(process)
        return process

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def expect(condition, what, detail=""):
    if not condition:
        raise AssertionError(f"{what}\n{detail}")
    return True


def expect_equal(got, expected, what):
    return expect(got == expected, what, f"got      {got!r}\nexpected {expected!r}")


def record(box, *arguments, **options):
    return box.hotlens("record", "--py-spy", find_py_spy(), *arguments, **options)


def show(box, run="last"):
    return box.json("show", run, "--json")


def samples_of(shown, name, column="self"):
    """Samples of all functions whose qualified name is or ends in `name`."""
    return sum(row[column] for row in shown["functions"]
               if row["name"] == name or row["name"].endswith("." + name))


def is_alive(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in "ZX"


def processes_of(box):
    """Living processes whose environment names this test's folder: whatever came of it."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            environment = (entry / "environ").read_bytes()
            if os.fsencode(str(box.folder)) in environment and is_alive(int(entry.name)):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                found.append((int(entry.name), command.decode(errors="replace")))
        except OSError:
            continue
    return found


class Terminal:
    """A program in a pty and session of its own, as in a terminal window. Ends with its `with`."""

    def __init__(self, box, *argv, env=None):
        self.output = b""
        self.code = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(box.folder)
            argv = [str(item) for item in argv]
            os.execvpe(argv[0], argv, {**box.environment, "TERM": "xterm", **(env or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.hang_up()

    def hang_up(self):
        """Closes the window."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def read(self, seconds):
        """Takes what comes within that time; False at the end."""
        if self.fd < 0 or not select.select([self.fd], [], [], seconds)[0]:
            return self.fd >= 0
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # EIO: the other side is closed
            return False
        self.output += data
        return bool(data)

    def text(self):
        return self.output.decode(errors="replace").replace("\r\n", "\n")

    def expect(self, text, seconds=TIMEOUT):
        deadline = time.monotonic() + seconds
        while text not in self.text():
            alive = self.read(0.1)
            expect(text in self.text() or (alive and time.monotonic() < deadline),
                   f"never came: {text!r}", self.text())

    def send(self, data):
        os.write(self.fd, data)

    def wait(self, seconds=TIMEOUT):
        """The exit code as subprocess has it, with all output read."""
        deadline = time.monotonic() + seconds
        while self.code is None:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
            expect(self.code is not None or time.monotonic() < deadline, "did not end", self.text())
        while self.fd >= 0 and select.select([self.fd], [], [], 0.2)[0] and self.read(0):
            pass
        return self.code


def describe(done):
    """A finished command, for a failed assertion."""
    return f"{done.args}\nexit {done.returncode}\n{done.stdout}\n{done.stderr}"


def _run(function):
    box = Box(function.__name__)
    try:
        function(box)
        return "ok", "", ""
    except Skip as reason:
        return "ok", f" # SKIP {reason}", ""
    except Exception:  # whatever it was, it is this test's failure
        return "not ok", "", traceback.format_exc()
    finally:
        box.close()


def _restore_signals():
    """A job in the background, or under nohup, is started with some ignored, and so would be what it starts."""
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def main():
    """Runs the tests, or those named on the command line, and ends the program."""
    _restore_signals()
    chosen = [item for item in _tests if not sys.argv[1:] or item.__name__ in sys.argv[1:]]
    failed = False
    print(f"1..{len(chosen)}", flush=True)
    for number, function in enumerate(chosen, 1):
        result, directive, detail = _run(function)
        failed |= result != "ok"
        name = function.__name__.replace("_", " ")
        print(f"{result} {number} - {name}{directive}")
        for line in detail.splitlines():
            print(f"# {line}")
        sys.stdout.flush()
    sys.exit(1 if failed else 0)
