"""The server as an editor sees it: how long answers take, and what it keeps in memory. While typing, times
are processor time of the server's loop thread, which a busy machine does not lengthen much; with nothing
else running the clock shows the same and the pipes' twenty microseconds."""

import json
import os
import pathlib
import statistics
import subprocess
import time

FUNCTIONS = 1000
LINES_EACH = 10
QUESTIONS = 200


class Client:
    def __init__(self, hotlens, environment):
        self.process = subprocess.Popen([hotlens, "serve"], env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.next_id = 0

    def send(self, message):
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method, params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def read(self):
        """One message, not decoded."""
        length = int(self.process.stdout.readline()[16:])
        self.process.stdout.readline()
        return self.process.stdout.read(length)

    def ask(self, method, params=None):
        """The answer's bytes, and how long it took; requests of the server are answered on the way."""
        self.next_id += 1
        message = {"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params or {}}
        own = b'"id":%d,"result"' % self.next_id
        start = time.perf_counter()
        self.send(message)
        while True:
            body = self.read()
            if own in body[:60]:
                return body, time.perf_counter() - start
            other = json.loads(body)
            assert "error" not in other, other
            if "id" in other and "method" in other:
                self.send({"jsonrpc": "2.0", "id": other["id"], "result": None})

    def result(self, method, params=None):
        return json.loads(self.ask(method, params)[0])["result"]

    def used(self):
        """Processor seconds of the loop thread so far; the kernel counts nanoseconds."""
        pid = self.process.pid
        return int(pathlib.Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9

    def cost(self, method, params):
        """Answer and processor time of a request, all that was sent before it included."""
        before = self.used()
        body, _ = self.ask(method, params)
        return body, self.used() - before

    def memory(self):
        """Resident megabytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def leave(self):
        self.ask("shutdown")
        self.notify("exit", None)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def program(folder):
    """10,000 lines, and a run with numbers on half of them; sixty stand out."""
    path = folder / "large.py"
    text = []
    stacks = []
    for number in range(FUNCTIONS):
        text.append(f"def function_{number}(value):\n")
        text += [f"    value += {line}  # of function {number}\n" for line in range(LINES_EACH - 1)]
        hot = 100 if number % 50 == 0 else 1
        for line in range(1, LINES_EACH, 2):
            stacks.append(f"<module> ({path}:1);function_{number} ({path}:"
                          f"{number * LINES_EACH + line + 1}) {hot * (number % 7 + 1)}\n")
    path.write_text("".join(text))
    os.utime(path, (1, 1))
    raw = folder / "large.raw"
    raw.write_text("".join(stacks))
    return path, raw


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def start(bench, folder, settings=None):
    client = Client(bench.hotlens, bench.environment)
    began = time.perf_counter()
    client.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {
        "textDocument": {"codeLens": {}}}, "initializationOptions": settings})
    took = time.perf_counter() - began
    client.notify("initialized", {})
    return client, took


def measure_start(bench):
    folder = bench.folder / "empty"
    folder.mkdir()
    times = []
    for _ in range(max(bench.rounds, 5)):
        client, took = start(bench, folder)
        client.ask("hotlens/runs")
        rss = client.memory()
        client.leave()
        times.append(took * 1000)
    best = statistics.median(times)
    bench.table.add("initialize, from exec on", f"{best:.1f} ms", "≤ 10 ms", best <= 10)
    bench.table.add("memory with no run shown", f"{rss:.1f} MB", "≤ 8 MB", rss <= 8)


def edit(client, uri, version, text="x"):
    """Somewhere else each time, in the middle of a line."""
    position = {"line": version * 37 % 10000, "character": 12}
    client.notify("textDocument/didChange", {
        "textDocument": {"uri": uri, "version": version},
        "contentChanges": [{"range": {"start": position, "end": position}, "text": text}]})


def measure_editing(bench):
    folder = bench.folder / "project"
    folder.mkdir()
    path, raw = program(folder)
    subprocess.run([bench.hotlens, "import", "--rate", "100", raw], check=True, cwd=folder,
                   env=bench.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client, _ = start(bench, folder)
    uri = path.as_uri()
    client.notify("textDocument/didOpen", {"textDocument": {
        "uri": uri, "languageId": "python", "version": 1, "text": path.read_text()}})
    client.result("hotlens/lines", {"uri": uri})
    document = {"textDocument": {"uri": uri}}
    whole = {**document, "range": {"start": {"line": 0, "character": 0},
                                   "end": {"line": 10000, "character": 0}}}
    nothing = ("textDocument/hover", {"textDocument": {"uri": "untitled:none"},
                                      "position": {"line": 0, "character": 0}})
    hints, lenses = ("textDocument/inlayHint", whole), ("textDocument/codeLens", document)
    questions = {"keystroke": nothing, "hints": hints, "lenses": lenses,
                 "hints after a line break": hints, "lenses after a line break": lenses}
    times = {name: [] for name in questions}
    sizes = {}
    version = 1
    for _ in range(QUESTIONS):
        for name, question in questions.items():
            version += 1
            client.used()
            if name != "keystroke":
                edit(client, uri, version, "\n    " if "break" in name else "x")
                client.ask(*nothing)  # the edit is done
                body, took = client.cost(*question)
            else:
                before = client.used()
                edit(client, uri, version)
                body, _ = client.ask(*nothing)
                took = client.used() - before
            times[name].append(took)
            sizes[name] = len(json.loads(body)["result"] or [])
    client.leave()
    for name, limit in (("keystroke", 2), ("hints", 1), ("lenses", 1),
                        ("hints after a line break", 1), ("lenses after a line break", 1)):
        middle = statistics.median(times[name]) * 1000
        late = percentile(times[name], 0.99) * 1000
        counted = "" if name == "keystroke" else f" ({sizes[name]})"
        bench.table.add(f"10,000 lines while typing: {name}{counted}",
                        f"{middle:.2f} ms, p99 {late:.2f} ms", f"p99 ≤ {limit} ms" if limit else None,
                        late <= limit if limit else None)


def measure_flame_graph(bench):
    raw = bench.profile("huge")
    folder = bench.folder / "flames"
    folder.mkdir()
    subprocess.run([bench.hotlens, "import", "--rate", "100", raw], check=True, cwd=folder,
                   env=bench.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client, _ = start(bench, folder)
    _, first = client.ask("hotlens/flamegraph", {"run": "last"})
    times = []
    for _ in range(max(bench.rounds, 5)):
        body, took = client.ask("hotlens/flamegraph", {"run": "last"})
        times.append(took * 1000)
    client.leave()
    middle = statistics.median(times)
    size = len(body) / 2**20
    bench.table.add("hotlens/flamegraph of 1,000,000 nodes, first", f"{first * 1000:.0f} ms", None, None)
    bench.table.add("hotlens/flamegraph of 1,000,000 nodes, loaded", f"{middle:.0f} ms", "≤ 30 ms",
                    middle <= 30)
    bench.table.add("  its size", f"{size:.2f} MiB", "≤ 1 MiB", size <= 1)


def measure(bench):
    measure_start(bench)
    measure_editing(bench)
    measure_flame_graph(bench)
