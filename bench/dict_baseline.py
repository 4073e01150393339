#!/usr/bin/env python3
"""The baseline: a raw profile as a Python dict of dicts, the way anyone would write it.

A node is one dict: children by the text of their frame, and the counts a viewer draws, self under
None and total under 0. The frozen tree that it is compared with has these two counts as well."""

import json
import resource
import sys
import time

start = time.process_time_ns()
root = {}
with open(sys.argv[1], encoding="utf-8", errors="replace") as lines:
    for line in lines:
        stack, _, count = line.rpartition(" ")
        count = int(count)
        node = root
        node[0] = node.get(0, 0) + count
        for frame in stack.split(";"):
            node = node.setdefault(frame, {})
            node[0] = node.get(0, 0) + count
        node[None] = node.get(None, 0) + count
ns = time.process_time_ns() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

nodes, samples, todo = 1, 0, [root]
while todo:
    node = todo.pop()
    samples += node.pop(None, 0)
    node.pop(0)
    nodes += len(node)
    todo.extend(node.values())
print(json.dumps({"ns": ns, "peak": peak, "nodes": nodes, "samples": samples}))
