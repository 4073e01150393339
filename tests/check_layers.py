#!/usr/bin/env python3
"""The rules of the house that a program can check. Prints TAP, one line per rule.

usage: check_layers.py [ROOT]
"""

import collections
import pathlib
import re
import sys

LAYERS = {
    "base": 0,
    "profile": 1, "python": 1,
    "formats": 2, "store": 2, "record": 2, "lsp": 2,
    "app": 3,
    "server": 4, "cli": 4,
    "main": 5,
}
# Libraries that are kept in few rooms, by the headers that give them away.
LIBRARIES = {
    "sqlite3.h": {"store"},
    "cjson/cJSON.h": {"formats", "lsp", "server"},
    "cJSON.h": {"formats", "lsp", "server"},
    "uv.h": {"record", "app", "server", "cli"},
}
# Files of layers 0 to 2 that are there to print: the log, aborts, and the shim, which is a program.
MAY_PRINT = re.compile(r"src/base/(log|memory|error)\.c|src/record/(shim|guard|lifeline)\w*\.c")
SQL = re.compile(r"\b(SELECT\s+\S|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|"
                 r"CREATE\s+(TABLE|INDEX|TRIGGER|VIEW)|ALTER\s+TABLE|DROP\s+(TABLE|INDEX)|"
                 r"PRAGMA\s+\w)")
PRINTING = re.compile(r"\b(v?printf|puts|putchar|perror|psignal)\s*\(|"
                      r"\b(v?fprintf|fputs|fputc|putc|fwrite)\s*\([^;]*\b(stdout|stderr)\b|"
                      r"\b(dprintf|write)\s*\(\s*(1|2|STDOUT_FILENO|STDERR_FILENO)\s*,")
FILE_LINES = 700
FUNCTION_LINES = 60
# clang-format keeps code within 100; a comment may run over to end its sentence.
COLUMNS = 110
# A function that is longer for a reason: "path:function". Say why beside it.
LONG_FUNCTIONS = set()

# Not ours, or (bin, dist) made by the tests of the VS Code extension.
SKIPPED_FOLDERS = {".git", "node_modules", "__pycache__", "corpus", "data", ".cache", "bin", "dist"}
TEXT_SUFFIXES = {"", ".build", ".c", ".fish", ".h", ".html", ".js", ".json", ".lua", ".md", ".py",
                 ".bash", ".scd", ".sh", ".toml", ".ts", ".txt", ".yml"}

COMMENT_OR_LITERAL = re.compile(
    r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def without_comments(text):
    """The same lines and columns, comments blank; literals stay."""
    return COMMENT_OR_LITERAL.sub(lambda m: blank(m) if m[0][0] == "/" else m[0], text)


def code_only(text):
    """Comments blank, literals emptied to their quotes and spaces."""
    def replace(match):
        if match[0][0] == "/":
            return blank(match)
        return match[0][0] + " " * (len(match[0]) - 2) + match[0][-1]
    return COMMENT_OR_LITERAL.sub(replace, text)


def literals(text):
    """(line number, text) of string literals; neighbours are joined as the compiler does."""
    previous_end, start, joined = None, 0, ""
    for match in re.finditer(r"\"(?:\\.|[^\"\\\n])*\"", without_comments(text)):
        between = "x" if previous_end is None else text[previous_end:match.start()]
        if between.strip():
            if joined:
                yield text.count("\n", 0, start) + 1, joined
            start, joined = match.start(), ""
        joined += match[0][1:-1]
        previous_end = match.end()
    if joined:
        yield text.count("\n", 0, start) + 1, joined


class Tree:
    """The files of a checkout."""

    def __init__(self, root):
        self.root = root
        self.texts = {}
        for path in sorted(self.walk(root)):
            try:
                self.texts[path.relative_to(root).as_posix()] = path.read_text()
            except UnicodeDecodeError:
                self.texts[path.relative_to(root).as_posix()] = None

    def walk(self, folder):
        for path in folder.iterdir():
            if path.is_symlink() or path.name in SKIPPED_FOLDERS:
                continue
            if path.is_dir():
                if not (folder == self.root and path.name.startswith("build")):
                    yield from self.walk(path)
            elif path.suffix in TEXT_SUFFIXES and path.name != ".git":
                yield path

    def c_files(self, *folders):
        for name, text in self.texts.items():
            if name.endswith((".c", ".h")) and name.split("/")[0] in folders:
                yield name, text or ""


def room_of(name):
    parts = name.split("/")
    if name == "src/main.c":
        return "main"
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    if name.startswith("include/hotlens/") and len(parts) > 3:
        return parts[2]
    return None


def includes(text):
    for match in re.finditer(r"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"\n]+)", without_comments(text),
                             re.MULTILINE):
        yield text.count("\n", 0, match.start()) + 1, match[1], match[2]


def check_rooms(tree):
    """every source file is in a room that has a layer"""
    for name, _ in tree.c_files("src", "include"):
        if room_of(name) not in LAYERS:
            yield f"{name}: in no room"


def check_direction(tree):
    """includes point to lower layers only"""
    for name, text in tree.c_files("src", "include"):
        room = room_of(name)
        for line, kind, target in includes(text):
            other = None
            if target.startswith("hotlens/"):
                other = target.split("/")[1]
            elif kind == '"':
                path = (pathlib.PurePosixPath(name).parent / target).as_posix()
                other = room if "../" not in path else "?"
            if other is None or other == room or room not in LAYERS:
                continue
            if other not in LAYERS or LAYERS[other] >= LAYERS[room]:
                yield f"{name}:{line}: {room} must not include {target}"


def check_libraries(tree):
    """SQLite, cJSON and libuv stay in their rooms"""
    for name, text in tree.c_files("src", "include"):
        for line, _, target in includes(text):
            if target in LIBRARIES and room_of(name) not in LIBRARIES[target]:
                yield f"{name}:{line}: {target} is not for {room_of(name)}"


def check_linux(tree):
    """what only Linux has is in os_*.c"""
    for name, text in tree.c_files("src", "include"):
        if pathlib.PurePosixPath(name).name.startswith("os_"):
            continue
        for match in re.finditer(r"^[ \t]*#[ \t]*if.*__linux__", without_comments(text), re.MULTILINE):
            yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: __linux__ outside os_*.c"


def check_sql(tree):
    """SQL is in the store only"""
    for name, text in tree.c_files("src", "include"):
        if room_of(name) != "store":
            for line, literal in literals(text):
                if SQL.search(literal):
                    yield f"{name}:{line}: SQL in {room_of(name)}"


def check_printing(tree):
    """layers 0 to 2 print nothing"""
    for name, text in tree.c_files("src", "include"):
        if LAYERS.get(room_of(name), 9) > 2 or MAY_PRINT.fullmatch(name):
            continue
        for number, line in enumerate(code_only(text).splitlines(), 1):
            if PRINTING.search(line):
                yield f"{name}:{number}: prints"


def check_file_length(tree):
    """no C file is too long"""
    for name, text in tree.c_files("src", "include", "tests", "bench"):
        lines = text.count("\n")
        if lines > FILE_LINES:
            yield f"{name}: {lines} lines, more than {FILE_LINES}"


def functions(text):
    """(name, first line, lines) of the functions, by the house style: braces in column 0."""
    lines = code_only(text).splitlines()
    start = None
    for number, line in enumerate(lines):
        if line.rstrip() == "{":
            first = number
            while first > 0 and re.match(r"[\w\s*]", lines[first - 1]) and lines[first - 1].strip() \
                    and not lines[first - 1].rstrip().endswith(("}", ";", "*/")):
                first -= 1
            start = first
        elif line.startswith("}") and start is not None:
            head = " ".join(lines[start:start + 4])
            found = re.search(r"(\w+)\s*\(", head)
            yield found[1] if found else "?", start + 1, number - start + 1
            start = None


def check_function_length(tree):
    """no C function is too long"""
    for name, text in tree.c_files("src", "include", "tests", "bench"):
        for function, first, length in functions(text):
            if length > FUNCTION_LINES and f"{name}:{function}" not in LONG_FUNCTIONS:
                yield f"{name}:{first}: {function} has {length} lines, more than {FUNCTION_LINES}"


def check_guards(tree):
    """headers are guarded by their path"""
    for name, text in tree.c_files("src", "include"):
        if not name.endswith(".h"):
            continue
        path = name.removeprefix("include/hotlens/").removeprefix("src/")
        guard = "HOTLENS_" + re.sub(r"\W", "_", path).upper()
        found = re.search(r"^#ifndef (\w+)\n#define \1\n", text, re.MULTILINE)
        private = guard.replace("HOTLENS_", "HOTLENS_SRC_") if name.startswith("src/") else guard
        if not found or found[1] not in (guard, private):
            yield f"{name}: not guarded by {guard}"


def check_mirror(tree):
    """every header of include/ is introduced by a comment"""
    for name, text in tree.c_files("include"):
        if not text.startswith("/*"):
            yield f"{name}: no comment at its top says what it is"


def check_text(tree):
    """text is UTF-8, without trailing blanks, and ends in a line end"""
    for name, text in tree.texts.items():
        if text is None:
            yield f"{name}: not UTF-8"
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip():
                yield f"{name}:{number}: blanks at the end"
        if text and not text.endswith("\n"):
            yield f"{name}: no line end at its end"


def check_tabs(tree):
    """C is indented by blanks, and its lines are not too long"""
    for name, text in tree.c_files("src", "include", "tests", "bench"):
        for number, line in enumerate(text.splitlines(), 1):
            if "\t" in line:
                yield f"{name}:{number}: a tab"
            if len(line) > COLUMNS:
                yield f"{name}:{number}: {len(line)} columns"


def check_machine(tree):
    """no file names a folder of the machine it was written on"""
    folders = {str(tree.root), str(pathlib.Path.home())} - {"/", "/nonexistent"}
    pattern = re.compile("|".join(re.escape(folder) + r"(?=/)" for folder in sorted(folders)))
    for name, text in tree.texts.items():
        for match in pattern.finditer(text or ""):
            yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: names {match[0]}/"


def check_limits(tree):
    """every limit is kept by the code and named by a test"""
    limits = tree.texts.get("include/hotlens/base/limits.h") or ""
    tests = "\n".join(text or "" for name, text in tree.texts.items()
                      if name.startswith("tests/") and name != "tests/check_layers.py")
    for match in re.finditer(r"^#define (HL_LIMIT_\w+)", limits, re.MULTILINE):
        name = re.compile(rf"\b{match[1]}\b")
        if not any(name.search(text) for _, text in tree.c_files("src")):
            yield f"{match[1]}: nothing keeps it"
        if not name.search(tests):
            yield f"{match[1]}: no test names it"


def check_same_names(tree):
    """an exported function is defined once, or once per system in os_*.c"""
    found = collections.defaultdict(set)
    for name, text in tree.c_files("src"):
        for match in re.finditer(r"^(?!static|typedef|#)[\w \t*]*?\b(hl_\w+)\([^;{]*\)\s*\n\{",
                                 code_only(text), re.MULTILINE):
            found[match[1]].add(name)
    for function, names in sorted(found.items()):
        systems = all(pathlib.PurePosixPath(name).name.startswith("os_") for name in names)
        if len(names) > 1 and not systems:
            yield f"{function}: in {', '.join(sorted(names))}"


CHECKS = [check_rooms, check_direction, check_libraries, check_linux, check_sql, check_printing,
          check_file_length, check_function_length, check_guards, check_mirror, check_text,
          check_tabs, check_machine, check_limits, check_same_names]


def main(arguments):
    root = arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent
    tree = Tree(pathlib.Path(root).resolve())
    failed = False
    print(f"1..{len(CHECKS)}")
    for number, check in enumerate(CHECKS, 1):
        problems = list(check(tree))
        failed |= bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} - {check.__doc__}")
        for problem in problems:
            print(f"# {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
