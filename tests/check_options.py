#!/usr/bin/env python3
"""The man page and the completions know exactly the options that --help lists. Prints TAP.

usage: check_options.py ROOT HOTLENS
"""

import pathlib
import re
import subprocess
import sys

COMMANDS = ["record", "runs", "show", "flame", "top", "import", "export", "label", "pin", "rm",
            "purge", "doctor", "serve"]
OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")
EVERYWHERE = {"help", "db"}
JSON = {"json"}


def helped(hotlens, command):
    text = subprocess.run([hotlens, command, "--help"], stdout=subprocess.PIPE, check=True,
                          universal_newlines=True).stdout
    return set(OPTION.findall(" ".join(line[:28] for line in text.split("options:\n")[1].splitlines())))


def in_man(text, command):
    """Those of the command's section; the page describes --db, --json and --help once for all."""
    sections = re.split(r"^\*(\w+)\*", text.split("# SUBCOMMANDS")[1].split("# OPTIONS")[0],
                        flags=re.MULTILINE)
    common = set(OPTION.findall(text.split("# OPTIONS")[1].split("# EXIT STATUS")[0]))
    assert EVERYWHERE | JSON <= common, common
    found = dict(zip(sections[1::2], sections[2::2]))
    return set(re.findall(r"\*--([a-z-]+)\*", "\n".join(
        line for line in found[command].splitlines() if line.startswith("\t*-"))))


def in_case(text, command):
    """A branch of a case, for bash and zsh."""
    found = re.search(rf"^ *{command}\)(.*?);;", text, re.MULTILINE | re.DOTALL)[1]
    return set(OPTION.findall(found)) | (EVERYWHERE if "$common" in found else set())


def in_fish(text, command):
    text = text.replace("-n $record", "-n '__fish_seen_subcommand_from record'")
    found = set()
    for line in text.splitlines():
        condition = re.search(r"__fish_seen_subcommand_from ([\w ]+)'", line)
        option = re.search(r" -l ([a-z-]+)", line)
        if line.startswith("complete") and option and "__fish_use_subcommand" not in line and \
                (not condition or command in condition[1].split()):
            found.add(option[1])
    return found


def main(root, hotlens):
    root = pathlib.Path(root)
    places = [("docs/hotlens.1.scd", in_man, EVERYWHERE | JSON),
              ("completions/hotlens.bash", in_case, set()),
              ("completions/_hotlens", in_case, set()),
              ("completions/hotlens.fish", in_fish, set())]
    number, failed = 0, False
    print(f"1..{len(places) * len(COMMANDS)}")
    for name, read, elsewhere in places:
        text = (root / name).read_text()
        for command in COMMANDS:
            number += 1
            expected = helped(hotlens, command) - elsewhere
            wrong = expected ^ (read(text, command) - elsewhere)
            failed |= bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} {number} - {name} and {command} --help")
            for option in sorted(wrong):
                print(f"# --{option} is only in {'--help' if option in expected else name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
