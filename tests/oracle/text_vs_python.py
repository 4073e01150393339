"""UTF-8, JSON strings, SHA-256 and paths of src/base against Python's own. Prints TAP. Arguments:
the driver, and perhaps a seed."""

import hashlib
import itertools
import json
import posixpath
import random
import subprocess
import sys
import unicodedata

NAMES = ["utf-8 is valid", "code points", "width", "json string", "sha-256", "normalized path"]


def texts(rng):
    for code_point in range(0x110000):
        # All of the planes that have characters, and some of the empty ones.
        if code_point < 0x20000 and not 0xD800 <= code_point < 0xE000 or code_point % 499 == 0:
            yield chr(code_point).encode("utf-8", "surrogatepass")
    # Every beginning of a sequence that can go wrong, and every pair of bytes.
    yield from (bytes(p) for p in itertools.product(range(256), repeat=2))
    edges = [0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
             0xE1, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF]
    yield from (bytes(p) for p in itertools.product(edges, repeat=3))
    yield from (bytes([lead]) + bytes(p) for lead in (0xF0, 0xF1, 0xF4, 0xF5)
                for p in itertools.product((0x41, 0x7F, 0x80, 0x8F, 0x90, 0xBF, 0xC0), repeat=3))
    for length in range(200):  # around the blocks of SHA-256
        yield bytes(rng.randrange(256) for _ in range(length))
    for _ in range(20000):
        parts = rng.choices([b"/", b"..", b".", b"a", b"bc", b"//", b"...", b"./"], k=7)
        yield b"".join(parts[:rng.randint(0, 7)])


def code_points(text):
    """Each byte that is not part of a character is one U+FFFD."""
    decoded = text.decode("utf-8", "surrogateescape")
    return [0xFFFD if 0xDC80 <= ord(c) <= 0xDCFF else ord(c) for c in decoded]


# Wide since Unicode 16 only; terminals disagree.
UNSETTLED = [(0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D37F)]


def has_known_width(c):
    """Whether Unicode says it, the same in every version since 14, and c does not combine."""
    if any(first <= ord(c) <= last for first, last in UNSETTLED):
        return False
    return unicodedata.category(c) in ("Lu", "Ll", "Lt", "Lo", "Nd", "Nl", "No", "Po", "Ps", "Pe",
                                       "Pd", "Sc", "Sm", "So", "Zs")


def width_is_right(text, width):
    try:
        character = text.decode()
    except UnicodeDecodeError:
        return True
    if len(character) != 1 or not has_known_width(character):
        return True
    if 0x1160 <= ord(character) <= 0x11FF:
        return width == 0  # vowels and finals that join the syllable before
    return width == (2 if unicodedata.east_asian_width(character) in "WF" else 1)


def normalized(text):
    path = text.split(b"\0")[0]
    path = posixpath.normpath(path) if path else b"."
    return path[1:] if path.startswith(b"//") else path  # POSIX leaves two slashes to the system


def json_is_right(text, written):
    expected = "".join(map(chr, code_points(text)))
    clean = all(c not in written for c in "<>&\u2028\u2029") and written.isprintable() or \
        not any(ord(c) < 0x20 or c in "<>&\u2028\u2029\x7f" for c in written)
    return json.loads(written) == expected and clean


def check(text, row):
    points = code_points(text)
    try:
        text.decode()
        valid = True
    except UnicodeDecodeError:
        valid = False
    return [
        row[0] == str(int(valid)),
        row[1] == "".join(f"{p:x}," for p in points),
        width_is_right(text, int(row[2])),
        json_is_right(text, row[3]),
        row[4] == hashlib.sha256(text).hexdigest(),
        row[5] == normalized(text).hex(),
    ]


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    subjects = list(texts(random.Random(seed)))
    run = subprocess.run([sys.argv[1]], input="\n".join(t.hex() for t in subjects) + "\n",
                         capture_output=True, encoding="utf-8")
    rows = [line.split("\t") for line in run.stdout.split("\n")[:-1]]
    complete = run.returncode == 0 and len(rows) == len(subjects)
    wrong = [[] for _ in NAMES]
    for text, row in zip(subjects, rows if complete else []):
        for index, good in enumerate(check(text, row)):
            if not good:
                wrong[index].append((text, row[index]))
    print(f"# seed {seed}, {len(subjects)} texts")
    print(f"1..{len(NAMES) + 1}")
    print(f"{'ok' if complete else 'not ok'} 1 - every text is answered")
    if not complete:
        print(f"# exit {run.returncode}, {len(rows)} of {len(subjects)} answers")
    for number, (name, failures) in enumerate(zip(NAMES, wrong), 2):
        print(f"{'ok' if complete and not failures else 'not ok'} {number} - {name} as in Python")
        for text, got in failures[:20]:
            print(f"# {text!r} gives {got!r}")
        if len(failures) > 20:
            print(f"# and {len(failures) - 20} more")
    return 0 if complete and not any(wrong) else 1


if __name__ == "__main__":
    sys.exit(main())
