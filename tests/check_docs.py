#!/usr/bin/env python3
"""The documentation holds together. Prints TAP.

- Relative links and anchors in *.md lead somewhere.
- docs/testing.md lists the suites that there are.
- Blocks marked ```sh in README.md and docs/*.md run: those of a page in their order, by one shell that
  stops at the first failure, in an empty folder with a copy of examples/ and tests/data/py-spy in it, with
  hotlens on PATH and a database of its own. What is not to be run is marked ```console or ```text.

usage: check_docs.py ROOT [HOTLENS]
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

SKIPPED_FOLDERS = {"node_modules", ".git"}
TIMEOUT = 90


def pages(root):
    for path in sorted(root.rglob("*.md")):
        parts = path.relative_to(root).parts
        if not SKIPPED_FOLDERS & set(parts) and not parts[0].startswith("build"):
            yield path


def without_code(text):
    """Fenced blocks and code spans blank: what is in them is no link and no heading."""
    text = re.sub(r"^(```+|~~~+).*?^\1[ \t]*$", lambda m: re.sub(r"[^\n]", "", m[0]), text,
                  flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", lambda m: "`" * len(m[0]), text)


def anchors(text):
    """The anchors of a page's headings, made as GitHub makes them."""
    seen = {}
    found = set(re.findall(r"<a\s+(?:id|name)=\"([^\"]+)\"", text))
    fences = re.sub(r"^(```+|~~~+).*?^\1[ \t]*$", "", text, flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", fences, re.MULTILINE):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = seen.get(anchor, 0)
        seen[anchor] = count + 1
        found.add(f"{anchor}-{count}" if count else anchor)
    return found


def links(text):
    plain = without_code(text)
    for pattern in (r"\]\(\s*<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\s*\)", r"^\[[^\]]+\]:\s*(\S+)"):
        for match in re.finditer(pattern, plain, re.MULTILINE):
            yield plain.count("\n", 0, match.start()) + 1, match[1]


def dead_links(root, page):
    text = page.read_text()
    for line, target in links(text):
        if re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE):
            continue
        path, _, anchor = urllib.parse.unquote(target).partition("#")
        where = (page.parent / path).resolve() if path else page
        if not where.exists() or root not in [where, *where.parents]:
            yield f"{page.relative_to(root)}:{line}: {target} is not there"
        elif anchor and where.suffix == ".md" and anchor not in anchors(where.read_text()):
            yield f"{page.relative_to(root)}:{line}: {target} has no such heading"


def shell_blocks(text):
    return [match[1] for match in re.finditer(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


def reason_to_skip(script, environment):
    """Why this machine or build cannot run a page's blocks, or None."""
    usage = subprocess.run(["hotlens", "--help"], env=environment, check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if usage.returncode != 0:
        return "this hotlens has no subcommands"
    if "hotlens record" in script and not shutil.which("py-spy", path=environment["PATH"]):
        return "py-spy is not installed"
    return None


def run_page(root, hotlens, script):
    """(problem or None, reason it was skipped or None)"""
    with tempfile.TemporaryDirectory(prefix="hotlens-docs-") as folder:
        here = pathlib.Path(folder)
        work = here / "work"
        shutil.copytree(root / "examples", work / "examples")
        shutil.copytree(root / "tests" / "data" / "py-spy", work / "tests" / "data" / "py-spy")
        program = pathlib.Path(hotlens).resolve().parent
        environment = dict(os.environ, HOTLENS_DB=str(here / "profiles.db"), HOME=folder,
                           XDG_STATE_HOME=str(here / "state"),
                           PATH=f"{program}:{root}/build/venv/bin:{os.environ['PATH']}")
        reason = reason_to_skip(script, environment)
        if reason:
            return None, reason
        done = subprocess.run(["bash", "-euxo", "pipefail", "-c", script], cwd=work, check=False,
                              env=environment, timeout=TIMEOUT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return (f"exit {done.returncode}\n{done.stdout}" if done.returncode else None), None


def suites_of(text):
    """Those that the section about suites names."""
    section = re.search(r"^## Suites$(.*?)^## ", text + "\n## ", re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([a-z]+-[\w-]+)`", section[1].partition("\n|---")[2])) if section else set()


def wrong_suites(text, there):
    listed = suites_of(text)
    for name in sorted(there - listed):
        yield f"docs/testing.md: {name} is not listed"
    for name in sorted(listed - there):
        yield f"docs/testing.md: there is no {name}"


def check_suites(root, hotlens):
    """(problems, reason it was skipped); meson leaves the list beside the program."""
    built = pathlib.Path(hotlens).resolve().parent / "meson-info" / "intro-tests.json"
    if not built.exists():
        return [], "this build folder has no list of tests"
    there = {test["name"] for test in json.loads(built.read_text())}
    return list(wrong_suites((root / "docs" / "testing.md").read_text(), there)), None


def results(root, hotlens):
    """(name, problems, reason it was skipped)"""
    for page in pages(root):
        yield f"links of {page.relative_to(root)}", list(dead_links(root, page)), None
    if hotlens is None:
        return
    yield "suites of docs/testing.md", *check_suites(root, hotlens)
    for page in pages(root):
        blocks = shell_blocks(page.read_text())
        if blocks:
            problem, reason = run_page(root, hotlens, "\n".join(blocks))
            yield f"commands of {page.relative_to(root)}", [problem] if problem else [], reason


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else ".").resolve()
    failed = False
    number = 0
    for number, (name, problems, reason) in enumerate(
            results(root, arguments[1] if len(arguments) > 1 else None), 1):
        failed |= bool(problems)
        skipped = f" # SKIP {reason}" if reason else ""
        print(f"{'not ok' if problems else 'ok'} {number} - {name}{skipped}")
        for problem in problems:
            for line in problem.splitlines():
                print(f"# {line}")
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
