"""Runs the specs in the real Neovim, headless and in a terminal, and prints TAP.

usage: run.py [NAME…]   only specs and pictures whose names begin so; "other" for all in other versions,
                        "other-NAME" for one

The environment: NVIM_PROGRAM; NVIM_OTHERS, programs of other versions with a colon behind each; EMMYLUA,
the checker of annotations; SHOW=1 prints what pictures look like at their ends.
"""

import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

NEOVIM = [os.environ["NVIM_PROGRAM"]]  # the one that is tested now
HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent.parent
LIMIT = 90


class Results:
    def __init__(self):
        self.count = 0
        self.failed = 0
        self.prefix = ""
        self.times = []

    def add(self, is_ok, name, notes=(), seconds=None):
        name = self.prefix + name
        self.count += 1
        self.failed += not is_ok
        if seconds is not None:
            self.times.append((seconds, name))
        print(f"{'ok' if is_ok else 'not ok'} {self.count} - {name}")
        for note in notes:
            print(f"# {note}")
        sys.stdout.flush()

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {self.prefix}{name} # SKIP {reason}", flush=True)

    def finish(self):
        for seconds, name in sorted(self.times, reverse=True)[:8]:
            print(f"# {seconds:5.1f} s  {name}")
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed else 0


def lua_blocks(path):
    return re.findall(r"^```lua\n(.*?)^```", path.read_text(), re.M | re.S)


class Place:
    """A folder of its own with everything that Neovim and hotlens write."""

    def __init__(self, config):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="hotlens-nvim."))
        self.work = self.root / "work"
        self.work.mkdir()
        (self.work / "pyproject.toml").write_text("")
        self.results = self.root / "results"
        self.config = self.root / "init.lua"
        self.config.write_text(config)
        self.environment = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("XDG_", "HOTLENS_DB", "TMUX", "NVIM", "VIM", "VIRTUAL_ENV"))
        }
        self.environment.update(
            HOME=str(self.root),
            XDG_CONFIG_HOME=str(self.root / "config"),
            XDG_DATA_HOME=str(self.root / "data"),
            XDG_STATE_HOME=str(self.root / "state"),
            XDG_CACHE_HOME=str(self.root / "cache"),
            XDG_RUNTIME_DIR=str(self.root / "run"),
            PATH=os.pathsep.join([str(pathlib.Path(os.environ["HOTLENS"]).parent),
                                  str(SOURCE / "build/venv/bin"), os.environ["PATH"]]),
            HOTLENS_TEST_RESULTS=str(self.results),
            HOTLENS_TEST_FOLDER=str(self.work),
            HOTLENS_TEST_SOURCE=str(SOURCE),
            LANG="C.UTF-8", TERM="xterm-256color", COLORTERM="truecolor",
        )
        (self.root / "run").mkdir(mode=0o700)

    def command(self, *arguments):
        return [NEOVIM[0], "--clean", "-u", str(self.config), *arguments]

    def finish(self):
        shutil.rmtree(self.root, ignore_errors=True)


PLAIN = lua_blocks(SOURCE / "docs/editors/neovim.md")[0]
PLUGIN = (f"vim.opt.runtimepath:prepend({str(HERE.parent)!r})\n"
          "vim.opt.swapfile = false\n"
          "require('hotlens').setup{}\n")
BESIDE = """
vim.lsp.config('basedpyright', {
  cmd = { 'node', os.getenv('BASEDPYRIGHT'), '--stdio' },
  filetypes = { 'python' },
  settings = { basedpyright = { analysis = { inlayHints = { variableTypes = true } } } },
})
vim.lsp.enable('basedpyright')
vim.lsp.inlay_hint.enable(true)
"""
SPECS = {
    "plain": PLAIN,
    "beside": PLAIN,
    "plugin": PLUGIN,
    "lens": PLUGIN,
    "flame": PLUGIN,
    "trouble": PLUGIN,
    "denied": PLUGIN,
    "help": PLUGIN,
}


NOBODY = 65534


def run_denied(results):
    """The spec as another user than that of the process it wants to record."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        results.skip("denied", "needs root and setpriv, to be another user")
        return
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    os.environ["HOTLENS_TEST_PID"] = str(process.pid)
    try:
        run_spec("denied", results, ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
                                     "--clear-groups"])
    finally:
        process.kill()
        process.wait()


def run_spec(name, results, prefix=()):
    place = Place(SPECS[name])
    log = place.root / "log"
    status = "0"
    if prefix:
        for path in [place.root, *place.root.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
    with log.open("wb") as output:
        child = subprocess.Popen(
            [*prefix, *place.command("--headless", "-c", f"luafile {HERE}/spec/{name}.lua")],
            cwd=place.work, env=place.environment, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT)
        try:
            status = str(child.wait(timeout=4 * LIMIT))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            status = "time-out"
    lines = place.results.read_text().splitlines() if place.results.exists() else []
    for index, line in enumerate(lines):
        if not line.startswith(("ok ", "not ok ")):
            continue
        notes = []
        for note in lines[index + 1:]:
            if not note.startswith("# "):
                break
            notes.append(note[2:])
        seconds = float(notes.pop(0).removeprefix("seconds "))
        is_ok = line.startswith("ok ")
        results.add(is_ok, f"{name}: {line.removeprefix('not ').removeprefix('ok ')}", notes, seconds)
    if lines[-1:] != ["end"]:
        results.add(False, f"{name}: comes to its end ({status})",
                    log.read_text(errors="replace").splitlines()[-40:])
    place.finish()


NUMBERS = itertools.count()


class Screen:
    """Neovim in a terminal of tmux."""

    def __init__(self, place, *arguments, columns=110, rows=36):
        self.socket = f"hotlens-nvim-{os.getpid()}-{next(NUMBERS)}"  # the last server may still be ending
        self.place = place
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  "-c", str(place.work), *place.command(*arguments))
        self.tmux("set-option", "-g", "escape-time", "10")
        self.tmux("set-option", "-g", "mouse", "off")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-L", self.socket, *arguments], check=True, text=True,
                              env=self.place.environment, stdout=subprocess.PIPE).stdout

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def capture(self, *arguments):
        return self.tmux("capture-pane", "-p", *arguments)

    def wait(self, what, *, absent=False, options=(), limit=LIMIT):
        """Until a pattern is on the screen; returns the screen."""
        end = time.monotonic() + limit
        while True:
            picture = self.capture(*options)
            if bool(re.search(what, picture, re.M)) != absent:
                return picture
            if time.monotonic() > end:
                raise AssertionError(f"{what!r} is not on the screen:\n{picture}")
            time.sleep(0.1)

    def finish(self):
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], check=False,
                       env=self.place.environment, stderr=subprocess.DEVNULL)


PICTURES = {}


def picture(config):
    def register(function):
        PICTURES[function.__name__.removeprefix("picture_")] = (function, config)
        return function
    return register


def run_picture(name, results):
    function, config = PICTURES[name]
    place = Place(config)
    shutil.copy(SOURCE / "examples/galaxy.py", place.work)
    screen = None
    notes = []
    start = time.monotonic()
    try:
        screen = Screen(place, "galaxy.py")
        function(screen)
    except (AssertionError, subprocess.CalledProcessError) as error:
        notes = str(error).splitlines()
    finally:
        if screen:
            if os.environ.get("SHOW"):
                print(screen.capture(), file=sys.stderr)
            screen.finish()
        place.finish()
    results.add(not notes, f"picture {name}: {function.__doc__}", notes, time.monotonic() - start)


@picture(PLAIN)
def picture_plain(screen):
    """the shortest configuration shows times on lines and functions"""
    screen.wait("def pull")
    screen.keys("Escape", "/for other", "Enter")
    screen.type("gra")
    screen.wait("Profile File")
    screen.type("1")
    screen.keys("Enter")
    screen.wait(r"dx = .* m?s · +[<>]?\d+(\.\d)?%")
    screen.wait(r"def pull.*s total")


def profile(screen):
    """Records in the background, as far as the final numbers."""
    screen.wait("def pull|A small galaxy")
    screen.type(":Hotlens! profile 100")
    screen.keys("Enter")
    screen.wait(r"^hotlens: galaxy\.py 100 · \d+:\d+ · .* elapsed")


@picture(PLUGIN)
def picture_code(screen):
    """times at the ends of lines, above functions, and heat as signs"""
    profile(screen)
    screen.type("/for other")
    screen.keys("Enter")
    screen.type("zt")
    screen.wait(r"strength = 1 / .* +(≥ )?\d.*\d+(\.\d)?%")  # the hottest line, always worth a hint
    screen.wait(r"[▁▂▄▆█] .*strength = ")
    screen.type("10kzt")
    text = screen.wait(r"^ *(≥ )?\d.* s total \(.*own\n.*def pull")
    if os.environ.get("SHOW"):
        print(text, file=sys.stderr)


@picture(PLUGIN)
def picture_flame(screen):
    """the flame graph is drawn, zoomed with the mouse, searched, and left by a jump"""
    profile(screen)
    screen.type(":Hotlens flame")
    screen.keys("Enter")
    text = screen.wait(r"^<module>[\s\S]*^pull")
    assert re.search(r"^main[\s\S]*^advance", text, re.M), text
    screen.type("jjjjj")
    screen.wait(r" main › advance")
    if os.environ.get("SHOW"):
        print(screen.capture(), file=sys.stderr)
    row = next(i for i, line in enumerate(text.splitlines(), 1) if line.startswith("pull"))
    for _ in range(2):
        screen.type(f"\x1b[<0;3;{row}M\x1b[<0;3;{row}m")
    screen.wait(r"^ pull  galaxy\.py:\d+ · [\s\S]*^pull[\s\S]*› pull")
    screen.wait(r"^advance", absent=True)
    screen.keys("BSpace")
    screen.wait(r"^advance")
    screen.type("/pull")
    screen.keys("Enter")
    screen.wait(r"/pull: \d+\.\d%")
    screen.type("n")
    screen.wait(r"^ pull  galaxy\.py:\d+ · .*samples")
    screen.type("s")
    screen.wait(r"callers and callees of pull")
    screen.type("gd")
    screen.tmux("resize-window", "-x", "80", "-y", "30")
    screen.wait(r"^pull {76}$", options=["-N"])


def click(screen, text, above=""):
    """Presses and releases the mouse on a text, in the line above another."""
    lines = screen.capture().splitlines()
    for row, line in enumerate(lines, 1):
        if text in line and above in "".join(lines[row:row + 1]):
            column = line.index(text) + 2
            screen.type(f"\x1b[<0;{column};{row}M")
            screen.type(f"\x1b[<0;{column};{row}m")
            return
    raise AssertionError(f"{text!r} is not on the screen:\n{screen.capture()}")


@picture(PLUGIN.replace("setup{}", "setup{ record = 'background' }"))
def picture_lens(screen):
    """lenses are clicked: a recording begins, ends, and the flame graph opens at a function"""
    program = screen.place.work / "galaxy.py"
    program.write_text(program.read_text().replace("else 300", "else 300000"))  # until it is stopped
    screen.tmux("resize-window", "-x", "70", "-y", "36")
    screen.wait("A small galaxy")
    screen.type(":edit! | normal G")
    screen.keys("Enter")
    screen.wait("▶ Profile")
    click(screen, "▶ Profile")
    screen.wait(r"■ Stop program, keep profile \(\d+")
    screen.wait(r"advance\(stars\) .*\d+%")
    click(screen, "■ Stop program")
    text = screen.wait(r"^hotlens: galaxy\.py.*…|Press ENTER")  # the summary is longer than the line
    assert "Press ENTER" not in text, text
    screen.wait("▶ Profile")
    screen.type("/def advance")
    screen.keys("Enter")
    screen.type("zz")
    screen.wait(r" total \(.*own\n.*def advance")
    click(screen, " total (", above="def advance")
    text = screen.wait(r"^ <module> › main › advance +galaxy\.py")
    assert re.search(r"^ advance  galaxy\.py:\d+ · ", text, re.M), text
    screen.type("q")
    screen.wait("^advance", absent=True)
    click(screen, "def advance")  # no lens: a click
    screen.wait(r"^galaxy\.py +42,")


@picture(PLUGIN + BESIDE)
def picture_beside(screen):
    """hints of basedpyright and ours stand in one buffer, before and after an edit"""
    screen.wait(r"circle: float|: Random|: float")
    profile(screen)
    screen.type("/    dx = ")
    screen.keys("Enter")
    screen.wait(r"dx.*= other\[0\] - x.*\d (s|ms) · +\d")
    screen.type("ggO# a line")
    screen.keys("Escape")
    screen.type("/    dx = ")
    screen.keys("Enter")
    screen.wait(r"dx.*= other\[0\] - x.*\d (s|ms) · +\d")
    text = screen.wait(r"SOFTENING: float|others: |: Any =")
    assert "E5" not in text and "Error" not in text, text


def run_all(results, is_wanted, specs, pictures):
    for name in specs:
        if not is_wanted(name):
            continue
        if name.startswith("beside") and not os.environ.get("BASEDPYRIGHT"):
            results.skip(name, "basedpyright could not be installed")
        elif name == "denied":
            run_denied(results)
        else:
            run_spec(name, results)
    for name in pictures:
        if not is_wanted(f"picture-{name}"):
            continue
        if not shutil.which("tmux"):
            results.skip(f"picture {name}", "no tmux")
        elif "beside" in name and not os.environ.get("BASEDPYRIGHT"):
            results.skip(f"picture {name}", "basedpyright could not be installed")
        else:
            run_picture(name, results)


def version_of(program):
    output = subprocess.run([program, "--version"], check=True, text=True, stdout=subprocess.PIPE).stdout
    return re.match(r"NVIM v(\d+\.\d+\.\d+)", output).group(1)


def run_others(results, is_wanted):
    """The plugin in the oldest Neovim that it is for, and in the newest."""
    for program in os.environ.get("NVIM_OTHERS", "").split(":")[:-1]:
        if not program:
            results.skip("another Neovim", "could not be unpacked")
            continue
        NEOVIM[0] = program
        version = version_of(program)
        results.prefix = f"Neovim {version}: "
        is_new = version.split(".")[:2] > ["0", "10"]  # has vim.lsp.config, which neovim.md begins with
        run_all(results, is_wanted,
                [name for name in SPECS if is_new or SPECS[name] != PLAIN],
                [name for name in PICTURES if PICTURES[name][1] not in (PLAIN, PLUGIN + BESIDE)])
    results.prefix = ""
    NEOVIM[0] = os.environ["NVIM_PROGRAM"]


def tool(results, name, command):
    result = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = re.sub(r"\x1b\[[\d;]*m", "", result.stdout)
    results.add(result.returncode == 0, name, [] if result.returncode == 0 else output.splitlines())


def run_checks(results):
    """luacheck, and the types of the LuaCATS annotations."""
    plugin = HERE.parent
    if shutil.which("luacheck"):
        tool(results, "luacheck has nothing to say",
             ["luacheck", "-q", "--config", str(plugin / ".luacheckrc"), *map(str, sorted(
                 path for path in plugin.rglob("*.lua") if path.parent.name != "meta"))])
    else:
        results.skip("luacheck has nothing to say", "no luacheck")
    if not os.environ.get("EMMYLUA"):
        results.skip("the types of the annotations fit", "no emmylua_check")
        return
    runtime = subprocess.run(
        [NEOVIM[0], "--clean", "--headless", "-c", "lua io.stdout:write(vim.env.VIMRUNTIME)", "-c", "qa"],
        check=True, text=True, stdout=subprocess.PIPE).stdout
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "emmyrc.json"
        config.write_text(json.dumps({
            "runtime": {"version": "LuaJIT"},
            "workspace": {"library": [f"{runtime}/lua", str(HERE / "meta")]},
            # An element of a list is what its type says; what is deprecated is what 0.10 has.
            "strict": {"arrayIndex": False},
            "diagnostics": {"disable": ["unnecessary-if", "preferred-local-alias", "deprecated"]},
        }))
        tool(results, "the types of the annotations fit",
             [os.environ["EMMYLUA"], "--config", str(config), "--ignore", "**/tests/**",
              "--warnings-as-errors", str(plugin)])


def main():
    wanted = sys.argv[1:]

    def is_wanted(name, prefix=""):
        return not wanted or any((prefix + name).startswith(word) for word in wanted)

    results = Results()
    if is_wanted("check"):
        run_checks(results)
    run_all(results, is_wanted, SPECS, PICTURES)
    run_others(results, lambda name: is_wanted(name, "other-"))
    return results.finish()


if __name__ == "__main__":
    sys.exit(main())
