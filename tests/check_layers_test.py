#!/usr/bin/env python3
"""check_layers.py finds what it is there to find: each rule broken once in a small tree. TAP."""

import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import check_layers  # noqa: E402
import tap  # noqa: E402

HEADER = """/* What it is. */
#ifndef HOTLENS_BASE_GOOD_H
#define HOTLENS_BASE_GOOD_H
#endif
"""
CLEAN = {
    "include/hotlens/base/good.h": HEADER,
    "include/hotlens/base/limits.h": HEADER.replace("GOOD", "LIMITS").replace(
        "#endif", "#define HL_LIMIT_SOME 1\n#endif"),
    "src/base/good.c": '#include "hotlens/base/good.h"\n\nint hl_good(void)\n{\n    return 0;\n}\n',
    "src/base/limit.c": "bool is_some(int value)\n{\n    return value <= HL_LIMIT_SOME;\n}\n",
    "src/store/rows.c": '#include <sqlite3.h>\n\nconst char *sql = "SELECT 1";\n',
    "src/main.c": '#include "hotlens/cli/cli.h"\n',
    "tests/unit/base/test_some.c": "/* HL_LIMIT_SOME */\n",
    "tests/data/odd.txt": "trailing blanks stay in data   \n",
    "build/generated.c": "\tnot looked at   \n",
}

LONG = "int hl_long(int a,\n            int b)\n{\n" + "    a += b;\n" * 56 + "    return a;\n}\n"

# Rule, file, text that breaks it. None as text removes the file.
BROKEN = [
    (check_layers.check_rooms, "src/attic/old.c", "\n"),
    (check_layers.check_rooms, "include/hotlens/loose.h", HEADER),
    (check_layers.check_direction, "src/base/up.c", '#include "hotlens/profile/profile.h"\n'),
    (check_layers.check_direction, "src/store/side.c", '#include "hotlens/formats/raw.h"\n'),
    (check_layers.check_direction, "src/python/side.c", '  # include <hotlens/profile/view.h>\n'),
    (check_layers.check_direction, "src/app/up.c", '#include "../cli/private.h"\n'),
    (check_layers.check_direction, "src/cli/unknown.c", '#include "hotlens/attic/old.h"\n'),
    (check_layers.check_libraries, "src/app/sql.c", "#include <sqlite3.h>\n"),
    (check_layers.check_libraries, "src/store/json.c", "#include <cjson/cJSON.h>\n"),
    (check_layers.check_libraries, "src/profile/loop.c", "#include <uv.h>\n"),
    (check_layers.check_linux, "src/record/probe.c", "#ifdef __linux__\n#endif\n"),
    (check_layers.check_sql, "src/cli/runs.c", 'const char *q = "x "\n "SELECT " "id";\n'),
    (check_layers.check_sql, "src/app/save.c", 'const char *q = "PRAGMA user_version";\n'),
    (check_layers.check_printing, "src/formats/raw.c", '    printf("%d", 1);\n'),
    (check_layers.check_printing, "src/store/open.c", '    fprintf(stderr, "x");\n'),
    (check_layers.check_printing, "src/base/file.c", "    perror(name);\n"),
    (check_layers.check_file_length, "src/cli/long.c", "\n" * 701),
    (check_layers.check_function_length, "src/cli/long.c", LONG),
    (check_layers.check_guards, "include/hotlens/base/good.h", HEADER.replace("BASE", "HASE")),
    (check_layers.check_guards, "src/cli/private.h", "/* x */\n"),
    (check_layers.check_guards, "src/cli/private.h",
     "#ifndef HOTLENS_CLI_OTHER_H\n#define HOTLENS_CLI_OTHER_H\n#endif\n"),
    (check_layers.check_mirror, "include/hotlens/base/good.h", "\n" + HEADER),
    (check_layers.check_text, "docs/page.md", "blank at the end \n"),
    (check_layers.check_text, "README.md", "no line end"),
    (check_layers.check_text, "scripts/run", b"\xff\n"),
    (check_layers.check_tabs, "src/cli/tab.c", "\treturn;\n"),
    (check_layers.check_tabs, "src/cli/wide.c", "/*" + " x" * 60 + "*/\n"),
    (check_layers.check_limits, "tests/unit/base/test_some.c", None),
    (check_layers.check_limits, "tests/unit/base/test_some.c", "/* HL_LIMIT_SOMETHING */\n"),
    (check_layers.check_limits, "src/base/limit.c", None),
    (check_layers.check_same_names, "src/cli/again.c", "int hl_good(void)\n{\n}\n"),
]

# Looks like a breach and is none.
FINE = [
    ("src/app/words.c", '/* SELECT x FROM y, printf( */\nconst char *text = "please select one";\n'),
    ("src/base/log.c", '    fprintf(stderr, "x");\n'),
    ("src/formats/text.c", '    snprintf(text, 2, "printf(");\n'),
    ("src/cli/out.c", '    printf("%d", 1);\n'),
    ("src/record/os_linux.c", "#ifdef __linux__\n#endif\n"),
    ("src/cli/private.h", "#ifndef HOTLENS_SRC_CLI_PRIVATE_H\n#define HOTLENS_SRC_CLI_PRIVATE_H\n#endif\n"),
    ("src/cli/exactly.c", LONG.replace("    a += b;\n", "", 1)),
]


def make(folder, files):
    for name, text in files.items():
        if text is None:
            continue
        path = pathlib.Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return check_layers.Tree(pathlib.Path(folder).resolve())


def broken_rules(files):
    with tempfile.TemporaryDirectory() as folder:
        tree = make(folder, files)
        return [check for check in check_layers.CHECKS if list(check(tree))]


def machine_path_is_found():
    with tempfile.TemporaryDirectory() as folder:
        where = str(pathlib.Path(folder).resolve())
        tree = make(folder, {"docs/page.md": f"see {where}/docs\n"})
        return list(check_layers.check_machine(tree)) != []


def results():
    yield "the clean tree is clean", broken_rules(CLEAN) == []
    for check, name, text in BROKEN:
        yield f"{name}: {check.__doc__}", check in broken_rules({**CLEAN, name: text})
    for name, text in FINE:
        yield f"{name} is fine", broken_rules({**CLEAN, name: text}) == []
    yield "a path of this machine is found", machine_path_is_found()


if __name__ == "__main__":
    sys.exit(tap.report(results()))
