"""Layout in cells against exact fractions, and labels against Python's unicodedata. Prints TAP.
Arguments: the driver, and perhaps a seed."""

import random
import subprocess
import sys
import unicodedata
from fractions import Fraction

MERGED = -1


def random_view(rng):
    nodes, stack = [(0, rng.choice([0, 0, 3, 100]))], [0]
    for _ in range(rng.choice([0, 1, 3, 10, 60])):
        stack = stack[:rng.randint(1, len(stack))]
        weight = rng.choice([0, 1, 2, 5, rng.randrange(1000), rng.randrange(10**15)])
        nodes.append((stack[-1], weight))
        stack.append(len(nodes) - 1)
    return rng.choice([1, 2, 3, 7, 40, 80, 200]), nodes


def share(parties, columns):
    """Largest remainder: floors, then one each to the largest fractions, the earlier first."""
    whole = sum(parties)
    if whole == 0:
        return [0] * len(parties)
    exact = [Fraction(p * columns, whole) for p in parties]
    widths = [int(e) for e in exact]
    order = sorted(range(len(parties)), key=lambda i: (widths[i] - exact[i], i))
    for i in order[:columns - sum(widths)]:
        widths[i] += 1
    return widths


def expected(columns, nodes):
    total = [own for _, own in nodes]
    for i in range(len(nodes) - 1, 0, -1):
        total[nodes[i][0]] += total[i]
    rows, row = [], [(0, columns, 0, 0, total[0])]
    while row:
        rows.append(row)
        below = []
        for x, width, node, _, _ in row:
            if node == MERGED:
                continue
            children = [i for i in range(1, len(nodes)) if nodes[i][0] == node]
            large = [c for c in children if total[c] and total[c] * width >= total[node]]
            narrow = sum(total[c] for c in children if c not in large)
            parties = [(c, total[c]) for c in large] + [(MERGED, narrow), (None, nodes[node][1])]
            widths = share([t for _, t in parties], width)
            assert sum(widths) in (0, width)
            for (who, amount), w in zip(parties, widths):
                if w and who is not None:
                    below.append((x, w, who, node, amount))
                x += w
        row = below
    return " ".join(":".join(map(str, (r,) + cell)) for r, cells in enumerate(rows) for cell in cells)


def width_of(char):
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


ALPHABET = "abcXYZ_<>09é漢字かなカナ한글Ａ　゙́̈😀🚀ñΩжא"


def label(text, columns):
    def fit(most):
        at, used = 0, 0
        while at < len(text) and used + width_of(text[at]) <= most:
            used += width_of(text[at])
            at += 1
        return text[:at], used
    whole, used = fit(columns)
    if whole == text or columns < 3:
        return whole, used
    part, used = fit(columns - 1)
    return part + "…", used + 1


def main():
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 20260501)
    views = [random_view(rng) for _ in range(1500)]
    labels = [("".join(rng.choice(ALPHABET) for _ in range(rng.randint(0, 30))), rng.randint(1, 20))
              for _ in range(3000)]
    asked = [f"view {c} " + " ".join(f"{p}:{own}" for p, own in nodes) for c, nodes in views]
    asked += [f"label {c} {text.encode().hex()}" for text, c in labels]
    run = subprocess.run([sys.argv[1]], input="\n".join(asked) + "\n", text=True,
                         capture_output=True, check=True)
    got = run.stdout.splitlines()
    assert len(got) == len(asked), (len(got), run.stderr)
    failed = False
    print("1..2")
    wrong = [(q, g, w) for q, g, w in zip(asked, got, (expected(*v) for v in views))
             if g.strip() != w]
    wrong_labels = []
    for (text, columns), answer in zip(labels, got[len(views):]):
        used, _, cut = answer.partition(" ")
        shown = bytes.fromhex(cut).decode()
        if (shown, int(used)) != label(text, columns) or \
                sum(map(width_of, shown)) != int(used) or int(used) > columns:
            wrong_labels.append((text, columns, (shown, used), label(text, columns)))
    for number, (name, list_) in enumerate((("cells as by exact fractions", wrong),
                                            ("labels as by unicodedata", wrong_labels)), 1):
        failed |= bool(list_)
        print(f"{'not ok' if list_ else 'ok'} {number} - {name}")
        for item in list_[:3]:
            print("#", *item, sep="\n#   ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
