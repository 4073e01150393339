#!/usr/bin/env python3
"""check_docs.py finds dead links, and failing commands. TAP."""

import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import check_docs  # noqa: E402
import tap  # noqa: E402

OTHER = "# Some heading\n\n## Twice `x`, (really)\n\n## Twice `x`, (really)\n"

# Text of docs/page.md and how many of its links are dead.
LINKS = [
    ("[a](other.md)", 0),
    ("[a](missing.md)", 1),
    ("[a](../README.md#top)", 0),
    ("[a](../README.md#bottom)", 1),
    ("[a](other.md#twice-x-really-1)", 0),
    ("[a](other.md#twice-x-really-2)", 1),
    ("# Here\n[a](#here) [b](#there)", 1),
    ("[a](https://example.org/none) [b](mailto:x@example.org)", 0),
    ("[a]: missing.md", 1),
    ("`[a](missing.md)`\n\n```text\n[a](missing.md)\n```\n", 0),
    ("[a](../../outside.md)", 1),
    ("![a](picture.png \"title\")", 1),
]

# What a page lists, and how much of that is wrong where there are unit-a and fuzz-b_c.
SUITES = [
    ("| a | `unit-a`, `fuzz-b_c` |", 0),
    ("| a | `unit-a` |", 1),
    ("| a | `unit-a`, `fuzz-b_c`, `unit-gone` |", 1),
    ("", 2),
]

# Script and whether it must be found to fail.
COMMANDS = [
    ("hotlens --help\ntest -e examples/x.py\ntest -e tests/data/py-spy/x.raw\n", False),
    ("false\ntrue\n", True),
    ("false | true\n", True),
    ("test \"$HOTLENS_DB\" = \"$HOME/profiles.db\"\n", False),
]


def make(folder, text):
    root = pathlib.Path(folder, "project").resolve()
    files = {"README.md": "# Top\n", "docs/other.md": OTHER, "docs/page.md": text,
             "examples/x.py": "", "tests/data/py-spy/x.raw": "", "build/hotlens": "#!/bin/sh\n"}
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (root / "build" / "hotlens").chmod(0o755)
    return root


def results():
    for text, dead in LINKS:
        with tempfile.TemporaryDirectory() as folder:
            root = make(folder, text)
            found = list(check_docs.dead_links(root, root / "docs" / "page.md"))
            yield f"{text!r} has {dead} dead links", len(found) == dead
    for rows, wrong in SUITES:
        page = f"## Suites\n\n`unit-x` …\n\n| about | suites |\n|---|---|\n{rows}\n\n## Next\n`unit-y`\n"
        found = list(check_docs.wrong_suites(page, {"unit-a", "fuzz-b_c"}))
        yield f"{rows!r} has {wrong} wrong suites", len(found) == wrong
    for script, fails in COMMANDS:
        with tempfile.TemporaryDirectory() as folder:
            root = make(folder, f"```console\n$ false\n```\n\n```sh\n{script}```\n")
            blocks = check_docs.shell_blocks((root / "docs" / "page.md").read_text())
            problem, reason = check_docs.run_page(root, root / "build" / "hotlens", "\n".join(blocks))
            yield f"{script!r} {'fails' if fails else 'runs'}", bool(problem) == fails and not reason


if __name__ == "__main__":
    sys.exit(tap.report(results()))
