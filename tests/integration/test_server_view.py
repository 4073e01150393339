"""What the server shows of runs that are in the store: no recording, no py-spy."""

import os

from harness import expect, expect_equal, main, test
from lsp import Server

UI = {"hotlens": {"ui": True}}

# Lines 1, 2 … as an editor counts them.
PROGRAM = """import sys

def leaf(n):
    return sum(range(n))

def work():
    for i in range(9):
        leaf(i)
    return 1

work()
"""

STACKS = """<module> ({path}:11);work ({path}:8);leaf ({path}:4) 600
<module> ({path}:11);work ({path}:7) 300
<module> ({path}:11) 99
<module> ({path}:1) 1
"""


def imported(box, stacks=STACKS, name="program.py", text=PROGRAM, rate=100):
    """A program with a run of 1,000 samples, of 10 s."""
    path = box.write(name, text)
    os.utime(path, (1, 1))
    raw = box.write("p.raw", stacks.format(path=path))
    done = box.hotlens("import", "--rate", str(rate), raw)
    expect_equal(done.returncode, 0, done.stderr)
    return path


def lines_of(talk, path, **params):
    return talk.request("hotlens/lines", {"uri": path.as_uri(), **params})


@test
def lines_of_an_open_document(box):
    path = imported(box)
    with Server(box) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        answer = lines_of(talk, path, tooltips=True)
        expect_equal(answer["state"], "shown", "state")
        expect_equal((answer["uri"], answer["version"], answer["live"]), (path.as_uri(), 1, False),
                     "what of")
        expect_equal((answer["run"]["id"], answer["samples"], answer["file"]), (1, 1000, str(path)),
                     "the run")
        rows = {row["line"]: row for row in answer["lines"]}
        expect_equal({line: (row["self"], row["total"], row["share"], row.get("functionShare"))
                      for line, row in rows.items()},
                     {3: (600, 600, 0.6, 1), 6: (300, 300, 0.3, 0.333333),
                      7: (0, 600, 0.6, 0.666667), 10: (99, 999, 0.999, None),
                      0: (1, 1, 0.001, None)}, "lines")
        expect_equal(rows[7]["text"], "6.00 s · 60.0% · own 0 s", "text")
        expect("600 ± 15 samples" in rows[7]["tooltip"], "tooltip", rows[7])
        expect("text" not in rows[0] and "tooltip" not in rows[0], "too small for a hint", rows[0])
        functions = [(row["name"], row["kind"], row["line"], row["endLine"], row["self"],
                      row["total"], row["edited"]) for row in answer["functions"]]
        expect_equal(functions, [("leaf", "function", 2, 3, 600, 600, False),
                                 ("work", "function", 5, 8, 300, 900, False)], "functions")
        part = lines_of(talk, path, range={"start": {"line": 3, "character": 0},
                                           "end": {"line": 6, "character": 0}})
        expect_equal([row["line"] for row in part["lines"]], [3, 6], "a part")
        expect("tooltip" not in part["lines"][0], "tooltips are asked for")
        # Lines move with the text; a line that was edited has no number.
        talk.notify("textDocument/didChange", {
            "textDocument": {"uri": path.as_uri(), "version": 7}, "contentChanges": [
                {"range": {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 0}},
                 "text": "# one\n# two\n"},
                {"range": {"start": {"line": 8, "character": 0}, "end": {"line": 8, "character": 4}},
                 "text": "    x = "}]})
        answer = lines_of(talk, path)
        expect_equal((answer["version"], answer["lost"]), (7, 1), "version and lost lines")
        expect_equal([row["line"] for row in answer["lines"]], [0, 5, 9, 12], "moved")
        expect_equal([(row["name"], row["line"], row["edited"]) for row in answer["functions"]],
                     [("leaf", 4, False), ("work", 7, True)], "functions")
        wrong = talk.failure("hotlens/lines", {"uri": path.as_uri(), "run": 1}, wrong=True)
        expect(wrong["code"] == -32602 and "uri" in wrong["message"], "one or the other", wrong)
        wrong = talk.failure("hotlens/lines", {"uri": "file:///none.py"})
        expect(wrong["code"] == -32602 and "open document" in wrong["message"], "not open", wrong)
        expect_equal(talk.leave(), 0, "exit code")


main()
