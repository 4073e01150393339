"""`hotlens top` with a real py-spy: its numbers against a program of known shares, keys in a real terminal, how
it ends, and what it says where nothing can be sampled. Numbers are compared as shares of samples, never by
time."""

import os
import pathlib
import re
import signal
import sys
import termios

from harness import (HOTLENS, Skip, Terminal, expect, expect_equal, find_py_spy, is_alive, main,
                     one_of_three, processes_of, samples_of, show, test, wait_until)
from screen import Screen

# Three times as much in three() as in one(); it goes on until it is stopped.
SPIN = """
import sys
def three():
    for i in range(300000):
        pass

def one():
    for i in range(100000):
        pass

def work():
    three()
    one()

print("first line", flush=True)
try:
    while True:
        work()
except KeyboardInterrupt:
    print("\\x1b[1mlast\\x1b[0m line", flush=True)
    sys.exit(3)
"""

# Two halves, told apart by a file: what is hot now is not what was hot before.
TURN = """
import os
import pathlib
def before():
    for i in range(100000):
        pass

def after():
    for i in range(100000):
        pass

while not os.path.exists("turn"):
    before()
while True:
    after()
"""
LEAVE = b"\x1b[?1049l"


def nothing_is_left(box):
    wait_until(lambda: not processes_of(box))
    spool = box.folder / "state" / "hotlens" / "spool"
    expect_equal(list(spool.iterdir()) if spool.exists() else [], [], "raw files")


class Top:
    """top on a screen, of a program or of a process that was started here."""

    def __init__(self, box, *arguments, columns=100, rows=20, env=None):
        self.terminal = Terminal(box, HOTLENS, "top", "--py-spy", find_py_spy(), *arguments, env=env)
        self.screen = Screen(self.terminal, columns, rows)

    def __enter__(self):
        return self.terminal, self.screen

    def __exit__(self, *arguments):
        self.terminal.__exit__(*arguments)


def started(box, text=SPIN, name="spin.py"):
    box.write(name, text)
    with open(box.folder / "printed", "wb") as printed:
        return box.start(sys.executable, name, stdout=printed)


def rows_of(screen):
    """name → (own now, total now) in percent, in the order of the table; "" is none."""
    found = {}
    for row in screen.rows[2:-1]:
        words = row.split()
        name = words[-2] if len(words) > 4 else ""
        if name:
            found[name] = (row[:7].strip(" %<>"), row[7:14].strip(" %<>"))
    return found


def share_of(rows, name, column=0):
    return float(rows.get(name, ("0", "0"))[column] or 0)


def samples(screen):
    found = re.search(r"([\d,]+) samples; now: ([\d,]+) sample", screen.rows[0])
    return tuple(int(number.replace(",", "")) for number in found.groups()) if found else (0, 0)


@test
def a_process_in_numbers_and_it_goes_on(box):
    process = started(box)

    def attempt():
        with Top(box, process.pid) as (terminal, screen):
            screen.wait_until(lambda: samples(screen)[0] >= 250, "windows")
            rows = rows_of(screen)
            all_samples, now = samples(screen)
            expect(f"process {process.pid}" in screen.rows[0], "which", screen.rows[0])
            expect("three  spin.py:3" in screen.text(), "function, file and line", screen.text())
            terminal.send(b"q")
            expect_equal(terminal.wait(), 0, terminal.text()[-800:])
            expect(f"process {process.pid} goes on" in terminal.text(), "said", terminal.text()[-800:])
        expect(0 < now < all_samples, "a window is a part", (now, all_samples))
        shown = show(box)
        stored = samples_of(shown, "three") / max(1, shown["run"]["samples"])
        expect(abs(share_of(rows, "work", 1) - 100) <= 5, "work is all", rows)
        return (64 <= share_of(rows, "three") <= 86 and 0.67 < stored < 0.83,
                (rows.get("three"), rows.get("one"), stored))
    one_of_three(attempt)
    expect(is_alive(process.pid), "the process goes on")
    process.kill()
    process.wait()
    nothing_is_left(box)


@test
def now_is_the_last_window_and_the_rest_since_the_start(box):
    process = started(box, TURN, "turn.py")
    with Top(box, process.pid) as (terminal, screen):
        screen.wait_until(lambda: samples(screen)[0] >= 200, "windows")
        expect(share_of(rows_of(screen), "before") > 90, "hot", screen.text())
        box.write("turn", "")
        screen.wait_until(lambda: share_of(rows_of(screen), "after") > 90
                          and rows_of(screen).get("before") == ("", ""), "what is hot now")
        expect(list(rows_of(screen))[0] == "after", "sorted by what is now", screen.text())
        before = [row for row in screen.rows if " before  " in row][0]
        expect(re.match(r"^ {14} +(≥ )?[1-9]", before), "but time since the start", before)
        screen.press(b"3", "own▼")
        terminal.send(b"q")
        terminal.wait()
        shown = show(box)
        expect(samples_of(shown, "before") >= 195, "all windows are in the run", shown["functions"][:3])
    process.kill()
    process.wait()
    nothing_is_left(box)


@test
def keys_sort_pause_and_scroll(box):
    process = started(box)
    with Top(box, process.pid) as (terminal, screen):
        screen.wait_until(lambda: samples(screen)[0] > 0, "a window")
        for keys, text in ((b"s", "%total▼"), (b"s", " own▼"), (b"s", " total▼"), (b"s", "%own▼"),
                           (b"4", " total▼"), (b"1", "%own▼"), (b"2", "%total▼")):
            screen.press(keys, text)
        screen.wait_until(lambda: list(rows_of(screen))[0] in ("work", "<module>"), "by total")
        screen.press(b"p", "PAUSED")
        paused = samples(screen)
        # Windows come, as the raw files of the recording tell, but the picture stays.
        spool = box.folder / "state" / "hotlens" / "spool"
        newest = max(spool.rglob("*.raw")).name
        wait_until(lambda: max(spool.rglob("*.raw"), default=spool / newest).name > newest)
        screen.press(b"s", " own▼", "PAUSED")
        expect_equal(samples(screen), paused, "the same numbers")
        screen.press(b"p")
        screen.wait_until(lambda: "PAUSED" not in screen.text() and samples(screen)[0] > paused[0],
                          "newer numbers")
        first = screen.rows[2]
        screen.resize(100, 5)
        screen.wait_until(lambda: screen.rows[-1].startswith("q quit") and screen.rows[2], "small")
        screen.press(b"j")
        screen.wait_until(lambda: screen.rows[2].split()[-2:] != first.split()[-2:], "the next row")
        screen.press(b"k")
        screen.wait_until(lambda: screen.rows[2].split()[-2:] == first.split()[-2:], "and back")
        for columns, rows in ((20, 5), (1, 1), (40, 10), (120, 40)):
            screen.resize(columns, rows)
            screen.wait_until(lambda: any(screen.rows) or columns == 1, "a picture")
        screen.wait_until(lambda: screen.rows[-1].startswith("q quit") and "three" in screen.text()
                          and "TOO LONG" not in screen.text(), "a whole picture")
        terminal.send(b"\x03")  # Ctrl+C is a key here
        expect_equal(terminal.wait(), 0, terminal.text()[-800:])
        expect(LEAVE in terminal.output, "the screen before is back")
        expect(termios.tcgetattr(terminal.fd)[3] & termios.ICANON, "lines again")
    expect(is_alive(process.pid), "the process goes on")
    process.kill()
    process.wait()
    nothing_is_left(box)


@test
def a_program_is_started_and_ended(box):
    box.write("spin.py", SPIN)
    with Top(box, "--", sys.executable, "spin.py") as (terminal, screen):
        screen.wait_until(lambda: samples(screen)[0] > 0, "a window")
        screen.wait_until(lambda: screen.rows[-2] == "> first line", "its last line")
        screen.wait_for("three  spin.py:3")
        on_screen = terminal.text()
        expect(on_screen.count("first line") == on_screen.count("> first line"), "nowhere else")
        terminal.send(b"q")
        expect_equal(terminal.wait(), 0, terminal.text()[-800:])
        after = terminal.text().rpartition("\x1b[?1049l")[2]
        expect("first line\n\x1b[1mlast\x1b[0m line\n" in after, "what it printed, as it printed it", after)
        expect("has ended with exit status 3" in after, "how it ended: by Ctrl+C", after)
        expect("Saved as run" in after, "and what is kept", after)
    nothing_is_left(box)


@test
def the_end_of_a_process_is_said(box):
    process = started(box)
    with Top(box, process.pid) as (terminal, screen):
        screen.wait_until(lambda: samples(screen)[0] > 0, "a window")
        process.kill()
        process.wait()
        expect_equal(terminal.wait(), 0, terminal.text()[-800:])
        expect(LEAVE in terminal.output, "the screen before is back")
        expect(f"process {process.pid} has ended" in terminal.text(), "said", terminal.text()[-800:])
    nothing_is_left(box)


@test
def signals_give_the_terminal_back(box):
    process = started(box)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        with Top(box, process.pid) as (terminal, screen):
            screen.wait_until(lambda: samples(screen)[0] > 0, "a window")
            os.kill(terminal.pid, number)
            expect_equal(terminal.wait(), 0, terminal.text()[-800:])
            expect(LEAVE in terminal.output, "the screen before is back", number)
            expect(termios.tcgetattr(terminal.fd)[3] & termios.ICANON, "lines again", number)
    process.kill()
    process.wait()
    nothing_is_left(box)


@test
def it_stops_and_goes_on(box):
    process = started(box)
    with Top(box, process.pid) as (terminal, screen):
        screen.wait_until(lambda: samples(screen)[0] > 0, "a window")
        for stop in (lambda: terminal.send(b"\x1a"), lambda: os.kill(terminal.pid, signal.SIGTSTP)):
            stop()
            wait_until(lambda: os.waitid(os.P_PID, terminal.pid,
                                         os.WSTOPPED | os.WNOHANG) is not None)
            screen.wait_until(lambda: not screen.is_ours, "the shell's screen")
            os.kill(terminal.pid, signal.SIGCONT)
            screen.wait_until(lambda: screen.is_ours, "ours again")
            at = samples(screen)[0]
            screen.wait_until(lambda at=at: samples(screen)[0] > at, "and it samples")
        terminal.send(b"q")
        expect_equal(terminal.wait(), 0, terminal.text()[-800:])
    process.kill()
    process.wait()
    nothing_is_left(box)


@test
def a_stopped_job_can_be_ended(box):
    """`bg` and `kill %1` let what is stopped go on in the background, where the terminal cannot be taken."""
    process = started(box)
    with Terminal(box, "bash", "--norc", "--noprofile", "-i", env={"PS1": "ready> "}) as terminal:
        terminal.expect("ready> ")
        terminal.send(f"{HOTLENS} top --py-spy {find_py_spy()} {process.pid}\n".encode())
        terminal.expect("; now: ")
        pid, = (pid for pid, command in processes_of(box) if "hotlens top" in command)
        terminal.send(b"\x1a")
        terminal.expect("Stopped")
        terminal.output = b""
        terminal.send(b"bg\n")
        terminal.expect("ready> ")
        terminal.send(b"fg\n")
        terminal.expect("; now: ")
        terminal.send(b"\x1a")
        terminal.expect("Stopped")
        terminal.output = b""
        terminal.send(b"kill %1\n")
        wait_until(lambda: terminal.read(0.1) and not is_alive(pid))
        terminal.send(b"\n")
        terminal.expect("Done")
        expect("%own" not in terminal.text(), "nothing is drawn on the shell's screen", terminal.text())
        expect("goes on" in terminal.text(), "the end is said", terminal.text())
    process.kill()
    process.wait()
    nothing_is_left(box)


@test
def a_flood_of_output_is_not_drawn_piece_by_piece(box):
    """64 MiB are at least a thousand pieces of the pipe's 64 KiB, and each picture sorts and draws all."""
    pieces = 1024
    box.write("flood.py", "import sys\n"
                          f"for i in range({pieces}):\n    sys.stdout.write(('x' * 63 + '\\n') * 1024)\n"
                          "print('over', flush=True)\nwhile True:\n    pass\n")
    with Top(box, "--", sys.executable, "flood.py") as (terminal, screen):
        screen.wait_for("> over")
        pictures = terminal.output.count(b"\x1b[H")
        print(f"# {pictures} pictures", flush=True)
        expect(pictures < pieces / 2, "pictures", pictures)
        terminal.send(b"q")
        terminal.wait()
    nothing_is_left(box)


@test
def lines_where_there_is_no_terminal(box):
    box.write("spin.py", SPIN)
    with open(box.folder / "lines", "wb") as lines, open(box.folder / "errors", "wb") as errors:
        top = box.start(HOTLENS, "top", "--py-spy", find_py_spy(), "--", sys.executable, "spin.py",
                        stdout=lines, stderr=errors)
        wait_until(lambda: (box.folder / "lines").read_text().count("samples; now") >= 2)
        top.send_signal(signal.SIGINT)
        expect_equal(top.wait(), 0, "exit code")
    text = (box.folder / "lines").read_text()
    said = (box.folder / "errors").read_text()
    expect("\x1b" not in text and "first line" not in text, "only the table", text)
    expect("first line" in said and "has ended with exit status 3" in said, "the rest elsewhere", said)
    table = text.split("\n\n")[1]
    expect(re.search(r"^ +[<>]?\d+%.* three  spin.py:3$", table, re.MULTILINE), "a table", table)
    nothing_is_left(box)


IMPORTS = """
import sys
print("importing", flush=True)
while True:
    sys.modules.pop("loaded", None)
    import loaded
"""
LOADED = """
import time
end = time.perf_counter() + 0.02
while time.perf_counter() < end:
    pass
"""


def table_of_lines(box, *options):
    """(name, place) → (own, total) in percent of a window with samples of a program that only imports.
    Not of the first one, which has the start of Python in it: more rows than a table has."""
    def tables():
        return [table for table in (box.folder / "lines").read_text().split("\n\n")
                if re.search(r"; now: [1-9][\d,]* sample", table)]

    with open(box.folder / "lines", "wb") as lines, open(box.folder / "errors", "wb") as errors:
        top = box.start(HOTLENS, "top", "--total", "--py-spy", find_py_spy(), *options, "--",
                        sys.executable, "-S", "imports.py", stdout=lines, stderr=errors)
        wait_until(lambda: len(tables()) > 1)
        top.send_signal(signal.SIGINT)
        top.wait()
    table = tables()[1]
    rows = re.findall(r"^ *([<>]?[\d.]*%?) +([<>]?[\d.]+%) .*?  (\S+)  (\S.*)$", table, re.MULTILINE)
    return table, {(name, place): (float(own.strip("<>%") or 0), float(total.strip("<>%")))
                   for own, total, name, place in rows}


@test
def the_machinery_of_import_is_its_callers(box):
    box.write("imports.py", IMPORTS)
    box.write("loaded.py", LOADED)
    table, rows = table_of_lines(box)
    expect({("<module>", "imports.py"), ("<module>", "loaded.py")} <= set(rows), "who imports what", table)
    expect("importlib" not in table, "and nothing between", table)
    expect(95 <= sum(own for own, _ in rows.values()) <= 105, "nothing is lost", table)
    table, rows = table_of_lines(box, "--all")
    machinery = rows.get(("_find_and_load", "<frozen importlib._bootstrap>"), (0, 0))
    expect(machinery[1] > 50, "the machinery, asked for", table)


@test
def a_reader_that_goes_away_ends_it(box):
    process = started(box)
    done = box.run("sh", "-c", f"'{HOTLENS}' top --py-spy '{find_py_spy()}' {process.pid} | head -1")
    expect("samples; now" in done.stdout, "the first line", done)
    expect(is_alive(process.pid), "the process goes on")
    process.kill()
    process.wait()
    nothing_is_left(box)


@test
def what_cannot_be_sampled_is_said(box):
    sleeping = box.start("sleep", "600")
    nobody = pathlib.Path("/proc/sys/kernel/pid_max").read_text().strip()  # the number after the last
    py_spy = ("--py-spy", find_py_spy())
    for code, text, arguments in (
            (2, "a PID, or -- and a program, is needed", ()),
            (2, "a PID, or -- and a program, is needed", ("--",)),
            (2, "PID is the number of a process, not 'foo'", ("foo",)),
            (2, "PID is the number of a process, not '99999999999999999999'", ("9" * 20,)),
            (2, "a PID or a program, not both", ("1", "--", "true")),
            (1, f"there is no process {nobody}", (*py_spy, nobody)),
            (1, "is not a Python process that py-spy recognizes", (*py_spy, sleeping.pid)),
            (1, "the py-spy that was asked for does not exist", ("--py-spy", "/nowhere", "1")),
            (127, "no such program: nowhere", (*py_spy, "--", "nowhere")),
            (1, "so nothing was saved", (*py_spy, "--", "true")),
    ):
        done = box.hotlens("top", *arguments)
        expect_equal((done.returncode, text in done.stderr), (code, True), (arguments, done.stderr))
        with Terminal(box, HOTLENS, "top", *arguments) as terminal:
            expect_equal(terminal.wait(), code, (arguments, terminal.text()))
            expect(text in terminal.text().rpartition("\x1b[?1049l")[2], "in a terminal too",
                   terminal.text())
    sleeping.kill()
    sleeping.wait()
    nothing_is_left(box)


@test
def what_may_not_be_traced_is_explained(box):
    if os.geteuid() != 0:
        raise Skip("only root can become another user")
    process = started(box)
    for folder, _, files in os.walk(box.folder):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            os.chown(path, 65534, 65534)
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if box.run(*become, HOTLENS, "--version").returncode != 0:
        raise Skip("another user cannot run hotlens here")
    done = box.run(*become, HOTLENS, "top", "--py-spy", find_py_spy(), process.pid)
    expect_equal(done.returncode, 1, done)
    expect(str(process.pid) in done.stderr and re.search("root|another user|sudo", done.stderr),
           "whose it is, and what to do", done.stderr)
    expect(is_alive(process.pid), "the process goes on")
    process.kill()
    process.wait()


main()
