"""`hotlens flame --interactive` in a terminal: every key, signals, small windows, hostile names."""

import fcntl
import os
import re
import signal
import struct
import termios

from harness import HOTLENS, Terminal, expect, expect_equal, main, test, wait_until

STACKS = ("<module> (a.py:9);train (a.py:1);step (a.py:2) 60\n"
          "<module> (a.py:9);train (a.py:1) 10\n"
          "<module> (a.py:9);load (b.py:1);step (a.py:2) 30\n")
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def started(box, stacks=STACKS, env=None):
    box.hotlens("import", box.write("p.raw", stacks), "--rate", "100")
    terminal = Terminal(box, HOTLENS, "flame", "last", "--interactive", env=env)
    resize(terminal, 100, 24)
    terminal.expect("[flame]")
    return terminal


def press(terminal, keys, text):
    """The screen is drawn anew after each key; `text` has to come."""
    terminal.output = b""
    terminal.send(keys)
    terminal.expect(text)


def ends_well(terminal, code):
    expect_equal(terminal.wait(), code, "exit code")
    expect(terminal.output.rfind(LEAVE) >= 0, "the screen before is back", terminal.text()[-200:])


@test
def every_key_does_what_the_help_says(box):
    with started(box) as terminal:
        expect(ENTER in terminal.output, "the whole screen", terminal.text())
        for keys, text in ((b"j", "<module>  a.py"), (DOWN, "train  a.py"), (b"l", "load  b.py"),
                           (LEFT, "train  a.py"), (b"\r", "train  a.py"), (DOWN, "step  a.py"),
                           (b"k", "train  a.py"), (b"\x1b", "train  a.py"), (b"u", "<module>  a.py"),
                           (b"i", "[inverted]"), (b"i", "[flame]"), (DOWN, "<module>  a.py"),
                           (DOWN, "train  a.py"), (DOWN, "step  a.py"), (b"s", "[what it calls]"),
                           (b"\x7f", "[flame]"), (b"?", "any key goes back"), (b"x", "[flame]")):
            press(terminal, keys, text)
        press(terminal, b"0", "1.00 s")
        press(terminal, b"/", "/")
        press(terminal, b"stx\x7fe\xc3\xa9\x7f" + RIGHT + b"\r", "/ste: 90 samples, 90%")
        press(terminal, b"n", "step  a.py")
        press(terminal, b"N", "step  a.py")
        press(terminal, b"\x1b[<0;90;3M", "load  b.py")  # a click, where loading is drawn
        terminal.send(b"q")
        ends_well(terminal, 0)


@test
def signals_give_the_terminal_back(box):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        with started(box) as terminal:
            before = termios.tcgetattr(terminal.fd)
            expect(not before[3] & termios.ICANON, "keys come at once", before)
            os.kill(terminal.pid, number)
            ends_well(terminal, -number)
            expect(termios.tcgetattr(terminal.fd)[3] & termios.ICANON, "lines again", number)


@test
def it_stops_and_goes_on(box):
    with started(box) as terminal:
        for stop in (lambda: terminal.send(b"\x1a"), lambda: os.kill(terminal.pid, signal.SIGTSTP)):
            terminal.output = b""
            stop()
            wait_until(lambda: os.waitid(os.P_PID, terminal.pid,
                                         os.WSTOPPED | os.WNOHANG) is not None)
            terminal.expect("\x1b[?1049l")
            terminal.output = b""
            os.kill(terminal.pid, signal.SIGCONT)
            terminal.expect("[flame]")
            expect(ENTER in terminal.output, "it takes the screen again", terminal.text())
        press(terminal, b"j", "<module>  a.py")
        terminal.send(b"\x03")
        ends_well(terminal, 0)


@test
def any_size_will_do(box):
    with started(box) as terminal:
        for columns, rows in ((1, 1), (20, 2), (3, 3), (300, 60), (100, 24)):
            terminal.output = b""
            resize(terminal, columns, rows)
            terminal.expect("\x1b[H")
            press(terminal, b"?", "\x1b[2J")
            help_ = terminal.text().rpartition("\x1b[2J")[2]
            expect(help_.count("\n") < rows, "no more lines than there are", help_)
            press(terminal, b"x", "\x1b[H")
        terminal.send(b"q")
        ends_well(terminal, 0)


@test
def names_give_no_orders(box):
    hostile = "a\x1b]0;owned\x07\x9b2J\u202eb"
    stacks = f"<module> (a.py:1);{hostile} ({hostile}.py:2) 5\n"
    with started(box, stacks) as terminal:
        press(terminal, b"jj", "a\\x1b]0  50 ms")
        terminal.send(b"q")
        ends_well(terminal, 0)
        rest = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", terminal.output)
        expect(b"\x1b" not in rest and b"\x07" not in rest and "\u202e".encode() not in rest,
               "only what we draw", rest)


@test
def deep_stacks_scroll(box):
    stacks = ";".join(f"f{depth} (a.py:{depth})" for depth in range(1, 4001)) + " 7\n"
    with started(box, stacks) as terminal:
        press(terminal, b"j" * 200, "f200  a.py")
        terminal.send(b"q")
        ends_well(terminal, 0)


@test
def colours_are_those_of_the_terminal(box):
    for env, wanted, unwanted in (({"COLORTERM": "truecolor"}, b";2;", None),
                                  ({"TERM": "xterm-256color"}, b";5;", b";2;"),
                                  ({"NO_COLOR": "1"}, b"", b";5;")):
        with started(box, env=env) as terminal:
            expect(wanted in terminal.output, "these colours", (env, terminal.output[:500]))
            expect(unwanted is None or unwanted not in terminal.output, "no others", env)
            terminal.send(b"q")
            ends_well(terminal, 0)


main()
