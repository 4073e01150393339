"""A small language client for the tests, over a real pipe.

    with Server(box) as server:
        server.initialize()
        answer = server.request("hotlens/runs", {})

Everything it sends is cut into pieces of random sizes; the seed is printed, and taken from $LSP_SEED when
that is set. Requests of the server are answered by `answers` (method → function of the params); null
otherwise. Every message of both sides is checked (traffic.py); one that is wrong on purpose is sent with
wrong=True, and has to be wrong.
"""

import collections
import json
import os
import queue
import random
import subprocess
import threading
import time

import lsp_types
from harness import HOTLENS, TIMEOUT
from traffic import Traffic

SEED = int(os.environ.get("LSP_SEED") or random.randrange(1 << 30))
print(f"# LSP_SEED={SEED}", flush=True)
RANDOM = random.Random(SEED)
if not lsp_types.available:
    print("# no lsprotocol in build/lsp-types: messages of LSP itself are not checked", flush=True)

CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {"codeLens": {}, "inlayHint": {}, "codeAction": {}},
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "workspace": {"inlayHint": {"refreshSupport": True}, "codeLens": {"refreshSupport": True}},
}


def frame(message):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def read_number(text):
    """Some clients drop a message with 1.0 or 1e3 where an integer is meant."""
    assert "e" not in text.lower() and not text.endswith(".0"), text
    return float(text)


def refuse_constant(text):
    raise AssertionError(text)


def read_strictly(body):
    """As the strictest client would: UTF-8, numbers as people write them."""
    return json.loads(body.decode("utf-8", "strict"), parse_float=read_number,
                      parse_constant=refuse_constant)


class Server:
    def __init__(self, box, *arguments, program=HOTLENS, env=None, answers=None):
        self.box = box
        command = [program] if program else []  # else it is the first of the arguments
        self.process = box.start(*command, *(arguments or ("serve",)), env=env,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        self.traffic = Traffic()
        self.answers = {"window/workDoneProgress/create": lambda _: None, **(answers or {})}
        self.next_id = 0
        self.incoming = queue.Queue()
        self.is_gone = False   # all that it wrote was read
        self.log = []          # all messages, in order
        self.responses = {}    # by id
        self.notifications = collections.defaultdict(list)
        self.asked = collections.defaultdict(list)
        self.errors = b""
        self.paused = threading.Event()  # set: nothing is read, as by a client that hangs
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    # Bytes

    def _read(self):
        stream = self.process.stdout
        while True:
            while self.paused.is_set():
                time.sleep(0.01)
            length = None
            while True:
                line = stream.readline()
                if not line:
                    self.incoming.put(None)
                    return
                if line == b"\r\n":
                    break
                # Byte for byte what strict clients want.
                assert line.startswith(b"Content-Length: ") and line.endswith(b"\r\n"), line
                length = int(line[16:-2])
            self.incoming.put(read_strictly(stream.read(length)))

    def _read_errors(self):
        self.errors += self.process.stderr.read()

    def write(self, data, cut=True):
        while data:
            size = RANDOM.choice((1, 3, 17, 400, 70000)) if cut else len(data)
            self.process.stdin.write(data[:size])
            self.process.stdin.flush()
            data = data[size:]

    def send(self, message, cut=True, wrong=False):
        if not isinstance(message, bytes):
            problems = self.traffic.from_client(message)
            may_be_unseen = wrong and not lsp_types.available
            assert bool(problems) == wrong or may_be_unseen, (
                f"{'; '.join(problems) or 'nothing is wrong'}\n{json.dumps(message)[:2000]}")
        self.write(frame(message), cut)

    # Messages

    def _take(self, message):
        self.log.append(message)
        problems = self.traffic.from_server(message)
        assert not problems, "; ".join(problems) + "\n" + json.dumps(message)[:2000]
        if "method" not in message:
            assert message["id"] is None or message["id"] not in self.responses, message
            self.responses[message["id"]] = message
        elif "id" in message:
            self.asked[message["method"]].append(message)
            answer = self.answers.get(message["method"], lambda _: None)(message.get("params"))
            if not isinstance(answer, Silence):
                self.send({"jsonrpc": "2.0", "id": message["id"], "result": answer})
        else:
            self.notifications[message["method"]].append(message["params"])

    def pump(self, seconds):
        """Takes one message; False when none came, or no more will."""
        try:
            message = self.incoming.get(timeout=seconds)
        except queue.Empty:
            return False
        if message is None:
            self.incoming.put(None)
            self.is_gone = True
            return False
        self._take(message)
        return True

    def wait_for(self, condition, what, seconds=TIMEOUT):
        deadline = time.monotonic() + seconds
        while True:
            found = condition()
            if found:
                return found
            got = self.pump(0.05)
            assert got or not self.is_gone, f"the server is gone, and never came: {what}\n{self.tail()}"
            assert time.monotonic() < deadline, f"never came: {what}\n{self.tail()}"

    def tail(self):
        lines = [json.dumps(message)[:400] for message in self.log[-12:]]
        return "\n".join(lines) + "\n" + self.errors.decode(errors="replace")[-2000:]

    def notify(self, method, params=None, wrong=False):
        message = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            message["params"] = params
        self.send(message, wrong=wrong)

    def ask(self, method, params=None, id=None, wrong=False):
        self.next_id += 1
        id = id if id is not None else self.next_id
        message = {"jsonrpc": "2.0", "id": id, "method": method}
        if params is not None:
            message["params"] = params
        self.send(message, wrong=wrong)
        return id

    def response(self, id, seconds=TIMEOUT):
        return self.wait_for(lambda: self.responses.get(id), f"answer {id}", seconds)

    def request(self, method, params=None, wrong=False):
        answer = self.response(self.ask(method, params, wrong=wrong))
        assert "error" not in answer, answer
        return answer["result"]

    def failure(self, method, params=None, wrong=False):
        answer = self.response(self.ask(method, params, wrong=wrong))
        assert "error" in answer, answer
        return answer["error"]

    def message_with(self, text, seconds=TIMEOUT):
        def find():
            return [item for item in self.notifications["window/showMessage"]
                    if text in item["message"]]
        return self.wait_for(find, f"message with {text!r}", seconds)

    # A session

    def initialize(self, folder=None, options=None, capabilities=None, wrong=False):
        result = self.request("initialize", {
            "processId": os.getpid(), "clientInfo": {"name": "tests", "version": "1.0"},
            "rootUri": None,
            "workspaceFolders": [{"uri": (folder or self.box.folder).as_uri(), "name": "box"}],
            "initializationOptions": options,
            "capabilities": capabilities or CAPABILITIES}, wrong=wrong)
        self.notify("initialized", {})
        return result

    def open(self, path, text=None):
        self.notify("textDocument/didOpen", {"textDocument": {
            "uri": path.as_uri(), "languageId": "python", "version": 1,
            "text": text if text is not None else path.read_text()}})

    def command(self, name, *arguments, wrong=False):
        return self.request("workspace/executeCommand",
                            {"command": name, "arguments": list(arguments)}, wrong=wrong)

    def leave(self):
        """shutdown, exit; the exit code."""
        self.request("shutdown")
        self.notify("exit", None)
        return self.wait()

    def wait(self, seconds=TIMEOUT):
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            self.pump(0.02)
            assert time.monotonic() < deadline, f"did not end\n{self.tail()}"
        while self.pump(0.2):
            pass
        if self.process.returncode != 0:  # what a sanitizer has to say
            for line in self.errors.decode(errors="replace").splitlines()[:100]:
                print("# " + line)
        return self.process.returncode


class Silence:
    """An answer that never comes."""
