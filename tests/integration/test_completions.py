"""What bash, zsh and fish offer when Tab is pressed, asked of the shells themselves."""

import pathlib
import re
import shutil
import subprocess

from harness import HOTLENS, SOURCE, Skip, Terminal, expect, expect_equal, main, test

FOLDER = pathlib.Path(SOURCE) / "completions"
FORMATS = {"raw", "collapsed", "json", "html", "svg"}

BASH = """
source "$1"
COMP_LINE=$2
read -ra COMP_WORDS <<<"$2"
[[ $2 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_hotlens
printf '%s\\n' "${COMPREPLY[@]}"
"""

# In an interactive zsh: what would be offered is written down. A call that only looks into the matches offers none.
ZSH = """
setopt no_beep
fpath=(%(folder)s $fpath)
autoload -Uz compinit
compinit -u -D
compadd() {
  local -a found
  if (( ${@[(I)-[OAD]]} )); then builtin compadd "$@"; return; fi
  builtin compadd -A found "$@"
  print -rl -- $found >>%(out)s
  builtin compadd "$@"
}
zle -C offered complete-word asked
asked() {
  _main_complete
  compstate[insert]= compstate[list]=
  print -r -- . >>%(out)s
}
bindkey '^I' offered
PROMPT='ready> '
"""


def bash(box, line):
    done = subprocess.run(["bash", "-c", BASH, "bash", str(FOLDER / "hotlens.bash"), line], cwd=box.folder,
                          env=box.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    expect_equal(done.stderr, "", "what bash has to say")
    return {word for word in done.stdout.splitlines() if word}


def fish(box, line):
    done = subprocess.run(["fish", "--no-config", "-c", 'source $argv[1]; complete -C "$argv[2]"',
                           str(FOLDER / "hotlens.fish"), line], cwd=box.folder,
                          env=box.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    expect_equal(done.stderr, "", "what fish has to say")
    return {word.split("\t")[0] for word in done.stdout.splitlines()}


def zsh(box, line):
    out = box.folder / "offered"
    out.write_text("")
    setup = box.write("setup.zsh", ZSH % {"folder": FOLDER, "out": out})
    with Terminal(box, "zsh", "-f", "-i") as terminal:
        terminal.send(f" source {setup}\n".encode())
        terminal.expect("ready> ")
        terminal.send(line.encode() + b"\t")
        while not out.read_text().endswith(".\n"):
            terminal.read(0.1)
    return set(out.read_text().splitlines()) - {"."}


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}


def each(box):
    """The program is found under its name; there are two runs."""
    (box.folder / "bin").mkdir()
    (box.folder / "bin/hotlens").symlink_to(HOTLENS)
    box.environment["PATH"] = f"{box.folder / 'bin'}:{box.environment['PATH']}"
    raw = box.write("a.raw", "work (a.py:1) 7\n")
    for _ in range(2):
        expect_equal(box.hotlens("import", raw).returncode, 0, "import")
    for name, offered in SHELLS.items():
        if shutil.which(name):
            yield name, lambda line, offered=offered: offered(box, line)


def helped(box, *words):
    return box.hotlens(*words, "--help").stdout


@test
def the_shells_are_here(box):
    missing = [name for name in SHELLS if not shutil.which(name)]
    if missing:
        raise Skip(f"no {', '.join(missing)}")


@test
def commands(box):
    wanted = set(re.findall(r"^  ([a-z]+)  ", helped(box), re.MULTILINE))
    expect("record" in wanted and "top" in wanted, "--help lists commands", wanted)
    for name, offered in each(box):
        words = offered("hotlens ")
        expect(wanted <= words, f"{name}: commands", sorted(wanted - words))
        expect_equal({word for word in offered("hotlens re") if not word.startswith("-")}, {"record"},
                     f"{name}: those that begin so")


@test
def options(box):
    for name, offered in each(box):
        words = offered("hotlens record --")
        wanted = set(re.findall(r"^  (--[a-z-]+)", helped(box, "record"), re.MULTILINE))
        expect(len(wanted) > 10 and wanted <= words, f"{name}: options", sorted(wanted - words))
        expect("--inverted" not in words, f"{name}: those of other commands are not offered", sorted(words))
        words = offered("hotlens flame --in")
        expect_equal(words, {"--inverted", "--interactive"}, f"{name}: options that begin so")


@test
def values(box):
    for name, offered in each(box):
        expect_equal(offered("hotlens export --format "), FORMATS, f"{name}: formats")
        expect_equal(offered("hotlens record --sampler "), {"auto", "attach", "launch"}, f"{name}: samplers")


@test
def runs(box):
    for name, offered in each(box):
        words = {word for word in offered("hotlens show ") if not word.startswith("-")}
        expect_equal(words, {"1", "2", "last"}, f"{name}: runs")


@test
def a_program_behind_two_dashes(box):
    box.write("program.py", "")
    for name, offered in each(box):
        words = offered("hotlens record -- prog")
        expect("--rate" not in words and "runs" not in words, f"{name}: no words of ours", sorted(words))
        for command in ("record", "top"):
            expect("python3" in offered(f"hotlens {command} -- python"), f"{name}: programs")
        expect("program.py" in offered("hotlens record --rate 10 -- python3 prog"), f"{name}: its arguments")


@test
def files(box):
    box.write("data.raw", "")
    for name, offered in each(box):
        words = offered("hotlens import data.")
        expect_equal(words, {"data.raw"}, f"{name}: files")


main()
