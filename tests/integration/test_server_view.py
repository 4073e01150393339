"""What the server shows of runs that are in the store: no recording, no py-spy."""

import json
import os

from harness import HOTLENS, SOURCE, expect, expect_equal, main, test, wait_until
from lsp import CAPABILITIES, Server

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


def hints_of(talk, path):
    return talk.request("textDocument/inlayHint", {
        "textDocument": {"uri": path.as_uri()},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}}})


def lenses_of(talk, path):
    return talk.request("textDocument/codeLens", {"textDocument": {"uri": path.as_uri()}})


def titles(items):
    return [item.get("title") or item["command"]["title"] for item in items]


def configure(talk, settings, wrong=False):
    talk.notify("workspace/didChangeConfiguration", {"settings": settings}, wrong=wrong)


def diagnostics_of(talk, path):
    found = [item["diagnostics"] for item in
             talk.notifications["textDocument/publishDiagnostics"]
             if item["uri"] == path.as_uri()]
    return found[-1] if found else None


@test
def diagnostics_end_with_their_document(box):
    path = imported(box)
    with Server(box) as talk:
        talk.initialize(options={"hotlens": {"diagnostics": {"enabled": True}}})
        talk.open(path)
        got = talk.wait_for(lambda: diagnostics_of(talk, path), "diagnostics")
        expect_equal([item["range"]["start"]["line"] for item in got], [3, 6, 7, 10], "lines")
        expect_equal({item["severity"] for item in got}, {4}, "severity")
        talk.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
        talk.wait_for(lambda: diagnostics_of(talk, path) == [], "no diagnostics")
        expect_equal(talk.leave(), 0, "exit code")


@test
def settings_in_every_form(box):
    path = imported(box)
    with Server(box) as talk:
        talk.initialize()
        talk.open(path)
        talk.wait_for(lambda: hints_of(talk, path), "hints")
        for off, on in (
                ({"hotlens": {"inlayHints": {"enabled": False}}},
                 {"hotlens": {"inlayHints": {"enabled": True}}}),
                ({"inlayHints": {"enabled": False}}, {"inlayHints.enabled": True}),
                ({"hotlens.inlayHints.enabled": False},
                 {"hotlens": {"inlayHints.enabled": True}})):
            configure(talk, off)
            expect_equal(hints_of(talk, path), [], off)
            configure(talk, None)
            configure(talk, {})
            expect_equal(hints_of(talk, path), [], "nothing changed")
            configure(talk, on)
            expect(hints_of(talk, path), on)
        configure(talk, {"hotlens": {"rate": "fast"}}, wrong=True)
        talk.message_with("hotlens.rate: a number from 1 to 10000 is expected, not \"fast\"")
        expect_equal(talk.leave(), 0, "exit code")


@test
def settings_that_are_asked_for(box):
    path = imported(box)
    answers = {"workspace/configuration": lambda params: [{"inlayHints": {"enabled": state[0]}}]}
    state = [False]
    capabilities = {**CAPABILITIES, "workspace": {**CAPABILITIES["workspace"],
                                                  "configuration": True}}
    with Server(box, answers=answers) as talk:
        talk.initialize(capabilities=capabilities)
        talk.open(path)
        talk.wait_for(lambda: talk.asked["workspace/configuration"], "the question")
        talk.wait_for(lambda: lines_of(talk, path)["hints"] is False, "hints are off")
        state[0] = True
        configure(talk, None)
        talk.wait_for(lambda: hints_of(talk, path), "hints")
        expect_equal(talk.asked["workspace/configuration"][0]["params"],
                     {"items": [{"section": "hotlens"}]}, "the section")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_profile_from_elsewhere_is_mapped(box):
    """Two files of one name, so that no suffix tells which is meant."""
    stacks = "f (/srv/a/app/m.py:2) 10\ng (/srv/b/app/m.py:2) 90\n"
    path = imported(box, stacks=stacks, name="here/app/m.py", text="def f():\n    pass\n")
    with Server(box) as talk:
        talk.initialize()
        talk.open(path)
        configure(talk, {"pathMappings": {"/srv/a": str(box.folder / "here")}})
        first = talk.wait_for(lambda: lines_of(talk, path)["lines"], "lines")
        expect_equal([(row["line"], row["total"]) for row in first], [(1, 10)], "of a")
        configure(talk, {"pathMappings": {"/srv/b": str(box.folder / "here")}})
        expect_equal([(row["line"], row["total"]) for row in lines_of(talk, path)["lines"]],
                     [(1, 90)], "of b, at once")
        expect_equal(talk.leave(), 0, "exit code")


@test
def files_that_are_not_python_have_hints(box):
    """Native frames name them as the compiler saw them."""
    path = box.write("program.py", PROGRAM)
    sources = {"pkg/fast.pyx": ("cython", "def f(n):\n    return n\n\ndef g():\n    return f(1)\n"),
               "native/ext.c": ("c", "int ext(void)\n{\n    return 1;\n}\n")}
    raw = box.write("p.raw", f"<module> ({path}:11);g (pkg/fast.pyx:5);ext (native/ext.c:3) 600\n"
                             "<module> (/srv/gone.py:1) 400\n")
    with Server(box) as talk:
        talk.initialize(options=UI)
        talk.command("hotlens.load", {"path": str(raw), "rate": 100})
        # Only Python files are looked for: the others' names are seldom whole.
        talk.message_with("1 of 2 files found here")
        expected = {"pkg/fast.pyx": (4, "6.00 s · 60.0% · own 0 s"),
                    "native/ext.c": (2, "6.00 s · 60.0%")}
        for name, (language, text) in sources.items():
            uri = box.write(name, text).as_uri()
            talk.notify("textDocument/didOpen", {"textDocument": {
                "uri": uri, "languageId": language, "version": 1, "text": text}})
            talk.wait_for(lambda: talk.request("hotlens/lines", {"uri": uri})["run"], "the run")
            hints = hints_of(talk, box.folder / name)
            expect_equal([(hint["position"]["line"], hint["label"]) for hint in hints],
                         [expected[name]], name)
        expect_equal(talk.leave(), 0, "exit code")


@test
def folders_come_and_go(box):
    path = imported(box)
    with Server(box) as talk:
        talk.initialize(folder=box.folder / "home", options=UI)
        talk.notify("workspace/didChangeWorkspaceFolders", {"event": {
            "added": [{"uri": box.folder.as_uri(), "name": "box"}], "removed": []}})
        talk.open(path)
        talk.wait_for(lambda: lines_of(talk, path)["state"] == "shown", "the run")
        talk.notify("workspace/didChangeWorkspaceFolders", {"event": {
            "added": [], "removed": [{"uri": box.folder.as_uri(), "name": "box"}]}})
        # What is outside every folder shows the newest run that has it.
        talk.wait_for(lambda: lines_of(talk, path)["state"] == "shown", "the run")
        expect_equal(box.hotlens("rm", "1").returncode, 0, "another process deletes it")
        talk.wait_for(lambda: lines_of(talk, path)["state"] != "shown", "nothing")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_project_by_a_link_has_the_runs_of_its_folder(box):
    """A shell in a linked folder tells programs where the link leads; an editor opens the link."""
    path = box.folder / "real" / "m.py"
    path.parent.mkdir()
    (box.folder / "link").symlink_to(path.parent)
    path.write_text("def f():\n    pass\n")
    os.utime(path, (1, 1))
    raw = box.write("m.raw", f"f ({path}:2) 10\n")
    done = box.run("env", "-C", path.parent, HOTLENS, "import", "--rate", "10", raw)
    expect_equal(done.returncode, 0, done.stderr)
    with Server(box) as talk:
        link = box.folder / "link"
        talk.initialize(folder=link, options=UI)
        talk.open(link / "m.py")
        talk.wait_for(lambda: lines_of(talk, link / "m.py")["state"] == "shown", "the run")
        expect_equal(len(talk.request("hotlens/runs", {"folder": link.as_uri()})["runs"]), 1, "listed")
        talk.command("hotlens.selectRun", {"run": 1})
        talk.wait_for(lambda: lines_of(talk, link / "m.py")["state"] == "shown", "chosen, it is the folder's")
        expect_equal(talk.leave(), 0, "exit code")


@test
def what_it_does_is_told_when_asked(box):
    with Server(box, env={"HOTLENS_LOG": "debug"}) as talk:
        talk.initialize()
        expect_equal(talk.leave(), 0, "exit code")
    wait_until(lambda: b"debug: client: shutdown" in talk.errors)


@test
def a_profile_is_loaded_as_the_settings_say(box):
    path = box.write("m.py", "def f():\n    pass\n")
    os.utime(path, (1, 1))
    for number in range(3):
        box.write(f"{number}.raw", f"f ({path}:2) {10 + number}\n")
    with Server(box) as talk:
        talk.initialize(options={"hotlens": {"ui": True, "storeSources": False,
                                             "retention": {"runsPerTarget": 1}}})
        talk.open(path)
        for number in range(3):
            raw = box.folder / f"{number}.raw"
            name = [str(raw), raw.as_uri(), raw.name][number]
            talk.command("hotlens.load", {"path": name, "rate": 10})
            talk.wait_for(lambda: lines_of(talk, path).get("samples") == 10 + number, "numbers")
        source = talk.request("hotlens/source", {"path": str(path)})
        expect_equal((source["state"], source["text"]), ("hashed", None), "no text is kept")
        runs = talk.request("hotlens/runs", {})["runs"]
        expect_equal([run["samples"] for run in runs], [12, 11, 10], "other targets are others")
        talk.command("hotlens.load", {"path": "2.raw", "rate": 10})
        talk.wait_for(lambda: [run["id"] for run in
                               talk.request("hotlens/runs", {})["runs"]] == [4, 2, 1], "one of each")
        talk.command("hotlens.load", {"path": "none.raw"})
        talk.message_with("none.raw")
        wrong = talk.failure("workspace/executeCommand", {
            "command": "hotlens.load", "arguments": [{"path": 1}]}, wrong=True)
        expect(wrong["code"] == -32602 and wrong["message"].startswith("path:"), "path", wrong)
        expect_equal(talk.leave(), 0, "exit code")


def two_runs(box):
    path = imported(box)
    raw = box.write("q.raw", STACKS.replace("leaf ({path}:4) 600", "leaf ({path}:4) 1600")
                    .format(path=path))
    expect_equal(box.hotlens("import", "--rate", "100", "--title", "second", raw).returncode, 0,
                 "import")
    return path


@test
def runs_are_named_pinned_and_deleted(box):
    two_runs(box)

    def run(number):
        return {item["id"]: item for item in talk.request("hotlens/runs", {})["runs"]}[number]

    def told():
        return sum("runs" in item["changed"] for item in talk.notifications["hotlens/didChange"])

    with Server(box) as talk:
        talk.initialize(options=UI)
        talk.command("hotlens.renameRun", {"run": 1, "label": "first try"})
        talk.message_with("is called first try")
        expect_equal(run(1)["label"], "first try", "label")
        expect(told() == 1, "told", talk.notifications["hotlens/didChange"])
        talk.command("hotlens.renameRun", {"run": 2, "label": "first try"})
        talk.message_with("first try")
        expect_equal(run(2)["label"], None, "taken")
        talk.command("hotlens.renameRun", {"run": "first try", "label": None})
        talk.message_with("has no label")
        expect_equal(run(1)["label"], None, "label")
        wrong = talk.failure("workspace/executeCommand", {
            "command": "hotlens.renameRun", "arguments": [{"run": 1, "label": 7}]}, wrong=True)
        expect(wrong["code"] == -32602 and "label" in wrong["message"], "label", wrong)
        talk.command("hotlens.pinRun", 1)
        talk.message_with("is pinned")
        expect_equal(run(1)["pinned"], True, "pinned")
        talk.command("hotlens.pinRun", {"run": 1, "pinned": False})
        talk.message_with("no longer pinned")
        expect_equal(run(1)["pinned"], False, "pinned")
        talk.command("hotlens.deleteRun", {"run": 1})
        talk.message_with("Deleted run 1")
        expect_equal([item["id"] for item in talk.request("hotlens/runs", {})["runs"]], [2], "runs")
        talk.command("hotlens.deleteRun", {"run": 99})
        talk.message_with("99")
        wrong = talk.failure("workspace/executeCommand", {
            "command": "hotlens.deleteRun", "arguments": [{"run": True}]}, wrong=True)
        expect(wrong["code"] == -32602 and wrong["message"].startswith("run:"), "run", wrong)
        expect_equal(talk.leave(), 0, "exit code")


@test
def runs_are_asked_for(box):
    """Without arguments there is a question, and a question after it."""
    two_runs(box)
    asked = []

    def choose(params):
        asked.append(params["message"])
        names = titles(params["actions"])
        return {"title": "before" if "before" in names else names[-1]}

    with Server(box, answers={"window/showMessageRequest": choose}) as talk:
        talk.initialize(options=UI)
        talk.command("hotlens.renameRun")
        talk.message_with("is called before")
        expect_equal(asked, ["Which run shall be renamed?", "What shall the run be called?"],
                     "questions")
        expect_equal(talk.leave(), 0, "exit code")


@test
def runs_are_compared_with_a_chosen_one(box):
    path = two_runs(box)
    with Server(box) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        talk.wait_for(lambda: lines_of(talk, path)["run"], "the run")

        def change():
            found = [row for row in lines_of(talk, path)["functions"] if row["name"] == "leaf"]
            return found[0].get("change")

        expect_equal(change(), None, "another target")
        talk.command("hotlens.renameRun", {"run": 1, "label": "slow"})
        talk.command("hotlens.compareWith", {"run": 1})
        got = talk.wait_for(change, "the change")
        expect_equal((got["direction"], got["seconds"], got["baseline"]), ("more", 10, "slow"),
                     "change")
        lens = talk.wait_for(lambda: [title for title in titles(lenses_of(talk, path))
                                      if "▲" in title], "the lens")
        expect("than slow" in lens[0], "the lens", lens)
        talk.command("hotlens.compareWith", {"default": True})
        talk.wait_for(lambda: change() is None, "no comparison")
        talk.command("hotlens.compareWith", {"run": 2})
        talk.message_with("is the one that is shown")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_run_is_exported(box):
    path = imported(box)
    with Server(box) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        talk.wait_for(lambda: lines_of(talk, path)["run"], "the run")
        schema = json.loads((SOURCE / "docs/schema/commands/export.json").read_text())
        alternatives = schema["properties"]["arguments"]["prefixItems"][0]["anyOf"]
        names = alternatives[0]["properties"]["format"]["enum"][:-1]
        for name in names:
            talk.command("hotlens.export", {"format": name})
            talk.message_with(f"hotlens-1.{name}")
            expect((box.folder / f"hotlens-1.{name}").stat().st_size > 0, name)
        raw = (box.folder / "hotlens-1.raw").read_text().splitlines()
        expect_equal(sorted(raw), sorted((box.folder / "p.raw").read_text().splitlines()), "raw")
        talk.command("hotlens.export", {"run": "last", "format": "raw", "path": "sub.raw"})
        talk.message_with("sub.raw")
        expect((box.folder / "sub.raw").exists(), "beside the workspace's files")
        wrong = talk.failure("workspace/executeCommand", {
            "command": "hotlens.export", "arguments": [{"format": "../raw"}]}, wrong=True)
        expect_equal((wrong["code"], [name for name in names if f'"{name}"' not in wrong["message"]]),
                     (-32602, []), "what is expected")
        talk.answers["window/showMessageRequest"] = lambda params: params["actions"][1]
        talk.command("hotlens.export", {"path": "picture"})
        talk.message_with("picture")
        actions = talk.asked["window/showMessageRequest"][-1]["params"]["actions"]
        expect_equal([action["title"].split()[0].lower() for action in actions], names, "the question")
        expect("<svg" in (box.folder / "picture").read_text()[:200], "the second is a picture")
        expect_equal(talk.leave(), 0, "exit code")


@test
def numbers_are_those_of_the_focus(box):
    stacks = ("process 7:\"python p.py\";thread (0x1): \"A\";<module> ({path}:11);work ({path}:8);"
              "leaf ({path}:4) 600\n"
              "process 7:\"python p.py\";thread (0x2): \"B\";<module> ({path}:11);work ({path}:7) 400\n")
    path = imported(box, stacks=stacks)

    def focus(samples, **what):
        talk.command("hotlens.focus", what)
        return talk.wait_for(lambda: (lambda answer: answer if answer["samples"] == samples else
                                      None)(lines_of(talk, path, tooltips=True)), f"focus {what}")

    with Server(box) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        talk.wait_for(lambda: lines_of(talk, path)["run"], "the run")
        answer = focus(600, function="leaf", file=str(path))
        expect_equal([(row["line"], row["share"]) for row in answer["lines"]],
                     [(3, 1), (7, 1), (10, 1)], "lines")
        expect("of focus: leaf" in answer["lines"][0]["tooltip"], "tooltip", answer["lines"][0])
        expect(any("focus: leaf" in title for title in titles(lenses_of(talk, path))), "lens")
        change = talk.wait_for(lambda: [item for item in talk.notifications["hotlens/didChange"]
                                        if "focus" in item["changed"]], "told")
        expect("leaf" in change[0]["shown"][0]["focus"], "what on", change)
        focus(1000, function="work", file=path.as_uri())
        focus(1000, module=str(path))
        focus(1000, process=7)
        focus(400, thread=2)
        nodes = talk.request("hotlens/flamegraph", {})["nodes"]
        focus(nodes["total"][-1], node=nodes["id"][-1])
        talk.command("hotlens.clearFocus")
        talk.wait_for(lambda: lines_of(talk, path)["focus"] is None, "no focus")
        talk.command("hotlens.focus", {"function": "nobody"})
        talk.message_with("no samples of this run are in that focus")
        wrong = talk.failure("workspace/executeCommand", {
            "command": "hotlens.focus", "arguments": [{"node": "xyz"}]}, wrong=True)
        expect(wrong["code"] == -32602 and wrong["message"].startswith("node:"), "node", wrong)
        expect_equal(talk.leave(), 0, "exit code")


def place_of(talk, line, path, **more):
    answer = talk.request("hotlens/location", {"path": str(path), "line": line, **more})
    expect_equal(answer["range"]["start"], answer["range"]["end"], "a place")
    return answer["uri"], answer["range"]["start"]["line"], answer["exact"]


@test
def lines_are_found_where_they_are_now(box):
    path = imported(box)
    uri = path.as_uri()
    with Server(box) as talk:
        talk.initialize(options=UI)
        expect_equal(place_of(talk, 8, path), (uri, 7, True), "in the file as it ran")
        path.write_text("# new\n" + PROGRAM.replace("        leaf(i)\n", "        pass\n"))
        expect_equal(place_of(talk, 4, path), (uri, 4, True), "in a file that was edited")
        expect_equal(place_of(talk, 8, path), (uri, 7, False), "a line that is gone: the one above")
        expect_equal(place_of(talk, 8, path, run="last"), (uri, 7, False), "of a run that is named")
        talk.open(path)
        talk.notify("textDocument/didChange", {
            "textDocument": {"uri": uri, "version": 7},
            "contentChanges": [{"text": "#\n#\n#\n" + PROGRAM}]})
        expect_equal(place_of(talk, 8, path), (uri, 10, True), "in an open document")
        expect_equal(place_of(talk, 8, path.as_uri()), (uri, 10, True), "by its URI")
        expect_equal(place_of(talk, 999, path), (uri, 13, False), "behind the end")
        wrong = talk.failure("hotlens/location", {"path": str(path), "line": 0}, wrong=True)
        expect(wrong["code"] == -32602 and "line" in wrong["message"], "line 0", wrong)
        wrong = talk.failure("hotlens/location", {"path": "/nowhere/none.py", "line": 1})
        expect("/nowhere/none.py" in wrong["message"] and "pathMappings" in wrong["message"],
               "no such file", wrong)
        path.rename(path.with_name("elsewhere.py"))
        wrong = talk.failure("hotlens/location", {"path": str(path), "line": 1})
        expect("is not here any more" in wrong["message"], "a file that is gone", wrong)
        expect_equal(talk.leave(), 0, "exit code")


@test
def lines_are_found_where_a_mapping_says(box):
    imported(box, STACKS.replace("{path}", "/build/app/main.py"), name="here.py")
    here = box.write("src/main.py", "x = 1\n")
    with Server(box) as talk:
        talk.initialize(options={"pathMappings": {"/build/app": str(here.parent)}})
        expect_equal(place_of(talk, 8, "/build/app/main.py"), (here.as_uri(), 7, False),
                     "what ran is not known: the same number")
        expect_equal(talk.leave(), 0, "exit code")


@test
def two_editors_on_one_store(box):
    path = imported(box)
    with Server(box) as one, Server(box) as two:
        for talk in (one, two):
            talk.initialize(options=UI)
            talk.open(path)
            talk.wait_for(lambda: lines_of(talk, path)["run"], "the run")
        raw = box.write("q.raw", f"<module> ({path}:11) 77\n")
        one.command("hotlens.load", {"path": str(raw), "rate": 100})
        for talk in (one, two):
            talk.wait_for(lambda: lines_of(talk, path)["samples"] == 77, "the new run")
        two.command("hotlens.deleteRun", {"run": 2})
        for talk in (one, two):
            talk.wait_for(lambda: lines_of(talk, path).get("samples") != 77, "it is gone")
        expect_equal((one.leave(), two.leave()), (0, 0), "exit codes")


TESTS = """import unittest

def test_plain():
    pass

class TestThings(unittest.TestCase):
    def test_one(self):
        def test_inner():
            pass

    class TestDeeper:
        def test_two(self):
            pass

    def helper(self):
        pass

class Other:
    def test_no(self):
        pass
"""


@test
def tests_have_a_lens(box):
    path = box.write("test_it.py", TESTS)
    other = box.write("it.py", TESTS)
    with Server(box) as talk:
        talk.initialize()
        talk.open(path)
        talk.open(other)
        got = [(lens["range"]["start"]["line"], lens["command"]["arguments"][0].get("test"))
               for lens in lenses_of(talk, path)]
        expect_equal(got, [(2, "test_plain"), (5, "TestThings"), (6, "TestThings::test_one"),
                           (10, "TestThings::TestDeeper"),
                           (11, "TestThings::TestDeeper::test_two")], "lenses")
        expect_equal(lenses_of(talk, other), [], "no test file")
        expect_equal(talk.leave(), 0, "exit code")


main()
