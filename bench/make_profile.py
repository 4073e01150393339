#!/usr/bin/env python3
"""Writes a synthetic raw profile: the same bytes for the same arguments, on every machine.

usage: make_profile.py SIZE FILE, with SIZE one of small, large, shallow, huge

small   the size of a real recording: 2,490 stacks, about 54 deep, much shared between them
large   12,564 stacks that share little: 34 MB, 347,435 nodes
shallow as many stacks, nodes and bytes as large, of fewer and longer frames: nearly all are new nodes
huge    1,000,000 nodes
"""

import sys

# stacks, frames of a stack, nodes to reach (None: whatever comes), folder of the modules
LONG = "/srv/application/lib/python3.11/site-packages/"
SHORT = "/srv/lib/"
SIZES = {
    "small": (2490, 57, None, LONG),
    "large": (12_564, 47, 347_435, SHORT),
    "shallow": (12_564, 25, 347_435, LONG),
    "huge": (36_000, 47, 1_000_000, SHORT),
}
MODULES = 400
FUNCTIONS = 12_000


class Random:
    """A generator of its own (xorshift): random.Random may change between versions of Python."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        x = self.state
        x ^= (x << 13) & 0xFFFFFFFFFFFFFFFF
        x ^= x >> 7
        x ^= (x << 17) & 0xFFFFFFFFFFFFFFFF
        self.state = x
        return x % limit


def frame(rng, folder):
    function = rng.below(FUNCTIONS)
    module = function % MODULES
    return (f"compute_step_{function} ({folder}package_{module}/module_{function % 7}.py"
            f":{10 + function % 900 + rng.below(4)})")


def stacks(size):
    """Distinct stacks and their counts. The root is a node, so frames of their own are one less."""
    count, depth, nodes, folder = SIZES[size]
    rng = Random(0x9E3779B97F4A7C15)
    stack, made = [], 1
    for index in range(count):
        fresh = 1 + rng.below(20)
        if nodes is not None:
            quota = (nodes - made) // (count - index)
            fresh = nodes - made if index == count - 1 else 1 + rng.below(2 * quota - 1)
        keep = max(0, min(len(stack), depth - fresh - 8 + rng.below(17)))
        if index == 0 and nodes is None:
            fresh = depth
        # The first fresh frame has a number of its own, so it and all above it are new nodes.
        stack = stack[:keep]
        stack.append(f"handle_{index} (/srv/handlers.py:{1 + index})")
        stack += [frame(rng, folder) for _ in range(fresh - 1)]
        made += fresh
        yield stack, 1 + rng.below(9)


def shuffled(items):
    """py-spy writes its stacks in the order of a hash table, so neighbours share little."""
    rng = Random(0xD1B54A32D192ED03)
    for last in range(len(items) - 1, 0, -1):
        other = rng.below(last + 1)
        items[last], items[other] = items[other], items[last]
    return items


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in SIZES:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[1], "w", encoding="ascii", newline="\n") as out:
        out.writelines(shuffled([";".join(stack) + f" {samples}\n"
                                 for stack, samples in stacks(arguments[0])]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
