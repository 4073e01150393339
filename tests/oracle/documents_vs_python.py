#!/usr/bin/env python3
"""Edits of open documents against Python strings, cut in UTF-16 code units. Prints TAP.

usage: documents_vs_python.py DRIVER
"""

import json
import random
import re
import subprocess
import sys

ALPHABET = ["a", "b", " ", "é", "漢", "😀", "𝒳", "\n", "\r\n", "\r", "\t", "def f():\n", "e\u0301"]

PLAIN = [piece for piece in ALPHABET if "\r" not in piece]


def units(text):
    """UTF-16 code units, each as a string of one."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return [raw[i:i + 2] for i in range(0, len(raw), 2)]


def join(pieces):
    return b"".join(pieces).decode("utf-16-le", "surrogatepass")


def offset(text, position):
    """The index into units(text) of a position, as the specification clamps it."""
    starts = [0] + [len(units(text[:m.end()])) for m in re.finditer("\r\n|\r|\n", text)]
    all_units = units(text)
    if position["line"] >= len(starts):
        return len(all_units)
    start = starts[position["line"]]
    end = starts[position["line"] + 1] if position["line"] + 1 < len(starts) else len(all_units)
    line = join(all_units[start:end]).rstrip("\r\n") if position["line"] + 1 < len(starts) \
        else join(all_units[start:end])
    at = min(position["character"], len(units(line)))
    if at > 0 and 0xD8 <= units(line)[at - 1][1] <= 0xDB:
        at -= 1  # inside a pair
    return start + at


def apply(text, change):
    if "range" not in change:
        return change["text"]
    start = offset(text, change["range"]["start"])
    end = offset(text, change["range"]["end"])
    all_units = units(text)
    return join(all_units[:start]) + change["text"] + join(all_units[end:])


def random_text(rng, most, alphabet=None):
    return "".join(rng.choice(alphabet or ALPHABET) for _ in range(rng.randrange(most)))


def random_change(rng, text):
    if rng.random() < 0.03:
        return {"text": random_text(rng, 30)}
    lines = len(re.findall("\r\n|\r|\n", text)) + 1
    ends = [(rng.randrange(lines + 2), rng.randrange(12)) for _ in range(2)]
    if rng.random() < 0.5:
        ends[1] = ends[0]
    start, end = sorted(ends)
    return {"range": {"start": {"line": start[0], "character": start[1]},
                      "end": {"line": end[0], "character": end[1]}},
            "text": random_text(rng, 6)}


def many_changes(rng, text):
    """As of replacing a word everywhere: from the end to the start, some of them touching, some in a row."""
    lines = len(re.findall("\r\n|\r|\n", text)) + 1
    places = sorted(((rng.randrange(lines), rng.randrange(12)) for _ in range(rng.randrange(15, 30))),
                    reverse=True)
    if rng.random() < 0.1:
        places.reverse()
    changes = []
    for line, character in places:
        end = (line, character + rng.randrange(3)) if rng.random() < 0.9 else (line + 1, 0)
        changes.append({"range": {"start": {"line": line, "character": character},
                                  "end": {"line": end[0], "character": end[1]}},
                        "text": random_text(rng, 4)})
    return changes


def spread_changes(rng, text):
    """The same, each at a place that exists, and apart from the next: one in each of some lines."""
    lines = re.split("\r\n|\r|\n", text)
    changes = []
    for line in range(len(lines) - 1, -1, -1):
        length = len(units(lines[line]))
        if length > 1 and rng.random() < 0.7:
            start = rng.randrange(length)
            changes.append({"range": {"start": {"line": line, "character": start},
                                      "end": {"line": line, "character": rng.randrange(start, length)}},
                            "text": random_text(rng, 4)})
    return changes or [{"text": random_text(rng, 120)}]


def place(text, index):
    """The position of an index into units(text)."""
    lines = re.split("\r\n|\r|\n", join(units(text)[:index]))
    return {"line": len(lines) - 1, "character": len(units(lines[-1]))}


def following_changes(rng, text):
    """Each behind the one before, in the text that those before have left: as Emacs replaces a word."""
    changes = []
    at = 0
    alphabet = PLAIN if rng.random() < 0.9 else ALPHABET
    removed = rng.choice([0, 1, 3])  # at most; with none, all that follows in a line moves to the right
    while at < len(units(text)):
        start = at + rng.choice([0, 1, 2, 3, 9])
        change = {"range": {"start": place(text, start), "end": place(text, start + rng.randint(0, removed))},
                  "text": random_text(rng, 4, alphabet)}
        at = max(at, offset(text, change["range"]["start"])) + len(units(change["text"]))
        text = apply(text, change)
        at += rng.random() < 0.9
        changes.append(change)
    return changes or [{"text": random_text(rng, 120)}]


def fixed_changes():
    """Texts, and changes from their start to their end: what moves the place of the next one."""
    def change(line, start, end, text):
        return {"range": {"start": {"line": line, "character": start},
                          "end": {"line": line, "character": end}}, "text": text}
    # One line end is made of a \r and a \n.
    yield ("a\rX\n" + "bbbb\n" * 20,
           [change(1, 0, 1, "")] + [change(line, 1, 2, str(line)) for line in range(1, 20)])
    # Words of one line get longer, and one line becomes many.
    yield "w " * 20 + "\n", [change(0, 4 * i, 4 * i + 1, "w😀") for i in range(20)]
    yield "w " * 20, [change(i, 3 if i else 1, 4 if i else 2, "\nxx") for i in range(20)]


def play(driver, seed):
    """Whether the driver agrees after every change, and where it does not."""
    rng = random.Random(seed)
    uri = {"uri": "file:///p/a.py", "languageId": "python", "version": 0}
    text = random_text(rng, 60)
    messages = [{"textDocument": dict(uri, text=text)}]
    expected = [text]
    long = "".join(rng.choices(PLAIN * 3 + ["\r"] * rng.choice([0, 0, 1]), k=60))
    for text, changes in [*fixed_changes(), (long, following_changes(rng, long))]:
        for changes in ([{"text": text}], changes):
            messages.append({"textDocument": uri, "contentChanges": changes})
            for change in changes:
                text = apply(text, change)
            expected.append(text)
    text = random_text(rng, 60)
    messages.append({"textDocument": uri, "contentChanges": [{"text": text}]})
    expected.append(text)
    for version in range(120):
        if rng.random() < 0.05:
            wrong = {"range": {"start": {"line": 3, "character": 1},
                               "end": {"line": 3, "character": 0}}, "text": "x"}
            messages.append({"textDocument": uri,
                             "contentChanges": [random_change(rng, text), wrong]})
            expected.append(None)
            continue
        changes = []
        batch = rng.random()
        if batch < 0.03:
            changes = [{"text": random_text(rng, 120)}]
        elif batch < 0.15:
            changes = (many_changes if batch < 0.05 else spread_changes)(rng, text)
        for change in changes:
            text = apply(text, change)
        for _ in range(0 if changes else rng.choice([1, 1, 1, 2, 3])):
            changes.append(random_change(rng, text))
            text = apply(text, changes[-1])
        messages.append({"textDocument": dict(uri, version=version), "contentChanges": changes})
        expected.append(text)
    result = subprocess.run([driver], input="".join(json.dumps(m) + "\n" for m in messages),
                            capture_output=True, text=True, check=False)
    if result.returncode != 0:
        return f"exit status {result.returncode}: {result.stderr.strip()}"
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    if len(answers) != len(expected):
        return f"{len(answers)} answers, {len(expected)} expected"
    for i, (answer, wanted) in enumerate(zip(answers, expected)):
        if wanted is None and "error" not in answer:
            return f"message {i}: a wrong range was taken"
        if wanted is not None and answer != wanted:
            return f"message {i}: {answer!r}, expected {wanted!r} after {messages[i]}"
    return None


def main():
    driver = sys.argv[1]
    seeds = range(40)
    print(f"1..{len(seeds)}")
    failed = 0
    for seed in seeds:
        problem = play(driver, seed)
        print(f"{'not ' if problem else ''}ok {seed + 1} - edits of seed {seed}")
        if problem:
            print(f"# {problem}")
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
