#!/usr/bin/env python3
"""Runs the unit tests of a build folder under valgrind and reports TAP.

usage: run_valgrind.py BUILD [JOBS]
"""

import concurrent.futures
import json
import os
import subprocess
import sys

VALGRIND = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect"]
TIMEOUT = 600


def run(test):
    # Each test stays in a process of its own, where valgrind's exit code makes it fail.
    environment = dict(os.environ, **test["env"], CK_TIMEOUT_MULTIPLIER="20",
                       HOTLENS_SLOW_MACHINE="1")
    try:
        done = subprocess.run(VALGRIND + test["cmd"], env=environment, timeout=TIMEOUT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, cwd=test.get("workdir") or None,
                              check=False)
    except subprocess.TimeoutExpired:
        return False, f"took longer than {TIMEOUT} s"
    return done.returncode == 0, done.stdout.decode(errors="replace")


def is_program_of(test, build):
    """Not a script that drives one: valgrind would look at the interpreter."""
    return os.path.realpath(test["cmd"][0]).startswith(os.path.realpath(build) + os.sep)


def main(arguments):
    build = arguments[0]
    jobs = int(arguments[1]) if len(arguments) > 1 else 2
    listed = subprocess.run(["meson", "introspect", "--tests", build], check=True,
                            stdout=subprocess.PIPE).stdout
    tests = [test for test in json.loads(listed)
             if test["name"].startswith("unit-") and is_program_of(test, build)]
    failed = False
    print(f"1..{len(tests)}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for number, (test, (good, output)) in enumerate(zip(tests, pool.map(run, tests)), 1):
            failed |= not good
            print(f"{'ok' if good else 'not ok'} {number} - {test['name']}")
            if not good:
                for line in output.splitlines()[-60:]:
                    print(f"# {line}")
            sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
