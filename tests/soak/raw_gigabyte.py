"""A gigabyte of raw profile through a pipe: the sum must be right and memory that of the tree.

    raw_gigabyte.py RAW_DRIVER [GIGABYTES]

RAW_DRIVER is tests/unit/formats/raw-driver of a release build. Not part of the ordinary tests."""
import json
import os
import random
import resource
import subprocess
import sys

MAX_RSS_KIB = 96 << 10


def stacks(limit):
    """Stacks from a fixed pool in changing combinations; few distinct ones, as in real runs."""
    source = random.Random(7)
    frames = [f"Class{i % 50}.method_{i} (/srv/app/package_{i % 40}/module_{i % 90}.py:{i % 999 + 1})"
              for i in range(3000)]
    prefix = 'process 10:"python -c a;b\nc = 5\nd";thread (10): MainThread;<module> (/srv/app/x.py:1)'
    pool = []
    for _ in range(4000):
        at = source.randrange(3)
        stack = [prefix]
        for _ in range(source.randint(10, 60)):
            at = (at * 31 + source.choice((1, 1, 1, 1, 2))) % len(frames)
            stack.append(frames[at])
        pool.append(";".join(stack))
    written = 0
    while written < limit:
        chunk, total = [], 0
        for _ in range(500):
            count = source.randint(1, 9)
            chunk.append(f"{source.choice(pool)} {count}\n")
            total += count
        data = "".join(chunk).encode()
        written += len(data)
        yield data, total


def main():
    driver = sys.argv[1]
    limit = int(float(sys.argv[2] if len(sys.argv) > 2 else 1) * (1 << 30))
    reader = subprocess.Popen([driver, "summary", "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    expected = size = 0
    for data, total in stacks(limit):
        reader.stdin.write(data)
        expected += total
        size += len(data)
    reader.stdin.close()
    summary = json.loads(reader.stdout.read())
    status = os.wait4(reader.pid, 0)[1]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print("1..3")
    print(f"{'ok' if status == 0 else 'not ok'} 1 - {size} bytes were read")
    same = summary["samples"] == summary["reported_samples"] == expected
    print(f"{'ok' if same else 'not ok'} 2 - {expected} samples, got {summary['samples']}")
    print(f"{'ok' if peak < MAX_RSS_KIB else 'not ok'} 3 - peak of {peak} KiB")
    return 0 if status == 0 and same and peak < MAX_RSS_KIB else 1


sys.exit(main())
