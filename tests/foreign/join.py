"""Joins TAP files into one with a single plan: join.py NAME=FILE…. A file that ends before its plan does is a
failure."""

import pathlib
import re
import sys

lines, number, failed = [], 0, False
for argument in sys.argv[1:]:
    name, _, file = argument.partition("=")
    path = pathlib.Path(file)
    text = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    planned = next((int(match[1]) for line in text if (match := re.match(r"1\.\.(\d+)$", line))), None)
    seen = 0
    for line in text:
        match = re.match(r"(not ok|ok) \d+ (.*)", line)
        if match:
            number, seen = number + 1, seen + 1
            failed |= match[1] == "not ok"
            lines.append(f"{match[1]} {number} - {name}:{match[2].removeprefix('-')}")
        elif not line.startswith("1.."):
            lines.append(line if line.startswith("#") else f"# {line}")
    if seen != planned:
        number, failed = number + 1, True
        lines.append(f"not ok {number} - {name}: ran {seen} of {planned} tests")
print(f"1..{number}", *lines, sep="\n")
sys.exit(failed)
