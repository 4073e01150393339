"""The configurations of docs/editors/other.md in the real editors, under tmux. Prints TAP."""

import json
import os
import pathlib
import re
import shutil
import subprocess

from harness import HOTLENS, SOURCE, Skip, expect, main, test, wait_until
from traffic import check_settings

try:
    import tomllib
except ImportError:  # before Python 3.11
    tomllib = None

PROGRAM = """import time

def hot(end):
    while time.time() < end:
        sum(range(1000))

hot(time.time() + 2)
"""


def recipe(heading, language, number=0):
    """A block of a language under a heading of other.md: the first, or that with the number."""
    text = (SOURCE / "docs" / "editors" / "other.md").read_text()
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[number]


class Screen:
    """A program in a terminal of its own."""

    def __init__(self, box, *argv):
        self.tmux = ["tmux", "-S", str(box.folder / "tmux"), "-f", "/dev/null"]
        environment = {**box.environment, "TERM": "xterm-256color"}
        path = f"{pathlib.Path(os.environ['HOTLENS']).parent}:{environment['PATH']}"
        subprocess.run([*self.tmux, "new-session", "-d", "-x", "110", "-y", "30", "-c", box.folder,
                        "env", f"PATH={path}", *map(str, argv)],
                       check=True, env=environment, stdin=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([*self.tmux, "kill-server"], check=False)

    def text(self):
        return subprocess.run([*self.tmux, "capture-pane", "-p"], check=False, text=True,
                              stdout=subprocess.PIPE).stdout

    def keys(self, *keys):
        subprocess.run([*self.tmux, "send-keys", *keys], check=True)

    def shows(self, pattern, seconds=60):
        try:
            return wait_until(lambda: re.search(pattern, self.text(), re.MULTILINE), seconds, step=0.1)
        except AssertionError:
            raise AssertionError(f"{pattern} is not on the screen:\n{self.text()}") from None


def project(box):
    if not shutil.which("tmux"):
        raise Skip("no tmux")
    box.write("project/pyproject.toml", "")
    path = box.write("project/program.py", PROGRAM)
    os.utime(path, (1, 1))
    return path


@test
def recipes_are_well_formed(box):
    """What is not run here is at least JSON or TOML, and its settings exist."""
    text = (SOURCE / "docs" / "editors" / "other.md").read_text()
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    expect(len(blocks) > 8, "blocks", blocks)
    for language, block in blocks:
        if language == "json":
            found = json.loads(block)
            for options in re.findall(r'"initializationOptions": (\{.*\})', block):
                problems = check_settings(json.loads(options), "options")
                expect(not problems, problems, found)
        elif language == "toml" and tomllib:
            tomllib.loads(block)


@test
def vim_with_ale(box):
    path = project(box)
    version = subprocess.run(["vim", "--version"], check=False, text=True,
                             stdout=subprocess.PIPE).stdout if shutil.which("vim") else ""
    if "+textprop" not in version or not list(pathlib.Path("/usr/share/vim").glob("vimfiles/pack/*/*/ale")):
        raise Skip("no Vim with text properties, or no ALE (Debian: vim, vim-ale)")
    vimrc = box.write("vimrc", "set nocompatible\n" + recipe("Vim with ALE", "vim"))
    with Screen(box, "vim", "-Nu", vimrc, path) as vim:
        vim.shows("def hot")
        # The server starts with the file; before that there is nothing to ask.
        def asked():
            vim.keys("Escape", ":ALECodeAction", "Enter")
            try:
                return vim.shows(r"(\d+)\) Hotlens: Profile File", 3)
            except AssertionError:
                return None
        choice = wait_until(asked, 60)
        vim.keys(choice[1], "Enter")
        found = vim.shows(r"sum\(range\(1000\)\) .*\d s total, >?\d+")
        expect("import time" in vim.text(), "the text", found[0])
        vim.keys("Escape", ":3", "Enter", ":ALEHover", "Enter")
        vim.shows(r"\*\*hot\*\* · .* s total")


@test
def kakoune(box):
    path = project(box)
    for program in ("kak", "kak-lsp"):
        if not shutil.which(program):
            raise Skip(f"no {program}; FOREIGN_HEAVY=1 installs it (several minutes)")
    box.write("config/kak/kakrc", recipe("Kakoune", "kak"))
    box.write("run/empty", "").parent.chmod(0o700)
    done = box.run("env", "-C", path.parent, HOTLENS, "record", "--", "python3", path)
    expect(done.returncode == 0, "a recording", done)
    folders = [f"XDG_CONFIG_HOME={box.folder / 'config'}", f"XDG_RUNTIME_DIR={box.folder / 'run'}"]
    with Screen(box, *folders, "kak", path) as kak:
        kak.shows(r"sum\(range\(1000\)\) .*\d s · [<>]?\d+%")
        kak.keys("jj", "w", ":lsp-hover", "Enter")
        kak.shows(r"hot · .* s total")
        kak.keys("Escape")
        kak.keys(":lsp-code-actions", "Enter")
        kak.shows("Hotlens: Profile File")
        kak.keys("Escape", ":kill!", "Enter")


@test
def helix(box):
    path = project(box)
    if not shutil.which("hx"):
        raise Skip("no hx; FOREIGN_HEAVY=1 installs it")
    box.write("config/helix/languages.toml", recipe("Helix", "toml"))
    box.write("config/helix/config.toml", recipe("Helix", "toml", 1))
    folders = [f"XDG_CONFIG_HOME={box.folder / 'config'}"]
    with Screen(box, *folders, "hx", path) as hx:
        hx.shows(r" NOR .*program\.py")
        hx.keys(" ", "a")
        hx.shows("Hotlens: Profile File")
        # A key that comes right after Escape would be one with Alt.
        hx.keys("Escape")
        hx.shows(r"^ +3 +def hot")
        hx.keys(":lsp-workspace-command hotlens.profileFile", "Enter")
        hx.shows(r"program\.py · \d\d:\d\d · .* samples")
        # Helix asks for hints again after an edit.
        hx.keys("o", "# edited", "Escape")
        hx.shows(r"sum\(range\(1000\)\) .*\d s · [<>]?\d+%")
        hx.shows(r"def hot\(end\): .*\d s total")
        hx.keys("/def hot", "Enter", " ", "k")
        hx.shows(r"hot · .* s total")


main()
