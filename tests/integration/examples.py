"""The examples of docs/protocol.md: real traffic on a small fixed profile, made readable and equal in every
run. A page has them between `<!-- example NAME -->` and `<!-- end -->`."""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

from harness import find_py_spy, wait_until
from lsp import Server

PROGRAM = """import json

def price(item):
    return sum(range(item))

def total(items):
    return sum(price(item) for item in items)

def main():
    print(json.dumps(total(range(2000))))

main()
"""
PROFILE = """<module> ({0}/shop.py:12);main ({0}/shop.py:10);total ({0}/shop.py:7);price ({0}/shop.py:4) 41
<module> ({0}/shop.py:12);main ({0}/shop.py:10);total ({0}/shop.py:7) 6
<module> ({0}/shop.py:12);main ({0}/shop.py:10);encode ({0}/lib/python3.13/json/encoder.py:200) 3
"""
LONG = "import time\nprint('counting', flush=True)\nend = time.time() + {}\nwhile time.time() < end:\n    pass\n"
# Members whose values differ from run to run.
USUAL = {"elapsed": 4.2, "samples": 421, "pid": 4711, "user": "you", "threads": 1,
         "uuid": "0198a5d2-6f0e-7c41-9f35-2b8d4e6a1c70"}
RECORDING = ("elapsed", "samples", "pid")
FOLDER = "/home/you/shop"
BLOCK = re.compile(r"(<!-- example (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def layout(value, indent=0, width=100, beside=0):
    """JSON on one line where it fits, else a member a line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + indent + beside <= width or not value or not isinstance(value, (dict, list)):
        return line
    pad = " " * (indent + 2)
    heads = [f"{json.dumps(key)}: " for key in value] if isinstance(value, dict) else [""] * len(value)
    items = value.values() if isinstance(value, dict) else value
    texts = []
    for head, item in zip(heads, items):
        texts.append(pad + head + layout(item, indent + 2, width, len(head) + 1))
    if isinstance(value, list) and all(not isinstance(item, (dict, list)) for item in value):
        return fill(value, indent, width)
    first, last = "{}" if isinstance(value, dict) else "[]"
    return f"{first}\n" + ",\n".join(texts) + f"\n{' ' * indent}{last}"


def fill(values, indent, width):
    """Numbers and strings, as many on a line as fit."""
    lines = [""]
    for value in values:
        text = json.dumps(value, ensure_ascii=False)
        if lines[-1] and indent + 2 + len(lines[-1]) + len(text) + 3 > width:
            lines.append("")
        lines[-1] += (", " if lines[-1] else "") + text
    pad = " " * (indent + 2)
    return "[\n" + ",\n".join(pad + line for line in lines) + f"\n{' ' * indent}]"


def without_run(result):
    return {**result, "run": {"id": result["run"]["id"], "…": "…"}}


class Normal:
    """Takes out of values what differs from run to run."""

    def __init__(self, box):
        self.folder = str(box.folder)
        self.nodes = {}

    def text(self, text):
        text = text.replace(self.folder, FOLDER)
        text = text.replace(os.path.realpath(sys.executable), "/usr/bin/python3")
        text = text.replace(sys.executable, "/usr/bin/python3")
        if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)", text):
            return "2026-03-01T14:02:05+00:00"
        text = re.sub(r"\b\d\d:\d\d\b", "14:02", text)
        text = re.sub(r"^(?:stopping, )?\d+ s, [\d,]+ samples?$", "4 s, 421 samples", text)
        text = re.sub(r"^(long\.py[^·]* · 14:02 · ).*", r"\g<1>4.2 s elapsed, 4.2 s busy (waiting not shown)"
                      r" · 100 Hz · 421 samples", text)
        if re.fullmatch(r"[0-9a-f]{16}", text):
            count = len(self.nodes)
            made = hashlib.sha256(str(count).encode()).hexdigest()[:16]
            text = self.nodes.setdefault(text, made)
        return text

    def value(self, value, usual=()):
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item, usual) for item in value]
        if isinstance(value, dict):
            return {key: USUAL[key] if key in usual and item is not None else self.value(item, usual)
                    for key, item in value.items()}
        return value


class Recorder:
    """Plays the conversation and keeps what the page shows: name → list of values."""

    def __init__(self, box):
        self.box = box
        self.normal = Normal(box)
        self.examples = {}
        self.program = box.write("shop.py", PROGRAM)
        os.utime(self.program, (1, 1))
        box.write("shop.raw", PROFILE.format(box.folder))

    def keep(self, name, *values, usual=("uuid",)):
        self.examples[name] = [self.normal.value(value, usual) for value in values]

    def request(self, name, params=None, prefix="hotlens/", method=None, pick=None, usual=("uuid",)):
        """A request and its answer; `pick` shortens the latter."""
        method = method or prefix + name.partition("-")[0]
        answer = self.talk.response(self.talk.ask(method, params))
        shown = {key: answer[key] for key in ("result", "error") if key in answer}
        if pick:
            shown = {"result": pick(shown["result"])}
        self.keep(name, {"method": method, "params": params}, shown, usual=usual)
        return answer.get("result")

    def command(self, name, arguments=None, then=(), usual=("uuid",), key=None):
        """A command, its answer, and what the server does then: (method, words in it)."""
        log = len(self.talk.log)
        params = {"command": f"hotlens.{name}"}
        if arguments is not None:
            params["arguments"] = [arguments]
        answer = self.talk.response(self.talk.ask("workspace/executeCommand", params))
        found = [self.after(log, *wanted) for wanted in then]
        # Beside the answer others may come first: the page has them in the order of the protocol.
        shown = {key: answer[key] for key in ("result", "error") if key in answer}
        follow = [{key: message[key] for key in ("method", "params")} for message in found]
        self.keep(key or f"command-{name}", {"method": "workspace/executeCommand", "params": params},
                  shown, *follow, usual=usual)
        return found

    def after(self, index, method, words="", seconds=60):
        def find():
            return [message for message in self.talk.log[index:]
                    if message.get("method") == method and words in json.dumps(message, ensure_ascii=False)]
        return self.talk.wait_for(find, f"{method} {words}", seconds)[0]

    def ended(self, count):
        def find():
            return [item for item in self.talk.notifications["hotlens/recording"]
                    if item["state"] == "ended"]
        return self.talk.wait_for(lambda: len(find()) >= count and find(), "the end")[-1]

    def sampled(self, number):
        def find():
            return [item for item in self.talk.notifications["hotlens/recording"]
                    if item["id"] == number and item["samples"]]
        return self.talk.wait_for(find, "samples")

    # The conversation

    def play(self):
        path = str(pathlib.Path(find_py_spy()).parent) + os.pathsep + self.box.environment["PATH"]
        choose = {"window/showMessageRequest": lambda params: None,
                  "window/showDocument": lambda params: {"success": True},
                  "hotlens/runInTerminal": lambda params: None}
        with Server(self.box, env={"PATH": path}, answers=choose) as self.talk:
            self.talk.initialize(options={"hotlens": {"ui": True, "flameGraph": True}})
            self.talk.open(self.program)
            self.runs()
            self.views()
            self.recordings()
            self.talk.leave()
        with Server(self.box, env={"PATH": path}, answers=choose) as self.talk:
            self.talk.initialize(options={"hotlens": {"ui": True, "terminal": True}})
            self.terminal()
            self.talk.leave()
        return self.examples

    def runs(self):
        load = self.command("load", {"path": "shop.raw", "rate": 100},
                            [("window/showMessage", "")])
        assert load
        changed = self.talk.wait_for(lambda: [item for item in self.talk.notifications["hotlens/didChange"]
                                              if item["shown"]], "the run")
        self.request("lines-document", {"uri": self.program.as_uri()}, pick=without_run)
        self.keep("didChange", {"method": "hotlens/didChange", "params": changed[-1]})
        self.request("runs", {"limit": 1})
        self.request("functions", {"run": "last", "limit": 2},
                     pick=without_run)
        self.request("lines", {"run": 1, "path": self.program.as_uri()},
                     pick=without_run)
        self.request("source", {"run": 1, "path": self.program.as_uri()})
        self.request("location", {"run": 1, "path": self.program.as_uri(), "line": 4})
        self.request("flamegraph", {"run": 1, "limit": 100})
        self.request("error-run", {"run": "yesterday"}, method="hotlens/functions")
        answer = self.talk.response(self.talk.ask("hotlens/source", {}, wrong=True))
        self.keep("error-params", {"method": "hotlens/source", "params": {}}, {"error": answer["error"]})

    def views(self):
        shown = self.command("showFlamegraph", {"run": 1}, [("hotlens/showFlamegraph",)])[0]
        self.keep("showFlamegraph", {"method": shown["method"], "params": shown["params"]})
        self.command("focus", {"function": "price"}, [("hotlens/didChange", "price")])
        self.command("clearFocus", None, [("hotlens/didChange", '"focus": null')])
        self.command("toggleHints", None, [("hotlens/didChange", '"hints": false')])
        self.command("selectRun", None, [("window/showMessageRequest",)])
        self.command("renameRun", {"run": 1, "label": "before"}, [("window/showMessage", "called before")])
        self.command("pinRun", {"run": 1}, [("window/showMessage", "pinned")])
        self.command("export", {"run": 1, "format": "collapsed", "path": "shop.collapsed"},
                     [("window/showMessage", "Exported")])
        self.command("doctor", None, [("window/showDocument", "doctor")])

    def recordings(self):
        long = self.box.write("long.py", LONG.format(60))
        os.utime(long, (1, 1))
        self.command("profileFile", {"uri": long.as_uri(), "args": ["--fast"]})
        running = self.sampled(1)[-1]
        self.keep("recording", {"method": "hotlens/recording", "params": running},
                  usual=RECORDING)
        output = self.talk.wait_for(lambda: self.talk.notifications["hotlens/output"], "its output")[0]
        self.keep("output", {"method": "hotlens/output", "params": output})
        self.command("stop", {"id": 1})
        self.keep("recording-ended", {"method": "hotlens/recording", "params": self.ended(1)},
                  usual=RECORDING)
        self.talk.wait_for(lambda: any(item["run"] == 2 for item in self.talk.notifications[
            "hotlens/didChange"][-1]["shown"]), "the stored run")
        self.command("compareWith", {"run": 1}, [("window/showMessage", "Compared")])
        self.command("profileAgain", {"rate": 200})
        self.sampled(2)
        self.talk.command("hotlens.stop", 2)
        self.ended(2)
        self.command("profileModule", {"module": "long"})
        self.command("profileCommand", {"command": ["python3", "long.py", "--slow"]})
        self.sampled(3), self.sampled(4)
        self.command("stop", None, [("window/showMessageRequest", "Which recording")], key="command-stop-which")
        self.talk.command("hotlens.stop", {"id": 3})
        self.talk.command("hotlens.stop", {"id": 4})
        self.ended(4)
        self.attach(long)
        self.command("profileTest", {"uri": self.box.write("test_shop.py", "").as_uri(), "test": "test_price"})
        self.command("deleteRun", {"run": 1}, [("window/showMessage", "Deleted")])

    def attach(self, long):
        process = self.box.start(sys.executable, long, stdout=subprocess.DEVNULL)
        wait_until(lambda: [item for item in self.talk.request("hotlens/processes", {})["processes"]
                            if item["pid"] == process.pid])

        def one(result):
            return {"processes": [{**item, "version": "3.13.0"} for item in result["processes"]
                                  if item["pid"] == process.pid]}
        self.request("processes", {}, pick=one, usual=("pid", "user", "threads"))
        self.command("attach", {"pid": process.pid}, usual=("pid",))
        self.sampled(5)
        self.talk.command("hotlens.stop", {"id": 5})
        self.ended(5)

    def terminal(self):
        log = len(self.talk.log)
        self.talk.command("hotlens.profileFile", {"uri": self.program.as_uri()})
        asked = self.after(log, "hotlens/runInTerminal")
        params = asked["params"]
        python = params["argv"].index("--") + 1
        argv = ["hotlens", "record", "--py-spy=/usr/bin/py-spy", *params["argv"][3:python],
                "/usr/bin/python3", *params["argv"][python + 1:]]
        self.keep("runInTerminal", {"method": "hotlens/runInTerminal", "params": {**params, "argv": argv}},
                  {"result": None})


def blocks(values):
    return "".join(f"```json\n{layout(value)}\n```\n" for value in values)


def rewritten(text, examples):
    """The page with these examples, and the names that the page has."""
    names = [match[2] for match in BLOCK.finditer(text)]
    def put(match):
        if match[2] not in examples:
            return match[0]
        return match[1] + blocks(examples[match[2]]) + match[3]
    return BLOCK.sub(put, text), names
