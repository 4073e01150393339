"""`hotlens flame --interactive` in a terminal: every key, signals, small windows, hostile names."""

import json
import os
import re
import signal
import termios
import time
from random import Random

from harness import (HOTLENS, SOURCE, Terminal, expect, expect_equal, is_alive, main, processes_of, test,
                     wait_until)
from screen import Screen

STACKS = ("<module> (a.py:9);train (a.py:1);step (a.py:2) 60\n"
          "<module> (a.py:9);train (a.py:1) 10\n"
          "<module> (a.py:9);load (b.py:1);step (a.py:2) 30\n")
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"
HOME, PAGE_DOWN, PAGE_UP = b"\x1b[H", b"\x1b[6~", b"\x1b[5~"
ALT_LEFT, ALT_RIGHT = b"\x1b[1;3D", b"\x1b[1;3C"


class Viewer:
    """The viewer on a screen of this size, showing these stacks."""

    def __init__(self, box, stacks=STACKS, columns=100, rows=24, env=None, options=()):
        box.hotlens("import", box.write("p.raw", stacks), "--rate", "100", "--title", "a.py")
        self.terminal = Terminal(box, HOTLENS, "flame", "last", "--interactive", *options, env=env)
        self.screen = Screen(self.terminal, columns, rows)

    def __enter__(self):
        # The first picture may be of the size before.
        self.screen.wait_until(lambda: self.screen.is_ours and "quit" in self.screen.rows[-1],
                               "a picture")
        return self.terminal, self.screen

    def __exit__(self, *arguments):
        self.terminal.__exit__(*arguments)


def click(x, y):
    """Columns and rows from 0, pressed and released."""
    return b"\x1b[<0;%d;%dM\x1b[<0;%d;%dm" % (x + 1, y + 1, x + 1, y + 1)


def place(screen):
    return screen.rows[-3]


def numbers(screen):
    return screen.rows[-2]


def body(screen):
    return [row for row in screen.rows[1:-3] if row]


def ends_well(terminal, code):
    expect_equal(terminal.wait(), code, "exit code")
    expect(terminal.output.rfind(LEAVE) >= 0, "the screen before is back", terminal.text()[-200:])


def quits(terminal):
    terminal.send(b"q")
    ends_well(terminal, 0)


@test
def arrows_and_letters_move(box):
    with Viewer(box) as (terminal, screen):
        expect(ENTER in terminal.output, "the whole screen", terminal.text())
        for keys, text in ((b"j", "<module>  a.py"), (DOWN, "train  a.py"), (b"l", "load  b.py"),
                           (RIGHT, "load  b.py"), (LEFT, "train  a.py"), (b"l", "load  b.py"),
                           (b"h", "train  a.py"), (DOWN, "step  a.py"), (b"k", "train  a.py"),
                           (UP, "<module>  a.py")):
            screen.press(keys)
            screen.wait_until(lambda text=text: place(screen) == text, text)
            expect_equal(screen.marked(), [text.split()[0]], "the node that stands out")
        quits(terminal)


@test
def numbers_are_those_of_the_samples(box):
    with Viewer(box) as (terminal, screen):
        expect_equal(numbers(screen), "1.00 s ± 0 s, 100%, own 0 s, 0 of 100 samples", "all")
        screen.press(b"jj", "train  a.py")
        # √(70 · 0.3) = 4.58 samples
        expect_equal(numbers(screen), "0.70 s ± 0.05 s, 70%, own 0.10 s, 10 of 70 samples", "train")
        screen.press(b"\rj", "step  a.py")
        expect_equal(numbers(screen), "0.60 s ± 0.05 s, 60% of all, 86% of train, own 0.60 s, "
                                      "60 of 60 samples", "step in train")
        quits(terminal)


@test
def zoom_goes_in_out_back_and_forward(box):
    with Viewer(box) as (terminal, screen):
        screen.press(b"jj\r", "[flame] a.py › <module> › train")
        expect_equal([row.split("▕")[0].rstrip() for row in body(screen)], ["train", "step"], "rows")
        screen.press(b"j\r", "› train › step")
        screen.press(b"u", "[flame] a.py › <module> › train\n")
        screen.press(b"\x7f", "[flame] a.py › <module>\n")
        expect_equal(place(screen), "train  a.py", "where one came from stays selected")
        for keys, text in ((b"[", "› <module> › train\n"), (b"[", "› train › step\n"),
                           (b"]", "› <module> › train\n"), (ALT_RIGHT, "› <module>\n"),
                           (ALT_LEFT, "› <module> › train\n"), (b"\x1b", "› <module>\n"),
                           (b"0", "[flame] a.py\n")):
            screen.press(keys, text)
        screen.press(b"]", "nothing further")
        screen.press(HOME, "? help")
        quits(terminal)


@test
def everything_is_shown_again_in_the_same_view(box):
    with Viewer(box) as (terminal, screen):
        screen.press(b"i", "[inverted] a.py\n")
        screen.press(b"jj\r", "[inverted] a.py › step › ")
        screen.press(b"0", "[inverted] a.py\n")
        screen.press(b"i", "[flame]")
        screen.press(b"jj\r", "› train")
        screen.press(b"i", "[inverted] a.py\n")  # each view has a zoom of its own
        screen.press(b"g", "[flame] a.py › <module> › train")
        screen.press(b"i", "[inverted]")
        screen.press(b"\x1b", "[flame]")
        quits(terminal)


@test
def a_sandwich_has_callers_above_and_callees_below(box):
    stacks = "main (a.py:9);f (a.py:1);g (b.py:2) 60\nother (a.py:5);f (a.py:1) 30\nrest (a.py:7) 10\n"
    with Viewer(box, stacks) as (terminal, screen):
        screen.press(b"jjs", "[callers and callees] a.py › f")
        rows = [[text for text in re.split("[▕· ]+", row) if text] for row in body(screen)]
        expect_equal(rows, [["main", "other"], ["f"], ["g"]], "callers, the function, callees")
        expect_equal(place(screen), "f  a.py", "the function")
        expect_equal(numbers(screen), "0.90 s ± 0.03 s, 90% of all, 100% of f, own 0.30 s, "
                                      "30 of 90 samples", "its numbers")
        for keys, text in ((b"k", "main  a.py"), (b"l", "other  a.py"), (b"j", "f  a.py"),
                           (b"j", "g  b.py")):
            screen.press(keys)
            screen.wait_until(lambda text=text: place(screen) == text, text)
        expect("67% of f" in numbers(screen), "60 of 90", numbers(screen))
        screen.press(b"f", "g  b.py")  # upside down
        screen.wait_until(lambda: body(screen)[0].startswith("g"), "callees above")
        screen.press(b"fkk\r", "[callers and callees] a.py › f › main")
        screen.press(b"0", "[callers and callees] a.py › f\n")
        screen.press(b"\x1b", "[flame]")
        quits(terminal)


@test
def one_of_two_functions_of_a_name(box):
    """A property and its setter are two functions: the sandwich is of the one that is selected."""
    box.write("k.py", "class K:\n    @property\n    def x(self):\n        return 1\n\n"
                      "    @x.setter\n    def x(self, v):\n        pass\n")
    file = box.folder / "k.py"
    stacks = f"<module> (a.py:9);get (a.py:1);K.x ({file}:4) 30\n" \
             f"<module> (a.py:9);set (a.py:5);K.x ({file}:8) 60\n<module> (a.py:9) 10\n"
    with Viewer(box, stacks) as (terminal, screen):
        screen.press(b"t", "[table]")
        for keys, caller, samples in ((b"s", "set", 60), (b"tjs", "get", 30)):
            screen.press(keys, "[callers and callees] a.py › K.x", f"{samples} of {samples} samples")
            expect(caller in body(screen)[-2], "its caller", screen.text())
            expect_equal("get" in screen.text(), caller == "get", "and no other")
        quits(terminal)
    answer = json.loads(box.hotlens("flame", "--function", "K.x", "--json").stdout)
    expect_equal(answer["samples"], 90, "by its name alone both are meant")


@test
def names_of_native_functions_have_colons(box):
    box.write("n.raw", "main (a.py:1);std::sort (/usr/a.cpp:3) 30\nmain (a.py:1);std::find (/usr/b.cpp:4) 10\n")
    box.hotlens("import", "--rate", "100", "n.raw")
    for name, samples in (("std::sort", 30), ("a.cpp:std::sort", 30), ("a.cpp:std::find", 0), ("a.py:main", 40)):
        done = box.hotlens("flame", "--function", name, "--json")
        expect_equal(json.loads(done.stdout)["samples"] if done.returncode == 0 else 0, samples, name)
    expect("a.cpp" in box.hotlens("show", "last", "--callers", "a.cpp:std::sort").stdout, "callers, too", "")


@test
def a_name_of_millions_of_brackets(box):
    box.write("n.raw", "<" * 20000000 + ".x> (a.py:1) 5\n")
    box.hotlens("import", "--rate", "100", "n.raw")
    done = box.hotlens("flame", "--json")
    expect_equal(json.loads(done.stdout)["samples"], 5, "takes a moment, not hours")


@test
def the_table_sorts_and_leads_on(box):
    with Viewer(box, columns=120) as (terminal, screen):
        screen.press(b"t", "[table]", "own▼")
        shown = {row["name"]: row for row in box.json("show", "last", "--json")["functions"]}

        def names():
            return [row.split()[-2] for row in body(screen)[1:]]

        def by(column):
            return sorted(shown, key=lambda name: (-shown[name][column], name))
        expect_equal(names()[:3], ["step", "train", "<module>"][:3], "by own")
        expect_equal(names()[0], by("self")[0], "as show has it")
        for row in body(screen)[1:]:
            cells = row.split()  # own s samples % total s samples % name place
            expected = shown[cells[-2]]
            expect_equal((int(cells[2]), int(cells[6])), (expected["self"], expected["total"]), row)
        screen.press(b"l", "total▼")
        expect_equal(names(), ["<module>", "step", "train", "load"], "by total")
        screen.press(RIGHT, "function▲")
        expect_equal(names(), sorted(shown), "by name")
        screen.press(b"r", "function▼")
        expect_equal(names(), sorted(shown, reverse=True), "the other way")
        screen.press(b"h", "total▼")
        screen.press(click(2, 1), "own▼")
        screen.press(b"j", "2 of 4 functions")
        expect_equal(screen.marked()[0].split()[-2], "train", "the row that stands out")
        screen.press(b"/ste\r", "1 of 1 function\n")
        screen.press(b"\x1b", "of 4 functions")
        screen.press(HOME, "1 of 4 functions")
        screen.press(PAGE_DOWN, "4 of 4 functions")
        screen.press(PAGE_UP + b"\r", "[callers and callees] a.py › step")
        screen.press(b"t", "[table]")
        screen.press(b"t", "[flame]")
        screen.press(b"jj\rt", "[table] a.py › <module> › ")  # of the stacks through the zoomed node
        zoomed = screen.rows[0].split()[-1]
        own = {"train": {"step": 60, "train": 10}, "load": {"step": 30, "load": 0}}[zoomed]
        for name, expected in own.items():
            row = [row for row in body(screen) if f" {name}  " in row][0].split()
            expect_equal(int(row[2]), expected, (zoomed, name))
        screen.press(b"0", "[table] a.py\n", "of 4 functions")
        quits(terminal)


@test
def a_search_counts_and_goes_through_its_matches(box):
    with Viewer(box) as (terminal, screen):
        screen.press(b"n", "nothing is looked for yet")
        screen.press(b"/", "/▏")
        screen.press(b"stx\x7fe\xc3\xa9\x7f" + RIGHT, "/ste▏")
        screen.press(b"\r", "/ste: 90 samples, 90%, 1 of 2 matches")
        expect_equal(place(screen), "step  a.py", "the first")
        screen.press(b"n", "2 of 2 matches")
        expect("30%" in numbers(screen), "the other one", numbers(screen))
        screen.press(b"N", "1 of 2 matches")
        screen.press(b"N", "2 of 2 matches")
        screen.press(b"\x1b", "? help")
        screen.press(b"/nothing\r", 'no function has "nothing" in its name')
        screen.press(b"/x\x1b", "? help")
        quits(terminal)


@test
def a_match_too_narrow_to_be_seen_is_zoomed_to(box):
    stacks = "main (a.py:1) 100000\nmain (a.py:1);deep (a.py:2);needle (a.py:3) 1\n"
    with Viewer(box, stacks) as (terminal, screen):
        screen.press(b"/needle\r", "› main › deep › needle", "1 of 1 match")
        expect_equal(place(screen), "needle  a.py", "found")
        quits(terminal)


@test
def packages_are_hidden_and_come_back(box):
    with Viewer(box) as (terminal, screen):
        screen.press(b"jjl", "load  b.py")
        screen.press(b"x", "b is hidden", "(1 hidden)")
        expect("load" not in "".join(body(screen)), "no such box", screen.text())
        screen.press(b"gj0", "? help")
        screen.press(b"t", "[table]")
        rows = [row.split()[-2] for row in body(screen)[1:]]
        expect("load" not in rows, "nor such a row", rows)
        screen.press(b"tX", "nothing is hidden", "load")
        quits(terminal)


@test
def my_code_only(box):
    stacks = "main (a.py:1);dumps (/usr/lib/python3/json/__init__.py:3) 7\nmain (a.py:1) 3\n"
    with Viewer(box, stacks) as (terminal, screen):
        screen.press(b"jj", "dumps")
        screen.press(b"m", "(my code only)")
        expect("dumps" not in "".join(body(screen)), "only main", screen.text())
        screen.press(b"t", "[table]")
        expect_equal(body(screen)[1].split()[0:2], ["0.10", "s"], "what it called is its own")
        screen.press(b"tm", "dumps")
        quits(terminal)


@test
def source_lines_and_the_editor(box):
    source = box.write("work.py", "def slow():\n    total = sum(range(9))  # 世界\n\nslow()\n")
    stacks = f"<module> ({source}:4);slow ({source}:2) 5\n"
    editor = box.write("editor", f"#!/bin/sh\nprintf '%s|' \"$@\" > {box.folder}/asked\n")
    editor.chmod(0o755)
    with Viewer(box, stacks, env={"EDITOR": f"{editor} -x"}) as (terminal, screen):
        screen.press(b"jjc", "total = sum(range(9))  # 世界", "slow()")
        expect("work.py:2" in place(screen), "that line", place(screen))
        screen.press(b"c", "slow")
        screen.wait_until(lambda: "sum(range" not in screen.text(), "names again")
        screen.press(b"o")
        wait_until((box.folder / "asked").exists)
        wait_until(lambda: (box.folder / "asked").read_text() == f"-x|+2|{source}|")
        screen.press(b"k", "<module>")
        source.unlink()
        screen.press(b"o", "is not on this machine")
        quits(terminal)
    name = "+!id"
    box.write(name, "pass\n")
    with Viewer(box, f"<module> ({name}:1) 5\n", env={"EDITOR": str(editor)}) as (terminal, screen):
        screen.press(b"jo", "<module>")
        wait_until(lambda: (box.folder / "asked").read_text() == f"+1|./{name}|")
        quits(terminal)


@test
def the_root_can_be_at_the_bottom(box):
    with Viewer(box) as (terminal, screen):
        screen.press(b"f")
        screen.wait_until(lambda: body(screen)[-1].startswith("(all)"), "the root below")
        screen.press(b"k", "<module>  a.py")
        screen.press(b"j", "(all)")
        quits(terminal)


@test
def the_mouse_selects_zooms_and_scrolls(box):
    deep = ";".join(f"f{depth} (a.py:{depth})" for depth in range(1, 101)) + " 7\n"
    with Viewer(box) as (terminal, screen):
        screen.press(click(90, 3), "load  b.py")
        screen.press(click(90, 3), "› <module> › load")
        screen.press(click(50, 12))  # nothing is there
        screen.press(b"0", "[flame] a.py\n")
        screen.press(b"t" + click(3, 3), "2 of 4 functions")
        screen.press(click(3, 3), "[callers and callees] a.py › train")
        quits(terminal)
    with Viewer(box, deep) as (terminal, screen):
        screen.press(b"\x1b[<65;5;5M")
        screen.wait_until(lambda: screen.rows[1].startswith("f3"), "three rows on")
        screen.press(b"\x1b[<64;5;5M")
        screen.wait_until(lambda: screen.rows[1].startswith("(all)"), "and back")
        screen.press(PAGE_DOWN)
        screen.wait_until(lambda: screen.rows[1].startswith("f20"), "a page")
        screen.press(PAGE_UP)
        screen.wait_until(lambda: screen.rows[1].startswith("(all)"), "and back")
        quits(terminal)


@test
def help_fits_and_says_every_key(box):
    with Viewer(box, columns=40, rows=10) as (terminal, screen):
        screen.press(b"?", "This help", "scroll")
        seen = set(screen.rows)
        for _ in range(30):
            screen.press(b"j", "scroll")
            seen |= set(screen.rows)
        screen.wait_until(lambda: "Scroll (Ctrl+B" in screen.text(), "the last row")
        seen |= set(screen.rows)
        screen.resize(120, 40)
        screen.wait_until(lambda: "any key closes" in screen.rows[-1], "all of it fits")
        listed = [row for row in screen.rows[1:-3] if row]
        expect(len(listed) > 18, "all keys", listed)
        screen.press(b"x", "[flame]", "? help")
        quits(terminal)


@test
def the_keys_are_those_of_the_graphical_viewer(box):
    """Every letter of its help does the same here, but for what docs/viewer.md lists."""
    text = (SOURCE / "clients" / "viewer" / "keys.js").read_text()
    rows = re.findall(r"^  \['(\w+)', '[^']*', '([^']*)'\],$", text, re.MULTILINE)
    viewer = {action: key for action, keys in rows for key in keys.split() if len(key) == 1}
    expect(len(viewer) > 14, "the table was read", viewer)
    ours = (SOURCE / "src" / "cli" / "flame_help.c").read_text()
    missing = [action for action, key in viewer.items()
               if not re.search(rf"ACTION_{action.upper()}, \{{[^}}]*'{re.escape(key)}'", ours)]
    expect_equal(missing, ["legend"], "keys that are not here")


@test
def wide_and_combining_letters_keep_their_columns(box):
    stacks = "計算する (a.py:1);e\u0301te\u0301 (a.py:2) 5\n計算する (a.py:1);数える (a.py:3) 5\n"
    for columns, rows in ((100, 24), (41, 12), (20, 5)):
        with Viewer(box, stacks, columns=columns, rows=rows) as (terminal, screen):
            screen.press(b"j", "計算する")
            expect("TOO LONG" not in screen.text(), "nothing beyond the edge", screen.text())
            first = 1 if rows >= 10 else 0
            for row in screen.cells[first:first + 3]:
                edges = [x for x, (text, _) in enumerate(row) if text == "▕"]
                expect(edges and edges[-1] == columns - 1, "boxes end at the edge", (edges, columns))
            screen.press(b"t", "計算")
            expect("TOO LONG" not in screen.text(), "nor a table", screen.text())
            quits(terminal)


@test
def a_million_nodes_answer_at_once(box):
    """Prints what keys cost beside the first picture; what is asserted is what is shown."""
    random = Random(7)
    stacks = "".join(
        "start (a.py:1);main (a.py:1);" + ";".join(f"f{random.randrange(20 if depth < 2 else 3000)} (m{depth}.py:1)"
                                    for depth in range(7)) + " 1\n" for _ in range(190_000))
    begin = time.monotonic()
    with Viewer(box, stacks, columns=120, rows=40) as (terminal, screen):
        first = time.monotonic() - begin
        costs = {}
        for name, keys, text in (("move", b"jj", "main  a.py"), ("zoom", b"j\r", "› main › f"),
                                 ("zoom out", b"\x7f", "[flame] a.py › start › main\n"),
                                 ("everything", b"0", "[flame] a.py\n"),
                                 ("table", b"t", "own▼"), ("sort", b"l", "total▼"),
                                 ("graph", b"g", "[flame]"), ("table again", b"t", "total▼"),
                                 ("graph again", b"g", "[flame]"), ("search", b"/f7\r", "1 of "),
                                 ("next match", b"n", "2 of "), ("clear", b"\x1b", "? help"),
                                 ("inverted", b"i", "[inverted]"), ("flame again", b"i", "[flame]"),
                                 ("sandwich", b"s", "[callers and callees]")):
            begin = time.monotonic()
            sent = len(terminal.output)
            screen.press(keys, text)
            costs[name] = (time.monotonic() - begin, len(terminal.output) - sent)
        print(f"# import and first picture: {first:.2f} s; then, in thousandths of that, and bytes sent: "
              + ", ".join(f"{name} {1000 * seconds / first:.1f} ({size})"
                          for name, (seconds, size) in costs.items()), flush=True)
        expect("main" in "".join(body(screen)), "callers", screen.text())
        quits(terminal)


@test
def signals_give_the_terminal_back(box):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        with Viewer(box) as (terminal, _):
            before = termios.tcgetattr(terminal.fd)
            expect(not before[3] & termios.ICANON, "keys come at once", before)
            os.kill(terminal.pid, number)
            ends_well(terminal, -number)
            expect(termios.tcgetattr(terminal.fd)[3] & termios.ICANON, "lines again", number)


@test
def what_cannot_be_shown_is_explained(box):
    box.hotlens("import", box.write("p.raw", STACKS))
    with Terminal(box, HOTLENS, "flame", "--interactive", "--focus", "nobody") as terminal:
        expect_equal(terminal.wait(), 1, "exit code")
        expect("no samples of this run are in that focus" in terminal.text(), "why", terminal.text())
        expect(ENTER not in terminal.output, "the terminal was not taken", terminal.text())
    for option in ("--focus", "--function"):
        done = box.hotlens("flame", option, "nobody")
        expect_equal(done.returncode, 1, done.stderr)
        expect("as hotlens show prints it" in done.stderr, "and what helps", done.stderr)


@test
def it_stops_and_goes_on(box):
    with Viewer(box) as (terminal, screen):
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
            screen.done = 0
        screen.press(b"j", "<module>  a.py")
        terminal.send(b"\x03")
        ends_well(terminal, 0)


@test
def a_stopped_job_can_be_ended(box):
    """`kill %1` lets what is stopped go on, in the background, where the terminal cannot be taken."""
    box.hotlens("import", box.write("p.raw", STACKS))
    flame = f"{HOTLENS} flame --interactive"
    for stop in (lambda _: b"\x1a", lambda pid: os.kill(pid, signal.SIGSTOP)):
        with Terminal(box, "bash", "--norc", "--noprofile", "-i", env={"PS1": "ready> "}) as terminal:
            terminal.expect("ready> ")
            terminal.send(f"{flame}\n".encode())
            terminal.expect("quit")
            pid, = (pid for pid, command in processes_of(box) if " flame " in command)
            terminal.output = b""
            terminal.send(stop(pid) or b"")
            terminal.expect("Stopped")
            terminal.output = b""
            terminal.send(b"kill %1\n")
            wait_until(lambda pid=pid: terminal.read(0.1) and not is_alive(pid))
            # Not for bash's "Terminated": it has not noticed yet, and may even lose it.
            terminal.send(b"echo no'thing 'more\n")
            terminal.expect("nothing more\n")
            expect("[flame]" not in terminal.text(), "nothing is drawn on the shell's screen", terminal.text())


@test
def any_size_will_do(box):
    with Viewer(box) as (terminal, screen):
        for view in (b"g", b"t", b"i", b"gjjs", b"g?"):
            terminal.send(view)
            for columns, rows in ((1, 1), (20, 2), (3, 3), (20, 5), (40, 10), (300, 60), (100, 24)):
                terminal.read(0)
                screen.carry_out()
                before = screen.cleared
                screen.resize(columns, rows)
                # What was on its way is of the size before; a new picture clears that.
                screen.wait_until(lambda before=before: screen.cleared > before
                                  and "TOO LONG" not in screen.text(),
                                  "a picture with nothing beyond the edge")
            screen.wait_for("quit" if view != b"g?" else "close")
        terminal.send(b"xq")
        ends_well(terminal, 0)


@test
def names_give_no_orders(box):
    hostile = "a\x1b]0;owned\x07\x9b2J\u202eb"
    stacks = f"<module> (a.py:1);{hostile} ({hostile}.py:2) 5\n"
    with Viewer(box, stacks) as (terminal, screen):
        screen.press(b"jj", "a\\x1b]0")
        screen.press(b"tst", "[table]")
        quits(terminal)
        rest = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", terminal.output)
        expect(b"\x1b" not in rest and b"\x07" not in rest and "\u202e".encode() not in rest,
               "only what we draw", rest)


@test
def deep_stacks_scroll(box):
    stacks = ";".join(f"f{depth} (a.py:{depth})" for depth in range(1, 4001)) + " 7\n"
    with Viewer(box, stacks) as (terminal, screen):
        screen.press(b"j" * 200, "f200  a.py")
        quits(terminal)


@test
def colours_are_those_of_the_terminal(box):
    for env, wanted, unwanted in (({"COLORTERM": "truecolor"}, b";2;", None),
                                  ({"TERM": "xterm-256color"}, b";5;", b";2;"),
                                  ({"NO_COLOR": "1"}, b"", b";5;")):
        with Viewer(box, env=env) as (terminal, _):
            expect(wanted in terminal.output, "these colours", (env, terminal.output[:500]))
            expect(unwanted is None or unwanted not in terminal.output, "no others", env)
            quits(terminal)


main()
