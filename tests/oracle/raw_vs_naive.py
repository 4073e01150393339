"""The raw reader and writers against a second, deliberately simple reader of the same grammar.

Splits with regular expressions, counts with dicts; shares no code or idea with the C side but the
grammar of docs/formats.md. Prints TAP.  raw_vs_naive.py DRIVER FILE…"""
import collections
import json
import re
import subprocess
import sys

PROCESS = re.compile(rb'process (\d+):"')
THREAD = re.compile(rb"thread \((\d+|0x[0-9A-Fa-f]+)\)")
COUNT = re.compile(rb"(.*) (\d+)\Z", re.S)
PLAUSIBLE = re.compile(rb'[^;()"]+ \(([/<?\[.]|[A-Za-z]:[\\/]|[^;]*\)(;|\Z))')
FRAME = re.compile(rb"(?s)(.*?) \((?=[/<?\[.]|[A-Za-z]:[\\/])(.*?)(?::(-?\d+))?\)\Z")
FRAME_ELSE = re.compile(rb"(?s)(.*?) \((.*?)(?::(-?\d+))?\)\Z")


def close_quote(text, at):
    """Index after the quote that closes a command line, or None."""
    for found in re.finditer(rb'"', text[at:]):
        end = at + found.end()
        rest = text[end:]
        if rest == b"":
            return end
        if rest[:1] == b";" and (PROCESS.match(rest, 1) or rest.startswith(b";thread (")
                                 or PLAUSIBLE.match(rest, 1)):
            return end
    return None


def is_open(stack):
    at = 0
    while True:
        header = PROCESS.match(stack, at)
        if not header:
            return False
        end = close_quote(stack, header.end())
        if end is None:
            return True
        at = end + 1


def records(data):
    pending = b""
    for line in data.split(b"\n"):
        pending = pending + b"\n" + line if pending else line
        found = COUNT.match(pending)
        if found and not is_open(found.group(1)):
            yield found.group(1), int(found.group(2))
            pending = b""
    assert pending.strip() == b"", pending[:200]


def split(stack):
    frames = []
    if stack == b"":
        return frames
    at = 0
    while True:
        header = PROCESS.match(stack, at)
        if not header:
            break
        end = close_quote(stack, header.end())
        frames.append(("process", stack[at:end]))
        at = end + 1
        if at > len(stack):
            return frames
    header = THREAD.match(stack, at)
    if header:
        end = header.end()
        if stack[end:end + 2] == b": ":
            end = stack.find(b";", end)
            while end >= 0 and not PLAUSIBLE.match(stack, end + 1):
                end = stack.find(b";", end + 1)
            end = len(stack) if end < 0 else end
        frames.append(("thread", stack[at:end]))
        at = end + 1
        if at > len(stack):
            return frames
    pending = b""
    for token in stack[at:].split(b";"):
        pending = pending + b";" + token if pending else token
        opened = pending.find(b" (")
        inside = pending[opened:]
        if opened >= 0 and pending.endswith(b")") and (
                re.search(rb":-?\d+\)\Z", pending)
                or inside.count(b"(") == inside.count(b")")):
            frames.append(("source", pending))
            pending = b""
    assert pending == b"", (stack, pending)
    return frames


def attributes(text):
    found = FRAME.match(text) or FRAME_ELSE.match(text)
    name, file, line = found.groups()
    return name, file, max(int(line or 0), 0)


def text_of(data):
    return data.decode("utf-8")


def count(data):
    samples = 0
    stacks = collections.Counter()
    functions = collections.defaultdict(lambda: [0, 0])
    lines = collections.defaultdict(lambda: [0, 0])
    for stack, number in records(data):
        samples += number
        stacks[stack] += number
        frames = split(stack)
        assert b";".join(text for _, text in frames) == stack
        seen_functions, seen_lines = set(), set()
        top = None
        for kind, text in frames:
            top = None
            if kind == "source":
                top = attributes(text)
                seen_functions.add(top[:2])
                if top[2]:
                    seen_lines.add(top[1:])
        for key in seen_functions:
            functions[key][1] += number
        for key in seen_lines:
            lines[key][1] += number
        if top:
            functions[top[:2]][0] += number
            if top[2]:
                lines[top[1:]][0] += number
    return samples, stacks, functions, lines


def run(driver, command, path, data=None):
    return subprocess.run([driver, command, path], input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def compare(driver, path):
    with open(path, "rb") as file:
        data = file.read()
    samples, stacks, functions, lines = count(data)
    summary = json.loads(run(driver, "summary", path))
    ours_functions = {(row["name"], row["file"]): [row["self"], row["total"]]
                      for row in summary["functions"]}
    ours_lines = {(row["file"], row["line"]): [row["self"], row["total"]]
                  for row in summary["lines"]}
    written = collections.Counter()
    for stack, number in records(run(driver, "raw", path)):
        written[stack] += number
    piped = json.loads(run(driver, "summary", "-", data))
    profile = json.loads(run(driver, "json", path))
    flame = json.loads(run(driver, "flame", path))
    collapsed = [line.rsplit(b" ", 1) for line in
                 run(driver, "collapsed", path).splitlines()]
    return [
        ("samples", summary["samples"] == summary["reported_samples"] == samples),
        ("nothing opaque, skipped or guessed",
         not (summary["opaque"] or summary["skipped"] or summary["recovered"]
              or summary["truncated"] or summary["overflow"])),
        ("functions", ours_functions ==
         {(text_of(name), text_of(file)): value for (name, file), value in functions.items()}),
        ("lines", ours_lines ==
         {(text_of(file), line): value for (file, line), value in lines.items()}),
        ("round trip", written == stacks),
        ("standard input", piped == summary),
        ("profile JSON", check_profile_json(profile, stacks)),
        ("flame JSON", check_flame_json(flame, samples)),
        ("collapsed", sum(int(number) for _, number in collapsed) == samples
         and all(len(stack.split(b";")) == depth for (stack, _), depth in
                 zip(sorted(collapsed), sorted_depths(stacks)))),
    ]


def sorted_depths(stacks):
    """Depths of the stacks in the order of their collapsed texts."""
    rows = []
    for stack, number in stacks.items():
        frames = split(stack)
        text = b";".join(re.sub(rb"[\r\n]", b" ", part.replace(b";", b":"))
                         for _, part in frames)
        rows.append(([text, b"%d" % number], max(len(frames), 1)))
    return [depth for _, depth in sorted(rows)]


def check_profile_json(profile, stacks):
    texts = profile["frames"]["text"]
    nodes = profile["nodes"]
    rebuilt = collections.Counter()
    path = []
    for frame, depth, own in zip(nodes["frame"], nodes["depth"], nodes["self"]):
        del path[max(depth - 1, 0):]
        if frame >= 0:
            path.append(texts[frame])
        if own:
            rebuilt[";".join(path).encode()] += own
    return (profile["samples"] == sum(stacks.values()) and rebuilt == stacks
            and len(profile["frames"]["function"]) == len(texts))


def check_flame_json(flame, samples):
    nodes = flame["nodes"]
    count_of = len(nodes["id"])
    children = [0] * count_of
    for i in range(1, count_of):
        children[nodes["parent"][i]] += nodes["total"][i]
    functions = flame["functions"]
    return (nodes["total"][0] == samples and nodes["end"][0] == count_of
            and len(set(nodes["id"])) == count_of
            and all(nodes["total"][i] == nodes["self"][i] + children[i] for i in range(count_of))
            and all(-1 <= row < len(flame["file"]) for row in functions["file"])
            and all(0 <= row < len(flame["name"]) for row in functions["name"])
            and all(-2 <= row < len(functions["name"]) for row in nodes["function"]))


def main():
    driver, *paths = sys.argv[1:]
    number = 0
    for path in paths:
        for name, passed in compare(driver, path):
            number += 1
            print(f"{'ok' if passed else 'not ok'} {number} - {path.rsplit('/', 1)[-1]}: {name}")
    print(f"1..{number}")


if __name__ == "__main__":
    main()
