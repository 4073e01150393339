"""What may be traced, with another /proc and a scripted sudo: who gets which sampler, and what is said."""

import json
import os
import shutil
import sys

from harness import (HOTLENS, Skip, expect, expect_equal, find_py_spy, main, record, samples_of, show,
                     test)

SPIN = """
import sys, time
from sampled import sampled
end = time.monotonic() + float(sys.argv[1])
def spin():
    while time.monotonic() < end or not sampled():
        sum(range(500))
spin()
"""

SUDO = """#!{python}
import json, os, sys
with open({log!r}, "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
if {password}:
    sys.stderr.write("sudo: a password is required\\n")
    sys.exit(1)
command = sys.argv[1:]
while command[0].startswith("-"):
    command.pop(0)
os.execv(command[0], command)
"""


def another_kernel(box, scope):
    box.write("kernel/proc/sys/kernel/yama/ptrace_scope", f"{scope}\n")
    return {"HOTLENS_PROC": str(box.folder / "kernel" / "proc")}


def fake_sudo(box, password):
    log = box.folder / "sudo.log"
    path = box.write("bin/sudo", SUDO.format(python=sys.executable, log=str(log), password=password))
    path.chmod(0o755)
    return {"PATH": f"{path.parent}:{box.environment['PATH']}"}, log


@test
def a_single_program_allows_its_tracer(box):
    box.program("spin.py", SPIN)
    done = record(box, "--no-subprocesses", "--", sys.executable, "spin.py", "2",
                  env=another_kernel(box, 1))
    expect_equal(done.returncode, 0, done.stderr)
    shown = show(box)
    expect_equal(shown["run"]["sampler_mode"], "attach", "py-spy attaches")
    expect(samples_of(shown, "spin", "total") > 0, "and samples", shown["functions"][:5])


@test
def nothing_runs_where_nothing_may_be_traced(box):
    for scope, remedy in ((2, "setcap"), (3, "ptrace_scope 3")):
        done = record(box, "--", "touch", "ran", env=another_kernel(box, scope))
        expect_equal(done.returncode, 1, "refused\n" + done.stderr)
        expect("was not allowed" in done.stderr and remedy in done.stderr, "and why is said", done)
        expect(not (box.folder / "ran").exists(), "before anything ran")
        done = box.hotlens("doctor", env=another_kernel(box, scope))
        expect(f"ptrace_scope is {scope}" in done.stdout + done.stderr, "doctor says it too", done)


@test
def sudo_runs_py_spy_and_nothing_else(box):
    box.program("spin.py", SPIN)
    environment, log = fake_sudo(box, password=False)
    done = record(box, "--sudo", "--", sys.executable, "spin.py", "2", env=environment)
    expect_equal(done.returncode, 0, done.stderr)
    expect(samples_of(show(box), "spin", "total") > 0, "it samples", done.stderr)
    for line in log.read_text().splitlines():
        command = json.loads(line)
        expect_equal(command[0], "-n", "no question without a terminal")
        expect(command[1].endswith("/hotlens"), "through the shim", command)
        expect_equal(command[2:7], ["exec", "--lifeline", "--", find_py_spy(), "record"],
                     "which runs py-spy")
        expect("--pid" in command and "spin.py" not in command, "never the program", command)


@test
def sudo_that_wants_a_password(box):
    environment, _ = fake_sudo(box, password=True)
    box.program("spin.py", SPIN.replace(" or not sampled()", ""))  # which it never is
    done = record(box, "--sudo", "--", sys.executable, "spin.py", "2", env=environment)
    expect_equal(done.returncode, 0, "the program runs all the same\n" + done.stderr)
    expect(f" ALL=(root) NOPASSWD: {HOTLENS} exec --lifeline -- {find_py_spy()} record *\n"
           in done.stderr, "the line for sudoers is said", done.stderr)


NOBODY = 65534


def as_nobody(box, *arguments):
    """hotlens as another user, in the test's folder; Skip where that user cannot run it."""
    if os.geteuid() != 0:
        raise Skip("only root can become another user")
    setpriv = shutil.which("setpriv")
    if not setpriv:
        raise Skip("setpriv is not installed")
    for folder, _, files in os.walk(box.folder):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            os.chown(path, NOBODY, NOBODY)
    become = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    for program in (HOTLENS, find_py_spy(), PYTHON):
        done = box.run(*become, program, "--version")
        if done.returncode != 0:
            raise Skip(f"another user cannot run {program}: {done.stderr.strip()}")
    return box.run(*become, HOTLENS, *arguments)


# One that everybody may run.
PYTHON = "/usr/bin/python3"


@test
def another_user_records_its_own_program(box):
    box.program("spin.py", SPIN)
    done = as_nobody(box, "record", "--py-spy", find_py_spy(), "--", PYTHON, "spin.py", "2")
    expect_equal(done.returncode, 0, "the program ends well\n" + done.stderr)
    if "Saved as run" in done.stderr:
        expect(samples_of(show(box), "spin", "total") > 0, "it was sampled", done.stderr)
        expect_equal(box.database.stat().st_uid, NOBODY, "into a database of its own")
    else:
        expect("\n  " in done.stderr, "or why not is said, and what helps", done.stderr)


@test
def another_user_cannot_attach_to_root(box):
    box.program("spin.py", SPIN)
    program = box.start(PYTHON, "spin.py", "60")
    done = as_nobody(box, "record", "--py-spy", find_py_spy(), "--pid", program.pid)
    expect_equal(done.returncode, 1, done.stderr)
    expect("not allowed" in done.stderr.lower() or "permission" in done.stderr.lower(), "why is said",
           done.stderr)
    expect("\n  " in done.stderr and "sudo" in done.stderr, "and what helps", done.stderr)
    expect(program.poll() is None, "the process goes on")
    expect(not box.database.exists(), "and nothing is saved")


@test
def what_makes_a_database_read_only_is_named(box):
    """The files beside it are made with its mode, and keep that when it is made writable again."""
    box.write("x.raw", "f (/w/x.py:2) 12\n")
    expect_equal(as_nobody(box, "import", "x.raw").returncode, 0, "imported")
    box.database.chmod(0o400)
    expect("x.raw" in as_nobody(box, "runs").stdout, "it can be read")
    done = as_nobody(box, "doctor")
    expect("cannot be written" in done.stdout and done.returncode == 1, "doctor says it", done)
    done = as_nobody(box, "label", "last", "mine")
    expect("can only be read" in done.stderr and "writable" in done.stderr, "and so does who would write", done)
    box.database.chmod(0o600)
    beside = list(box.database.parent.glob("*-*"))
    expect(beside, "there are such files")
    done = as_nobody(box, "label", "last", "mine")
    expect(done.returncode == 1 and "-shm" in done.stderr, "what is in the way is named", done)
    for path in beside:
        path.chmod(0o600)
    expect_equal(as_nobody(box, "label", "last", "mine").returncode, 0, "and that was all")


main()
