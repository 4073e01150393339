"""What a person sees: Emacs in a terminal of tmux, its screen read as text. Prints TAP.

usage: screen.py FOLDER      an empty folder; hotlens, emacs and py-spy come from PATH
"""

import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
SECONDS = 60
# The lens of the first line, when the recording has ended.
SUMMARY = r"^ hot.py · \d\d:\d\d · "

PROGRAM = '''import time


def busy(seconds):
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        count += 1
    return count


if __name__ == "__main__":
    busy(1.5)
'''


class Failed(Exception):
    pass


class Screen:
    """An Emacs in a terminal."""

    def __init__(self, folder, init):
        self.folder = folder
        self.socket = f"hotlens-{folder.name}-{os.getpid()}"
        folder.mkdir(parents=True)
        (folder / ".git").mkdir()
        (folder / "hot.py").write_text(PROGRAM, encoding="utf-8")
        (folder / "init.el").write_text(init, encoding="utf-8")
        environment = dict(os.environ, TERM="xterm-256color", LANG="C.UTF-8", LC_ALL="C.UTF-8",
                           HOME=str(folder))
        for name in ("DATA", "STATE", "CACHE", "CONFIG"):
            environment[f"XDG_{name}_HOME"] = str(folder / name.lower())
        environment.pop("TMUX", None)
        self.environment = environment
        self.tmux("-u", "-f", "/dev/null", "new-session", "-d", "-x", "110", "-y", "36",
                  f"emacs -nw -Q -l {folder}/init.el {folder}/hot.py")

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-L", self.socket, *words], env=self.environment,
                              capture_output=True, text=True, check=False, encoding="utf-8")
        if done.returncode != 0:
            raise Failed(done.stderr.strip())
        return done.stdout

    def text(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def wait(self, pattern):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            text = self.text()
            if re.search(pattern, text, re.MULTILINE):
                return text
            time.sleep(0.1)
        raise Failed(f"waited in vain for {pattern}; the screen:\n{text}")

    def keys(self, *words):
        self.tmux("send-keys", *words)

    def command(self, name):
        self.keys("M-x")
        self.wait(r"^M-x")
        self.keys("-l", name)
        self.wait(rf"^M-x {re.escape(name)}")
        self.keys("Enter")

    def close(self):
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], env=self.environment,
                       capture_output=True, check=False)


def recipe(heading):
    """The first block of Lisp below the heading of the page for users."""
    page = (ROOT / "docs/editors/emacs.md").read_text(encoding="utf-8")
    found = re.search(rf"^#+ {heading}$.*?^```elisp\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return found.group(1)


QUIET = "(setq native-comp-jit-compilation nil inhibit-startup-screen t hotlens-terminal nil)\n"
PACKAGE = QUIET + recipe("The package").replace("~/hotlens", str(ROOT))
EGLOT = QUIET + recipe("Eglot")


def expect(text, pattern):
    if not re.search(pattern, text, re.MULTILINE):
        raise Failed(f"{pattern} is not on the screen:\n{text}")


def test_code(folder):
    """Profile: hints, lenses and heat are drawn; typing goes on; nothing is modified."""
    screen = Screen(folder, PACKAGE)
    try:
        screen.wait(r"Python Hotlens")
        screen.command("hotlens-profile-file")
        screen.wait(r"^.    while time.*  (≥ )?[\d.]+ m?s · [\d.]+%")
        screen.wait(SUMMARY)
        text = screen.wait(r"^ (≥ )?[\d.]+ s total \([\d.]+%\) · (≥ )?[\d.]+ s own\n def busy")
        expect(text, r"^[▏▎▌▊█]    while time")
        text = screen.wait(r"^ ▶ Profile\n if __name__")
        expect(text, r"^-UU-:---")
        screen.keys("-l", "# typed")
        text = screen.wait(r"^ # typedimport time")
        expect(text, r"  (≥ )?[\d.]+ m?s · [\d.]+%$")
        screen.keys("C-_")
        screen.wait(r"^-UU-:---")
    finally:
        screen.close()


def test_flame(folder):
    """The flame graph: rows as wide as the window, keys move, zoom and jump."""
    screen = Screen(folder, PACKAGE)
    try:
        screen.wait(r"Python Hotlens")
        screen.command("hotlens-profile-file")
        screen.wait(SUMMARY)
        screen.command("hotlens-flamegraph")
        screen.wait(r"^\(all\).*\n(.*\n)*?busy")
        screen.keys("-l", "jjjj")
        screen.wait(r"^busy \(hot.py:\d+\)  [\d.]+ s · ")
        screen.keys("Enter")
        text = screen.wait(r"zoomed")
        if re.search(r"^\(all\)", text, re.MULTILINE):
            raise Failed("the whole graph is still shown:\n" + text)
        colours = screen.text("-e")
        if not re.search(r"\x1b\[[\d;]*48;", colours):
            raise Failed("nothing has a background")
        screen.keys("-l", "0")
        screen.wait(r"^\(all\)")
        screen.keys("-l", "?")
        screen.wait(r"hotlens-flame-mode|Flame.*mode")
    finally:
        screen.close()


def test_menu(folder):
    """The menu names what there is."""
    screen = Screen(folder, PACKAGE)
    try:
        screen.wait(r"Python Hotlens")
        screen.command("hotlens-menu")
        text = screen.wait(r"profile this file")
        expect(text, r"f flame graph")
        screen.keys("p")
        screen.wait(SUMMARY)
    finally:
        screen.close()


def test_eglot(folder):
    """Plain Eglot: hints are on the screen when a recording ends, without an edit."""
    screen = Screen(folder, EGLOT)
    try:
        screen.wait(r"eglot:")
        screen.command("eglot-code-actions")
        screen.wait(r"Pick an action")
        screen.keys("-l", "Hotlens: Profile File (py-spy)")
        screen.keys("Enter")
        text = screen.wait(r"^ +while time.* (≥ )?[\d.]+ m?s · [\d.]+%")
        expect(text, r"^ *def busy\(seconds\): +(≥ )?[\d.]+ s total")
    finally:
        screen.close()


def main():
    folder = pathlib.Path(sys.argv[1])
    tests = [value for name, value in sorted(globals().items()) if name.startswith("test_")]
    if len(sys.argv) > 2:
        tests = [test for test in tests if re.search(sys.argv[2], test.__name__)]
    failed = 0
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        try:
            test(folder / test.__name__)
            print(f"ok {number} - screen {test.__name__[5:]}", flush=True)
        except Failed as problem:
            failed += 1
            print(f"not ok {number} - screen {test.__name__[5:]}", flush=True)
            print("# " + str(problem).replace("\n", "\n# "), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
