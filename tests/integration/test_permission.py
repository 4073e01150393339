"""What may be traced, with another /proc and a scripted sudo: who gets which sampler, and what is said."""

import json
import sys

from harness import HOTLENS, expect, expect_equal, find_py_spy, main, record, samples_of, show, test

SPIN = """
import sys, time
end = time.monotonic() + float(sys.argv[1])
def spin():
    while time.monotonic() < end:
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
    box.write("spin.py", SPIN)
    done = record(box, "--no-subprocesses", "--", sys.executable, "spin.py", "2",
                  env=another_kernel(box, 1))
    expect_equal(done.returncode, 0, done.stderr)
    shown = show(box)
    expect_equal(shown["run"]["sampler_mode"], "attach", "py-spy attaches")
    expect(samples_of(shown, "spin", "total") > 50, "and samples", shown["functions"][:5])


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
    box.write("spin.py", SPIN)
    environment, log = fake_sudo(box, password=False)
    done = record(box, "--sudo", "--", sys.executable, "spin.py", "2", env=environment)
    expect_equal(done.returncode, 0, done.stderr)
    expect(samples_of(show(box), "spin", "total") > 50, "it samples", done.stderr)
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
    box.write("spin.py", SPIN)
    done = record(box, "--sudo", "--", sys.executable, "spin.py", "1", env=environment)
    expect_equal(done.returncode, 0, "the program runs all the same\n" + done.stderr)
    expect(f" ALL=(root) NOPASSWD: {HOTLENS} exec --lifeline -- {find_py_spy()} record *\n"
           in done.stderr, "the line for sudoers is said", done.stderr)


main()
