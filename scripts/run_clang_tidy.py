#!/usr/bin/env python3
"""Runs clang-tidy over the C files of src/ and reports TAP, a line per file.

A file that was clean is not looked at again until it, a header or the configuration changes, so the
second run takes no time.

usage: run_clang_tidy.py BUILD [JOBS]
"""

import concurrent.futures
import hashlib
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def digest(paths):
    result = hashlib.sha256()
    for path in paths:
        result.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return result.hexdigest()


def check(build, source, cache, common):
    stamp = cache / (digest([source]) + common)
    if stamp.exists():
        return True, ""
    done = subprocess.run(["clang-tidy", "--quiet", "-p", str(build), str(source)], check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, cwd=ROOT)
    if done.returncode == 0:
        stamp.touch()
    return done.returncode == 0, done.stdout.decode(errors="replace")


def main(arguments):
    build = pathlib.Path(arguments[0])
    jobs = int(arguments[1]) if len(arguments) > 1 else 2
    commands = json.loads((build / "compile_commands.json").read_text())
    compiled = {(build / command["file"]).resolve() for command in commands}
    sources = sorted(path for path in ROOT.glob("src/**/*.c") if path in compiled)
    headers = sorted([*ROOT.glob("include/**/*.h"), *ROOT.glob("src/**/*.h")])
    common = digest([*headers, ROOT / ".clang-tidy", ROOT / "meson.build"])[:16]
    cache = build / "tidy-cache"
    cache.mkdir(exist_ok=True)
    failed = False
    print(f"1..{len(sources)}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda source: check(build, source, cache, common), sources)
        for number, (source, (good, output)) in enumerate(zip(sources, results), 1):
            failed |= not good
            print(f"{'ok' if good else 'not ok'} {number} - {source.relative_to(ROOT)}", flush=True)
            if not good:
                for line in output.splitlines()[:60]:
                    print(f"# {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
