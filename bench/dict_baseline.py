#!/usr/bin/env python3
"""The baseline: a raw profile as a Python dict of dicts, the way anyone would write it."""

import json
import resource
import sys
import time

start = time.process_time_ns()
root = {}
with open(sys.argv[1], encoding="utf-8", errors="replace") as lines:
    for line in lines:
        stack, _, count = line.rpartition(" ")
        node = root
        for frame in stack.split(";"):
            node = node.setdefault(frame, {})
        node[None] = node.get(None, 0) + int(count)
ns = time.process_time_ns() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

nodes, samples, todo = 1, 0, [root]
while todo:
    node = todo.pop()
    samples += node.pop(None, 0)
    nodes += len(node)
    todo.extend(node.values())
print(json.dumps({"ns": ns, "peak": peak, "nodes": nodes, "samples": samples}))
