"""docs/protocol.md and docs/schema say what the server does. `test_protocol.py --update` rewrites the page's
examples with what a server says now."""

import json
import re
import sys

import lsp_types
from examples import BLOCK, Recorder, layout, rewritten
from harness import SOURCE, Skip, expect, expect_equal, find_py_spy, main, test
from lsp import Server
from schema import Schemas
from traffic import SCHEMAS, Traffic

PAGE = SOURCE / "docs" / "protocol.md"


def names(folder):
    return {path.stem for path in (SCHEMAS.folder / folder).glob("*.json")}


def methods_in_source():
    """hotlens/… in the server's text, as strings."""
    found = set()
    for path in (SOURCE / "src" / "server").glob("*.c"):
        found |= set(re.findall(r'"hotlens/(\w+)"', path.read_text()))
    return found


def sections(text):
    """{heading: its text}"""
    parts = re.split(r"^##+ (.*)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def properties(schema):
    """Names of members, at the top of a schema and of its alternatives."""
    if isinstance(schema, bool):
        return set()
    found = set(schema.get("properties", ()))
    for inner in schema.get("anyOf", ()):
        found |= properties(inner)
    return found


@test
def schemas_know_every_method(box):
    expect_equal(methods_in_source(), names("requests") | names("notifications"), "methods")
    with Server(box) as talk:
        commands = talk.initialize()["capabilities"]["executeCommandProvider"]["commands"]
        expect_equal(set(commands), {f"hotlens.{name}" for name in names("commands")}, "commands")
        expect_equal(talk.leave(), 0, "exit code")


@test
def schemas_are_sound(box):
    """Every reference leads somewhere, every word is known to schema.py, no file says what another does."""
    for path in sorted(SCHEMAS.folder.rglob("*.json")):
        schema = json.loads(path.read_text())
        expect_equal(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", path)
        expect(path.name == "common.json" or schema["description"], path)
        for value in (None, 1, "x", [], {}):
            list(Schemas(SCHEMAS.folder).check(value, schema, path, "$"))
        for reference in re.findall(r'"\$ref": "([^"]+)"', path.read_text()):
            SCHEMAS.resolve(reference, path)
        expect_equal(path.read_text(), layout(schema) + "\n", f"form of {path.name}")


@test
def the_page_has_every_name(box):
    found = sections(PAGE.read_text())
    everywhere = found["In all of them"] + found["Commands"]
    for name in names("requests") | names("notifications"):
        texts = [text for heading, text in found.items() if heading.split()[0] == f"hotlens/{name}"]
        expect(texts, f"a section hotlens/{name}")
        folder = "requests" if name in names("requests") else "notifications"
        schema = json.loads((SCHEMAS.folder / folder / f"{name}.json").read_text())["properties"]
        members = properties(schema["params"]) | properties(schema.get("result") or {})
        text = "".join(texts) + everywhere + (found["hotlens/runs"] if folder == "requests" else "")
        for member in members - {"name", "file", "module", "functions", "nodes", "title"}:
            expect(f"`{member}`" in text or f"`{member}:" in text, f"hotlens/{name}: {member}")
    for name in names("commands"):
        schema = json.loads((SCHEMAS.folder / "commands" / f"{name}.json").read_text())
        text = found.get(f"hotlens.{name}") or expect(False, f"a section hotlens.{name}")
        for member in properties(schema["properties"]["arguments"]["prefixItems"][0]):
            said = f"`{member}`" in text or ("in common" in text and f"`{member}`" in found["Commands"])
            expect(said or "Fields: none" in text, f"hotlens.{name}: {member}")


@test
def examples_are_what_a_server_says(box):
    find_py_spy()
    text = PAGE.read_text()
    examples = Recorder(box).play()
    made, used = rewritten(text, examples)
    expect_equal(set(used), set(examples), "names of examples")
    expect_equal(len(used), len(set(used)), "each once")
    if UPDATE:
        PAGE.write_text(made)
        return
    for before, after in zip(BLOCK.finditer(text), BLOCK.finditer(made)):
        expect_equal(before[0], after[0], f"example {before[2]}: run test_protocol.py --update")


# What must be noticed: what the client sends, what the server answers or says, a part of the problem.

INITIALIZE = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
    "processId": None, "rootUri": None, "capabilities": {"window": {"workDoneProgress": True}}}}
INITIALIZED = {"jsonrpc": "2.0", "id": 0, "result": {"capabilities": {
    "positionEncoding": "utf-16", "executeCommandProvider": {"commands": ["hotlens.stop"]}}}}


def call(method, params=None, id=None):
    message = {"jsonrpc": "2.0", "method": method, "params": params, "id": id}
    return {key: value for key, value in message.items() if value is not None}


def result(value, id=1):
    return {"jsonrpc": "2.0", "id": id, "result": value}


RUNS = call("hotlens/runs", {}, 1)
POSITION = {"line": 0, "character": 0}
LENSES = call("textDocument/codeLens", {"textDocument": {"uri": "file:///x.py"}}, 1)


def lens(command, *arguments):
    return [{"range": {"start": POSITION, "end": POSITION},
             "command": {"title": "t", "command": command, "arguments": list(arguments)}}]


def progress(kind, **more):
    return call("$/progress", {"token": "t", "value": {"kind": kind, **more}})


WRONG = [
    ([RUNS, result({})], "$.runs: is missing"),
    ([RUNS, result({"runs": [], "more": 1})], "$.more: not in"),
    ([RUNS, result({"runs": [{"id": "1"}]})], "integer is expected"),
    ([RUNS, result({"runs": []}), result({"runs": []})], "answer to nothing"),
    ([RUNS, {**result(1), "error": {"code": 1, "message": ""}}], "one of"),
    ([RUNS, {"jsonrpc": "2.0", "id": 1, "error": {"code": "x", "message": ""}}], "not a code"),
    ([call("hotlens/unheard", {}, 1)], "has no requests/unheard.json"),
    ([call("hotlens/flamegraph", {"view": "fire"}, 1)], "$.view"),
    ([call("hotlens/flamegraph", {"focus": {"node": "0xa"}}, 1)], "does not match"),
    ([call("hotlens/lines", {"uri": "file:///x.py", "run": 1}, 1)], "not in"),
    ([call("workspace/executeCommand", {"command": "hotlens.stop", "arguments": [{"id": "x"}]}, 1)],
     "arguments[0]"),
    ([call("workspace/executeCommand", {"command": "hotlens.stop", "arguments": [{"it": 1}]}, 1)],
     "arguments[0].it"),
    ([call("workspace/executeCommand", {"command": "hotlens.unheard"}, 1)], "commands/unheard.json"),
    ([call("workspace/didChangeConfiguration", {"settings": {"hotlens": {"rate": 0}}})], "rate: 0 is below"),
    ([call("workspace/didChangeConfiguration", {"settings": {"inlayHints": {"enabled": 1}}})], "enabled"),
    ([LENSES, result(lens("hotlens.attach"))], "was not announced"),
    ([LENSES, result(lens("hotlens.stop", {"id": True}))], "id"),
    ([call("hotlens/recording", {})], "the client has no initializationOptions.hotlens.ui"),
    ([call("workspace/inlayHint/refresh", id=1)], "the client has no capabilities"),
    ([progress("report"), progress("begin", title="t")], "begin, but it was"),
    ([progress("begin", title="t"), progress("end"), progress("report")], "report, but it was ended"),
]
WRONG_LSP = [
    ([LENSES, result([{"range": {"start": POSITION}}])], "end: is missing"),
    ([LENSES, result([{"range": {"start": POSITION, "end": {"line": -1, "character": 0}}}])], "unsigned"),
    ([LENSES, result(None), LENSES, result([{}])], "range: is missing"),
    ([LENSES, result([{"range": {"start": POSITION, "end": POSITION}, "commands": []}])], "not in CodeLens"),
    ([call("window/showMessage", {"type": 9, "message": "m"})], "MessageType"),
    ([call("window/showMessage", {"type": 3, "message": None})], "message"),
    ([call("window/showMessage", {"type": 3, "message": "m"}, 1)], "is a notification"),
    ([call("textDocument/hover", {"textDocument": {"uri": "x"}}, 1)], "position: is missing"),
    ([call("textDocument/unheard", {}, 1)], "not in the specification"),
    ([call("textDocument/publishDiagnostics", {"uri": "x", "diagnostics": [{"message": "m"}]})], "range"),
]


def problems_of(messages):
    traffic = Traffic()
    assert not traffic.from_client(INITIALIZE) and not traffic.from_server(INITIALIZED)
    found = []
    for message in messages:
        method = message.get("method", "")
        is_ours = "method" not in message or method.startswith(("window/", "$/", "workspace/inlay")) or \
            method in ("hotlens/recording", "textDocument/publishDiagnostics")
        found += (traffic.from_server if is_ours else traffic.from_client)(message)
    return found


@test
def wrong_messages_are_noticed(box):
    for messages, part in WRONG:
        found = problems_of(messages)
        expect(any(part in problem for problem in found), f"{part} in {messages}", found)


@test
def wrong_messages_of_lsp_are_noticed(box):
    if not lsp_types.available:
        raise Skip("lsprotocol is not in build/lsp-types (scripts/test installs it)")
    for messages, part in WRONG_LSP:
        found = problems_of(messages)
        expect(any(part in problem for problem in found), f"{part} in {messages}", found)


@test
def nothing_comes_before_the_answer_to_initialize(box):
    traffic = Traffic()
    traffic.from_client(INITIALIZE)
    found = traffic.from_server(call("window/workDoneProgress/create", {"token": "t"}, 1))
    expect(found == ["before the answer to initialize"], found)


UPDATE = "--update" in sys.argv
if UPDATE:
    sys.argv[1:] = ["examples_are_what_a_server_says"]
main()
