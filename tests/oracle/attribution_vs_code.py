"""Which function a frame belongs to, against the code objects that CPython compiles.

usage: attribution_vs_code.py TOOL [--all] [FOLDER...]     (default: the running Python's library)
Every (name, line) that any code object of a text can show while it runs is asked, by co_name and,
where there is one, by co_qualname. A code object belongs to its own def or class; a lambda, a
comprehension and the like to the def around them; module level to nothing.
"""
import ast
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import generated_programs  # noqa: E402
import python_tool  # noqa: E402

GENERATED = 300
OPTIMIZED = 1  # co_flags of functions, not of classes


def is_angled(code):
    return code.co_name.startswith("<")


def lines_of(code):
    if hasattr(code, "co_lines"):
        return {line for _, _, line in code.co_lines() if line}
    import dis
    return {line for _, line in dis.findlinestarts(code) if line}


def definitions_of(text):
    """{(name, first line)} of every def and class."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {(node.name, min([node.lineno] + [d.lineno for d in node.decorator_list]))
            for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)}


def questions(text):
    """{(name, line): set of first lines that are right} for bare and for qualified names."""
    module = compile(text, "", "exec", dont_inherit=True)
    bare, qualified = {}, {}
    # Python 3.12 made scopes of `type X = …` and of the bounds in `[T: …]`, which are called X and T
    # though no def is: the rule says nothing about them, and they hardly run.
    known = definitions_of(text) if sys.version_info >= (3, 12) else None
    todo = [(module, 0)]
    while todo:
        code, around = todo.pop()
        if known is not None and not is_angled(code) and (
                (code.co_name, code.co_firstlineno) not in known):
            continue
        # What it counts for, and what the scopes in it were written in.
        own = around if is_angled(code) else code.co_firstlineno
        is_def = not is_angled(code) and code.co_flags & OPTIMIZED
        for line in lines_of(code):
            bare.setdefault((code.co_name, line), set()).add(own)
            if hasattr(code, "co_qualname"):
                qualified.setdefault((code.co_qualname, line), set()).add(own)
        for constant in code.co_consts:
            if hasattr(constant, "co_code"):
                todo.append((constant, own if is_def else around))
    return bare, qualified


def ask(tool, batch):
    requests = []
    for text, asked in batch:
        data = text.encode()
        lines = "".join(f"{line} {name}\n" for name, line in asked)
        requests.append(b"%d %d\n%s%s" % (len(data), len(asked), data, lines.encode()))
    answers = iter(python_tool.ask(tool, "functions", requests).split(b"\n"))
    for _, asked in batch:
        yield [tuple(map(int, next(answers).split())) for _ in asked]


class Tally:
    def __init__(self):
        self.pairs = self.wrong = self.two_meanings = 0
        self.examples = []

    def add(self, path, asked, answers):
        for ((name, line), right), (found, first_line) in zip(asked.items(), answers):
            self.pairs += 1
            # One line can run two code objects of one name: `f = lambda: (lambda: 0)` is no fault.
            self.two_meanings += len(right) > 1
            if not found or first_line not in right:
                self.wrong += 1
                self.examples.append(f"{path}:{line} {name}: {first_line if found else 'unknown'}"
                                     f" instead of {sorted(right)}")

    def row(self, name, limit):
        text = f"{self.pairs} pairs, {self.wrong} wrong, {self.two_meanings} with two meanings"
        return (self.wrong <= limit, name, [text] + self.examples[:12])


def tallies_of(tool, sources):
    """Of bare and of qualified names."""
    tallies = (Tally(), Tally())
    for which, tally in enumerate(tallies):
        batch = [(text, both[which]) for _, text, both in sources]
        for (path, _, both), answers in zip(sources, ask(tool, batch)):
            tally.add(path, both[which], answers)
    return tallies


def main():
    tool = sys.argv[1]
    folders = [name for name in sys.argv[2:] if name != "--all"] or [python_tool.stdlib()]
    paths = list(python_tool.python_files(folders))
    if "--all" not in sys.argv:
        paths = [p for p in paths if not re.search(r"/(site|dist)-packages/", p)]

    sources = list(python_tool.readable(paths, questions))
    bare, qualified = tallies_of(tool, sources)
    made_bare, made_qualified = tallies_of(tool, list(generated_programs.programs(GENERATED, questions)))
    python_tool.tap([
        (bool(bare.pairs), "there are pairs", [f"{len(sources)} texts"]),
        bare.row("bare names: at most 4 wrong of 600,000", 4 * (bare.pairs // 600000 + 1)),
        qualified.row("qualified names: none wrong", 0),
        # Functions in functions of one name, often on one line, and names that Python writes in another way.
        made_bare.row("bare names where there are few: at most 2 %", made_bare.pairs / 50),
        made_qualified.row("qualified names where there are few: at most 1 %", made_qualified.pairs / 100),
    ])


main()
