#!/usr/bin/env python3
"""Measures hotlens against the targets and prints a table. Ratios are of CPU time, of rounds in one run,
taken in turns, so that a busy machine slows both sides; medians count.

usage: run.py BUILD [--rounds N] [--only load,import,flame,record,server]
"""

import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import server

BENCH = pathlib.Path(__file__).resolve().parent
PARTS = ("load", "import", "flame", "record", "server")


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, value, target=None, reached=None):
        said = "" if reached is None else ("reached" if reached else "MISSED")
        self.rows.append((what, value, target or "", said))

    def print(self):
        rows = [("what", "measured", "target", "")] + self.rows
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        for row in rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


class Bench:
    def __init__(self, build, rounds, folder):
        self.hotlens = build / "hotlens"
        self.bench_load = build / "bench" / "bench-load"
        self.bench_floor = build / "bench" / "bench-floor"
        self.rounds = rounds
        self.folder = folder
        self.table = Table()
        self.environment = dict(os.environ, HOTLENS_DB=str(folder / "profiles.db"),
                                XDG_STATE_HOME=str(folder / "state"))

    def profile(self, size):
        path = self.folder / f"{size}.raw"
        if not path.exists():
            subprocess.run([sys.executable, BENCH / "make_profile.py", size, path], check=True)
        return path

    def output(self, *command):
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=self.environment,
                              stdin=subprocess.DEVNULL)
        return json.loads(done.stdout)

    def baseline(self, path):
        return self.output(sys.executable, BENCH / "dict_baseline.py", path)

    def time(self, command):
        """Elapsed seconds and CPU seconds of a command with all its children."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        subprocess.run(command, check=True, env=self.environment, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        elapsed = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return elapsed, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)

    def own_time(self, command):
        """CPU seconds of a command without its children, and elapsed and CPU seconds with them."""
        started = time.perf_counter()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            elapsed = time.perf_counter() - started
            # It has ended but is still there to be asked; its own time stands apart there.
            stat = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8", errors="replace")
            own = sum(map(int, stat.rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")
        if process.returncode != 0:
            raise SystemExit(f"{command} failed")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return own, elapsed, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)

    def load(self):
        for size in ("small", "large", "shallow", "huge"):
            path = self.profile(size)
            ours, theirs, floor = [], [], []
            for _ in range(self.rounds):
                ours.append(self.output(self.bench_load, path))
                theirs.append(self.baseline(path))
                floor.append(self.output(self.bench_floor, path))
            if len({(item["samples"], item["nodes"]) for item in ours + theirs + floor}) != 1:
                raise SystemExit(f"{size}: the trees differ: {ours[0]} {theirs[0]} {floor[0]}")
            ns = statistics.median(item["ns"] for item in ours)
            faster = statistics.median(item["ns"] for item in theirs) / ns
            peak = statistics.median(item["peak"] for item in ours)
            share = peak / statistics.median(item["peak"] for item in theirs)
            what = f"{path.stat().st_size / 1e6:.0f} MB, {ours[0]['nodes']:,} nodes"
            strict = size == "large"
            self.table.add(f"load {what}", f"{faster:.1f} x dict ({ns / 1e6:.0f} ms)",
                           ">= 10 x" if strict else None, faster >= 10 if strict else None)
            least = statistics.median(item["ns"] for item in floor)
            self.table.add("  the least program, for comparison",
                           f"{faster * ns / least:.1f} x dict ({least / 1e6:.0f} ms)")
            self.table.add("  peak memory", f"{share:.2f} of dict ({peak / 1e6:.0f} MB)",
                           "<= 0.33" if strict else None, share <= 1 / 3 if strict else None)

    def import_(self):
        path = self.profile("large")
        database = self.folder / "import.db"
        command = [self.hotlens, "import", path, "--rate", "100"]
        self.environment["HOTLENS_DB"] = str(database)
        ours, theirs = [], []
        for _ in range(self.rounds):
            for old in self.folder.glob("import.db*"):
                old.unlink()
            ours.append(self.time(command)[1])
            theirs.append(self.baseline(path)["ns"] / 1e9)
        seconds = statistics.median(ours)
        faster = statistics.median(theirs) / seconds
        size = sum(item.stat().st_size for item in self.folder.glob("import.db*"))
        share = size / path.stat().st_size
        self.table.add("import with the save, 347,435 nodes",
                       f"{faster:.1f} x dict ({seconds * 1e3:.0f} ms)", ">= 8 x", faster >= 8)
        self.table.add("  stored size", f"{share:.3f} of raw ({size / 1e6:.1f} MB)", "<= 0.1",
                       share <= 0.1)
        show = statistics.median(self.time([self.hotlens, "show", "last"])[0]
                                 for _ in range(self.rounds))
        self.table.add("  show last", f"{show * 1e3:.0f} ms")

    def flame(self):
        path = self.profile("huge")
        measured = [self.output(self.bench_load, path) for _ in range(self.rounds)]
        pruned = statistics.median(item["flame_ns"] for item in measured) / 1e6
        whole = statistics.median(item["whole_flame_ns"] for item in measured) / 1e6
        self.table.add("flame graph of 1,000,000 nodes as JSON", f"{pruned:.1f} ms", "<= 30 ms",
                       pruned <= 30)
        size = measured[0]["flame_bytes"]
        self.table.add("  its size", f"{size:,} bytes", "<= 1,048,576", size <= 1 << 20)
        self.table.add("  all nodes, not pruned", f"{whole:.0f} ms, "
                       f"{measured[0]['whole_flame_bytes'] / 1e6:.0f} MB")

    def record(self):
        """What recording costs: CPU seconds of hotlens, and of py-spy, over those of the program."""
        program = [sys.executable, BENCH.parent / "examples" / "galaxy.py"]
        alone, own, recorded, slower = [], [], [], []
        for _ in range(max(3, self.rounds // 2)):
            elapsed, cpu = self.time(program)
            ours, elapsed_recorded, cpu_recorded = self.own_time(
                [self.hotlens, "record", "--", *program])
            alone.append(cpu)
            own.append(ours)
            recorded.append(cpu_recorded - ours)
            slower.append(elapsed_recorded / elapsed)
        base = statistics.median(alone)
        ours = statistics.median(own)
        self.table.add("recording at 100 Hz: CPU time of hotlens",
                       f"{ours / base * 100:.1f}% of the program ({ours * 1e3:.0f} ms)")
        theirs = statistics.median(recorded) - base
        self.table.add("  of py-spy, and of slowing the program", f"{theirs / base * 100:.1f}%")
        self.table.add("  elapsed, with starting and saving", f"{statistics.median(slower):.2f} x")

    def server(self):
        server.measure(self)


def main():
    parser = argparse.ArgumentParser(description="Measures hotlens against its targets.")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(PARTS), help="of " + ",".join(PARTS))
    options = parser.parse_args()
    chosen = options.only.split(",")
    if set(chosen) - set(PARTS) or options.rounds < 1:
        parser.error("unknown part, or no rounds")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hotlens-bench-"))
    try:
        bench = Bench(options.build.resolve(), options.rounds, folder)
        for part in chosen:
            print(f"measuring {part}", file=sys.stderr, flush=True)
            getattr(bench, "import_" if part == "import" else part)()
        bench.table.print()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
