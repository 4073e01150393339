"""Recordings through the language server, with real py-spy."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

from harness import (HOTLENS, TIMEOUT, Skip, expect, expect_equal, find_py_spy, main, one_of_three,
                     processes_of, test, wait_until)
from lsp import CAPABILITIES, Server, Silence

BUSY = """import os, sys, time; from sampled import sampled

def hot(end):
    while time.time() < end or not sampled() or os.path.exists("stay"):
        sum(i * i for i in range(1000))

def main():
    print("started", flush=True)
    try:
        hot(time.time() + float(sys.argv[1]))
    finally:
        open("finally", "w").close()

main()
"""


def server(box, *arguments, **options):
    path = str(pathlib.Path(find_py_spy()).parent) + os.pathsep + box.environment["PATH"]
    return Server(box, *arguments, env={"PATH": path}, **options)


def program(box, name="busy.py", text=BUSY):
    """Runs as long as it is told, and until it is sampled and there is no file `stay`."""
    return box.program(name, text)


def own_python(box, seen):
    """An interpreter inside the workspace that leaves a line in `seen` when it runs."""
    python = box.write("bin/python", f"#!/bin/sh\necho run >> {seen}\nexec {sys.executable} \"$@\"\n")
    python.chmod(0o755)
    return python


def newer_elsewhere(box):
    """Pids of more Python processes than a question has room for, newer than all before, of no workspace."""
    return {box.start(sys.executable, "-c", "input()", cwd="/", stdin=subprocess.PIPE).pid
            for _ in range(20)}


def recording(talk, state):
    def find():
        return [item for item in talk.notifications["hotlens/recording"] if item["state"] == state]
    return talk.wait_for(find, f"a recording that is {state}")


def memory(pid):
    """Resident bytes."""
    fields = pathlib.Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def settled(talk):
    """Whether the process does nothing: its processor time stands still for a while."""
    def ticks():
        stat = pathlib.Path(f"/proc/{talk.process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[11:13]
    before = ticks()
    time.sleep(0.5)
    return ticks() == before


UI = {"hotlens": {"ui": True}}


@test
def a_file_becomes_hints(box):
    path = program(box)
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        talk.command("hotlens.profileFile", {"args": ["2.5"]})
        end = recording(talk, "ended")[0]
        expect(end["run"] == 1 and end["exitStatus"] == 0, "the end", end)
        talk.message_with("samples")
        # One start, one end, and every report between them.
        # It ends when the run is shown: some clients ask for hints then, and never again.
        talk.wait_for(lambda: [item for item in talk.notifications["$/progress"]
                               if item["value"]["kind"] == "end"], "the end of the progress")
        answer = talk.request("hotlens/lines", {"uri": path.as_uri()})
        expect_equal((answer["state"], answer["run"]["id"]), ("shown", 1), "the stored run")
        kinds = [item["value"]["kind"] for item in talk.notifications["$/progress"]]
        expect(kinds[0] == "begin" and kinds[-1] == "end", "progress", kinds)
        expect(kinds.count("begin") == 1 and kinds.count("end") == 1, "progress", kinds)
        expect(any("started" in item["text"] for item in talk.notifications["hotlens/output"]),
               "output", talk.notifications["hotlens/output"])
        functions = {row["name"]: row for row in talk.request("hotlens/functions", {})["functions"]}
        hot, module = functions["hot"], functions["<module>"]
        expect(hot["total"] > 0 and hot["total"] >= 0.9 * module["total"], "samples", functions)
        hints = talk.wait_for(lambda: talk.request("textDocument/inlayHint", {
            "textDocument": {"uri": path.as_uri()},
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}}),
            "hints")
        lines = {hint["position"]["line"] for hint in hints}
        expect(4 in lines and 9 in lines, "lines with hints", hints)
        lenses = talk.request("textDocument/codeLens", {"textDocument": {"uri": path.as_uri()}})
        expect(any(lens["range"]["start"]["line"] == 2 for lens in lenses), "lenses", lenses)
        expect_equal(talk.leave(), 0, "exit code")
        expect_equal(talk.errors, b"", "standard error")


@test
def stop_lets_finally_run(box):
    path = program(box)
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "args": ["600"]})
        recording(talk, "progress")
        talk.wait_for(lambda: any(item["samples"] for item in
                                  talk.notifications["hotlens/recording"]), "samples")
        actions = talk.request("textDocument/codeAction", {
            "textDocument": {"uri": path.as_uri()}, "context": {"diagnostics": []},
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}})
        stop = [action for action in actions if action["kind"] == "source.hotlens.stop"]
        expect_equal([action["title"] for action in stop],
                     ["Hotlens: Stop program, keep profile (busy.py 600)"], "title")
        talk.command(stop[0]["command"]["command"], *stop[0]["command"]["arguments"])
        end = recording(talk, "ended")[0]
        expect(end["run"] == 1, "the end", end)
        expect((box.folder / "finally").exists(), "finally ran")
        expect_equal(talk.leave(), 0, "exit code")


@test
def cancelling_the_progress_keeps_the_profile(box):
    path = program(box)
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "args": ["600"]})
        talk.wait_for(lambda: any(item["samples"] for item in
                                  talk.notifications["hotlens/recording"]), "samples")
        token = talk.asked["window/workDoneProgress/create"][0]["params"]["token"]
        talk.notify("window/workDoneProgress/cancel", {"token": token})
        expect(recording(talk, "ended")[0]["run"] == 1, "the end", talk.tail())
        expect_equal(talk.leave(), 0, "exit code")


@test
def the_end_of_input_leaves_nothing_behind(box):
    path = program(box)
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "args": ["600"]})
        talk.wait_for(lambda: any(item["samples"] for item in
                                  talk.notifications["hotlens/recording"]), "samples")
        talk.process.stdin.close()
        expect_equal(talk.wait(), 1, "exit code")
        wait_until(lambda: not processes_of(box))
    expect((box.folder / "finally").exists(), "finally ran")
    # Saved at once, or by whoever opens the store next.
    runs = box.json("runs", "--json")
    expect(len(runs["runs"] if isinstance(runs, dict) else runs) == 1, "the run is kept", runs)


@test
def a_killed_server_leaves_nothing_behind(box):
    path = program(box)
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "args": ["600"]})
        talk.wait_for(lambda: any(item["samples"] for item in
                                  talk.notifications["hotlens/recording"]), "samples")
        talk.process.send_signal(signal.SIGKILL)
        talk.process.wait()
        wait_until(lambda: not processes_of(box))
    runs = box.json("runs", "--json")
    expect(len(runs["runs"] if isinstance(runs, dict) else runs) == 1, "the run is kept", runs)


@test
def attaches_by_question_and_lets_go(box):
    path = program(box)
    process = box.start(sys.executable, path, "600", stdout=subprocess.DEVNULL)
    others = newer_elsewhere(box)
    asked = []

    def choose(params):
        asked.append(params)
        titles = [item["title"] for item in params["actions"]]
        return {"title": next(title for title in titles
                              if title.startswith(f"{process.pid} "))}

    with server(box, answers={"window/showMessageRequest": choose}) as talk:
        talk.initialize(options=UI)
        talk.open(path)

        def pids():
            return [item["pid"] for item in talk.request("hotlens/processes", {})["processes"]]

        wait_until(lambda: {process.pid, *others} <= set(pids()))
        expect_equal(pids()[0], process.pid, "the workspace's own is first")
        talk.command("hotlens.attach")
        talk.wait_for(lambda: any(item["samples"] for item in
                                  talk.notifications["hotlens/recording"]), "samples")
        expect(len(asked[0]["actions"]) <= 15, "not too many", asked)
        talk.command("hotlens.stop")
        expect(recording(talk, "ended")[0]["run"] == 1, "the end", talk.tail())
        expect(process.poll() is None, "the program goes on")
        expect_equal(talk.leave(), 0, "exit code")


@test
def rows_have_texts_for_people_who_ask(box):
    box.write("small.raw", "main (a.py:1);leaf (a.py:2) 30\nmain (a.py:1) 10\n")
    box.hotlens("import", "--rate", "100", "small.raw")
    leaf = {"self": "0.30 s", "selfShare": "75%", "total": "0.30 s", "totalShare": "75%"}
    main = {"self": "0.10 s", "selfShare": "25%", "total": "0.40 s", "totalShare": "100%"}
    with server(box) as talk:
        talk.initialize(options=UI)
        for method, member in (("hotlens/functions", "functions"), ("hotlens/lines", "lines")):
            rows = talk.request(method, {"run": 1, "texts": True})[member]
            expect_equal({row["self"]: row["texts"] for row in rows}, {30: leaf, 10: main}, member)
            rows = talk.request(method, {"run": 1})[member]
            expect(not any("texts" in row for row in rows), f"{member} without", rows)
        expect_equal(talk.leave(), 0, "exit code")


@test
def the_machinery_of_import_is_left_out_on_request(box):
    find = "_find_and_load (<frozen importlib._bootstrap>:7)"
    load = "exec_module (<frozen importlib._bootstrap_external>:9)"
    box.write("imports.raw", "".join(f"{line}\n" for line in (
        f"main (a.py:1);{find};{load};loaded (b.py:2) 30",
        f"main (a.py:1);{find};{load} 7",
        f"main (a.py:1);{find} 5",
        "main (a.py:1) 10",
        "import_module (importlib/__init__.py:3) 8")))
    box.hotlens("import", "--rate", "100", "imports.raw")
    with server(box) as talk:
        talk.initialize(options=UI)

        def samples(**params):
            rows = talk.request("hotlens/functions", params)["functions"]
            return [(row["name"], row["self"], row["total"]) for row in rows]

        bare = [("loaded", 30, 30), ("main", 22, 52), ("import_module", 8, 8)]
        whole = [("loaded", 30, 30), ("main", 10, 52), ("import_module", 8, 8), ("exec_module", 7, 37),
                 ("_find_and_load", 5, 42)]
        expect_equal(samples(run=1), whole, "all")
        expect_equal(samples(run=1, hideMachinery=True), bare, "without")
        expect_equal(samples(run=1, hideMachinery=True, limit=1), bare[:1], "the first")
        expect_equal(samples(run=1, hideMachinery=True, path="a.py"), bare[1:2], "of one file")
        expect_equal(talk.leave(), 0, "exit code")


@test
def after_shutdown_the_client_is_asked_nothing(box):
    """What is recorded ends and is kept; a client that has let go of the server answers nobody."""
    path = program(box)
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "args": ["600"]})
        talk.wait_for(lambda: any(item["samples"] for item in
                                  talk.notifications["hotlens/recording"]), "samples")
        expect(talk.asked["workspace/codeLens/refresh"], "it asks before", talk.tail())
        talk.request("shutdown")
        answered = len(talk.log)
        expect(recording(talk, "ended")[0]["run"] == 1, "the end", talk.tail())
        talk.wait_for(lambda: any(item["shown"] and item["shown"][0]["run"] == 1
                                  for item in talk.notifications["hotlens/didChange"]), "the stored run")
        talk.notify("exit", None)
        expect_equal(talk.wait(), 0, "exit code")
        questions = [item["method"] for item in talk.log[answered:] if "method" in item and "id" in item]
        expect_equal(questions, [], "what the client is asked after the answer")


@test
def two_at_once_and_a_question_nobody_answers(box):
    first, second = program(box, "one.py"), program(box, "two.py")
    with server(box, answers={"window/showMessageRequest": lambda _: Silence()}) as talk:
        talk.initialize(options=UI)
        talk.command("hotlens.profileFile", {"uri": first.as_uri(), "args": ["2"]})
        talk.command("hotlens.profileFile", {"uri": second.as_uri(), "args": ["2"]})
        talk.wait_for(lambda: len({item["id"] for item in
                                   talk.notifications["hotlens/recording"]}) == 2, "two")
        talk.command("hotlens.stop")
        talk.wait_for(lambda: talk.asked["window/showMessageRequest"], "which one?")
        talk.wait_for(lambda: len(recording(talk, "ended")) == 2, "two ends")
        expect_equal(len(talk.request("hotlens/runs", {})["runs"]), 2, "runs")
        expect_equal(talk.leave(), 0, "exit code")


@test
def again_has_the_arguments_of_last_time(box):
    path = program(box)
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "args": ["1.5"]})
        recording(talk, "ended")
        talk.command("hotlens.profileAgain")
        talk.wait_for(lambda: len(recording(talk, "ended")) == 2, "the second end")
        expect_equal(talk.leave(), 0, "exit code")
    with server(box) as talk:  # another day
        talk.initialize(options=UI)
        talk.command("hotlens.profileFile", {"uri": path.as_uri()})
        recording(talk, "ended")
        runs = talk.request("hotlens/runs", {})["runs"]
        expect_equal([run["argv"][1:] for run in runs], [[str(path), "1.5"]] * 3, "arguments")
        expect_equal(talk.leave(), 0, "exit code")


@test
def targets_of_the_project(box):
    path = program(box)
    box.write("pyproject.toml", '[tool.hotlens.targets]\n'
              'short = { file = "busy.py", args = ["1.5"], env = { LEVEL = "9" } }\n')
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.command("hotlens.profileFile", {"target": "short"})
        recording(talk, "ended")
        runs = talk.request("hotlens/runs", {})["runs"]
        expect_equal(runs[0]["argv"][1:], [str(path), "1.5"], "arguments")
        talk.command("hotlens.profileFile", {"target": "long"})
        talk.message_with('there is no target "long"')
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_client_with_a_terminal_is_asked(box):
    path = program(box)
    with server(box) as talk:
        talk.initialize(options={"hotlens": {"ui": True, "terminal": True}})
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "args": ["1.5"]})
        asked = talk.wait_for(lambda: talk.asked["hotlens/runInTerminal"], "the question")[0]
        params = asked["params"]
        done = box.run(*params["argv"])
        expect_equal(done.returncode, 0, done.stderr)
        # The run of the other process appears by itself.
        talk.wait_for(lambda: any(item["shown"] for item in talk.notifications["hotlens/didChange"]),
                      "the run")
        expect_equal(talk.leave(), 0, "exit code")


@test
def what_runs_in_a_terminal_outlives_the_editor(box):
    path, stay = program(box), box.write("stay", "")
    database = ("serve", "--db", box.folder / "other.db")  # not the one of the environment
    with server(box, *database) as talk:
        talk.initialize(options={"hotlens": {"ui": True, "terminal": True}})
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "args": ["1"]})
        params = talk.wait_for(lambda: talk.asked["hotlens/runInTerminal"], "the question")[0]["params"]
        terminal = box.start(*params["argv"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        expect_equal(terminal.stdout.readline(), b"started\n", "the program runs")
        expect_equal(talk.leave(), 0, "exit code")
    expect(terminal.poll() is None, "it goes on without the editor")
    stay.unlink()
    expect_equal(terminal.wait(TIMEOUT), 0, "its exit code")
    with server(box, *database) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        talk.wait_for(lambda: talk.request("hotlens/lines", {"uri": path.as_uri()})["run"], "the run")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_client_without_a_viewer_gets_a_page(box):
    raw = box.write("a.raw", "work (a.py:1) 7\n")
    box.hotlens("import", str(raw))
    with server(box, answers={"window/showDocument": lambda _: {"success": True}}) as talk:
        talk.initialize()
        talk.command("hotlens.showFlamegraph", {"run": "last"})
        shown = talk.wait_for(lambda: talk.asked["window/showDocument"], "the page")[0]["params"]
        expect_equal(shown["external"], True, "external")
        page = pathlib.Path(shown["uri"].removeprefix("file://"))
        expect_equal(page.stat().st_mode & 0o777, 0o600, "mode")
        expect(b'"work"' in page.read_bytes(), "the function is in the page")
        expect_equal(talk.leave(), 0, "exit code")
    with server(box) as talk:
        talk.initialize(capabilities={"general": {}})
        talk.command("hotlens.showFlamegraph", {"run": "last"})
        talk.message_with(".txt")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_client_that_stops_reading_costs_nothing(box):
    """Past HL_LIMIT_SEND_QUEUE and HL_LIMIT_OPEN_REQUESTS the server stops reading; when the client reads again, every question is
    answered."""
    box.write("data/x", "")
    source = "x = '" + "y" * 400_000 + "'\nwhile True:\n    pass\n"
    path = program(box, "big.py", source)
    raw = box.write("p.raw", f"<module> ({path}:3) 100\n")
    expect_equal(box.hotlens("import", "--rate", "100", raw).returncode, 0, "import")
    # What a sanitizer keeps of freed memory is none of ours.
    box.environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
    with server(box) as talk:
        talk.initialize()
        text = talk.request("hotlens/source", {"path": str(path)})["text"]
        expect_equal(text, source, "the text")
        # The reading thread is kept from reading by a lock on the queue's size.
        talk.paused.set()
        count = 600  # answers of 240 MB
        ids = [f"q{number}" for number in range(count)]
        writer = threading.Thread(target=lambda: [talk.ask("hotlens/source", {"path": str(path)}, id)
                                                  for id in ids], daemon=True)
        writer.start()
        wait_until(lambda: settled(talk))
        expect(memory(talk.process.pid) < 120 << 20, "memory", memory(talk.process.pid))
        talk.paused.clear()
        for id in ids:
            expect("result" in talk.response(id), id)
        writer.join()
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_configured_tool_that_is_missing_is_named(box):
    path = program(box)
    with Server(box, env={"PATH": str(pathlib.Path(sys.executable).parent)}) as talk:
        talk.initialize(options={"hotlens": {"ui": True, "trusted": True,
                                             "pySpy": str(box.folder / "none")}})
        talk.command("hotlens.profileFile", {"uri": path.as_uri()})
        talk.message_with(str(box.folder / "none"))
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "python": str(box.folder / "no-python")})
        talk.message_with(str(box.folder / "no-python"))
        expect(not talk.asked["window/showMessageRequest"], "no installation is offered")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_recording_ends_itself(box):
    path = program(box)
    with server(box) as talk:
        talk.initialize(options={"hotlens": {"ui": True, "duration": 2}})
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "args": ["600"], "native": False})
        expect_equal(recording(talk, "ended")[0]["run"], 1, "a run")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_program_that_reads_and_fails(box):
    path = program(box, text=BUSY.replace("main()\n", "main(); input()\n", 2))
    with server(box) as talk:
        talk.initialize(capabilities=CAPABILITIES)
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "args": ["1.5"]})
        talk.message_with("samples")
        logged = [item["message"] for item in talk.notifications["window/logMessage"]]
        expect(any("EOFError" in line for line in logged), "its own words", logged)
        expect_equal(talk.leave(), 0, "exit code")


WAITING = """import asyncio, sys; from sampled import sampled

async def nap(end):
    while asyncio.get_running_loop().time() < end or not sampled():
        sum(range(20000))
        await asyncio.sleep(0.02)

async def main():
    await nap(asyncio.get_running_loop().time() + float(sys.argv[1]))

asyncio.run(main())
"""


def lens(talk, path, text):
    def find():
        return [item["command"] for item in talk.request("textDocument/codeLens", {
            "textDocument": {"uri": path.as_uri()}}) if text in item["command"]["title"]]
    return talk.wait_for(find, f"a lens with {text!r}")[0]


@test
def what_a_run_does_not_tell_is_a_click_away(box):
    path = program(box, text=WAITING)
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        talk.command("hotlens.profileFile", {"args": ["2"]})
        expect_equal(recording(talk, "ended")[0]["run"], 1, "the end")
        few = lens(talk, path, "again at 1000 Hz")
        idle = lens(talk, path, "again with waiting")
        expect_equal((few["arguments"], idle["arguments"]),
                     ([{"run": 1, "rate": 1000}], [{"run": 1, "idle": True}]), "arguments")
        talk.command(idle["command"], *idle["arguments"])
        talk.wait_for(lambda: len(recording(talk, "ended")) == 2, "the second end")
        new = talk.request("hotlens/runs", {})["runs"][0]
        expect("idle" in new["flags"] and new["argv"][-1] == "2", "the run", new)
        talk.wait_for(lambda: talk.request("hotlens/lines", {"uri": path.as_uri()})["run"]["id"] == 2,
                      "it is shown")
        titles = [item["command"]["title"] for item in talk.request("textDocument/codeLens", {
            "textDocument": {"uri": path.as_uri()}})]
        expect(not any("again with waiting" in title for title in titles), "once", titles)
        expect(any("waiting included" in title for title in titles), "it says so", titles)
        expect_equal(talk.leave(), 0, "exit code")


# As much of pytest as it takes: runs one function of a file.
PYTEST = """import runpy, sys
path, _, name = sys.argv[1].partition("::")
runpy.run_path(path)[name]()
"""


@test
def a_test_is_profiled(box):
    path = program(box, "test_it.py", BUSY.replace("main()\n\nmain()", "main()\n").replace(
        "float(sys.argv[1])", "2").replace("def main", "def test_main").removesuffix("main()\n"))
    box.write("pytest.py", PYTEST)
    stay = box.write("stay", "")
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        command = lens(talk, path, "▶ Profile")
        expect_equal(command["command"], "hotlens.profileTest", "command")
        talk.command(command["command"], *command["arguments"])
        recording(talk, "progress")
        stop = lens(talk, path, "■ Stop program")
        expect_equal(stop["arguments"], [{"id": recording(talk, "started")[0]["id"]}], "its id")
        stay.unlink()
        end = recording(talk, "ended")[0]
        expect_equal((end["title"], end["exitStatus"], end["run"]),
                     ("python -m pytest test_it.py::test_main", 0, 1), "the end")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_recording_tells_all(box):
    path = program(box)
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.command("hotlens.profileFile", {"uri": path.as_uri(), "args": ["600"]})
        talk.wait_for(lambda: any(item["samples"] for item in recording(talk, "progress")), "samples")
        news = talk.notifications["hotlens/recording"]
        first, last = news[0], news[-1]
        expect_equal([item["state"] for item in news].count("started"), 1, "one start")
        expect_equal((first["state"], first["title"], first["attached"], first["samples"]),
                     ("started", "busy.py 600", False, 0), "the start")
        expect("Profiling busy.py 600" in first["message"], "message", first)
        argv = pathlib.Path(f"/proc/{last['pid']}/cmdline").read_bytes().split(b"\0")
        expect(b"600" in argv, "the pid", argv)
        expect(0 < last["elapsed"] < 600 and "samples" in last["message"], "progress", last)
        wrong = talk.failure("workspace/executeCommand", {
            "command": "hotlens.stop", "arguments": [{"id": 99}]})
        expect("99" in wrong["message"], "no such recording", wrong)
        talk.command("hotlens.stop", {"id": last["id"]})
        end = recording(talk, "ended")[0]
        expect(recording(talk, "stopping"), "stopping", news)
        expect_equal((end["run"], end["problem"], end["remedy"]), (1, None, None), "the end")
        expect("busy.py 600" in end["message"] and "samples" in end["message"], "summary", end)
        expect({item["id"] for item in talk.notifications["hotlens/output"]} == {end["id"]}, "output")
        expect_equal(talk.leave(), 0, "exit code")


@test
def numbers_are_live_while_it_records(box):
    """New numbers come at most once a second, and none where none changed."""
    path = program(box, "nap.py", "import time\n\ndef nap():\n    time.sleep(60)\n\nnap()\n")
    busy = program(box, "busy.py")
    process = box.start(sys.executable, busy, "600", stdout=subprocess.DEVNULL)
    idle = box.start(sys.executable, path, stdout=subprocess.DEVNULL)
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.open(busy)

        def numbers():
            return [item for item in talk.notifications["hotlens/didChange"]
                    if "numbers" in item["changed"]]

        talk.command("hotlens.attach", {"pid": process.pid})
        talk.wait_for(lambda: len(numbers()) >= 3, "live numbers")
        count, progress = len(numbers()), len(recording(talk, "progress"))
        talk.wait_for(lambda: len(recording(talk, "progress")) > progress, "what time it is")
        news = recording(talk, "progress")[-1]
        expect(count <= news["elapsed"] + 1, "once a second", news)
        lines = talk.request("hotlens/lines", {"uri": busy.as_uri()})
        expect(lines["live"] and lines["run"]["id"] == 0 and lines["lines"], "live", lines)
        talk.command("hotlens.stop")
        recording(talk, "ended")
        talk.wait_for(lambda: not talk.request("hotlens/lines", {"uri": busy.as_uri()})["live"],
                      "the stored run")
        ids = iter((2, 3, 4))

        def of_the_idle_one():
            """On a busy machine one that goes back to sleep after a sample may be seen awake by the next."""
            number, before = next(ids), len(numbers())
            talk.command("hotlens.attach", {"pid": idle.pid})
            talk.wait_for(lambda: recording(talk, "progress")[-1]["elapsed"] > 4 and
                          recording(talk, "progress")[-1]["id"] == number, "some seconds")
            news = numbers()[before:]
            # Each count of samples that was seen are numbers of its own.
            counts = {item["samples"] for item in recording(talk, "progress") if item["id"] == number}
            talk.command("hotlens.stop", {"id": number})
            talk.wait_for(lambda: len(recording(talk, "ended")) == number, "its end")
            return len(news) <= 1 + len(counts), f"{len(news)} changes in 4 s, samples {sorted(counts)}"

        one_of_three(of_the_idle_one)
        expect_equal(talk.leave(), 0, "exit code")


def attached(box, talk):
    """A busy program that is open, and recorded so far that there are numbers."""
    busy = program(box, "busy.py")
    process = box.start(sys.executable, busy, "60", stdout=subprocess.DEVNULL)
    talk.initialize(options=UI)
    talk.open(busy)
    talk.command("hotlens.attach", {"pid": process.pid})
    talk.wait_for(lambda: any(item["shown"] and item["shown"][0]["live"]
                              for item in talk.notifications["hotlens/didChange"]), "live numbers")
    return busy


@test
def functions_are_live_while_it_records(box):
    """Those of the recording so far, by own time; a file's are what hotlens/lines says of the same moment."""
    with server(box) as talk:
        busy = attached(box, talk)

        def of_one_moment():
            """Asked between two windows, both answers are of the same samples."""
            live = talk.request("hotlens/functions", {})
            lines = talk.request("hotlens/lines", {"uri": busy.as_uri()})
            if live["run"]["samples"] != lines["run"]["samples"]:
                return None
            return live, lines

        live, lines = talk.wait_for(of_one_moment, "two answers of one moment")
        expect_equal(live["run"]["id"], 0, "not stored yet")
        counts = [(row["self"], row["total"]) for row in live["functions"]]
        expect(counts and counts == sorted(counts, reverse=True), "by own time", live)
        ours = {(row["name"], row["self"], row["total"]) for row in live["functions"]
                if row["file"] == lines["file"] and row["name"] != "<module>"}
        expect_equal(ours, {(row["name"], row["self"], row["total"]) for row in lines["functions"]},
                     "the file's functions")
        one = talk.request("hotlens/functions", {"limit": 1, "path": busy.as_uri()})
        expect_equal(len(one["functions"]), 1, "the limit")
        expect_equal(talk.request("hotlens/functions", {"path": "file:///nowhere.py"})["functions"], [],
                     "of a file that is not in it")
        talk.command("hotlens.stop")
        end = recording(talk, "ended")[0]
        talk.wait_for(lambda: talk.request("hotlens/functions", {})["run"]["id"] == end["run"],
                      "the stored run")
        expect_equal(talk.leave(), 0, "exit code")


def nodes_of(graph):
    """{(name, parent's name): total} of the nodes of code below code."""
    nodes, functions = graph["nodes"], graph["functions"]

    def name(node):
        function = nodes["function"][node]
        return graph["name"][functions["name"][function]] if function >= 0 else None
    return {(name(node), name(nodes["parent"][node])): nodes["total"][node]
            for node in range(1, len(nodes["total"]))}


@test
def the_flame_graph_is_live_while_it_records(box):
    """It grows, its nodes keep their names, and the focus is of it too."""
    with server(box) as talk:
        busy = attached(box, talk)

        def graph(**params):
            return talk.request("hotlens/flamegraph", {"structure": "merge", **params})
        first = graph()
        expect((first["run"], first["live"]) == (0, True), "of what is in memory", first)
        later = talk.wait_for(lambda: graph()["samples"] > first["samples"] and graph(columns=80), "more")
        expect(set(first["nodes"]["id"]) <= set(later["nodes"]["id"]), "nodes keep their names", later)
        expect_equal(nodes_of(later)["<module>", None], later["samples"], "all is below the module")
        cell = next(cell for row in later["cells"] for cell in row if cell["text"] == "<module>")
        expect(f"{later['samples']} ± " in cell["detail"] and "100%" in cell["detail"], "in words", cell)
        source = talk.request("hotlens/source", {"path": str(busy)})
        expect_equal((source["run"], source["text"]), (0, BUSY), "its text")
        place = talk.request("hotlens/location", {"path": str(busy), "line": 4})
        expect_equal((place["range"]["start"]["line"], place["exact"]), (3, True), "its lines")
        wrong = talk.failure("hotlens/source", {"path": "/nowhere.py"})
        expect("has no source /nowhere.py" in wrong["message"], "a file that is not in it", wrong)
        talk.command("hotlens.focus", {"function": "hot"})
        talk.wait_for(lambda: talk.request("hotlens/lines", {"uri": busy.as_uri()}).get("focus") == "hot()",
                      "a focus while it is recorded")
        samples = talk.request("hotlens/lines", {"uri": busy.as_uri()})["samples"]
        talk.wait_for(lambda: talk.request("hotlens/lines", {"uri": busy.as_uri()})["samples"] > samples,
                      "which grows too")
        still = graph()
        expect((still["run"], still["live"], still["focus"]) == (0, True, None), "the whole recording", still)
        functions = talk.request("hotlens/functions", {})["run"]
        expect((functions["id"], functions["samples"] >= still["samples"]) == (0, True), "also here", functions)
        talk.command("hotlens.stop")
        end = recording(talk, "ended")[0]
        stored = talk.wait_for(lambda: graph()["run"] == end["run"] and graph(), "the stored run")
        expect(not stored["live"] and stored["samples"] >= later["samples"], "all of it", stored)
        expect_equal(talk.leave(), 0, "exit code")


def actions(talk, path, *kinds):
    return talk.request("textDocument/codeAction", {
        "textDocument": {"uri": path.as_uri()}, "context": {"diagnostics": [], "only": list(kinds)},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}})


@test
def processes_that_cannot_be_recorded_are_told_of(box):
    sleeper = box.start("sleep", "600")
    with server(box) as talk:
        talk.initialize(options=UI)

        def told(pid, words):
            talk.command("hotlens.attach", {"pid": pid})
            texts = talk.wait_for(lambda: [item["message"] for item in talk.notifications["window/showMessage"]
                                           if words in item["message"]], f"a message about {pid}")
            expect(str(pid) in texts[0], "it names the process", texts)
        told(sleeper.pid, "is not a Python process")
        told(999999999, "there is no process")
        expect(not [item for item in talk.notifications["hotlens/recording"] if item["state"] == "progress"
                    and item["samples"] > 0], "nothing was sampled")
        expect_equal(talk.request("hotlens/runs", {})["runs"], [], "nothing was saved")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_client_that_cannot_ask_lists_processes(box):
    """Helix up to 25.07 answers questions with an error."""
    path = program(box)
    process = box.start(sys.executable, path, "600", stdout=subprocess.DEVNULL)
    newer_elsewhere(box)
    with server(box) as talk:
        talk.request("initialize", {"processId": None, "clientInfo": {"name": "helix",
                                                                     "version": "25.07.1"},
                                    "rootUri": box.folder.as_uri(), "capabilities": CAPABILITIES,
                                    "initializationOptions": UI})
        talk.notify("initialized", {})
        talk.open(path)
        title = f"Hotlens: Attach {process.pid} "

        def mine():
            return [item for item in actions(talk, path, "source.hotlens.attach")
                    if item["title"].startswith(title)]

        command = talk.wait_for(mine, "the process")[0]["command"]
        expect_equal(command["arguments"], [{"pid": process.pid}], "arguments")
        talk.command("hotlens.attach")
        talk.message_with("this editor cannot ask")
        expect_equal(talk.asked["window/showMessageRequest"], [], "no question")
        talk.command(command["command"], *command["arguments"])
        talk.wait_for(lambda: any(item["samples"] for item in recording(talk, "progress")), "samples")
        talk.command("hotlens.stop")
        expect_equal(recording(talk, "ended")[0]["run"], 1, "the end")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_program_of_the_workspace_is_run_after_a_yes(box):
    """The settings of a folder may come from whoever wrote what is in it."""
    path = program(box)
    seen = box.folder / "seen"
    python = own_python(box, seen)
    answers = iter(["Cancel", "Run it"])
    with server(box, answers={"window/showMessageRequest": lambda _: {"title": next(answers)}}) as talk:
        talk.initialize(options={"hotlens": {"ui": True, "python": str(python)}})
        talk.open(path)
        talk.command("hotlens.profileFile", {"args": ["1.5"]})
        question = talk.wait_for(lambda: talk.asked["window/showMessageRequest"], "the question")[0]
        expect(str(python) in question["params"]["message"], "which", question)
        expect_equal([item["title"] for item in question["params"]["actions"]],
                     ["Run it", "Cancel"], "titles")
        expect(talk.request("hotlens/runs", {})["runs"] == [] and not seen.exists(), "nothing ran")
        talk.command("hotlens.profileFile", {"args": ["1.5"]})
        talk.wait_for(lambda: len(talk.asked["window/showMessageRequest"]) == 2, "asked again")
        expect_equal(recording(talk, "ended")[0]["exitStatus"], 0, "it ran")
        talk.command("hotlens.profileAgain")
        talk.wait_for(lambda: len(recording(talk, "ended")) == 2, "the second end")
        expect_equal(len(talk.asked["window/showMessageRequest"]), 2, "one yes is enough")
        expect_equal(talk.leave(), 0, "exit code")


@test
def no_spelling_of_it_runs_before_the_yes(box):
    """Not even to be asked where a py-spy could be installed."""
    path = program(box)
    seen = box.folder / "seen"
    python = own_python(box, seen)
    for name in ("bin/python", "./bin/python", f"{box.folder}/x/../bin/python",
                 f"/usr/..{python}"):
        with Server(box, env={"PATH": "/usr/bin:/bin"},
                    answers={"window/showMessageRequest": lambda _: {"title": "Cancel"}}) as talk:
            talk.initialize(options={"hotlens": {"ui": True, "python": name}})
            talk.open(path)
            talk.command("hotlens.profileFile")
            talk.wait_for(lambda: talk.asked["window/showMessageRequest"] or
                          talk.notifications["window/showMessage"], "a question, or what is wrong")
            talk.request("hotlens/runs", {})
            expect(not seen.exists() and not talk.notifications["hotlens/recording"], name)
            expect_equal(talk.leave(), 0, "exit code")


@test
def a_client_that_asks_itself_is_not_asked_again(box):
    path = program(box)
    python = own_python(box, "/dev/null")
    with server(box) as talk:
        talk.initialize(options={"hotlens": {"ui": True, "trusted": True, "python": str(python)}})
        talk.open(path)
        talk.command("hotlens.profileFile", {"args": ["1.5"]})
        expect_equal(recording(talk, "ended")[0]["exitStatus"], 0, "it ran")
        expect_equal(talk.asked["window/showMessageRequest"], [], "questions")
        expect_equal(talk.leave(), 0, "exit code")


# As much of pip as it takes: "installs" the py-spy that the tests use.
PIP = """import os, sys
with open({log!r}, "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
os.symlink({py_spy!r}, os.path.join(os.path.dirname(sys.executable), "py-spy"))
"""


@test
def py_spy_is_installed_after_a_yes(box):
    path = program(box)
    log = box.folder / "pip.log"
    done = box.run(sys.executable, "-m", "venv", "--without-pip", "venv")
    expect_equal(done.returncode, 0, done.stderr)
    packages = next((box.folder / "venv" / "lib").glob("python*/site-packages"))
    box.write(packages.relative_to(box.folder) / "pip" / "__init__.py", "")
    box.write(packages.relative_to(box.folder) / "pip" / "__main__.py",
              PIP.format(log=str(log), py_spy=find_py_spy()))
    asked = []

    def choose(params):
        asked.append(params["message"])
        is_install = any("py-spy" in item["title"] for item in params["actions"])
        return {"title": next(replies)} if is_install else {"title": "Run it"}

    replies = iter(["Not now", "Install py-spy"])
    with Server(box, env={"PATH": "/usr/bin:/bin"},
                answers={"window/showMessageRequest": choose}) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        talk.command("hotlens.profileFile", {"args": ["1.5"]})
        talk.wait_for(lambda: asked or talk.notifications["hotlens/recording"], "a question")
        if not asked:
            raise Skip("a py-spy lies where it is always looked for")
        expect(str(box.folder / "venv") in asked[0], "into what", asked)
        talk.request("hotlens/runs", {})
        expect(not log.exists(), "nothing before the yes")
        talk.command("hotlens.profileFile", {"args": ["1.5"]})
        end = recording(talk, "ended")[0]
        expect_equal((end["exitStatus"], end["run"]), (0, 1), "then it records")
        expect("install" in log.read_text() and "py-spy" in log.read_text(), "pip", log.read_text())
        expect_equal(talk.leave(), 0, "exit code")


@test
def what_another_user_may_not_is_explained(box):
    """The server as a user who may not trace a process of root."""
    setpriv = shutil.which("setpriv")
    if os.getuid() != 0 or not setpriv:
        raise Skip("needs root and setpriv")
    path = program(box)
    process = box.start(sys.executable, path, "600", stdout=subprocess.DEVNULL)
    home = box.folder / "theirs"
    home.mkdir()
    os.chown(home, 65534, 65534)
    box.folder.chmod(0o755)
    hotlens = shutil.copy(HOTLENS, box.folder / "hotlens")  # where they may run it
    py_spy = shutil.copy(find_py_spy(), box.folder / "py-spy")
    theirs = {name: str(home) for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
                                           "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    theirs["HOTLENS_DB"] = str(home / "profiles.db")
    theirs["PATH"] = "/usr/bin:/bin"
    command = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
               "--bounding-set=-all", hotlens, "serve"]
    with Server(box, *command, program=None, env=theirs) as talk:
        talk.initialize(folder=box.folder / "home",
                        options={"hotlens": {"ui": True, "pySpy": str(py_spy)}})
        talk.command("hotlens.attach", {"pid": process.pid})
        talk.wait_for(lambda: [item for item in talk.notifications["window/showMessage"]
                               if item["type"] == 1], "an explanation")
        text = talk.notifications["window/showMessage"][-1]["message"]
        expect("root" in text or "sudo" in text or "permission" in text.lower(), "a remedy", text)
        expect(process.poll() is None, "the program goes on")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_run_of_the_command_line_appears(box):
    path = program(box)
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        expect_equal(talk.request("hotlens/lines", {"uri": path.as_uri()})["run"], None, "nothing yet")
        done = box.hotlens("record", "--py-spy", find_py_spy(), "--", sys.executable, path, "1.5")
        expect_equal(done.returncode, 0, done.stderr)
        talk.wait_for(lambda: talk.request("hotlens/lines", {"uri": path.as_uri()})["lines"], "it")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_program_that_crashes_is_profiled(box):
    path = program(box, text=BUSY.replace("    try:", "    if True:").replace(
        '    finally:\n        open("finally", "w").close()', "        raise ValueError('so it goes')"))
    with server(box) as talk:
        talk.initialize(options=UI)
        talk.open(path)
        talk.command("hotlens.profileFile", {"args": ["1.5"]})
        end = recording(talk, "ended")[0]
        expect_equal((end["exitStatus"], end["run"]), (1, 1), "the end")
        printed = "".join(item["text"] for item in talk.notifications["hotlens/output"]
                          if item["stream"] == "stderr")
        expect("ValueError: so it goes" in printed, "its traceback", printed)
        expect_equal(talk.leave(), 0, "exit code")


main()
