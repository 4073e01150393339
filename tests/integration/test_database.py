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
