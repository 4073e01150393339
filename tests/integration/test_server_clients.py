"""What breaks one client or another, and must not: the table in docs/testing.md names these tests."""

import os
import pathlib
import urllib.parse

from harness import expect, expect_equal, main, test, wait_until
from lsp import Server

PLAIN = {"textDocument": {}, "window": {}, "workspace": {}}


def import_stacks(box, stacks):
    raw = box.write("p.raw", stacks)
    done = box.hotlens("import", "--rate", "100", raw)
    expect_equal(done.returncode, 0, done.stderr)


def shown(talk, uri):
    return talk.wait_for(lambda: (lambda answer: answer if answer["state"] == "shown" else None)(
        talk.request("hotlens/lines", {"uri": uri})), f"the run in {uri}")


def start(talk, uri, text, version=1):
    talk.notify("textDocument/didOpen", {"textDocument": {
        "uri": uri, "languageId": "python", "version": version, "text": text}})


NAMES = ["a b.py", "ü.py", "a%20b.py", "a#b?c.py", "a+b&c=d;e.py", "@:!$'()*,~.py", "😀.py", "[x]{y}.py",
         "back\\slash.py", "quo\"te.py"]


@test
def uris_are_read_as_python_writes_them(box):
    """However much of a path is percent-encoded, and in whatever case."""
    paths = [box.write(name, "pass\n") for name in NAMES]
    import_stacks(box, "".join(f"<module> ({path}:1) {10 + number}\n"
                               for number, path in enumerate(paths)))
    with Server(box) as talk:
        talk.initialize()
        for number, path in enumerate(paths):
            least = "file://" + urllib.parse.quote(str(path), safe="/:@!$&'()*+,;=~[]{}\"\\")
            most = "file://" + urllib.parse.quote(str(path), safe="/")
            every = "file:///" + "".join(f"%{byte:02x}" if byte != ord("/") else "/"
                                         for byte in os.fsencode(str(path))[1:])
            for uri in {path.as_uri(), least, most, every, most.replace("file://", "file://localhost")}:
                expect_equal(os.fsdecode(urllib.parse.unquote_to_bytes(
                    urllib.parse.urlsplit(uri).path)), str(path), "the test's own URI")
                start(talk, uri, "pass\n")
                answer = shown(talk, uri)
                expect_equal((answer["uri"], answer["file"], answer["lines"][0]["total"]),
                             (uri, str(path), 10 + number), "the same file")
                talk.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        for uri in ("untitled:Untitled-1", "vscode-notebook-cell:/p/x.ipynb#W0sZmlsZQ%3D%3D",
                    "file:///C%3A/x.py", "file://host/share/x.py", "nonsense", "file:", "%"):
            start(talk, uri, "pass\n")
            expect_equal(talk.request("hotlens/lines", {"uri": uri})["state"], "none", uri)
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_link_is_the_file_that_it_leads_to(box):
    path = box.write("real/m.py", "pass\n")
    (box.folder / "link").symlink_to("real")
    import_stacks(box, f"<module> ({path}:1) 10\n")
    with Server(box) as talk:
        talk.initialize()
        uri = (box.folder / "link" / "m.py").as_uri()
        start(talk, uri, "pass\n")
        expect_equal(shown(talk, uri)["uri"], uri, "its own name")
        expect_equal(talk.leave(), 0, "exit code")


@test
def the_first_message_is_the_answer(box):
    with Server(box) as talk:
        talk.initialize(options={"hotlens": {"rate": "wrong", "ui": True}}, wrong=True)
        talk.message_with("hotlens.rate")
        expect("result" in talk.log[0], "nothing before it but the answer", talk.log[:2])
        got = talk.log[0]["result"]["capabilities"]
        expect_equal(got["positionEncoding"], "utf-16", "said, and this one")
        expect_equal((got["textDocumentSync"]["openClose"], got["textDocumentSync"]["change"]),
                     (True, 2), "an object")
        expect(talk.asked["client/registerCapability"] == [], "all is static")
        expect(all(name.startswith("hotlens.") for name in
                   got["executeCommandProvider"]["commands"]), "unique names")
        expect_equal(talk.leave(), 0, "exit code")


@test
def other_encodings_change_nothing(box):
    for offered in (["utf-8", "utf-32", "utf-16"], ["utf-32"], [], None):
        general = {} if offered is None else {"general": {"positionEncodings": offered}}
        with Server(box) as talk:
            result = talk.initialize(capabilities={**PLAIN, **general})
            expect_equal(result["capabilities"]["positionEncoding"], "utf-16", offered)
            expect_equal(talk.leave(), 0, "exit code")


@test
def a_parent_that_cannot_be_seen_is_no_reason_to_go(box):
    """processId of another namespace, or none."""
    for pid in (None, 2 ** 31 - 1, 0, -1, "x"):
        with Server(box) as talk:
            talk.request("initialize", {"processId": pid, "rootUri": None, "capabilities": {},
                                        "initializationOptions": None}, wrong=pid == "x")
            talk.notify("initialized", {})
            expect_equal(talk.request("hotlens/runs", {})["runs"], [], "it answers")
            expect_equal(talk.leave(), 0, "exit code")


@test
def options_and_versions_may_be_missing(box):
    path = box.write("m.py", "pass\n")
    import_stacks(box, f"<module> ({path}:1) 10\n")
    for options in (None, {}, {"hotlens": None}, {"hotlens": {}}):
        with Server(box) as talk:
            talk.initialize(options=options)
            start(talk, path.as_uri(), "pass\n", version=0)
            expect_equal(shown(talk, path.as_uri())["version"], 0, "version")
            talk.notify("textDocument/didChange", {
                "textDocument": {"uri": path.as_uri(), "version": None},
                "contentChanges": [{"text": "\npass\n"}]}, wrong=True)
            expect_equal(shown(talk, path.as_uri())["lines"][0]["line"], 1, "the change")
            expect_equal(talk.leave(), 0, "exit code")


@test
def no_refresh_where_none_is_known(box):
    path = box.write("m.py", "pass\n")
    import_stacks(box, f"<module> ({path}:1) 10\n")
    with Server(box) as talk:
        talk.initialize(capabilities=PLAIN)
        start(talk, path.as_uri(), "pass\n")
        shown(talk, path.as_uri())
        talk.command("hotlens.toggleHints")
        hints = talk.request("textDocument/inlayHint", {
            "textDocument": {"uri": path.as_uri()},
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}})
        expect_equal(hints, [], "an empty list, not null: some keep the old ones")
        expect(not talk.asked and not [name for name in talk.notifications
                                       if name.startswith("hotlens/")], "nothing unknown",
               [list(talk.asked), list(talk.notifications)])
        expect_equal(talk.leave(), 0, "exit code")


@test
def requests_without_params_have_none(box):
    path = box.write("m.py", "pass\n")
    import_stacks(box, f"<module> ({path}:1) 10\n")
    with Server(box) as talk:
        talk.initialize()
        start(talk, path.as_uri(), "pass\n")
        asked = talk.wait_for(lambda: talk.asked["workspace/inlayHint/refresh"], "a refresh")
        expect("params" not in asked[0], "params", asked)
        expect(all(isinstance(item["id"], int) for items in talk.asked.values() for item in items),
               "integers as ids")
        expect_equal(talk.leave(), 0, "exit code")


@test
def neovim_before_0_11_gets_no_hover(box):
    """Two servers' hovers end in each other's window there."""
    for version, hover in (("0.10.4", False), ("0.11.0", True), ("0.12.4", True), (None, True)):
        with Server(box) as talk:
            got = talk.request("initialize", {
                "processId": None, "rootUri": None, "capabilities": {},
                "clientInfo": {"name": "Neovim", **({"version": version} if version else {})}})
            expect_equal(bool(got["capabilities"].get("hoverProvider")), hover, version)
            expect_equal(talk.leave(), 0, "exit code")


@test
def commands_of_others_are_refused_at_once(box):
    with Server(box) as talk:
        talk.initialize()
        error = talk.failure("workspace/executeCommand", {"command": "pyright.restartserver"})
        expect("pyright.restartserver" in error["message"], "its name", error)
        expect_equal(talk.leave(), 0, "exit code")


@test
def hostile_names_are_well_formed(box):
    """Bytes that are no UTF-8, marks and controls; lsp.py reads strictly."""
    path = box.write("m.py", "pass\n")
    raw = b"<module> (%s:1);\xff\xfe\x00</script>\xe2\x80\xae (\xff.py:3) 10\n" % bytes(path)
    import_stacks(box, raw)
    with Server(box) as talk:
        talk.initialize(options={"hotlens": {"ui": True}})
        start(talk, path.as_uri(), "pass\n")
        shown(talk, path.as_uri())
        for method in ("hotlens/functions", "hotlens/lines", "hotlens/flamegraph", "hotlens/runs"):
            talk.request(method, {})
        expect_equal(talk.leave(), 0, "exit code")


@test
def what_a_window_shows_is_a_file(box):
    """Documents are written and then shown, without a selection that may lie behind their end."""
    path = box.write("m.py", "pass\n")
    import_stacks(box, f"<module> ({path}:1) 10\n")
    with Server(box, answers={"window/showDocument": lambda _: {"success": True}}) as talk:
        talk.initialize()
        start(talk, path.as_uri(), "pass\n")
        shown(talk, path.as_uri())
        talk.command("hotlens.showFlamegraph")
        asked = talk.wait_for(lambda: talk.asked["window/showDocument"], "the document")[0]["params"]
        expect("selection" not in asked, "no selection", asked)
        name = urllib.parse.unquote(urllib.parse.urlsplit(asked["uri"]).path)
        expect(pathlib.Path(name).stat().st_size > 0, "a file", asked)
        expect_equal(talk.leave(), 0, "exit code")


@test
def standard_error_is_silent_and_output_is_only_ours(box):
    with Server(box, answers={"window/showDocument": lambda _: {"success": True}}) as talk:
        talk.initialize()
        talk.command("hotlens.doctor")
        talk.wait_for(lambda: talk.asked["window/showDocument"] or
                      talk.notifications["window/showMessage"], "the report")
        expect_equal(talk.leave(), 0, "exit code")
        wait_until(lambda: talk.process.poll() is not None)
        expect_equal(talk.errors, b"", "standard error")


main()
