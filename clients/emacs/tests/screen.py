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

    def until(self, what, condition, *options):
        """The first screen that the condition accepts.

        All that is expected of one screen has to be in one condition: a terminal is drawn piece by piece,
        and what is asked of a server comes when it comes.
        """
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            text = self.text(*options)
            if condition(text):
                return text
            time.sleep(0.1)
        raise Failed(f"waited in vain for {what}; the screen:\n{text}")

    def wait(self, *patterns, gone=None):
        """The first screen that has all patterns, and not the one that has to be gone."""
        def condition(text):
            return (all(re.search(pattern, text, re.MULTILINE) for pattern in patterns)
                    and not (gone and re.search(gone, text, re.MULTILINE)))
        return self.until(" and ".join(patterns) + (f" without {gone}" if gone else ""), condition)

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


def test_code(folder):
    """Profile: hints, lenses and heat are drawn; typing goes on; nothing is modified."""
    screen = Screen(folder, PACKAGE)
    try:
        screen.wait(r"Python Hotlens")
        screen.command("hotlens-profile-file")
        screen.wait(SUMMARY,
                    r"^[▏▎▌▊█]    while time.*  (≥ )?[\d.]+ m?s · [<>]?[\d.]+%$",
                    r"^ (≥ )?[\d.]+ s total \([<>]?[\d.]+%\) · (≥ )?[\d.]+ s own\n def busy",
                    r"^ ▶ Profile\n if __name__",
                    r"^-UU-:---")
        screen.keys("-l", "# typed")
        screen.wait(r"^ # typedimport time", r"  (≥ )?[\d.]+ m?s · [<>]?[\d.]+%$", r"^-UU-:\*\*-")
        screen.keys("C-_")
        screen.wait(r"^ import time", r"^-UU-:---")
    finally:
        screen.close()


def down(screen, header):
    """Go down the flame graph, one key after the other, until its header is that."""
    def place(text):
        found = re.search(r"^.* total \(.*\n\(all\) *$", text, re.MULTILINE)
        return found and found.group(0)

    for _ in range(10):
        text = screen.text()
        if re.search(header, text, re.MULTILINE):
            return
        before = place(text)
        screen.keys("-l", "j")
        screen.until("another cell", lambda text, before=before: place(text) not in (None, before))
    raise Failed(f"{header} is not above the graph:\n{text}")


def test_flame(folder):
    """The flame graph: rows as wide as the window, keys move, zoom and jump."""
    screen = Screen(folder, PACKAGE)
    try:
        screen.wait(r"Python Hotlens")
        screen.command("hotlens-profile-file")
        screen.wait(SUMMARY)
        screen.command("hotlens-flamegraph")
        whole = r"^\(all\) *\n"
        screen.wait(rf"^\(all\)  .* total \(100%\).*\n{whole}(.*\n)*?busy\b")
        down(screen, r"^busy \(hot.py:\d+\)  (≥ )?[\d.]+ s total \(")
        screen.keys("Enter")
        screen.wait(r"zoomed", r"^busy \(hot.py:\d+\)  .*\nbusy *\n", gone=whole)
        screen.until("a background", re.compile(r"\x1b\[[\d;]*48;").search, "-e")
        screen.keys("-l", "0")
        screen.wait(whole, gone=r"zoomed")
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
        screen.wait(r"p profile this file", r"f flame graph", r"r runs")
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
        screen.wait(r"^ +while time.* (≥ )?[\d.]+ m?s · [<>]?[\d.]+%",
                    r"^ *def busy\(seconds\): +(≥ )?[\d.]+ s total")
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
