"""What hotlens reads of git work trees, against git itself: random repositories and histories."""

import os
import random
import shutil
import subprocess
import sys
import tempfile

TOOL = sys.argv[1]
ROUNDS = int(os.environ.get("HOTLENS_GIT_ROUNDS", "25"))

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
    "LC_ALL": "C",
}

results = []


def report(ok, name, detail=""):
    results.append(ok)
    print(f"{'ok' if ok else 'not ok'} {len(results)} - {name}")
    if not ok and detail:
        print("# " + detail.replace("\n", "\n# "))


def git(folder, *arguments, check=True):
    done = subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"git {arguments}: {done.stdout}")
    return done.stdout if done.returncode == 0 else ""


def facts(folder):
    output = subprocess.run([TOOL, folder], text=True, stdout=subprocess.PIPE, check=True).stdout
    commit, branch, dirty = output.split(" ")
    return commit, branch, int(dirty)


def expected(folder):
    # --no-optional-locks: asking must not refresh the index that we read as well.
    status = git(folder, "--no-optional-locks", "status", "--porcelain", "-uno",
                 "--ignore-submodules=all")
    commit = git(folder, "rev-parse", "-q", "--verify", "HEAD", check=False).strip()
    branch = git(folder, "symbolic-ref", "-q", "--short", "HEAD", check=False).strip()
    return commit or "-", branch or "-", 1 if status.strip() else 0


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(text.encode() if isinstance(text, str) else text)
    return path


def same(folder, name):
    got, want = facts(folder), expected(folder)
    report(got == want, name, f"got {got}, git says {want}")


def new_repository(root, name, *options):
    folder = os.path.join(root, name)
    os.makedirs(folder)
    git(folder, "init", "-q", "-b", "main", *options)
    return folder


def small(root, name, *options):
    folder = new_repository(root, name, *options)
    write(folder, "a.py", "print(1)\n")
    write(folder, "d/b.py", "print(2)\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    return folder


def named_cases(root):
    folder = new_repository(root, "unborn")
    same(folder, "an unborn branch has no commit")
    folder = small(root, "small")
    same(folder, "clean after a commit")
    report(facts(os.path.join(folder, "d")) == facts(folder), "a folder inside is its work tree")
    git(folder, "branch", "feature/x")
    git(folder, "checkout", "-q", "feature/x")
    same(folder, "a branch with a slash")
    git(folder, "pack-refs", "--all", "--prune")
    same(folder, "packed refs")
    git(folder, "checkout", "-q", "--detach")
    same(folder, "detached")
    git(folder, "checkout", "-q", "main")
    write(folder, "untracked.py", "x")
    same(folder, "untracked files do not count")
    os.utime(os.path.join(folder, "a.py"), (1, 1))
    same(folder, "touched but unchanged is clean")
    write(folder, "a.py", "print(9)\n")
    same(folder, "the same size with other content is dirty")
    write(folder, "a.py", "print(1)\n")
    same(folder, "changed back is clean")
    os.chmod(os.path.join(folder, "a.py"), 0o755)
    same(folder, "made executable is dirty")
    git(folder, "config", "core.fileMode", "false")
    same(folder, "core.fileMode=false ignores that")
    git(folder, "config", "core.fileMode", "true")
    os.chmod(os.path.join(folder, "a.py"), 0o644)
    os.unlink(os.path.join(folder, "d/b.py"))
    same(folder, "a missing file is dirty")
    git(folder, "update-index", "--assume-unchanged", "d/b.py")
    same(folder, "assume-unchanged hides it")
    git(folder, "update-index", "--no-assume-unchanged", "d/b.py")
    git(folder, "update-index", "--skip-worktree", "d/b.py")
    same(folder, "skip-worktree hides it")
    git(folder, "update-index", "--no-skip-worktree", "d/b.py")
    git(folder, "checkout", "-q", "--", ".")
    os.unlink(os.path.join(folder, "a.py"))
    os.symlink("d/b.py", os.path.join(folder, "a.py"))
    same(folder, "a file that became a link is dirty")
    git(folder, "add", "a.py")
    git(folder, "commit", "-qm", "link")
    same(folder, "a committed link is clean")
    write(folder, "new.py", "n")
    git(folder, "add", "-N", "new.py")
    same(folder, "intent to add is dirty")


def layouts(root):
    folder = small(root, "layout")
    linked = os.path.join(root, "linked")
    git(folder, "worktree", "add", "-q", "-b", "side", linked)
    same(linked, "a linked work tree")
    write(linked, "a.py", "print(3)\n")
    same(linked, "a dirty linked work tree")
    same(folder, "does not make the main one dirty")
    outer = small(root, "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", folder, "sub")
    git(outer, "commit", "-qm", "sub")
    same(outer, "a work tree with a submodule")
    same(os.path.join(outer, "sub"), "a submodule")
    write(outer, "sub/a.py", "print(4)\n")
    same(os.path.join(outer, "sub"), "a dirty submodule")
    same(outer, "is not looked into")
    clone = os.path.join(root, "clone")
    git(root, "clone", "-q", folder, clone)
    same(clone, "a clone")
    git(folder, "gc", "-q")
    same(folder, "packed objects")
    for version in ("2", "3", "4"):
        git(folder, "update-index", "--index-version", version)
        git(folder, "update-index", "--skip-worktree", "a.py")
        same(folder, f"index version {version}")
        git(folder, "update-index", "--no-skip-worktree", "a.py")
        write(folder, "d/b.py", f"print('{version}')\n")
        same(folder, f"index version {version}, dirty")
        git(folder, "checkout", "-q", "--", ".")
    sha256 = small(root, "sha256", "--object-format=sha256")
    os.utime(os.path.join(sha256, "a.py"), (1, 1))
    same(sha256, "SHA-256, touched")
    write(sha256, "a.py", "print(5)\n")
    same(sha256, "SHA-256, dirty")
    crlf = small(root, "crlf")
    git(crlf, "config", "core.autocrlf", "true")
    os.unlink(os.path.join(crlf, "a.py"))
    git(crlf, "checkout", "-q", "--", "a.py")
    os.utime(os.path.join(crlf, "a.py"), (1, 1))
    same(crlf, "autocrlf, touched")


def unknown_cases(root):
    folder = small(root, "split")
    git(folder, "update-index", "--split-index")
    report(facts(folder)[2] in (-1, 0), "a split index is not misread")
    folder = small(root, "staged")
    write(folder, "a.py", "print(7)\n")
    git(folder, "add", "a.py")
    git(folder, "write-tree")
    same(folder, "staged and not committed is dirty once the tree is cached")
    folder = small(root, "filters")
    write(folder, ".gitattributes", "*.py filter=lfs\n")
    os.utime(os.path.join(folder, "a.py"), (1, 1))
    write(folder, "a.py", "print(8)\n")
    report(facts(folder)[2] == -1, "content behind a filter is unknown")
    plain = os.path.join(root, "plain")
    os.makedirs(plain)
    report(facts("/")[2] == -1, "no repository is unknown")
    report(facts(os.path.join(root, "missing")) == ("-", "-", -1), "no folder is unknown")
    index = os.path.join(folder, ".git/index")
    data = open(index, "rb").read()
    good = True
    for seed in range(200):
        chance = random.Random(seed)
        bad = bytearray(data[:chance.randrange(len(data))] if seed % 2 else data)
        for _ in range(chance.randrange(1, 20)):
            if bad:
                bad[chance.randrange(len(bad))] = chance.randrange(256)
        open(index, "wb").write(bytes(bad))
        good &= facts(folder)[2] in (-1, 0, 1)
    report(good, "200 damaged indexes are survived")
    for name, text in (("HEAD", "ref: refs/../../../etc/passwd\n"), ("HEAD", "ref: refs/heads/a\n"),
                       ("HEAD", "\0\xff"), ("HEAD", "")):
        write(folder, ".git/" + name, text)
        write(folder, ".git/refs/heads/a", "ref: refs/heads/a\n")
        report(facts(folder)[0] == "-", f"HEAD {text!r} has no commit")


def change(chance, folder, files):
    """One random change; True when it can only be seen with git's objects."""
    name = chance.choice(files)
    path = os.path.join(folder, name)
    kind = chance.randrange(7)
    if kind == 0:
        write(folder, name, str(chance.randrange(10 ** 6)))
    elif kind == 1 and os.path.lexists(path):
        os.unlink(path)
    elif kind == 2 and os.path.lexists(path):
        os.utime(path, (chance.randrange(10 ** 9), chance.randrange(10 ** 9)))
    elif kind == 3:
        git(folder, "checkout", "-q", "--", ".")
    elif kind == 4:
        git(folder, "commit", "-qam", "more", check=False)
    elif kind == 5:
        write(folder, f"new{chance.randrange(9)}.txt", "untracked")
    elif kind == 6:
        git(folder, "reset", "-q", "--hard")


def random_round(root, seed):
    chance = random.Random(seed)
    folder = new_repository(root, f"random{seed}")
    files = [f"{'d/' * chance.randrange(3)}{chance.randrange(100)}{'x' * chance.randrange(12)}.py"
             for _ in range(chance.randrange(1, 30))]
    for name in files:
        write(folder, name, str(chance.randrange(100)))
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    git(folder, "update-index", "--index-version", chance.choice("234"))
    for _ in range(12):
        change(chance, folder, files)
        got, want = facts(folder), expected(folder)
        if got != want:
            return f"seed {seed}: got {got}, git says {want}"
    return ""


def main():
    if not shutil.which("git"):
        print("1..0 # SKIP git is not installed")
        return 0
    with tempfile.TemporaryDirectory() as root:
        named_cases(root)
        layouts(root)
        unknown_cases(root)
        wrong = [text for text in (random_round(root, seed) for seed in range(ROUNDS)) if text]
        report(not wrong, f"{ROUNDS} random repositories, 12 changes each", "\n".join(wrong))
    print(f"1..{len(results)}")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
