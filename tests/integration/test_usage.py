"""The program as one meets it: version and wrong arguments."""

import os
import re
import signal
import stat
import sys
import unicodedata

from harness import HOTLENS, Terminal, describe, expect, expect_equal, main, record, test

# Everything that a terminal could take for an order, or that makes it show another text.
HOSTILE = "a\x1b]0;owned\x07\x1b[2J\r\x08\x7f\u0085\u009b31m\u202egnp\u2066b"


def import_one(box):
    path = box.write("x.raw", "f (/w/x.py:2) 1234\n")
    expect_equal(box.hotlens("import", path).returncode, 0, "imported")


@test
def prints_its_version(box):
    done = box.hotlens("--version")
    assert done.returncode == 0, describe(done)
    assert done.stdout.startswith("hotlens "), describe(done)
    assert not done.stderr, describe(done)


@test
def unknown_subcommand_is_a_usage_error(box):
    done = box.hotlens("no-such-subcommand")
    assert done.returncode == 2, describe(done)
    assert not done.stdout, describe(done)
    assert done.stderr, describe(done)


@test
def a_mistyped_command_is_answered_shortly(box):
    """The usage of everything would hide what was wrong."""
    for typed, meant in (("reocrd", "record"), ("rec", "record"), ("runss", "runs"), ("serv", "serve"),
                         ("x.py", "hotlens record -- x.py"), ("python3", "hotlens record -- python3"),
                         ("--db", "the command comes before its options")):
        done = box.hotlens(typed)
        expect_equal(done.returncode, 2, describe(done))
        expect(meant in done.stderr and "--help" in done.stderr, typed, describe(done))
        expect(done.stderr.count("\n") == 2, "two lines", describe(done))
    for typed in ("prune", "ls", "diff", "x" * 5000):
        expect("did you mean" not in box.hotlens(typed).stderr, f"nothing is like {typed[:9]}")


@test
def a_server_that_is_started_by_hand_says_what_it_is(box):
    with Terminal(box, HOTLENS, "serve") as opened:
        opened.expect("an editor starts this")
        opened.send(b"\x03")
        expect_equal(opened.wait(), -signal.SIGINT, "and it ends")
    done = box.hotlens("serve", input="")
    expect_equal((done.stdout, done.stderr), ("", ""), "nothing to an editor")


@test
def a_purge_of_a_folder_says_that_it_goes_below(box):
    below = box.folder / "work" / "below"
    below.mkdir(parents=True)
    raw = box.write("x.raw", "f (/w/x.py:2) 1234\n")
    expect_equal(box.run(HOTLENS, "import", raw).returncode, 0, "one of another folder")
    done = box.run("sh", "-c", f"cd '{below}' && '{HOTLENS}' import '{raw}'")
    expect_equal(done.returncode, 0, "and one below")
    with Terminal(box, HOTLENS, "purge", "--workspace", "work") as opened:
        opened.expect("and of every folder in it?")
        opened.send(b"y\n")
        expect_equal(opened.wait(), 0, opened.text())
        expect("deleted 1 run" in opened.text(), "only that", opened.text())


@test
def a_wrong_combination_is_answered_with_the_right_one(box):
    import_one(box)
    for arguments, answer in (
            (["label", "last"], "a LABEL or --remove is needed"),
            (["label", "last", "x", "--remove"], "a LABEL or --remove, not both"),
            (["export", "last", "x.html"], "a file is given as --output FILE"),
            (["top", "python", "x.py"], "a program comes after --"),
            (["record", "--json", "--", "true"], "hotlens show last --json"),
            (["record", "--list", "--", "true"], "--list records nothing")):
        done = box.hotlens(*arguments)
        expect_equal(done.returncode, 2, describe(done))
        expect(answer in done.stderr, answer, describe(done))
    done = box.hotlens("purge", "--all")
    expect("no terminal to ask on; --yes does not ask" in done.stderr, describe(done))
    expect("x.raw" in box.hotlens("runs").stdout, "and nothing was deleted")


@test
def an_export_has_the_format_of_its_name(box):
    import_one(box)
    for name, start in (("x.html", "<!DOCTYPE html>"), ("x.svg", "<?xml"), ("x.json", '{"run":'),
                        ("x.collapsed", "f "), ("x.raw", "f "), ("x.html.raw", "f "), ("html", "f ")):
        expect_equal(box.hotlens("export", "last", "-o", name).returncode, 0, name)
        expect((box.folder / name).read_text().startswith(start), name)
    box.hotlens("export", "last", "-f", "raw", "-o", "y.html")
    expect((box.folder / "y.html").read_text().startswith("f "), "what is asked for by name is done")


def expect_tame(done):
    """No control character but line ends, and no direction override, in what was printed."""
    for text in (done.stdout, done.stderr):
        wild = [char for char in text
                if (unicodedata.category(char) == "Cc" and char != "\n")
                or unicodedata.category(char) == "Cf"]
        expect(not wild, f"printed {wild!r}", describe(done))


@test
def hostile_names_do_not_reach_the_terminal(box):
    folder = box.folder / f"folder{HOSTILE}"
    folder.mkdir()
    raw = f"<module> (/w/{HOSTILE}.py:1);f{HOSTILE} (/w/{HOSTILE}.py:2) 5\n{HOSTILE} (x 3\n"
    path = box.write(f"{folder.name}/{HOSTILE}.raw", raw)
    broken = box.write(f"{folder.name}/broken{HOSTILE}", f"{HOSTILE}\n{HOSTILE} {HOSTILE}\n")
    box.write(f"{folder.name}/db{HOSTILE}", "no database " * 100)
    expect_equal(box.hotlens("import", path, "--title", HOSTILE).returncode, 0, "imported")
    commands = [
        [], [HOSTILE], ["runs"], ["runs", HOSTILE], ["runs", "none" + HOSTILE],
        ["runs", "-w", HOSTILE], ["runs", "--" + HOSTILE], ["runs", "-n", HOSTILE],
        ["runs", "a", HOSTILE], ["show"], ["show", HOSTILE], ["show", "last", "--lines", HOSTILE],
        ["show", "last", "--lines", f"/w/{HOSTILE}.py"], ["show", "last", "--callers", HOSTILE],
        ["show", "last", "--callers", "f" + HOSTILE], ["show", "--db", folder], ["show", "--lines"],
        ["runs", "--db", folder / f"db{HOSTILE}"], ["runs", "--db", f"none/{HOSTILE}/x"],
        ["flame"], ["flame", HOSTILE], ["import", broken], ["import", folder],
        ["import", folder / f"no{HOSTILE}"], ["import", path, "--rate", HOSTILE],
        ["export", HOSTILE], ["export", "last", "-f", HOSTILE], ["export", "last", "-o", folder],
        ["export", "last", "-o", folder / HOSTILE / "x"],
        ["label", "last", "1"], ["label", "last", "last~" + HOSTILE], ["label", "last", HOSTILE],
        ["label", HOSTILE, "x"], ["runs"], ["show", HOSTILE], ["pin", HOSTILE + "2"],
        ["rm", HOSTILE + "2"], ["purge", "--workspace", HOSTILE, "--yes"], ["purge", HOSTILE],
        ["doctor", "--db", folder / f"db{HOSTILE}"], ["doctor", HOSTILE],
        ["record", "--", "./" + HOSTILE], ["record", "--cwd", HOSTILE, "--", "true"],
        ["record", "--py-spy", HOSTILE, "--", "true"], ["record", "--sampler", HOSTILE, "--", "true"],
        ["record", "--label", "1", "--", "true"], ["record", "--label", "last~" + HOSTILE, "--", "true"],
        ["record", "--label", HOSTILE, "--", "true"], ["record", "--pid", HOSTILE],
    ]
    for command in commands:
        done = box.hotlens(*command)
        expect(done.returncode >= 0, "no crash", describe(done))
        expect_tame(done)
    done = box.hotlens("doctor", env={"HOTLENS_PY_SPY": HOSTILE, "XDG_STATE_HOME": str(folder),
                                      "PATH": str(folder)})
    expect_tame(done)


@test
def no_match_is_said(box):
    import_one(box)
    expect_equal(box.hotlens("runs", "nope").stdout, "no run matches 'nope'\n", "of another text")
    expect("x.raw" in box.hotlens("runs", "x.raw").stdout, "and a match is shown")


@test
def samples_are_told_once(box):
    import_one(box)
    line = box.hotlens("runs").stdout.splitlines()[1]
    expect_equal(len(re.findall("1,?234", line)), 1, line)


@test
def an_export_keeps_links_and_modes(box):
    import_one(box)
    (box.folder / "real").mkdir()
    real = box.write("real/out.raw", "old")
    real.chmod(0o640)
    os.symlink("real/out.raw", box.folder / "one")
    os.symlink(box.folder / "one", box.folder / "two")
    os.symlink("real/new.raw", box.folder / "dangling")
    for name, file in (("one", real), ("two", real), ("real/out.raw", real),
                       ("dangling", box.folder / "real/new.raw")):
        done = box.hotlens("export", "last", "-o", name)
        expect_equal(done.returncode, 0, describe(done))
        expect_equal((box.folder / name).is_symlink(), "/" not in name, f"{name} is what it was")
        expect("1234" in file.read_text(), name)
    expect_equal(stat.S_IMODE(real.stat().st_mode), 0o640, "the mode stays")
    expect_equal(sorted(path.name for path in (box.folder / "real").iterdir()),
                 ["new.raw", "out.raw"], "and nothing else is left")


@test
def a_label_is_checked_before_the_program_runs(box):
    import_one(box)
    expect_equal(box.hotlens("label", "last", "mine").returncode, 0, "labelled")
    for label, code in (("mine", 1), ("17", 1), ("last", 1), ("", 2), ("x" * 10000, 1)):
        done = box.hotlens("record", "--label", label, "--", "touch", box.folder / "ran")
        expect_equal(done.returncode, code, describe(done))
        expect(not (box.folder / "ran").exists(), f"{label[:9]}: nothing ran")


@test
def python_is_not_run_on_a_missing_file(box):
    box.write("there/x.py", "print('ran')\n")
    for arguments in (["--", "./nofile.py"], ["--cwd", "there", "--", "./nofile.py"],
                      ["--", "x.py"]):
        done = box.hotlens("record", *arguments)
        expect(done.returncode in (1, 127), describe(done))
        expect("can't open file" not in done.stderr, describe(done))


@test
def a_python_file_is_run_by_python(box):
    """Without its x bit, without "#!" (where a shell would run its `import`), and without "./"."""
    box.write("plain.py", "import sys\nprint('ran', __file__, *sys.argv[1:])\n")
    box.write("marked.py", f"#!{sys.executable}\nimport sys\nprint('ran', __file__, *sys.argv[1:])\n")
    for name in ("plain.py", "./plain.py", "marked.py", "./marked.py"):
        for mode in (0o644, 0o755):
            (box.folder / name).chmod(mode)
            done = record(box, "--", name, "word")
            expect_equal(done.returncode, 0, describe(done))
            expect(done.stdout.startswith("ran ") and done.stdout.endswith(".py word\n"), name,
                   describe(done))


main()
