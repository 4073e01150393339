"""A database whose every value somebody else may have written: no command and no request crashes on it, or waits
for ever."""

import itertools
import shutil
import sqlite3

from harness import expect, expect_equal, main, test
from lsp import Server

PROGRAM = "class K:\n    def x(self):\n        return 1\n\ndef main():\n    K().x()\n\nmain()\n"
STACKS = "<module> ({path}:8);main ({path}:6);K.x ({path}:3) 30\nprocess 5:\"python k.py\";thread (7);f 4\n"
VALUES = (None, "", -1, (1 << 63) - 1, -(1 << 63), 1e308, b"\xff" * 1000, "x" * 100000, "a\0\x1b[2J")
COMMANDS = (("show", "last"), ("show", "last", "--json"), ("flame", "last", "--width", "80"),
            ("flame", "last", "--function", "K.x", "--json"), ("runs",), ("runs", "--json"),
            ("export", "last", "--format", "svg"), ("export", "last", "--format", "html"),
            ("export", "last"), ("label", "last", "mine"), ("rm", "last"), ("doctor",))
# Each of these was a defect.
FOUND = ((("file", "path"), None, ("show", "last")),
         (("run", "workspace"), "", ("export", "last", "--format", "svg")))


def columns_of(database):
    tables = [name for name, in database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
    return [(table, row[1]) for table in tables for row in database.execute(f"PRAGMA table_info({table})")]


def set_to(box, original, column, value):
    """Whether the database takes that value."""
    for path in box.database.parent.glob(box.database.name + "*"):
        path.unlink()
    shutil.copy(original, box.database)
    database = sqlite3.connect(box.database)
    try:
        with database:
            database.execute(f'UPDATE "{column[0]}" SET "{column[1]}" = ?', (value,))
        return True
    except (sqlite3.IntegrityError, sqlite3.OperationalError):
        return False
    finally:
        database.close()


def imported(box):
    """The program, the database of its run, and the columns of that."""
    program = box.write("k.py", PROGRAM)
    box.hotlens("import", box.write("k.raw", STACKS.format(path=program)), "--rate", "100")
    with sqlite3.connect(box.database) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        columns = columns_of(database)
    database.close()
    original = box.folder / "original.db"
    shutil.copy(box.database, original)
    expect(len(columns) > 50, "columns", columns)
    return program, original, columns


@test
def whatever_stands_in_a_column(box):
    _, original, columns = imported(box)
    mutations = zip(itertools.product(columns, VALUES), itertools.cycle(COMMANDS))
    tried = 0
    for column, value, command in (*FOUND, *((*which, command) for which, command in mutations)):
        if set_to(box, original, column, value):
            done = box.hotlens(*command)
            tried += 1
            expect(done.returncode in (0, 1), "it ends, and says what is wrong",
                   (column, str(value)[:20], command, done.returncode, done.stderr))
    expect(tried > 300, "values that a database takes", tried)


def changed(box, original, *statements):
    set_to(box, original, ("run", "pinned"), 0)
    with sqlite3.connect(box.database) as database:
        for statement in statements:
            database.execute(statement)
    database.close()


@test
def a_command_line_of_millions_of_words(box):
    _, original, _ = imported(box)
    changed(box, original, "UPDATE run SET argv = zeroblob(8000000)")
    expect_equal(box.hotlens("runs").returncode, 0, "takes a moment, not hours")


@test
def a_text_that_is_larger_than_memory(box):
    _, original, _ = imported(box)
    changed(box, original, "UPDATE run SET notes = cast(zeroblob(150000000) AS TEXT)")
    done = box.hotlens("show", "last")
    expect(done.returncode == 1 and "too" in done.stderr, "it is refused", (done.returncode, done.stderr))


@test
def a_function_of_no_file_behind_one_of_a_file_without_name(box):
    """Each row is possible alone; their order was not."""
    program, original, _ = imported(box)
    with sqlite3.connect(original) as database:
        row = database.execute("SELECT * FROM function_row LIMIT 1").fetchone()
        names = [column[1] for column in database.execute("PRAGMA table_info(function_row)")]
    database.close()
    values = ", ".join("{0}" if name == "function" else str(value) for name, value in zip(names, row))
    changed(box, original, "INSERT INTO file VALUES (77, '')", "INSERT INTO function VALUES (5001, 77, 'a', 0)",
            "INSERT INTO function VALUES (5002, 0, 'b', 0)",
            *(f"INSERT INTO function_row VALUES ({values.format(function)})" for function in (5001, 5002)))
    with Server(box) as talk:
        talk.initialize()
        talk.open(program)
        talk.wait_for(lambda: talk.request("hotlens/lines", {"uri": program.as_uri()})["run"], "the run")
        expect_equal(talk.leave(), 0, "exit code")


@test
def a_damaged_older_run_does_not_hide_a_newer_one(box):
    program, _, _ = imported(box)
    box.hotlens("import", box.folder / "k.raw", "--rate", "100")
    with sqlite3.connect(box.database) as database:
        database.execute("UPDATE line_row SET lines = x'80' WHERE profile = (SELECT id FROM profile WHERE run = 1)")
    database.close()
    with Server(box) as talk:
        talk.initialize()
        talk.open(program)
        talk.wait_for(lambda: (talk.request("hotlens/lines", {"uri": program.as_uri()})["run"] or {}).get("id") == 2,
                      "the newer run")
        expect_equal(talk.leave(), 0, "exit code")


@test
def and_in_a_server(box):
    """One value for each column: a server begins anew with every database."""
    program, original, columns = imported(box)
    document = {"textDocument": {"uri": program.as_uri()}}
    here = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    requests = (("hotlens/runs", {}), ("hotlens/functions", {"run": "last"}), ("hotlens/flamegraph", {"run": "last"}),
                ("hotlens/flamegraph", {"run": "last", "columns": 80}), ("hotlens/lines", {"uri": program.as_uri()}),
                ("textDocument/inlayHint", {**document, "range": here}), ("textDocument/codeLens", document),
                ("textDocument/hover", {**document, "position": {"line": 5, "character": 6}}))
    tried = 0
    for column, value in zip(columns, itertools.cycle(VALUES)):
        if set_to(box, original, column, value):
            with Server(box) as talk:
                talk.initialize()
                talk.open(program)
                for asked in [talk.ask(*request) for request in requests]:
                    talk.response(asked)
                expect_equal(talk.leave(), 0, (column, str(value)[:20]))
            tried += 1
    expect(tried > 30, "values that a database takes", tried)


main()
