"""Signals while a program is recorded, in a real terminal: what docs/recording.md promises."""

import os
import signal
import subprocess
import sys

from harness import (HOTLENS, Terminal, expect, expect_equal, find_py_spy, is_alive, main,
                     processes_of, samples_of, show, test, wait_until)

# Says what reaches it, and cleans up for a second when it is interrupted.
PROGRAM = """
import os, signal, sys, time

def clean_up():
    end = time.process_time() + 1
    while time.process_time() < end:
        sum(range(500))
    print("cleaned up", flush=True)

def spin():
    end = time.monotonic() + 600
    while time.monotonic() < end:
        sum(range(500))

signal.signal(signal.SIGWINCH, lambda *_: os.write(1, b"resized\\n"))
try:
    print("ready", os.getpid(), os.isatty(0), flush=True)
    spin()
except KeyboardInterrupt:
    print("interrupted", flush=True)
finally:
    clean_up()
sys.exit(3)
"""


def start(box, *options):
    """A recording in a terminal that has sampled at least once, and the program's pid."""
    box.write("program.py", PROGRAM)
    opened = Terminal(box, HOTLENS, "record", "--py-spy", find_py_spy(), *options, "--",
                      sys.executable, "program.py")
    opened.expect("ready")
    opened.expect("\n")
    ready = [line for line in opened.text().splitlines() if line.startswith("ready")][0].split()
    expect_equal(ready[2], "True", "the program has the terminal")
    wait_until(lambda: sampling(box))
    return opened, int(ready[1])


def sampling(box):
    """py-spy has slept between samples often enough that some were taken."""
    return [pid for pid, command in processes_of(box)
            if "py-spy record" in command and switches(pid) > 40]


def switches(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            return int(file.read().rpartition("\nvoluntary_ctxt_switches:")[2].split()[0])
    except (OSError, IndexError):
        return 0


def ended_well(box, code, opened):
    expect_equal(code, 3, f"the program's own exit status\n{opened.text()}")
    shown = show(box)
    expect(samples_of(shown, "clean_up", "total") > 5, "the clean-up is in the profile",
           shown["functions"][:8])
    wait_until(lambda: not processes_of(box))


def ctrl_c(box, sampler):
    opened, _ = start(box, "--sampler", sampler)
    with opened:
        opened.send(b"\x03")
        code = opened.wait()
        expect_equal(opened.text().count("interrupted"), 1, "one Ctrl+C arrives once")
        expect("cleaned up" in opened.text(), "clean-up runs to its end", opened.text())
        expect("Saved as run" in opened.text(), "and the run is saved", opened.text())
        ended_well(box, code, opened)


@test
def ctrl_c_with_the_attach_sampler(box):
    ctrl_c(box, "attach")


@test
def ctrl_c_with_the_launch_sampler(box):
    ctrl_c(box, "launch")


@test
def int_from_another_process_stops_the_program_gently(box):
    opened, _ = start(box)
    with opened:
        os.kill(opened.pid, signal.SIGINT)
        code = opened.wait()
        expect("interrupted" in opened.text(), "it is passed on", opened.text())
        ended_well(box, code, opened)


@test
def term_from_another_process_ends_the_program(box):
    opened, _ = start(box)
    with opened:
        os.kill(opened.pid, signal.SIGTERM)
        expect_equal(opened.wait(), 128 + signal.SIGTERM, "as a shell has it")
        expect("Saved as run" in opened.text(), "the run is saved", opened.text())
        wait_until(lambda: not processes_of(box))


# What another process sends to the recorder, and what becomes of the program: its own exit status
# after its clean-up, or death by a signal. QUIT asks it gently, as Ctrl+C does.
SENT = [(signal.SIGHUP, 128 + signal.SIGHUP), (signal.SIGTERM, 128 + signal.SIGTERM),
        (signal.SIGQUIT, 3)]


def sent_to_the_recorder(box, number, expected, sampler):
    opened, _ = start(box, "--sampler", sampler)
    with opened:
        os.kill(opened.pid, number)
        expect_equal(opened.wait(), expected, opened.text())
        expect_equal("cleaned up" in opened.text(), expected == 3, opened.text())
        expect("Saved as run" in opened.text(), "the run is saved", opened.text())
        wait_until(lambda: not processes_of(box))
    expect(samples_of(show(box), "spin", "total") > 0, "with what was sampled")


def sent_while_attached(box, send):
    """The recording ends and is saved; the process goes on as if nothing had been."""
    box.write("program.py", PROGRAM)
    program = box.start(sys.executable, "program.py", stdout=subprocess.PIPE, text=True)
    expect(program.stdout.readline().startswith("ready"), "it runs")
    with Terminal(box, HOTLENS, "record", "--py-spy", find_py_spy(), "--pid",
                  str(program.pid)) as opened:
        opened.expect("recording process")
        wait_until(lambda: sampling(box))
        wait_until(lambda: list(box.folder.glob("state/hotlens/spool/*/0001.raw")))
        send(opened)
        expect_equal(opened.wait(), 0, opened.text())
        expect("Saved as run" in opened.text(), "the run is saved", opened.text())
    expect(program.poll() is None, "the process goes on")
    expect(samples_of(show(box), "spin", "total") > 0, "with what was sampled")
    wait_until(lambda: [pid for pid, _ in processes_of(box)] == [program.pid])
    program.send_signal(signal.SIGINT)
    expect_equal(program.stdout.read().splitlines(), ["interrupted", "cleaned up"], "nothing reached it")
    expect_equal(program.wait(), 3, "and ends as it would have")


for _number, _expected in SENT:
    for _sampler in ("attach", "launch"):
        def _one(box, row=(_number, _expected, _sampler)):
            sent_to_the_recorder(box, *row)
        _one.__name__ = f"{_number.name}_with_the_{_sampler}_sampler"
        test(_one)


# Wherever it comes from: with --pid nothing else of ours runs in the terminal.
for _name, _send in (
        [(number.name, lambda opened, number=number: os.kill(opened.pid, number))
         for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGINT)] +
        [("ctrl_c", lambda opened: opened.send(b"\x03")),
         ("ctrl_backslash", lambda opened: opened.send(b"\x1c"))]):
    def _attached(box, send=_send):
        sent_while_attached(box, send)
    _attached.__name__ = f"{_name}_ends_the_recording_of_a_process"
    test(_attached)


@test
def quit_reaches_the_program_and_the_run_is_saved(box):
    opened, _ = start(box)
    with opened:
        opened.send(b"\x1c")
        expect_equal(opened.wait(), 128 + signal.SIGQUIT, "the program's end by SIGQUIT")
        expect("Saved as run" in opened.text(), "the run is saved", opened.text())


@test
def a_terminal_that_closes_loses_nothing(box):
    opened, program = start(box)
    with opened:
        opened.hang_up()
        wait_until(lambda: not is_alive(program))
        wait_until(lambda: not processes_of(box))
        expect(show(box)["run"]["samples"] > 0, "the run is saved")


HANGS_UP = PROGRAM.replace("try:", """def hang_up(*_):
    print("hung up", flush=True)
    raise KeyboardInterrupt
signal.signal(signal.SIGHUP, hang_up)
try:""", 1)


@test
def a_window_that_closes_says_so_twice_and_the_program_still_cleans_up(box):
    """The shell tells its jobs and the kernel tells the terminal's group: one end, not an impatient user."""
    box.write("hangs_up.py", HANGS_UP)
    with Terminal(box, HOTLENS, "record", "--py-spy", find_py_spy(), "--", sys.executable,
                  "hangs_up.py") as opened:
        opened.expect("ready")
        wait_until(lambda: sampling(box))
        os.kill(opened.pid, signal.SIGHUP)
        opened.expect("hung up")
        os.kill(opened.pid, signal.SIGHUP)
        expect_equal(opened.wait(), 3, opened.text())
        expect("cleaned up" in opened.text(), "clean-up runs to its end", opened.text())
        wait_until(lambda: not processes_of(box))


def stopped_and_continued(box, sampler, stop):
    """Under a shell with job control: the kernel does not stop a group that nobody could continue."""
    box.write("program.py", PROGRAM)
    record = (f"'{HOTLENS}' record --py-spy '{find_py_spy()}' --sampler {sampler} -- "
              f"'{sys.executable}' program.py")
    with Terminal(box, "bash", "--norc", "-c",
                  f"set -m; {record}; echo stopped $?; read line; fg; exit $?") as opened:
        opened.expect("ready")
        opened.expect("\n")
        program = int([line for line in opened.text().splitlines()
                       if line.startswith("ready")][0].split()[1])
        wait_until(lambda: sampling(box))
        stop(opened, program)
        opened.expect(f"stopped {128 + signal.SIGTSTP}")
        opened.send(b"go on\n")
        wait_until(lambda: not opened.read(0.1) or opened.text().count(" program.py") == 2)  # fg
        # The shell says so first, and then gives the terminal away: Ctrl+C would be its own.
        wait_until(lambda: os.tcgetpgrp(opened.fd) != opened.pid)
        wait_until(lambda: sampling(box))
        opened.send(b"\x03")
        expect_equal(opened.wait(), 3, opened.text())
        expect("cleaned up" in opened.text(), "clean-up runs to its end", opened.text())
        wait_until(lambda: not processes_of(box))


def stat_of(pid):
    """What follows the name: the state first, the user's time in the 12th place."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()


def recorder_of(box):
    return next(pid for pid, command in processes_of(box)
                if command.startswith(f"{HOTLENS} record "))


def by_the_terminal(opened, program):
    opened.send(b"\x1a")
    wait_until(lambda: stat_of(program)[0] == "T")


def by_another_process(box):
    def stop(opened, program):
        """The recorder alone is stopped; the program goes on."""
        recorder = recorder_of(box)
        os.kill(recorder, signal.SIGTSTP)
        wait_until(lambda: stat_of(recorder)[0] == "T")
        before = int(stat_of(program)[11])
        wait_until(lambda: int(stat_of(program)[11]) > before + 10)
    return stop


@test
def ctrl_z_stops_and_fg_goes_on(box):
    stopped_and_continued(box, "attach", by_the_terminal)


@test
def ctrl_z_with_the_launch_sampler(box):
    stopped_and_continued(box, "launch", by_the_terminal)


@test
def tstp_from_another_process_stops_the_recorder_alone(box):
    stopped_and_continued(box, "attach", by_another_process(box))


@test
def tstp_from_another_process_with_the_launch_sampler(box):
    stopped_and_continued(box, "launch", by_another_process(box))


@test
def a_resize_reaches_the_program(box):
    import fcntl
    import struct
    import termios

    opened, _ = start(box)
    with opened:
        fcntl.ioctl(opened.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
        opened.expect("resized")
        opened.send(b"\x03")
        ended_well(box, opened.wait(), opened)


@test
def a_reader_that_leaves_does_not_lose_the_run(box):
    """`hotlens record … | head -1`: standard output is gone, SIGPIPE is the program's affair."""
    box.program("chatty.py", "import time\nfrom sampled import sampled\nend = time.monotonic() + 1\n"
                             "while time.monotonic() < end or not sampled():\n    sum(range(500))\n")
    done = box.run("sh", "-c", f"'{HOTLENS}' record --py-spy '{find_py_spy()}' -- "
                               f"'{sys.executable}' chatty.py 2>&1 | true")
    expect_equal(done.returncode, 0, "the pipeline ends")
    wait_until(lambda: not processes_of(box))
    expect(show(box)["run"]["samples"] > 0, "the run is saved")


@test
def a_reloader_parent_is_stopped_with_its_child(box):
    box.write("child.py", PROGRAM)
    box.write("parent.py", "import subprocess, sys, time\n"
                           "child = subprocess.Popen([sys.executable, 'child.py'])\n"
                           "while child.poll() is None:\n"
                           "    try:\n        child.wait()\n"
                           "    except KeyboardInterrupt:\n        pass\n"
                           "sys.exit(child.returncode + 1)\n")
    with Terminal(box, HOTLENS, "record", "--py-spy", find_py_spy(), "--", sys.executable,
                  "parent.py") as opened:
        opened.expect("ready")
        wait_until(lambda: sampling(box))
        os.kill(opened.pid, signal.SIGINT)
        expect_equal(opened.wait(), 4, opened.text())
        expect("cleaned up" in opened.text(), "the child's clean-up runs to its end", opened.text())
        wait_until(lambda: not processes_of(box))


main()
