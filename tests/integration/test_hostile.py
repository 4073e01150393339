"""A client that does everything wrong, from a seed that is printed and taken from $LSP_SEED: nothing that it
sends may end the server, leave a request without its one answer, or make memory grow without bound."""

import collections
import copy
import json
import os
import pathlib
import queue
import random
import subprocess
import threading
import time

from harness import HOTLENS, SOURCE, TIMEOUT, expect, expect_equal, main, test
from lsp import CAPABILITIES, SEED, frame, read_strictly

RANDOM = random.Random(SEED)
# A sanitizer's shadow and what it keeps of freed memory come on top.
MEMORY_MOST = (1200 if "ASAN_OPTIONS" in os.environ else 300) << 20

PROGRAM = "import sys\n\ndef leaf(n):\n    return sum(range(n))\n\ndef work():\n    leaf(9)\n\nwork()\n"
STACKS = "<module> ({path}:9);work ({path}:7);leaf ({path}:4) 600\n<module> ({path}:9) 300\n"


def key(identifier):
    """What makes two ids the same: 1 and 1.0 are, 1 and "1" are not."""
    return json.dumps(float(identifier) + 0.0 if isinstance(identifier, (int, float)) else
                      identifier)


def expected_reply(message):
    """The id of the answer that a parsed message has to get, as (True, id); (False, None): none."""
    if not isinstance(message, dict):
        return True, None
    identifier = message.get("id")
    if identifier is not None and (isinstance(identifier, bool)
                                   or not isinstance(identifier, (int, float, str))):
        return True, None
    method = message.get("method")
    if "method" not in message and "id" in message and ("result" in message or "error" in message):
        return False, None
    scalar = not isinstance(message.get("params"), (dict, list, type(None)))
    if not isinstance(method, str) or scalar:
        return True, identifier
    return "id" in message, identifier


class Attacker:
    """Sends bytes, counts answers, answers the server's questions any way it likes."""

    def __init__(self, box):
        env = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1",
               # No py-spy: nothing of this may start a recording.
               "PATH": "/nonexistent", "VIRTUAL_ENV": ""}
        self.box = box
        self.process = box.start(HOTLENS, "serve", env=env, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.expected = collections.Counter()
        self.answered = collections.Counter()
        self.answers = {}  # the last of each id
        self.said = collections.Counter()
        self.asked = queue.Queue()
        self.problems = []
        self.errors = b""
        self.next_id = 1_000_000  # far from what is sent at random
        self.readers = [threading.Thread(target=target, daemon=True)
                        for target in (self._read, self._read_errors)]
        for reader in self.readers:
            reader.start()

    def _read(self):
        stream = self.process.stdout
        while line := stream.readline():
            if not line.startswith(b"Content-Length: ") or stream.readline() != b"\r\n":
                self.problems.append(f"no header: {line!r}")
                return
            try:
                self._take(read_strictly(stream.read(int(line[16:]))))
            except (AssertionError, ValueError) as problem:
                self.problems.append(repr(problem))

    def _read_errors(self):
        self.errors += self.process.stderr.read()

    def _take(self, message):
        if "method" not in message:
            self.answered[key(message["id"])] += 1
            self.answers[key(message["id"])] = message
        elif "id" in message:
            self.asked.put(message)
        elif message["method"] == "window/showMessage":
            text = message["params"]["message"].replace(str(self.box.folder), "")
            self.said[text] += 1

    def write(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            self.check_alive()
            raise

    def send(self, message):
        has_reply, identifier = expected_reply(message)
        if has_reply:
            self.expected[key(identifier)] += 1
        self.write(frame(message))

    def send_broken(self, body):
        """What cannot be read as a message: one answer without an id."""
        self.expected[key(None)] += 1
        self.write(frame(body))

    def ask(self, method, params=None):
        self.next_id += 1
        self.send({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params})
        return self.next_id

    def request(self, method, params=None):
        identifier = self.ask(method, params)
        self.wait_for(lambda: key(identifier) in self.answers, f"the answer to {method}")
        return self.answers[key(identifier)]

    def notify(self, method, params=None):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def answer_questions(self):
        while not self.asked.empty():
            question = self.asked.get()
            actions = (question.get("params") or {}).get("actions", [])
            # A yes would install or run something.
            titles = [item["title"] for item in actions
                      if not item["title"].startswith(("Install", "Run it"))]
            result = RANDOM.choice([None, {}, [], 7, "x", {"title": 1}, {"title": "none of them"},
                                    *({"title": title} for title in titles)])
            answer = {"jsonrpc": "2.0", "id": question["id"], "result": result}
            if RANDOM.random() < 0.2:
                answer = {"jsonrpc": "2.0", "id": question["id"],
                          "error": RANDOM.choice([None, 1, {}, {"code": -32601, "message": "no"}])}
            for _ in range(RANDOM.choice((0, 1, 1, 1, 1, 2))):
                self.send(answer)

    def check_alive(self):
        code = self.process.poll()
        if code is not None:
            self.readers[1].join(TIMEOUT)
            raise AssertionError(f"the server ended with {code}\n{self.errors.decode(errors='replace')}")
        expect(not self.problems, "every message can be read", self.problems[:3])

    def wait_for(self, condition, what):
        deadline = time.monotonic() + TIMEOUT
        while not condition():
            self.check_alive()
            expect(time.monotonic() < deadline, what)
            time.sleep(0.005)

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) << 10

    def initialize(self, options=None, capabilities=None):
        folders = [{"uri": self.box.folder.as_uri(), "name": "box"}]
        answer = self.request("initialize", {
            "processId": None, "rootUri": None, "workspaceFolders": folders,
            "initializationOptions": options, "capabilities": capabilities or CAPABILITIES})
        expect("result" in answer, "initialize", answer)
        self.notify("initialized", {})

    def has_all_answers(self):
        self.answer_questions()
        return sum(self.answered.values()) >= sum(self.expected.values())

    def leave(self):
        """Everything was answered once, the server is well and goes when it is told to."""
        self.wait_for(self.has_all_answers, "every request is answered")
        expect(self.memory() < MEMORY_MOST, "memory", f"{self.memory() >> 20} MiB")
        answer = self.request("shutdown")
        expect(answer.get("result", 1) is None, "shutdown", answer)
        self.notify("exit")
        expect_equal(self.process.wait(TIMEOUT), 0, "exit code, " + self.errors.decode(errors="replace"))
        self.readers[0].join(TIMEOUT)
        expect(not self.problems, "every message can be read", self.problems[:3])
        wrong = {id: (count, self.answered[id]) for id, count in
                 (self.expected | self.answered).items()
                 if self.expected[id] != self.answered[id]}
        expect(not wrong, "one answer for each request: id, (expected, came)", wrong)


WRONG = [None, True, False, -1, 0, 1, 2, 1.5, -0.0, 1e308, -1e308, 2**31, 2**53 + 2, 2**63, "", "x",
         "\0", "a\0b", "é😀\u2028", "x" * 5000, "file:///", "file:///%00", "%", "last~99999999999999999999",
         "-1", "0x", "../../..", "untitled:1", [], [None], [[[]]], {}, {"a": 1}, [1, "2", {}], {"": ""}]


def wrong():
    return copy.deepcopy(RANDOM.choice(WRONG))


def properties_of(schema):
    if not isinstance(schema, dict):
        return set()
    found = set(schema.get("properties", ()))
    for inner in schema.get("anyOf", ()):
        found |= properties_of(inner)
    return found


def load_fields():
    """{command or request: names of its fields}, as docs/schema has them."""
    commands, requests = {}, {}
    folder = SOURCE / "docs" / "schema"
    for path in sorted((folder / "commands").glob("*.json")):
        arguments = json.loads(path.read_text())["properties"]["arguments"]
        commands["hotlens." + path.stem] = sorted(properties_of(arguments["prefixItems"][0]))
    for path in sorted((folder / "requests").glob("*.json")):
        params = json.loads(path.read_text())["properties"]["params"]
        requests["hotlens/" + path.stem] = sorted(properties_of(params))
    return commands, requests


def prepare(box):
    path = box.write("program.py", PROGRAM)
    os.utime(path, (1, 1))
    for _ in range(3):
        raw = box.write("p.raw", STACKS.format(path=path))
        expect_equal(box.hotlens("import", "--rate", "100", raw).returncode, 0, "import")
    return path


def position():
    return {"line": RANDOM.choice((0, 1, 3, 8, 9, 10, 2**31 - 1, -1, 2**31, 1.5, 0)),
            "character": RANDOM.choice((0, 1, 4, 80, 2**31 - 1, -1, None))}


def some_range():
    return {"start": position(), "end": position()}


class Messages:
    """Makes messages: right ones, and right ones with something replaced."""

    def __init__(self, box, path):
        self.commands, self.requests = load_fields()
        self.uris = [path.as_uri(), (box.folder / "other.py").as_uri(), "untitled:Untitled-1",
                     "file:///C%3A/x.py", path.as_uri().replace("program", "%70rogram"), "", "%zz"]

    def document(self):
        return {"uri": RANDOM.choice(self.uris), "version": RANDOM.choice((0, 1, 2, None, -5))}

    def synchronize(self):
        kind = RANDOM.choice(("didOpen", "didChange", "didChange", "didChange", "didSave", "didClose"))
        params = {"textDocument": self.document()}
        if kind == "didOpen":
            params["textDocument"].update(
                languageId=RANDOM.choice(("python", "c", "")),
                text=RANDOM.choice((PROGRAM, "", "\r\r\n\0é😀", "def f(:\n" * 300, "(" * 3000)))
        if kind == "didChange":
            params["contentChanges"] = [
                {"text": RANDOM.choice(("", "x", "\n", "\r", "\n    ", "😀", "def g():\n    pass\n", "\0")),
                 **({"range": some_range()} if RANDOM.random() < 0.9 else {})}
                for _ in range(RANDOM.choice((0, 1, 1, 2, 9)))]
        return "textDocument/" + kind, params, False

    def feature(self):
        kind = RANDOM.choice(("inlayHint", "codeLens", "hover", "codeAction"))
        params = {"textDocument": self.document(), "range": some_range(), "position": position(),
                  "context": {"diagnostics": [], "only": RANDOM.choice((None, [], ["source"], 1)),
                              "triggerKind": RANDOM.choice((None, 1, 2, "x"))}}
        return "textDocument/" + kind, params, True

    def command(self):
        name = RANDOM.choice(list(self.commands))
        fields = self.commands[name]
        arguments = {field: wrong() for field in fields if RANDOM.random() < 0.4}
        arguments = RANDOM.choice(([arguments], [arguments], [wrong()], [], None, arguments))
        return "workspace/executeCommand", {"command": name, "arguments": arguments,
                                            "workDoneToken": wrong()}, True

    def question(self):
        name = RANDOM.choice(list(self.requests))
        params = {field: wrong() for field in self.requests[name] if RANDOM.random() < 0.3}
        if RANDOM.random() < 0.3:
            params["uri"] = RANDOM.choice(self.uris)
        return name, params, True

    def other(self):
        settings = RANDOM.choice((None, {}, wrong(), {"rate": wrong()}, {"hotlens": wrong()},
                                  {"inlayHints": {"minimumPercent": wrong()}}, {"hotlens.pathMappings":
                                  {"a": "b"}}, {"targets": {"t": {"command": wrong(), "env": wrong()}}}))
        folders = [{"uri": RANDOM.choice(self.uris), "name": "x"}, wrong()]
        return RANDOM.choice((
            ("initialize", {"capabilities": {}}, True), ("initialized", {}, False),
            ("$/setTrace", {"value": "off"}, False), ("no/such", wrong(), RANDOM.random() < 0.5),
            ("workspace/didChangeConfiguration", {"settings": settings}, False),
            ("workspace/didChangeWorkspaceFolders",
             {"event": {"added": RANDOM.choice((folders, wrong())), "removed": folders}}, False),
            ("window/workDoneProgress/cancel", {"token": wrong()}, False)))

    def make(self):
        make = RANDOM.choice((self.synchronize, self.synchronize, self.feature, self.feature,
                              self.command, self.question, self.other))
        method, params, is_request = make()
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if is_request != (RANDOM.random() < 0.05):
            message["id"] = RANDOM.choice((RANDOM.randrange(1000, 1050), f"s{RANDOM.randrange(9)}"))
        return message


def damage(message):
    """Replaces or takes away something, at any depth."""
    place = message
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        name = RANDOM.choice(keys)
        if isinstance(place[name], (dict, list)) and place[name] and RANDOM.random() < 0.7:
            place = place[name]
            continue
        # "exit" and "shutdown" come last; an id with a NUL has no C string.
        if RANDOM.random() < 0.3 and isinstance(place, dict):
            del place[name]
        else:
            value = wrong()
            is_id = place is message and name == "id"
            place[name] = 3.25 if is_id and isinstance(value, str) and "\0" in value else value
        return


@test
def survives_thousands_of_random_messages(box):
    path = prepare(box)
    attacker = Attacker(box)
    attacker.initialize({"hotlens": {"ui": True}})
    messages = Messages(box, path)
    for number in range(4000):
        message = messages.make()
        if RANDOM.random() < 0.3:
            damage(message)
        attacker.send(message)
        if "id" in message and RANDOM.random() < 0.3:
            attacker.notify("$/cancelRequest", {"id": message["id"]})
        if number % 50 == 0:
            attacker.answer_questions()
            attacker.check_alive()
    attacker.leave()


@test
def refuses_wrong_types_of_every_field(box):
    prepare(box)
    attacker = Attacker(box)
    attacker.initialize()
    commands, requests = load_fields()
    codes = set()
    # One target too many: both a command and the name of one.
    attacker.notify("workspace/didChangeConfiguration",
                    {"settings": {"targets": {"x": {"command": ["true"], "args": ["1"]}}}})
    attacker.ask("workspace/executeCommand", {"command": "hotlens.profileCommand", "arguments": [
        {"command": ["false"], "args": ["2"], "target": "x", "env": {"A": "b"}, "cwd": "."}]})
    for name, fields in commands.items():
        for field in fields:
            for value in WRONG:
                attacker.ask("workspace/executeCommand", {"command": name, "arguments": [{field: value}]})
    for name, fields in requests.items():
        for field in fields:
            for value in WRONG:
                attacker.ask(name, {field: value})
        attacker.answer_questions()
    attacker.wait_for(attacker.has_all_answers, "every request is answered")
    for answer in attacker.answers.values():
        if "error" in answer:
            codes.add(answer["error"]["code"])
            expect(answer["error"]["message"], "a reason", answer)
    expect(codes <= {-32602, -32803, -32601, -32800}, "codes of errors", codes)
    attacker.leave()


@test
def survives_what_is_no_message(box):
    path = prepare(box)
    attacker = Attacker(box)
    attacker.initialize()
    attacker.notify("textDocument/didOpen", {"textDocument": {
        "uri": path.as_uri(), "languageId": "python", "version": 1, "text": PROGRAM}})
    for body in (b"", b"{", b"\0", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b'"\xed\xa0\x80"',
                 b'{"jsonrpc":"2.0","id":1,"method":"x\0y"}', b"nul", b"1e999", b"{}{}",
                 b'{"jsonrpc":"2.0","id":1e999,"method":"shutdown"}', b"[]", b"null", b'"x"',
                 b'{"jsonrpc":"2.0","id":5,"method":"shutdown"', b"[" + b"0," * 3_000_000 + b"0]"):
        attacker.send_broken(body)
    # Lengths that lie, and header blocks without one.
    for head in (b"Content-Length: -1\r\n\r\n", b"Content-Length: 1e3\r\n\r\n", b"X: y\r\n\r\n",
                 b"Content-Length: 99999999999999999999999\r\n\r\n", b"Content-Length: 1\r\n"
                 b"Content-Length: 2\r\n\r\n", b"A" * 10_000 + b"\r\n\r\n"):
        attacker.expected[key(None)] += 1
        attacker.write(head)
    # 100 MB in pieces: skipped to its end, kept nowhere.
    attacker.expected[key(None)] += 1
    attacker.write(b"Content-Length: %d\r\n\r\n" % (100 << 20))
    for _ in range(100):
        attacker.write(b" " * (1 << 20))
    expect_equal(attacker.request("hotlens/lines", {"uri": path.as_uri()})["result"]["state"], "shown",
                 "the run")
    answer = attacker.request("textDocument/hover", {"textDocument": {"uri": path.as_uri()},
                                                     "position": {"line": 3, "character": 0}})
    expect(answer["result"], "a hover as if nothing had been", answer)
    expect(attacker.memory() < MEMORY_MOST, "memory", attacker.memory())
    attacker.leave()


@test
def a_nul_is_one_character(box):
    """JSON can write U+0000, C's strings cannot hold it: it counts like any other character."""
    path = prepare(box)
    attacker = Attacker(box)
    attacker.initialize()
    attacker.notify("textDocument/didOpen", {"textDocument": {
        "uri": path.as_uri(), "languageId": "python", "version": 1,
        "text": PROGRAM.replace("import sys", "import sys # \0")}})
    answer = attacker.request("hotlens/lines", {"uri": path.as_uri()})
    expect_equal([row["line"] for row in answer["result"]["lines"]], [3, 6, 8], "lines")
    # One that was escaped is none, and the character behind one is where the client thinks it is.
    attacker.notify("textDocument/didChange", {
        "textDocument": {"uri": path.as_uri(), "version": 2}, "contentChanges": [
            {"range": {"start": {"line": 0, "character": 14}, "end": {"line": 0, "character": 14}},
             "text": "\\u0000\n"}]})
    answer = attacker.request("hotlens/lines", {"uri": path.as_uri()})
    expect_equal([row["line"] for row in answer["result"]["lines"]], [4, 7, 9], "lines")
    attacker.leave()


@test
def loads_files_only(box):
    prepare(box)
    os.mkfifo(box.folder / "pipe")
    attacker = Attacker(box)
    attacker.initialize()
    for _ in range(8):  # as many as would keep every worker
        for name in ("pipe", "/dev/zero", "/dev/null", ".", "p.raw/x", "\0"):
            answer = attacker.request("workspace/executeCommand", {
                "command": "hotlens.load", "arguments": [{"path": name}]})
            expect("error" not in answer or answer["error"]["code"] == -32602, "the answer", answer)
    attacker.wait_for(lambda: attacker.said["/pipe is not a regular file"] == 8, "refused")
    expect("result" in attacker.request("hotlens/functions", {}), "workers are free")
    attacker.leave()


@test
def the_order_of_life_may_be_wrong(box):
    prepare(box)
    attacker = Attacker(box)
    for method in ("textDocument/hover", "shutdown", "hotlens/runs", "workspace/executeCommand"):
        expect_equal(attacker.request(method)["error"]["code"], -32002, method)
    attacker.notify("initialized", {})
    attacker.initialize()
    for _ in range(3):
        attacker.notify("initialized", {})
    expect_equal(attacker.request("initialize", {})["error"]["code"], -32600, "a second initialize")
    expect("result" in attacker.request("hotlens/runs", {}), "it goes on")
    attacker.leave()


main()
