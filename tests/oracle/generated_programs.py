"""Programs that nobody would write and that Python reads: every kind of block, header and string, broken into lines
wherever that is allowed, with comments and strings that look like definitions."""
import random
import sys

NEW = sys.version_info >= (3, 12)  # type parameters, quotes and comments in the fields of f-strings

NAMES = ("f", "g", "Cls", "match", "case", "type", "_", "async_", "async_def", "def_", "lambda_", "défi", "ß", "变量",
         "to_µs", "ﬁ")
ATOMS = ("x", "1", "None", "0x_ff", "1e-3", "...", "not x", "x if y else z", "-x", "await_", "x.match", "0 if x else(1)",
         "1if x else 2", "x @ y", "x[1:2, ::3]", "lambda a=1: (yield_)", "(z for z in y if z)")
LOOKALIKES = ("def a(): pass", "class B:", "# no", "x", "", "{{}}", "@dec", "if __name__ == '__main__':", "()[", "):")
STATEMENTS = ("pass", "x = {0}", "x = y = {0}", "{1}", "del x", "global gg", "import a.b as c", "from . import (x,{n} y)",
              "assert x, {0}", "x: int = {0}", "x += {0}", "raise x", "match = 1", "case = match", "print(x) ;",
              "match (x)", "type (x)", "x = {0}; y = 2") + (("type X = int", "type X[T] = list[T]") if NEW else ())
PARAMETERS = ("", "x", "x,{g} y={0}", "*, y: 'def z(): pass' = 1", "x,{g}/,{g}*a,{g}**k", "a=lambda: 1, b=(1,{n}2)")
TYPES = ("", "", "[T]", "[T: int, *Ts, **P]", "[T: (int,{n} str)]") if NEW else ("",)
RETURNS = ("", "", " -> int", "->'def r(): x'", " -> (1,{n}2)")
DECORATORS = ("dec", " a.b.c", "d({0})", "d({n}  x)", "(lambda f: f)")
NOISE = ("", "   ", "# c", "\t# def c():", "        # class X:", "\f", "#", " \f # x \"", "\t\t  ")
GAPS = (" ", "", "{n}", "{n}\t\t", " # c\"{n}", "{n}{n}", " \\{n} ")
BETWEEN = (" ",) * 6 + (" \\{n}", "\\{n}   ", "\t", "\f", "  ")  # words of a header
PATTERNS = ("{'a': [1, *_]}", "A(x=1)", "(1 | 2) if x", "'def p():'", "-1", "[a, (b, c)]")
FIELDS = ("f'{x!r:>{w}} {{def}} {y=}'",)
if NEW:
    FIELDS += ("f\"{'def x():' + f'{1:{2}}' + \"nested {\" } {x:%H:%M}\"", "f\"{ {1: 2}[1] }\" rf\"\\{x}\"",
               "f'''{%n lambda_ (%n  # comment ' \" %n x) %n} def k(): '''")


class Program:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.unit = self.pick(("    ", "\t", " ", "  ", "\t ", "        "))
        self.end = self.pick(("\n", "\n", "\n", "\r\n", "\r"))
        self.text = self.block("", 0)
        if self.chance(0.3):
            self.text = self.text.rstrip("\r\n")

    def pick(self, items):
        return self.random.choice(items)

    def chance(self, share):
        return self.random.random() < share

    def fill(self, template, depth=0):
        """Puts an expression, a string, a gap and the end of a line for {0}, {1}, {g} and {n}."""
        for key, make in (("{0}", self.expression), ("{1}", lambda _: self.string()), ("{g}", lambda _: self.gap())):
            while key in template:
                template = template.replace(key, make(depth + 1), 1)
        return template.replace("{n}", self.end)

    def gap(self):
        return self.pick(GAPS).replace("{n}", self.end)

    def string(self):
        inside, end = self.pick(LOOKALIKES), self.end
        kind = self.random.randrange(6)
        if kind < 2:
            quotes = ("'''", '"""')[kind]
            return f"{quotes}{inside}{end}def q():{end}   pass{end}class Q: x = 1{end}{quotes}".replace("'__main__'", "1")
        if kind == 2:
            return self.pick(("r", "b", "rb", "Rb", "u", "BR")) + '"' + self.pick(("x", "\\\\", "\\d", "", "\\\"")) + '"'
        if kind == 3:
            return f'"abc\\{end}def zz():"'
        return self.pick(FIELDS).replace("%n", end) if kind == 4 else f'"{inside}"'

    def expression(self, depth=0):
        kind = self.random.randrange(9)
        if depth > 3 or kind < 3:
            return self.pick(ATOMS)
        if kind < 5:
            return self.string()
        form = self.pick(("({0}{g})", "({0} # def n(): ({n})", "[{0},{g}{0}]", "{{0}:{g}{0}}", "g({0},{g}*a, **b)"))
        return self.fill(form, depth)

    def noise(self):
        text = ""
        while self.chance(0.25):
            text += self.pick(NOISE) + self.end
        return text

    def header(self, indent, *words):
        return indent + self.pick(BETWEEN).replace("{n}", self.end).join(words)

    def suite(self, indent, depth):
        if self.chance(0.25):
            line = "; ".join(self.fill(self.pick(STATEMENTS)).rstrip(" ;") for _ in range(self.random.randint(1, 2)))
            start = self.pick((" ", "", "\t", f" \\{self.end}  "))
            return start + line + self.pick(("", " # def e():", ";", " ")) + self.end
        return self.pick(("", " ", " # c", "\t#: def (")) + self.end + self.block(indent + self.unit, depth + 1)

    def definition(self, indent, depth):
        text = ""
        while self.chance(0.3):
            text += f"{indent}@{self.fill(self.pick(DECORATORS))}{self.end}{self.noise()}"
        if self.chance(0.3):
            bases = self.fill(self.pick(("", "()", "(A,{n} B)", " (metaclass={0})")))
            return text + self.header(indent, "class", f"{self.pick(NAMES)}{bases}:") + self.suite(indent, depth)
        start = ("async", "def") if self.chance(0.2) else ("def",)
        rest = self.fill(f"{self.pick(TYPES)}({self.pick(PARAMETERS)}{self.pick(('', '{n}'))}){self.pick(RETURNS)}")
        return text + self.header(indent, *start, f"{self.pick(NAMES)}{rest}:") + self.suite(indent, depth)

    def match(self, indent, depth):
        text = f"{indent}match {self.pick(('x', '(x)', 'x, y', '[x]', '-x', '{}', 'def_'))}:{self.end}"
        for _ in range(self.random.randint(1, 2)):
            case = f"{indent}{self.unit}case {self.pick(PATTERNS)}:"
            text += self.noise() + case + self.suite(indent + self.unit, depth + 1)
        return text

    def compound(self, indent, depth):
        first, *others = self.pick((
            ("if {0}:", "elif x:", "else :"), ("if __name__ == '__main__':", "else:"), ("for x in {0}:", "else:"),
            ("while {0}:",), ("with a as b, \\{n} c:",), ("try:", "except X as e:", "finally:")))
        text = indent + self.fill(first) + self.suite(indent, depth)
        for other in others:
            if first == "try:" or self.chance(0.4):
                text += self.noise() + indent + other + self.suite(indent, depth)
        return text

    def statement(self, indent, depth):
        kind = self.random.randrange(20)
        text = self.noise()
        if depth < 5 and kind < 9:
            return text + self.definition(indent, depth)
        if depth < 5 and kind < 13:
            return text + self.compound(indent, depth)
        if depth < 5 and kind == 13:
            return text + self.match(indent, depth)
        return text + indent + self.fill(self.pick(STATEMENTS)) + self.pick(("", " # x", "  ")) + self.end

    def block(self, indent, depth):
        return "".join(self.statement(indent, depth) for _ in range(self.random.randint(1, 4 if depth else 8)))


def programs(count, parse):
    """(name, text, what `parse` makes of it) of those that Python reads; it counts the lines of any line end alike."""
    for seed in range(count):
        text = Program(seed).text
        try:
            yield f"program {seed}", text, parse(text.replace("\r\n", "\n").replace("\r", "\n"))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
