"""Runs the conversations of tests/transcripts/*.md with the built server, over a real pipe.

A transcript is prose with fenced blocks, taken in order:

    ```json in      a message to send
    ```json wrong   the same, but one that breaks the protocol on purpose: any other has to be right
    ```raw in       bytes to send; Python's escapes are understood
    ```fill in      N: a message of N bytes
    ```json out     a message that comes; more fields than these are allowed, and other messages before it
    ```json never   a message that must not have come by now
    ```end          "close" closes standard input, then the process ends with the code: "close 1", "0"

In a message "<any>", "<integer>", "<string>" and "<array>" stand for values of that kind, and $FOLDER in a
string for the test's folder. What is sent is cut into pieces of random sizes; $LSP_SEED repeats a run.
"""

import json
import pathlib
import re

from harness import SOURCE, expect, main, test
from lsp import Server, frame

FENCE = re.compile(r"^```(\w+) ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WILD = {"<any>": object, "<integer>": int, "<string>": str, "<array>": list}


def matches(expected, got):
    """Whether `got` has everything that is expected."""
    if isinstance(expected, str) and expected in WILD:
        return isinstance(got, WILD[expected])
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(
            key in got and matches(value, got[key]) for key, value in expected.items())
    if isinstance(expected, list):
        return (isinstance(got, list) and len(got) == len(expected)
                and all(map(matches, expected, got)))
    return type(expected) is type(got) and expected == got


class Talk:
    def __init__(self, box, server):
        self.box = box
        self.server = server
        self.used = set()

    def read(self, text):
        return json.loads(text.replace("$FOLDER", str(self.box.folder)))

    def find(self, expected):
        for index, message in enumerate(self.server.log):
            if index not in self.used and matches(expected, message):
                self.used.add(index)
                return True
        return False

    def json_in(self, text):
        self.server.send(self.read(text))

    def json_wrong(self, text):
        self.server.send(self.read(text), wrong=True)

    def raw_in(self, text):
        data = text.rstrip("\n").encode().decode("unicode_escape").encode("latin-1")
        for body in re.findall(rb"\{.*\}", data):
            self.server.traffic.from_client(json.loads(body))
        self.server.write(data)

    def fill_in(self, text):
        size = int(text)
        head = b'{"jsonrpc":"2.0","method":"fill","params":{"text":"'
        self.server.write(frame(head + b"x" * (size - len(head) - 3) + b'"}}'), cut=False)

    def json_out(self, text):
        expected = self.read(text)
        self.server.wait_for(lambda: self.find(expected), text)

    def json_never(self, text):
        expected = self.read(text)
        while self.server.pump(0.2):
            pass
        expect(not any(matches(expected, message) for message in self.server.log), "came", text)

    def end(self, text):
        words = text.split()
        if words[0] == "close":
            self.server.process.stdin.close()
        code = self.server.wait(20)
        expect(code == int(words[-1]), f"exit code {code}", self.server.tail())
        expect(self.server.errors == b"", "standard error", self.server.errors.decode())


def run(path, box):
    with Server(box) as server:
        talk = Talk(box, server)
        for kind, direction, text in FENCE.findall(path.read_text()):
            getattr(talk, f"{kind}_{direction}" if direction else kind)(text)


def add(path):
    def transcript(box):
        run(path, box)
    transcript.__name__ = path.stem.replace("-", "_")
    test(transcript)


for file in sorted((pathlib.Path(SOURCE) / "tests" / "transcripts").glob("*.md")):
    add(file)
main()
