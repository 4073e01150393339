"""docs/settings.md, docs/schema/settings.json and src/server/settings.c say the same."""

import json
import re

from harness import SOURCE, expect, expect_equal, main, test
from lsp import Server
from traffic import SCHEMAS, check_settings

CODE = (SOURCE / "src" / "server" / "settings.c").read_text()
PAGE = (SOURCE / "docs" / "settings.md").read_text()
CLIENT = {"ui", "terminal", "flameGraph", "trusted"}
# Values of every kind, and the ends of every range.
VALUES = [None, True, False, 0, 1, -1, 0.5, 100, 100.5, 101, 10000, 10001, 1000000, 1000001, 1000000000,
          1000000001, 1e300, "", "x", "/x", "show", "focus", "never", "both", "time", "percent", 31622400, 31622401, [], ["x"], {}, {"a": "b"},
          {"a": ""}, {"": "b"}, {"a": 1}, {"a": {}}, {"a": []}]
PROGRAM = """def hot(n):
    return sum(range(n))

def cold(n):
    return n

while True:
    hot(cold(9))
"""


def leaves(schema):
    """{dotted name: schema}, without the names that are dotted in the schema itself."""
    found = {}
    for name, inner in schema["properties"].items():
        if "properties" in inner:
            found |= {f"{name}.{leaf}": value for leaf, value in inner["properties"].items()}
        elif "." not in name:
            found[name] = inner
    return found


SETTINGS = leaves(json.loads((SCHEMAS.folder / "settings.json").read_text()))


def defaults_in_code():
    """{name: default}, from the tables of settings.c; what is not set there is zero."""
    body = re.search(r"void hl_settings_init.*?\n}", CODE, re.DOTALL)[0]
    set_there = dict(re.findall(r"\.(\w+) = ([^,]+(?:\([^)]*\))?),", body))
    header = (SOURCE / "include" / "hotlens" / "store" / "store.h").read_text()
    retention = re.search(r"HL_RETENTION_DEFAULT .*?\{(\d+), (\d+), UINT64_C\(1\) << (\d+)\}", header)
    values = {"retention.runs_per_target": int(retention[1]), "retention.days": int(retention[2]),
              "retention.bytes": round(2 ** int(retention[3]) / 1e6)}
    zero = {"TEXT": "", "BOOL": False, "COUNT": 0, "MEGABYTES": 0, "PERCENT": 0, "CONTENT": "both", "MAPPINGS": {}, "TARGETS": {}}
    found = {}
    for name, kind, member in re.findall(r'\{"([\w.]+)", TYPE_(\w+), (?:AT\(([\w.]+)\)|0)', CODE):
        text = re.sub(r"^hl_xstrdup\((.*)\)$", r"\1", set_there.get(member, ""))
        if member in values:
            found[name] = values[member]
        else:
            found[name] = json.loads(text) if text else zero.get(kind)
    return found


@test
def one_list_of_settings(box):
    code = defaults_in_code()
    expect_equal({name for name in code if name not in CLIENT}, set(SETTINGS), "schema")
    expect(CLIENT <= set(code), "client's own")
    for name, schema in SETTINGS.items():
        expect_equal(schema["default"], code[name], f"default of {name}")
        row = re.search(rf"^\| `{re.escape(name)}` \| [^|]+ \| `(.*?)` \| [^|]{{10,}} \|$", PAGE, re.MULTILINE)
        expect(row, f"a row of {name} in docs/settings.md")
        expect_equal(row[1], json.dumps(code[name]), f"default of {name} in docs/settings.md")
    rows = re.findall(r"^\| `([\w.]+)` \|", PAGE, re.MULTILINE)
    expect_equal(sorted(rows), sorted(SETTINGS), "rows")


@test
def the_server_takes_what_the_schema_allows(box):
    """Every setting with every value: the server complains where the schema does."""
    with Server(box) as talk:
        talk.initialize()
        for name in SETTINGS:
            for value in VALUES:
                group, _, leaf = name.partition(".")
                forms = [{name: value}, {group: {leaf: value}}] if leaf else [{name: value}]
                for settings in forms:
                    wrong = bool(check_settings(settings, "settings"))
                    talk.notifications["window/logMessage"].clear()
                    talk.notify("workspace/didChangeConfiguration", {"settings": settings}, wrong=wrong)
                    talk.request("hotlens/runs", {"limit": 1})
                    logged = [item["message"] for item in talk.notifications["window/logMessage"]]
                    told = any(line.startswith(f"hotlens.{name}: ") for line in logged)
                    expect_equal(told, wrong, f"complaint about {settings}: {logged}")
        talk.notify("workspace/didChangeConfiguration", {"settings": {"hotlens": {"fast": 1}}}, wrong=True)
        talk.message_with("hotlens.fast: no such setting")
        expect_equal(talk.leave(), 0, "exit code")


class Shown:
    """A file with a run, and what is shown of it under settings."""

    def __init__(self, box, talk):
        self.talk = talk
        self.uri = (box.folder / "p.py").as_uri()
        self.document = {"textDocument": {"uri": self.uri}}

    def set(self, **settings):
        settings = {name.replace("_", "."): value for name, value in settings.items()}
        self.talk.notify("workspace/didChangeConfiguration", {"settings": {"hotlens": settings}})

    def hints(self):
        span = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
        return [hint["position"]["line"] for hint in
                self.talk.request("textDocument/inlayHint", {**self.document, "range": span})]

    def lenses(self):
        return self.talk.request("textDocument/codeLens", self.document)

    def hover(self):
        return self.talk.request("textDocument/hover",
                                 {**self.document, "position": {"line": 1, "character": 5}})

    def diagnostics(self):
        self.talk.request("hotlens/runs", {})
        published = self.talk.notifications["textDocument/publishDiagnostics"]
        return [item["range"]["start"]["line"] for item in published[-1]["diagnostics"]] if published else []


@test
def what_is_shown_obeys(box):
    path = box.write("p.py", PROGRAM)
    raw = box.write("p.raw", f"<module> ({path}:8);hot ({path}:2) 80\n"
                             f"<module> ({path}:8);cold ({path}:5) 4\n<module> ({path}:8) 16\n")
    expect_equal(box.hotlens("import", "--rate", "100", raw).returncode, 0, "import")
    with Server(box) as talk:
        talk.initialize()
        talk.open(path)
        talk.command("hotlens.selectRun", "last")
        shown = Shown(box, talk)
        talk.wait_for(shown.lenses, "the run")
        expect_equal(shown.hints(), [1, 4, 7], "hints")
        shown.set(inlayHints_minimumPercent=50)
        expect_equal(shown.hints(), [1, 7], "hints of half the time")
        shown.set(inlayHints_enabled=False)
        expect_equal(shown.hints(), [], "no hints")
        expect(shown.hover(), "a hover")
        shown.set(hovers_enabled=False)
        expect_equal(shown.hover(), None, "no hover")
        shown.set(codeLenses_enabled=False)
        expect_equal(shown.lenses(), [], "no lenses")
        expect_equal(shown.diagnostics(), [], "no diagnostics")
        shown.set(diagnostics_enabled=True)
        expect_equal(shown.diagnostics(), [1, 7], "diagnostics")
        shown.set(diagnostics_minimumPercent=90)
        expect_equal(shown.diagnostics(), [7], "diagnostics of nearly all the time")
        expect_equal(talk.leave(), 0, "exit code")


@test
def sources_of_a_loaded_profile_are_kept_or_not(box):
    path = box.write("p.py", PROGRAM)
    box.write("p.raw", f"hot ({path}:2) 80\n")
    for keep, state in ((True, "imported"), (False, "hashed")):
        with Server(box) as talk:
            talk.initialize(options={"hotlens": {"storeSources": keep}})
            talk.command("hotlens.load", {"path": "p.raw", "rate": 100})
            talk.message_with("p.raw")
            answer = talk.request("hotlens/source", {"run": "last", "path": str(path)})
            expect_equal(answer["state"], state, "state")
            expect_equal(answer["text"], PROGRAM if keep else None, "text")
            expect_equal(talk.leave(), 0, "exit code")


main()
