"""Line maps against the textbook's table: valid, and no longer common subsequence exists.

usage: line_map_vs_lcs.py TOOL
"""
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import python_tool  # noqa: E402


def lcs(a, b):
    row = [0] * (len(b) + 1)
    for x in a:
        previous = row
        row = [0]
        for j, y in enumerate(b):
            row.append(previous[j] + 1 if x == y else max(row[j], previous[j + 1]))
    return row[-1]


def edited(rng, lines):
    lines = list(lines)
    for _ in range(rng.randrange(6)):
        at = rng.randrange(len(lines) + 1)
        lines[at:at + rng.randrange(4)] = [rng.choice("abcxyz") for _ in range(rng.randrange(4))]
    return lines


def pairs(rng, count):
    for number in range(count):
        letters = "abcdefghij"[:rng.randrange(1, 10)]
        a = [rng.choice(letters) for _ in range(rng.randrange(60 if number % 10 else 300))]
        if number % 2:
            yield a, edited(rng, a)
        else:
            yield a, [rng.choice(letters) for _ in range(rng.randrange(60))]


def fault(a, b, to_new, to_old):
    """What is wrong with a map of the lists a and b, or None."""
    matches = [(i, j - 1) for i, j in enumerate(to_new) if j]
    if matches != [(i - 1, j) for j, i in enumerate(to_old) if i]:
        return "the two directions differ"
    if any(not 0 <= j < len(b) or a[i] != b[j] for i, j in matches):
        return "unequal lines matched"
    if any(first[1] >= second[1] for first, second in zip(matches, matches[1:])):
        return "matches cross"
    if len(matches) != lcs(a, b):
        return f"{len(matches)} matches, {lcs(a, b)} are possible"
    return None


def main():
    tool = sys.argv[1]
    cases = list(pairs(random.Random(7), 3000))
    requests = []
    for a, b in cases:
        texts = ["".join(line + "\n" for line in side).encode() for side in (a, b)]
        requests.append(b"%d %d\n" % (len(texts[0]), len(texts[1])) + texts[0] + texts[1])
    answers = iter(python_tool.ask(tool, "map", requests).decode().split("\n"))
    wrong = []
    for a, b in cases:
        rough, old_count, new_count = map(int, next(answers).split())
        numbers = [int(n) for n in next(answers).split()]
        assert (old_count, new_count) == (len(a), len(b)) and not rough
        problem = fault(a, b, numbers[:old_count], numbers[old_count:])
        if problem:
            wrong.append(f"{''.join(a)} {''.join(b)}: {problem}")
    python_tool.tap([(not wrong, "maps are valid and as long as can be",
                      [f"{len(cases)} pairs, {len(wrong)} wrong"] + wrong[:9])])


main()
