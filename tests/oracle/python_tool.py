"""What the oracles of src/python share: asking the tool, finding texts, printing TAP."""
import os
import subprocess
import sys
import sysconfig
import tokenize
import warnings


def ask(tool, mode, requests):
    """The bytes that the tool answers to the concatenated requests."""
    done = subprocess.run([tool, mode], input=b"".join(requests), stdout=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"Bail out! {tool} {mode} ended with {done.returncode}")
    return done.stdout


def python_files(folders):
    for folder in folders:
        for parent, children, names in os.walk(folder):
            children.sort()
            for name in sorted(names):
                path = os.path.join(parent, name)
                if name.endswith(".py") and os.path.isfile(path):
                    yield path


def stdlib():
    """The folder of the running Python's library."""
    return sysconfig.get_paths()["stdlib"]


def readable(paths, parse):
    """(path, text, what `parse` makes of it) of the texts that it takes, as tokenize.open decodes."""
    warnings.simplefilter("ignore")
    for path in paths:
        try:
            with tokenize.open(path) as file:
                text = file.read()
            parsed = parse(text)
        except (SyntaxError, ValueError, UnicodeError, OSError, RecursionError):
            continue
        try:
            text.encode()
        except UnicodeError:
            continue
        yield path, text, parsed


def tap(results):
    """Prints rows of (passed, name, details) and ends the process."""
    print(f"1..{len(results)}")
    for number, (passed, name, details) in enumerate(results, 1):
        for line in details:
            print(f"# {line}")
        print(f"{'ok' if passed else 'not ok'} {number} - {name}")
    sys.exit(0 if all(passed for passed, _, _ in results) else 1)
