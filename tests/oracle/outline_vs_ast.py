"""Outlines against CPython's own parser, over a Python's library.

usage: outline_vs_ast.py TOOL [--all] [FOLDER...]     (default: the running Python's library)
--all keeps site-packages; without it they are left out. Every text that CPython parses counts.
So do GENERATED programs that were made at random. Then every 6th text is damaged as typing damages it, and the starts that are still found are counted.
"""
import ast
import os
import random
import re
import sys
import unicodedata

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import generated_programs  # noqa: E402
import python_tool  # noqa: E402


GENERATED = 600


class Definition:
    def __init__(self, node, parent, path):
        self.kind = "c" if isinstance(node, ast.ClassDef) else "f"
        self.name = node.name
        self.path = path
        self.def_line = node.lineno
        self.first_line = min([node.lineno] + [d.lineno for d in node.decorator_list])
        self.end_line = node.end_lineno
        self.parent = parent
        first = node.body[0]
        self.statement_line = min([first.lineno] +
                                  [d.lineno for d in getattr(first, "decorator_list", [])])


BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def definitions_of(tree):
    """Definitions in order of their line. They only stand in blocks of statements."""
    found = []
    todo = [(tree, None)]
    while todo:
        node, around = todo.pop()
        for block in BLOCKS:
            children = getattr(node, block, ())
            for child in children if isinstance(children, list) else ():
                if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    path = child.name
                    if around:
                        path = around.path + (".<locals>." if around.kind == "f" else ".") + path
                    made = Definition(child, around, path)
                    found.append(made)
                    todo.append((child, made))
                else:
                    todo.append((child, around))
    found.sort(key=lambda item: item.def_line)
    return found


def expected(found):
    index = {id(item): number for number, item in enumerate(found)}
    ordinals = {}
    rows = []
    for item in found:
        ordinal = ordinals.get(item.path, 0)
        ordinals[item.path] = ordinal + 1
        parent = index[id(item.parent)] if item.parent else -1
        rows.append((item.kind, item.def_line, item.first_line, item.end_line, parent, ordinal,
                     item.name, item.path))
    return rows


def outlines(tool, texts):
    requests = [b"%d\n%s" % (len(data), data) for data in texts]
    lines = iter(python_tool.ask(tool, "outline", requests).decode().splitlines())
    for _ in texts:
        count, total_lines, main_line, unterminated = map(int, next(lines).split())
        rows = []
        for _ in range(count):
            kind, def_line, first, body, end, parent, ordinal, name, path = next(lines).split(" ")
            normal = unicodedata.normalize  # as the parser does with identifiers
            rows.append((kind, int(def_line), int(first), int(end), int(parent), int(ordinal),
                         normal("NFKC", name), normal("NFKC", path), int(body)))
        yield rows, total_lines, main_line, unterminated


def batches(sources):
    """Lists of about 200: many trees at once are slow to keep."""
    batch = []
    for source in sources:
        batch.append(source)
        if len(batch) == 200:
            yield batch
            batch = []
    yield batch


def compare(tool, sources, wrong, outside):
    definitions = 0
    texts = [text.encode() for _, text, _ in sources]
    for (path, _, tree), answer in zip(sources, outlines(tool, texts)):
        items = definitions_of(tree)
        wanted = expected(items)
        definitions += len(wanted)
        got = [row[:-1] for row in answer[0]]
        if got != wanted:
            first = next((pair for pair in zip(got, wanted) if pair[0] != pair[1]),
                         (len(got), len(wanted)))
            wrong.append(f"{path}: {first[0]} instead of {first[1]}")
        for item, row in zip(items, answer[0]):
            # The body begins at or before its first statement: comments may precede that.
            if not item.def_line <= row[-1] <= item.statement_line:
                outside.append(f"{path}:{item.def_line}: body at {row[-1]},"
                               f" statement at {item.statement_line}")
    return definitions


def stray_paren(rng, text):
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    lines[at] += " foo("
    return "\n".join(lines)


def stray_quote(rng, text):
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    lines[at] += ' "'
    return "\n".join(lines)


def half_typed(rng, text):
    lines = text.split("\n")
    lines.insert(rng.randrange(len(lines)), "def ")
    return "\n".join(lines)


def deleted_line(rng, text):
    lines = text.split("\n")
    # An empty line stays, so that lines keep their numbers.
    lines[rng.randrange(len(lines))] = ""
    return "\n".join(lines)


# Least share of the definitions that are still found, by name and line. A line inside a docstring may
# be hit as well, and a deleted line may be a definition's own.
EDITS = [(stray_paren, 0.995), (stray_quote, 0.99), (deleted_line, 0.95), (half_typed, 0.995)]


def survivors(tool, sources, edit):
    rng = random.Random(1)
    damaged = [edit(rng, text).encode() for _, text in sources]
    before = found = 0
    originals = outlines(tool, [text.encode() for _, text in sources])
    for data, original, answer in zip(damaged, originals, outlines(tool, damaged)):
        lines = data.decode().split("\n")
        shift = lines.index("def ") + 1 if edit is half_typed else None
        wanted = {(row[6], row[1] + (shift is not None and row[1] >= shift))
                  for row in original[0]}
        before += len(wanted)
        found += len(wanted & {(row[6], row[1]) for row in answer[0]})
    return found, before


# Where an older Python's grammar and the newer one's differ; CPython agrees where it can parse them.
HARD = [
    ("nested quotes in f-strings", "def f(x):\n    return f\"{x[\"(\"]} {x[\"'\"]}\"\n\ny = 1\n"),
    ("quotes in a nested plain string", "def f(x):\n    return f'{x[\"{\"]}' + '}'\n\ny = 1\n"),
    ("form feed", "class A:\n    def a(self):\n        pass\n\f\n    def b(self):\n        pass\n"),
    ("only CR", "class A:\r    def a(self):\r        pass\r\r    x = 1\r"),
    ("tabs", "if 1:\n\tdef f():\n\t\tpass\n        \n\tdef g():\n\t\tpass\n"),
    ("no final newline", "def f():\n    pass"),
    ("continuations", "def \\\n  f():\n    x = 1 + \\\n        2\n\n\\\n\ndef g(): pass\n"),
    ("one-liners", "class A: pass\nclass B: x = lambda: 0\ndef f(): return 1\nasync def g(): pass\n"),
    ("redefinitions", "if 1:\n    def f(): pass\nelse:\n    def f():\n        def f(): pass\n"),
    ("decorators", "@a\n\n# why\n@b(\n    1,\n)\nclass A:\n    @c\n    async def d(self): pass\n"),
    ("raw strings", "def f():\n    return r'\\'' + '''\n    def no(): pass\n'''\n\ndef g(): pass\n"),
    ("type parameters", "def f[T: (int, str)](x: T) -> T:\n    return x\nclass A[T]:\n    pass\n"),
    ("lambda in the header", "def f(a) -> lambda: 0:\n    pass\n"),
    ("deep nesting", "".join(" " * i + f"def f{i}():\n" for i in range(98)) + " " * 98 + "pass\n"),
]


def check_hard(tool):
    parsed = []
    for name, text in HARD:
        try:
            parsed.append((name, text, ast.parse(text)))
        except SyntaxError:
            pass
    wrong = []
    answers = outlines(tool, [text.encode() for _, text, _ in parsed])
    for (name, _, tree), answer in zip(parsed, answers):
        got = [row[:-1] for row in answer[0]]
        if got != expected(definitions_of(tree)):
            wrong.append(f"{name}: {got} instead of {expected(definitions_of(tree))}")
    return len(parsed), wrong


def main():
    tool = sys.argv[1]
    folders = [name for name in sys.argv[2:] if name != "--all"] or [python_tool.stdlib()]
    paths = list(python_tool.python_files(folders))
    if "--all" not in sys.argv:
        paths = [p for p in paths if not re.search(r"/(site|dist)-packages/", p)]
    definitions, texts, wrong, outside, sample = 0, 0, [], [], []
    for batch in batches(python_tool.readable(paths, ast.parse)):
        definitions += compare(tool, batch, wrong, outside)
        texts += len(batch)
        sample += [(path, text) for path, text, _ in batch[::6]]
    made, made_wrong = list(generated_programs.programs(GENERATED, ast.parse)), []
    made_definitions = compare(tool, made, made_wrong, outside)
    count, hard_wrong = check_hard(tool)
    results = [
        (texts > 0 and not wrong, "every outline equals the parser's",
         [f"{texts} texts, {definitions} definitions, {len(wrong)} texts differ"] + wrong[:9]),
        (not outside, "bodies begin at their first statement or a comment before it", outside[:9]),
        (len(made) > GENERATED / 2 and not made_wrong, "programs that nobody would write",
         [f"{len(made)} of {GENERATED} parsed, {made_definitions} definitions"] + made_wrong[:9]),
        (not hard_wrong, "hard texts", [f"{count} of {len(HARD)} parsed"] + hard_wrong),
    ]
    for edit, least in EDITS:
        found, before = survivors(tool, sample, edit)
        results.append((found >= least * before, f"found again after {edit.__name__}",
                        [f"{found} of {before} ({100 * found / max(before, 1):.2f} %)"]))
    python_tool.tap(results)


main()
