"""The contract that other programs rely on: import, export and show, for every file py-spy wrote."""

import collections
import json
import os
import pathlib
import re
import sys

from harness import DATA, HOTLENS, SOURCE, describe, expect, expect_equal, main, test

sys.path.insert(0, str(SOURCE / "tests" / "oracle"))
import raw_vs_naive as naive  # noqa: E402 - an independent, deliberately simple reader

FILES = sorted((DATA / "py-spy").glob("*.raw"))


@test
def there_are_files(box):
    expect(len(FILES) >= 9, "real files to read", FILES)


def rows(items, *names):
    return sorted(tuple(item[name] for name in names) for item in items)


def contract(box, path):
    done = box.hotlens("import", path, "--rate", "100", "--json")
    expect_equal(done.returncode, 0, describe(done))
    run = json.loads(done.stdout)["run"]
    expect(isinstance(run, int), "import prints the run's id", done.stdout)

    again = box.folder / "again.raw"
    done = box.hotlens("export", str(run), "--format", "raw", "-o", again)
    expect_equal(done.returncode, 0, describe(done))
    expect_equal(collections.Counter(naive.records(again.read_bytes())),
                 collections.Counter(naive.records(path.read_bytes())),
                 "the same multiset of stacks and counts, byte for byte")

    shown = box.json("show", str(run), "--json")
    samples, _, functions, lines = naive.count(path.read_bytes())
    functions = {(name.decode(), file.decode()): tuple(value)
                 for (name, file), value in functions.items()}
    lines = {(file.decode(), line): tuple(value) for (file, line), value in lines.items()}
    expect_equal(shown["run"]["samples"], samples, "samples")
    expect_equal(shown["run"]["id"], run, "id")
    expect_equal(shown["run"]["rate"], 100, "rate")
    expect({"id", "target", "rate", "samples", "errors", "duration"} <= set(shown["run"]),
           "the facts of the contract", shown["run"])
    got = {(row["name"], row["file"] or ""): (row["self"], row["total"])
           for row in shown["functions"]}
    expect_equal(got, functions, "all functions, and no others")
    expect_equal({(row["file"], row["line"]): (row["self"], row["total"])
                  for row in shown["lines"]}, lines, "all lines, and no others")


def elsewhere(box, path):
    """A copy of the file whose paths are no files of this machine: then functions are as printed."""
    text = re.sub(rb"\((?=/)", b"(/no-such-folder", path.read_bytes())
    for file in re.findall(rb"\((/no-such-folder[^():]*)", text):
        expect(not pathlib.Path(os.fsdecode(file)).exists(), "of another machine", file)
    return box.write(path.name, text)


for _path in FILES:
    def _one(box, path=_path):
        contract(box, elsewhere(box, path))
    _one.__name__ = f"contract_of_{_path.stem.replace('.', '_')}"
    test(_one)


TEXT = """\
import functools
class K:
    def m(self):
        return [i for i in range(9)]
    @functools.lru_cache
    def n(self):
        def inner():
            return 1
        return inner()
def m():
    return (lambda: 2)()
def m(): return 3
K().m()
"""

# As a Python that prints qualified names and one that does not would; the last is of a text that is
# not this one.
STACKS = """\
<module> (FILE:13);m (FILE:4) 1
<module> (FILE:13);K.m (FILE:4);<listcomp> (FILE:4) 2
<module> (FILE:13);n (FILE:9);inner (FILE:8) 4
<module> (FILE:13);n (FILE:5) 8
<module> (FILE:13);m (FILE:11);<lambda> (FILE:11) 16
<module> (FILE:13);m (FILE:12) 32
<module> (FILE:2);K (FILE:3) 64
<genexpr> (FILE:13) 128
gone (FILE:4) 256
"""

# name, line, end line, self, total
EXPECTED = [
    ("<module>", 0, None, 128, 255),
    ("K", 2, 9, 64, 64),
    ("K.m", 3, 4, 3, 3),
    ("K.n", 6, 9, 8, 12),
    ("K.n.<locals>.inner", 7, 8, 4, 4),
    ("gone", 0, None, 256, 256),
    ("m", 10, 11, 16, 16),
    ("m", 12, 12, 32, 32),
]


def functions_of(shown):
    return sorted((row["name"], row["line"], row.get("endLine"), row["self"], row["total"])
                  for row in shown["functions"])


@test
def functions_of_a_known_text(box):
    """One answer, whoever asks: with its text, without it, and when it has changed since."""
    source = box.write("known.py", TEXT)
    raw = box.write("known.raw", STACKS.replace("FILE", str(source)))
    for options in ([], ["--no-sources"]):
        expect_equal(box.hotlens("import", raw, *options).returncode, 0, "imported")
        shown = [functions_of(box.json("show", "last", "--json"))]
        plain = [row[:2] + row[3:] for row in shown[0]]
        expect_equal(plain, [row[:2] + row[3:] for row in EXPECTED], "the expected table")
        asked = (["export", "last", "-f", "json"], ["flame", "last", "--json"],
                 ["show", "last", "--callers", "K.m"], ["show", "last", "--callers", "m"])
        before = [box.hotlens(*command).stdout for command in asked]
        for change in ("x\n" + TEXT, None):
            source.write_text(change) if change else source.unlink()
            shown = functions_of(box.json("show", "last", "--json"))
            expect_equal([row[:2] + row[3:] for row in shown], plain, "the rows stay")
            for command, text in zip(asked, before):
                expect_equal(box.hotlens(*command).stdout, text, f"{command}, text {change!r}")
        source.write_text(TEXT)


@test
def import_from_a_pipe(box):
    done = box.run("sh", "-c", f"cat '{FILES[0]}' | '{HOTLENS}' import - --json")
    expect_equal(done.returncode, 0, describe(done))


@test
def labels_pins_and_removal(box):
    for path in FILES[:3]:
        expect_equal(box.hotlens("import", path).returncode, 0, "imported")
    expect_equal(box.hotlens("label", "1", "before").returncode, 0, "labelled")
    expect_equal(box.json("show", "before", "--json")["run"]["id"], 1, "found by label")
    expect_equal(box.json("show", "last~1", "--json")["run"]["id"], 2, "found by distance")
    expect(box.hotlens("label", "2", "before").returncode == 1, "a label is unique")
    expect(box.hotlens("label", "2", "17").returncode == 1, "a label is no number")
    expect_equal(box.hotlens("pin", "2").returncode, 0, "pinned")
    expect_equal([run["pinned"] for run in box.json("runs", "--json")["runs"]],
                 [False, True, False], "newest first")
    done = box.hotlens("rm", "3", "no-such-run")
    expect_equal(done.returncode, 1, "a wrong name is an error")
    expect_equal(len(box.json("runs", "--json")["runs"]), 3, "and nothing was deleted")
    expect_equal(box.hotlens("rm", "3", "last").returncode, 0, "the same run twice is one")
    expect_equal(len(box.json("runs", "--json")["runs"]), 2, "one is gone")
    expect_equal(box.hotlens("purge", "--all").returncode, 1, "purge asks first")
    expect_equal(box.hotlens("purge", "--all", "--yes").returncode, 0, "purged")
    expect_equal(box.json("runs", "--json")["runs"], [], "nothing is left")
    for name in ("last", "1", "before"):
        done = box.hotlens("show", name)
        expect(done.returncode == 1 and done.stderr, "a run that is not there is said", describe(done))


@test
def doctor_says_what_is_not_private(box):
    box.hotlens("import", DATA / "py-spy" / "import_pandas.raw", "--db", "named.db")
    path = box.folder / "named.db"
    expect("not private" not in box.hotlens("doctor", "--db", path).stdout, "made private")
    path.chmod(0o644)
    done = box.hotlens("runs", "--db", path)
    expect_equal(done.returncode, 0, describe(done))
    expect_equal(path.stat().st_mode & 0o777, 0o644, "what somebody named is left as it is")
    done = box.hotlens("doctor", "--db", path)
    expect("not private: mode 0644" in done.stdout, "doctor says it", describe(done))


@test
def flame_json_adds_up(box):
    box.hotlens("import", DATA / "py-spy" / "import_pandas.raw")
    for limit in ("16384", "100", "2", "1"):
        flame = box.json("flame", "last", "--json", "--limit", limit)
        nodes = flame["nodes"] if "nodes" in flame else flame
        total, own, parent = nodes["total"], nodes["self"], nodes["parent"]
        expect(len(total) <= int(limit), f"at most {limit} nodes", len(total))
        below = [0] * len(total)
        for index in range(1, len(total)):
            below[parent[index]] += total[index]
        expect_equal([own[i] + below[i] for i in range(len(total))], total,
                     "every node's total is its own and its children's")
        expect_equal(total[0], flame["samples"], "the root has all")


SCOPES = """def train(n):
    return sum(x for x in [y for y in range(n)])
"""


@test
def scopes_are_nodes_of_their_own(box):
    """A comprehension counts as its function, but the flame graph shows it; so do a sandwich and a page."""
    path = box.write("scopes.py", SCOPES)
    raw = box.write("scopes.raw", "".join(line.replace("F", str(path)) + "\n" for line in (
        "<module> (F:9);train (F:2) 2",
        "<module> (F:9);train (F:2);train.<locals>.<genexpr> (F:2) 3",
        "<module> (F:9);train (F:2);<listcomp> (F:2) 5",
        "<module> (F:9);train (F:2);train.<locals>.<genexpr> (F:2);train (F:2) 1")))
    expect_equal(box.hotlens("import", raw).returncode, 0, "imported")
    shown = {row["name"]: (row["self"], row["total"])
             for row in box.json("show", "last", "--json")["functions"]}
    expect_equal(shown, {"train": (11, 11), "<module>": (0, 11)}, "functions")

    def tree(*options):
        flame = box.json("flame", "last", "--json", *options)
        nodes, found = flame.get("nodes") or flame["callees"], []
        for at, function in enumerate(nodes["function"]):
            name = flame["name"][flame["functions"]["name"][function]] if function >= 0 else ""
            found.append((name, nodes["self"][at], nodes["total"][at]))
        return found[1:] if found[0][0] == "" else found

    below = [("train.<listcomp>", 5, 5), ("train.<genexpr>", 3, 4), ("train", 1, 1)]
    expect_equal(tree(), [("<module>", 0, 11), ("train", 2, 11), *below], "the flame graph")
    expect_equal(tree("--function", "train.<genexpr>")[0][2], 4, "of the generator expression")
    expect_equal(tree("--function", "train")[0], ("train", 11, 11), "of the function: its total")
    page = box.hotlens("export", "last", "--format", "html").stdout
    expect("train.\\u003clistcomp" in page, "the page names it", page[-2000:])


main()
