"""Wrong input and bad luck: a clear sentence, the right exit code, nothing lost, nothing left behind.

The tables are rows of what is typed and what has to be said."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys

from harness import (HOTLENS, SOURCE, Skip, Terminal, describe, expect, expect_equal, find_py_spy,
                     main, processes_of, record, test, wait_until)

FAKE = SOURCE / "tests" / "fake" / "py-spy"
RAW = "<module> (a.py:1);work (a.py:3) 70\n<module> (a.py:1) 30\n"
BUSY = "from sampled import sampled\nwhile not sampled():\n    sum(range(1000))\n"
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

# Arguments, exit code, what the first line on standard error has to contain.
WRONG = [
    ("nope", 2, "no command 'nope'"),
    ("record", 2, "a program to run, or --pid, is needed"),
    ("record --rate 0 -- true", 2, "--rate takes a whole number from 1"),
    ("record --rate 1e9 -- true", 2, "--rate takes a whole number"),
    ("record --rate abc -- true", 2, "not 'abc'"),
    ("record --rate -1 -- true", 2, "not '-1'"),
    ("record --rate", 2, "--rate needs a value"),
    ("record --duration 0 -- true", 2, "--duration takes"),
    ("record --pid 0", 2, "--pid takes"),
    ("record --pid -1", 2, "--pid takes"),
    ("record --pid text", 2, "--pid takes"),
    ("record --pid 1 -- true", 2, "not both"),
    ("record --sampler magic -- true", 2, "not 'magic'"),
    ("record --idle --gil -- true", 2, "exclude each other"),
    ("record --label 3 -- true", 1, "the label 3"),
    ("record --label= -- true", 2, "--label cannot be empty"),
    ("record --cwd /nonexistent -- true", 1, "no folder /nonexistent"),
    ("record --workspace /nonexistent -- true", 1, "no folder /nonexistent"),
    ("record --pid 2147483646", 1, "no process 2147483646"),
    ("record -- nonexistent", 127, "no such program: nonexistent"),
    ("record -- ./nonexistent", 127, "no such program"),
    ("record -- ./plain.txt", 126, "not an executable program"),
    ("record -- ./folder", 126, "not an executable program"),
    ("record --sampler launch -- ./nonexistent", 127, "no such program"),
    ("record --py-spy /nonexistent -- true", 1, "does not exist: /nonexistent"),
    ("record --py-spy ./plain.txt -- true", 1, "is not an executable file"),
    ("import", 2, "FILE is missing"),
    ("import --rate 0 good.raw", 2, "a number above 0"),
    ("import --rate 0x10 good.raw", 2, "not '0x10'"),
    ("import --rate nan good.raw", 2, "not 'nan'"),
    ("import missing.raw", 1, "missing.raw: No such file"),
    ("import folder", 1, "is a folder"),
    ("import plain.txt", 1, "not a raw profile"),
    ("import source.py", 1, "2 of 3 lines do not end in a count"),
    ("import /dev/null", 1, "there are no samples in it"),
    ("import zero.raw", 1, "there are no samples in it"),
    ("import binary", 1, "not a raw profile"),
    ("import packed.gz", 1, "gzip-compressed"),
    ("show", 1, "no runs yet"),
    ("show one two", 2, "'two' is one too many"),
    ("show --json --lines x", 2, "only one of"),
    ("show --limit 0", 2, "--limit takes"),
    ("show --db=", 2, "--db cannot be empty"),
    ("flame --nope", 2, "no option --nope"),
    ("flame --json=yes", 2, "--json takes no value"),
    ("export", 2, "RUN is missing"),
    ("export last --format png", 2, "no format 'png'"),
    ("label last x", 1, "no runs yet"),
    ("label last", 2, "a LABEL or --remove"),
    ("pin", 2, "RUN is missing"),
    ("rm last", 1, "no runs yet"),
    ("purge", 2, "either --workspace FOLDER or --all"),
    ("purge --all", 1, "nothing was deleted: there is no terminal"),
    ("purge --yes --workspace=", 2, "--workspace cannot be empty"),
    ("exec", 2, "a program is missing"),
]


def fill(box):
    """The folder that the rows of WRONG speak of."""
    box.write("good.raw", RAW)
    box.write("plain.txt", "hello\nworld\n")
    box.write("source.py", "def f():\n    pass\nx = 1\n")
    box.write("zero.raw", "f (a.py:1) 0\n")
    box.write("binary", bytes(range(256)) * 50)
    box.write("packed.gz", b"\x1f\x8b\x08\x00" + bytes(60))
    (box.folder / "folder").mkdir()


def failed(done, code, text):
    expect_equal(done.returncode, code, describe(done))
    expect(text in done.stderr, f"says {text!r}", describe(done))
    expect("Sanitizer" not in done.stderr and "runtime error" not in done.stderr, "sound",
           describe(done))
    return done


def with_run(box):
    fill(box)
    box.json("import", "--rate", "100", "--json", "good.raw")
    return box


def root_only():
    if os.geteuid() != 0:
        raise Skip("only root can act as another user and mount")


@test
def every_wrong_argument_is_explained(box):
    fill(box)
    spy = find_py_spy()
    for line, code, text in WRONG:
        words = line.split()
        if words[:1] == ["record"] and "--py-spy" not in words:
            words[1:1] = ["--py-spy", spy]
        done = failed(box.hotlens(*words), code, text)
        expect(not done.stdout, "nothing on standard output", describe(done))
    expect(not box.database.exists(), "nothing of this makes a database")
    expect_equal(processes_of(box), [], "no process is left")


@test
def runs_that_are_not_there_are_named(box):
    with_run(box)
    for name, text in (("nope", "no run nope"), ("9", "no run 9; the newest is 1"), ("", "no run ''"),
                       ("last~7", "no run last~7; there is 1"), ("9" * 30, "no run 9"),
                       ("last~", "no run last~")):
        failed(box.hotlens("show", "--", name), 1, text)
    failed(box.hotlens("show", "--lines", "no.py"), 1, "no file of this run matches 'no.py'")
    failed(box.hotlens("show", "--callers", "no"), 1, "no function 'no'")


@test
def labels_are_checked(box):
    with_run(box)
    for label, text in (("", "cannot be empty"), ("7", "a run's number"), ("last", "newest runs"),
                        ("x" * 300, "at most"), (b"\xff", "UTF-8")):
        failed(box.hotlens("label", "last", os.fsdecode(label)), 1, text)
    box.hotlens("label", "last", "a\x1b[31mb\n")
    listed = box.hotlens("runs").stdout
    expect("\x1b" not in listed and "a\\x1b[31mb\\n" in listed, "no control characters", listed)


@test
def a_closed_or_full_standard_stream_is_noticed(box):
    with_run(box)
    for words in (["runs"], ["show"], ["show", "--json"], ["flame"], ["flame", "--json"],
                  ["export", "1"], ["doctor"], ["--help"], ["show", "--help"], ["--version"],
                  ["import", "--json", "good.raw"]):
        line = " ".join([HOTLENS] + words)
        for redirection in (">&-", ">/dev/full"):
            done = box.run("sh", "-c", f"{line} {redirection}")
            failed(done, 1, "standard output cannot be written")
    failed(box.run("sh", "-c", f"{HOTLENS} import - <&-"), 1, "cannot read standard input")
    done = box.run("sh", "-c", f"{HOTLENS} record --py-spy {find_py_spy()} -q -- "
                               f"{sys.executable} -c 'print(1)' >&- <&-")
    expect_equal(done.returncode, 0, describe(done))


@test
def a_partial_import_keeps_what_is_whole(box):
    box.write("cut.raw", RAW + "<module> (a.py:1);wor")
    done = box.hotlens("import", "cut.raw")
    expect_equal(done.returncode, 0, describe(done))
    expect("100 samples" in done.stdout and "middle of a record" in done.stdout, "said",
           describe(done))
    os.mkfifo(box.folder / "fifo")
    writer = box.start("sh", "-c", "cat cut.raw > fifo")
    expect_equal(box.json("import", "--json", "fifo")["samples"], 100, "through a FIFO")
    writer.wait()


def database_rows(box):
    good = box.database.read_bytes()
    box.write("text.db", "some text that is no database " * 40)
    box.write("cut.db", good[:20000])
    box.write("damaged.db", good[:4096] + b"Z" * (len(good) - 4096))
    with contextlib.closing(sqlite3.connect(box.folder / "foreign.db")) as other, other:
        other.execute("CREATE TABLE t (x)")
    shutil.copy(box.database, box.folder / "newer.db")
    with contextlib.closing(sqlite3.connect(box.folder / "newer.db")) as newer, newer:
        newer.execute("PRAGMA user_version = 99")
    return [("folder", "it is a folder"), ("/dev/null", "it is not a file"),
            ("text.db", "file is not a database"), ("cut.db", "malformed"),
            ("foreign.db", "a database of another program"), ("damaged.db", "malformed"),
            ("newer.db", "written by a newer hotlens"), ("/proc/x.db", "cannot make the database")]


@test
def databases_that_cannot_be_used_are_left_as_they_are(box):
    with_run(box)
    for name, text in database_rows(box):
        path = box.folder / name
        before = path.read_bytes() if path.is_file() else None
        failed(box.hotlens("import", "--db", name, "good.raw"), 1, text)
        expect(before is None or path.read_bytes() == before, f"{name} is untouched")
    expect_equal(box.hotlens("runs", "--db", "newer.db").returncode, 0, "a newer one can be read")


@test
def a_locked_database_can_be_read_and_says_so_for_writing(box):
    with_run(box)
    with contextlib.closing(sqlite3.connect(box.database, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        failed(box.hotlens("label", "last", "x"), 1, "Another program has it locked")
        expect_equal(box.hotlens("show").returncode, 0, "readers are not kept out")
    expect_equal(box.hotlens("label", "last", "x").returncode, 0, "afterwards")


def open_to_nobody(box):
    """Lets the other user reach the program under test and the folder of the test."""
    root_only()
    box.folder.chmod(0o755)
    reach = subprocess.run(NOBODY + [HOTLENS, "--version"], capture_output=True, check=False)
    if reach.returncode != 0:
        raise Skip("the program under test is in a folder that others may not enter")
    return {"HOME": "/nonexistent", "XDG_STATE_HOME": "/nonexistent/state"}


@test
def another_users_database_is_read_only_or_refused(box):
    environment = open_to_nobody(with_run(box))
    box.write("good.raw", RAW).chmod(0o644)
    box.database.parent.chmod(0o755)
    done = box.run(*NOBODY, HOTLENS, "runs", env=environment)
    failed(done, 1, "Permission denied")
    box.database.chmod(0o644)
    expect_equal(box.run(*NOBODY, HOTLENS, "runs", env=environment).returncode, 0, "can be read")
    failed(box.run(*NOBODY, HOTLENS, "rm", "1", env=environment), 1, "can only be read")


@test
def a_process_that_cannot_be_sampled_is_given_up(box):
    other = box.start("sleep", "100")
    failed(record(box, "--pid", str(other.pid)), 1, "is not a Python process")
    expect(other.poll() is None, "it goes on")


@test
def a_process_that_ends_just_then_is_not_said_to_be_no_python(box):
    """py-spy finds no interpreter in a process that is about to end."""
    other = box.start("sleep", "100")
    py_spy = box.write("py-spy", f"""#!/bin/sh
case "$*" in *record*) ;; *) echo "py-spy 0.4.3"; exit;; esac
(while kill -0 $$; do :; done; kill -9 {other.pid}) </dev/null >/dev/null 2>&1 &
echo "Error: Failed to find python version from target process" >&2
exit 1
""")
    py_spy.chmod(0o755)
    failed(box.hotlens("record", "--py-spy", str(py_spy), "--pid", str(other.pid)), 1,
           "does not exist, or ended before py-spy was attached")


@test
def another_users_process_is_refused_as_such(box):
    environment = {**open_to_nobody(box), "HOME": "/tmp",
                   "XDG_STATE_HOME": str(box.folder / "nobody"),
                   "HOTLENS_DB": str(box.folder / "nobody" / "x.db")}
    (box.folder / "nobody").mkdir()
    os.chown(box.folder / "nobody", 65534, 65534)
    spy = find_py_spy()
    if subprocess.run(NOBODY + [spy, "--version"], capture_output=True, check=False).returncode:
        raise Skip("py-spy is in a folder that others may not enter")
    busy = box.start(sys.executable, "-c", "while True: pass")
    done = box.run(*NOBODY, HOTLENS, "record", "--py-spy", spy, "--pid", str(busy.pid),
                   env=environment)
    failed(done, 1, "not allowed to read process")


@contextlib.contextmanager
def small_disk(box, size):
    root_only()
    folder = box.folder / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
                      capture_output=True, check=False).returncode != 0:
        raise Skip("nothing can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@test
def a_full_disk_loses_nothing(box):
    with_run(box)
    big = "".join(f"<module> (a.py:1);f{i} (a{i}.py:{i}) 1\n" for i in range(20000))
    box.write("big.raw", big)
    with small_disk(box, "200k") as disk:
        shutil.copy(box.database, disk / "x.db")
        failed(box.hotlens("import", "--db", disk / "x.db", "big.raw"), 1, "full")
        expect_equal(len(box.json("runs", "--json", "--db", disk / "x.db")["runs"]), 1, "as before")
        box.hotlens("export", "1", "-o", disk / "out.raw")
        with contextlib.suppress(OSError), open(disk / "fill", "wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        before = (disk / "out.raw").read_bytes()
        failed(box.hotlens("export", "1", "-o", disk / "out.raw"), 1, "No space left")
        expect_equal((disk / "out.raw").read_bytes(), before, "no half export")
        expect(not list(disk.glob("out.raw.*")), "no scrap is left")
        done = record(box, "--", sys.executable, "-c", "pass", env={"XDG_STATE_HOME": str(disk)})
        failed(done, 1, "No space left")


def fill_disk(disk):
    with contextlib.suppress(OSError), open(disk / "fill", "wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    with contextlib.suppress(OSError), open(disk / "fill2", "wb", buffering=0) as file:
        while file.write(b"x"):
            pass


KILLED_WRITER = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("PRAGMA journal_mode = WAL")
db.execute("UPDATE run SET label = 'from the log' WHERE id = 1")
db.commit()
os.kill(os.getpid(), 9)
"""


def lists_from_a_full_disk(box, disk, label):
    database = disk / "x.db"
    before = database.read_bytes()
    runs = box.json("runs", "--json", "--db", database)["runs"]
    expect_equal([run["label"] for run in runs], [label], "listed, with what is in the log")
    expect_equal(box.hotlens("show", "--db", database).returncode, 0, "and shown")
    failed(box.hotlens("label", "last", "x", "--db", database), 1, "full")
    expect_equal(database.read_bytes(), before, "nothing is written")
    expect("its disk is full" in box.hotlens("doctor", "--db", database).stdout, "doctor says why")


@test
def runs_of_a_full_disk_can_be_listed(box):
    with_run(box)
    with small_disk(box, "400k") as disk:
        shutil.copy(box.database, disk / "x.db")
        fill_disk(disk)
        lists_from_a_full_disk(box, disk, None)
        (disk / "fill").unlink()
        (disk / "x.db-shm").unlink(missing_ok=True)
        box.run(sys.executable, "-c", KILLED_WRITER, str(disk / "x.db"))
        (disk / "x.db-shm").unlink()
        expect((disk / "x.db-wal").stat().st_size > 0, "there is a log")
        fill_disk(disk)
        lists_from_a_full_disk(box, disk, "from the log")
        (disk / "fill").unlink()
        expect_equal(box.hotlens("label", "last", "x", "--db", disk / "x.db").returncode, 0,
                     "with room it can be written again")


@test
def a_run_that_cannot_be_saved_is_recovered_later(box):
    folder = box.folder / "gone"
    box.program("work.py", f"import os\nos.rename({str(folder)!r}, {str(folder)!r} + '2')\n"
                           f"open({str(folder)!r}, 'w').close()\n" + BUSY)
    folder.mkdir()
    environment = {"HOTLENS_DB": str(folder / "x.db")}
    done = record(box, "--", sys.executable, "work.py", env=environment)
    expect_equal(done.returncode, 0, describe(done))
    expect("the samples are kept in" in done.stderr, "said", describe(done))
    folder.unlink()
    done = box.hotlens("runs", env=environment)
    expect("recovered an interrupted recording" in done.stderr, "recovered", describe(done))
    expect("[recovered]" in done.stdout, "listed", describe(done))
    expect("recovered" not in box.hotlens("runs", env=environment).stderr, "only once")


@test
def a_spool_that_cannot_be_read_now_stays(box):
    """It is read when it can be: without rights, or descriptors, that is another time."""
    environment = open_to_nobody(box)
    spool = box.folder / "nobody" / "hotlens" / "spool" / "11111111-2222-4333-8444-555555555555"
    spool.mkdir(parents=True)
    for name, text in (("lock", ""), ("0000.raw", "f (a.py:1) 3\n"), ("0001.raw", "f (a.py:1) 4\n"),
                       ("manifest", f"hotlens-spool 1\ndatabase={box.folder}/nobody/mine.db\n")):
        (spool / name).write_text(text)
    for path in (*spool.iterdir(), spool, *list(spool.parents)[:3]):
        os.chown(path, 65534, 65534)
        path.chmod(0o700 if path.is_dir() else 0o600)
    environment |= {"XDG_STATE_HOME": str(box.folder / "nobody"), "HOTLENS_DB": f"{box.folder}/nobody/mine.db"}

    def runs(**more):
        return box.run(*NOBODY, HOTLENS, "runs", env={**environment, **more})
    for name in ("manifest", "0001.raw"):
        (spool / name).chmod(0)
        done = runs()
        expect((spool / "0000.raw").exists(), f"without {name} it stays", describe(done))
        expect(name == "manifest" or "Permission denied" in done.stderr, "and it is said", describe(done))
        (spool / name).chmod(0o600)
    expect("recovered" not in runs(HOTLENS_DB=f"{box.folder}/nobody/other.db").stderr, "it is for one database")
    done = runs()
    expect("7  recovered recording [recovered]" in done.stdout, "recovered, whole", describe(done))
    expect(not spool.exists(), "and gone")


@test
def samples_that_are_gone_are_not_said_to_be_kept(box):
    """The program removes the spool after a window or two, and the database's folder is a file then."""
    folder = box.folder / "gone"
    folder.mkdir()
    spool = box.folder / "state" / "hotlens" / "spool"
    box.program("work.py", f"import glob, os, shutil\nwhile not glob.glob('{spool}/*/0002.raw'):\n"
                           f"    sum(range(500))\nwhile os.path.exists({str(spool)!r}):\n"
                           f"    shutil.rmtree({str(spool)!r}, ignore_errors=True)\n"  # somebody writes there
                           f"os.rename({str(folder)!r}, {str(folder)!r} + '2')\n"
                           f"open({str(folder)!r}, 'w').close()\n")
    done = record(box, "--", sys.executable, "work.py", env={"HOTLENS_DB": str(folder / "x.db")})
    expect("the samples are lost" in done.stderr, "said", describe(done))
    expect("are kept" not in done.stderr, "and nothing else", describe(done))


@test
def doctor_finds_what_cannot_be_written(box):
    """As a recording would: where nothing is yet, the nearest folder decides."""
    box.write("file", "")
    state, database = str(box.folder / "file" / "state"), str(box.folder / "file" / "data" / "x.db")
    done = box.hotlens("doctor", "--db", database)
    expect_equal(done.returncode, 1, describe(done))
    expect(re.search("^problem +database .*cannot be written: Not a directory\n .*--db", done.stdout, re.M),
           "the database, and what helps", describe(done))
    done = box.hotlens("doctor", env={"XDG_STATE_HOME": state})
    expect(re.search("^problem +spool .*\n .*XDG_STATE_HOME", done.stdout, re.M), "the spool", describe(done))
    done = box.hotlens("record", "--", "true", env={"XDG_STATE_HOME": state})
    failed(done, 1, "XDG_STATE_HOME")
    new = str(box.folder / "not" / "yet")
    done = box.hotlens("doctor", "--db", new + "/x.db", env={"XDG_STATE_HOME": new})
    expect(not re.search("^problem +(database|spool)", done.stdout, re.M), "what can be made is fine",
           describe(done))


@test
def a_sampler_that_misbehaves_does_not_harm_the_program(box):
    # As long as it takes on a busy machine, where the sampler takes longer too.
    box.write("work.py", "import time\nwhile time.process_time() < 0.6:\n    sum(range(1000))\n"
                         "raise SystemExit(3)\n")
    for mode, text in (("mute", "ended before py-spy was attached"), ("exit", "py-spy failed"),
                       ("content", "py-spy failed"),
                       ("deny", "not allowed to read"), ("never", "is not a Python process"),
                       ("panic", "py-spy crashed"), ("partial", "a part was not sampled"),
                       ("missing", "nothing was saved"), ("flood", "Saved as run")):
        done = box.hotlens("record", "--py-spy", FAKE, "--sampler", "attach", "--grace", "1", "--",
                           sys.executable, "work.py", env={"FAKE_PY_SPY": mode})
        failed(done, 3, text)
    wait_until(lambda: not processes_of(box))


@test
def programs_that_do_odd_things_keep_their_exit_status(box):
    busy = "import os, sys\n" + BUSY
    for code, ending in ((7, "os.close(0); os.close(1); os.close(2); os._exit(7)"),
                         (4, "os.execv('/bin/sh', ['sh', '-c', 'exit 4'])"),
                         (5, "os.chdir('/'); os.unlink(os.path.abspath(sys.argv[0])) "
                             "if os.path.exists(sys.argv[0]) else None; sys.exit(5)"),
                         (128 + signal.SIGKILL, "os.kill(os.getpid(), 9)")):
        box.program("odd.py", busy + ending + "\n")
        done = record(box, "--", sys.executable, "odd.py")
        expect_equal(done.returncode, code, describe(done))
        expect("Saved as run" in done.stderr, "saved", describe(done))
    done = record(box, "-q", "--", sys.executable, "-c", "import sys; print(sys.stdin.read() * 9000)",
                  input="hello" * 50)
    expect_equal(len(done.stdout), 250 * 9000 + 1, "standard input and output are the program's")


@test
def a_database_that_is_not_there_is_named(box):
    for words in (["runs", "--db", "typo.db"], ["runs", "--db", "no/such/folder.db"]):
        expect_equal(box.hotlens(*words).stdout,
                     f"No runs yet in {words[2]}. Record one with: hotlens record -- python PROGRAM\n", "says so")
    expect("No runs yet. Record" in box.hotlens("runs").stdout, "the usual one needs no name")
    expect_equal(list(box.folder.glob("**/*.db")), [], "reading makes none")


@test
def a_dumb_terminal_is_not_drawn_on(box):
    box.write("good.raw", RAW)
    box.hotlens("import", "good.raw")
    with Terminal(box, HOTLENS, "flame", "--interactive", env={"TERM": "dumb"}) as terminal:
        expect_equal(terminal.wait(), 2, "its exit code")
        expect("TERM is not dumb" in terminal.text() and "\x1b" not in terminal.text(), "says so",
               terminal.text())


@test
def odd_names_are_shown_in_aligned_columns(box):
    folder = box.folder / "we ird;\"q'\n日本"
    folder.mkdir()
    path = folder / "prög 🎉.py"
    path.write_text("def 計算():\n\tsum(range(9999999))\n計算()\n" * 3)
    done = record(box, "--", sys.executable, path, os.fsdecode(b"a\xffb"), "x\u202ey")
    expect_equal(done.returncode, 0, describe(done))
    expect("\u202e" not in done.stderr, "no direction marks reach the terminal", describe(done))
    shown = box.hotlens("show").stdout
    expect("計算" in shown and "--lines 'we ird;" in shown, "shown, and quoted", shown)
    expect("sum(range" in box.hotlens("show", "--lines", "prög 🎉.py").stdout, "its source")
    expect_equal(box.hotlens("runs", env={"LANG": "C", "LC_ALL": "C", "TZ": "No/Where"}).returncode, 0,
                 "in any locale")


@test
def what_py_spy_cannot_name_is_not_lost(box):
    box.write("empty.raw", RAW + " 25\n")
    box.hotlens("import", "--rate", "100", "empty.raw")
    row = [line for line in box.hotlens("show").stdout.splitlines() if "(no Python frames)" in line]
    expect(len(row) == 1 and "0.25 s" in row[0], "its own row", row)


@test
def tables_fit_a_terminal_of_80_columns(box):
    long = "/srv/" + "very_long_folder/" * 8 + "file.py"
    box.write("long.raw", "".join(
        f"{'A_long_class' * 4}.m{i} ({long}:{i});日本語の長い関数名{'計' * 30}{i} ({long}:{i}) 60\n"
        for i in range(1, 9)))
    box.hotlens("import", "--rate", "100", "--title", "t" * 200, "long.raw")
    for words in (["runs"], ["show"], ["flame"], ["show", "--callers", "A_long_class" * 4 + ".m1"]):
        with Terminal(box, "sh", "-c", f"stty cols 80; exec {HOTLENS} {' '.join(words)}",
                      env={"NO_COLOR": "1"}) as terminal:
            expect_equal(terminal.wait(), 0, terminal.text())
            for line in terminal.text().splitlines():
                expect(columns(line) <= 80, f"fits: {words}", line)
            expect("file.py" in terminal.text() or words in (["runs"], ["flame"]), "the end is kept",
                   terminal.text())
            expect("\x1b" not in terminal.text(), "NO_COLOR", terminal.text())
    expect(long in box.hotlens("show").stdout, "a file gets whole paths")


def columns(text):
    """Terminal columns, for the characters of this test."""
    return sum(2 if 0x2E80 <= ord(character) < 0xFF00 else 1 for character in text)


@test
def a_missing_py_spy_is_offered_and_can_be_declined(box):
    shutil.copy(HOTLENS, box.folder / "hotlens")
    environment = {"PATH": "/usr/bin:/bin", "HOTLENS_LOG": "error"}
    if shutil.which("py-spy", path=environment["PATH"]):
        raise Skip("py-spy belongs to this system")
    if not pathlib.Path("/usr/bin/python3").exists():
        raise Skip("no python3 in /usr/bin")
    words = [box.folder / "hotlens", "record", "--", "/usr/bin/python3", "-c", "pass"]
    failed(box.run(*words, env=environment), 1, "--install-py-spy")
    with Terminal(box, *words, env=environment) as terminal:
        terminal.expect("Install it now? [y/N]")
        terminal.send(b"n\r")
        expect_equal(terminal.wait(), 1, terminal.text())
        expect("py-spy is needed for a recording" in terminal.text(), "said", terminal.text())


@test
def two_recordings_at_once_are_two_runs(box):
    box.program("work.py", BUSY)
    both = [box.start(HOTLENS, "record", "-q", "--py-spy", find_py_spy(), "--", sys.executable,
                      "work.py") for _ in range(2)]
    expect_equal([process.wait() for process in both], [0, 0], "both end")
    expect_equal(len(box.json("runs", "--json")["runs"]), 2, "both are saved")


main()
