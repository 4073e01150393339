"""The contract that other programs rely on: import, export and show, for every file py-spy wrote."""

import collections
import json
import pathlib
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
    unread = {key: value for key, value in functions.items()
              if not pathlib.Path(key[1]).is_file()}
    for key, value in unread.items():
        expect_equal(got.get(key), value, f"function {key}")
    if len(unread) == len(functions):
        expect_equal(got, functions, "all functions, and no others")
    expect_equal({(row["file"], row["line"]): (row["self"], row["total"])
                  for row in shown["lines"]}, lines, "all lines, and no others")


for _path in FILES:
    def _one(box, path=_path):
        contract(box, path)
    _one.__name__ = f"contract_of_{_path.stem.replace('.', '_')}"
    test(_one)


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


main()
