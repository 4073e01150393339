"""The profile room against a naive model: random profiles, heavy in recursion, counted with lists
and dicts. Prints TAP. Arguments: the driver, and perhaps a seed and a number of cases."""

import random
import subprocess
import sys

MASK = 2**64 - 1
ROOT = 0xFFFFFFFE - 2**32  # as the driver prints them: int32
OTHER = 0xFFFFFFFD - 2**32
ROOT_ID = 0x686F746C656E7331
QUESTIONS = ["whole", "self", "total", "callers", "callees", "focus", "lines", "view", "select",
             "kinds", "merged"]


def mix(a, b):
    x = a ^ (b * 0x9E3779B97F4A7C15 & MASK)
    x ^= x >> 32
    for _ in range(2):
        x = x * 0xD6E8FEB86659FD93 & MASK
        x ^= x >> 32
    return x


def saturated(numbers):
    return min(MASK, sum(numbers))


class Node:
    """A node of a call tree, with children in order of first appearance."""

    def __init__(self, frame):
        self.frame, self.own, self.children = frame, 0, {}

    def total(self):
        return saturated([self.own] + [c.total() for c in self.children.values()])

    def preorder(self, depth=0):
        yield depth, self
        for child in self.children.values():
            yield from child.preorder(depth + 1)


def tree(stacks):
    root = Node(-1)
    for stack, count in stacks:
        node = root
        for frame in stack:
            node = node.children.setdefault(frame, Node(frame))
        node.own = saturated([node.own, count])
    return root


def dump(title, root):
    rows = [f"{d}:{n.frame}:{n.own}:{n.total()}" for d, n in root.preorder()]
    return " ".join([title, str(root.total())] + rows)


def focused(whole, stacks, keep):
    """The tree of the stacks that `keep` keeps, in the order of the whole tree."""
    kept = {}
    for stack, count in stacks:
        if count and keep(stack):
            kept[stack] = saturated([kept.get(stack, 0), count])

    def paths(node, path):
        yield path
        for frame, child in node.children.items():
            yield from paths(child, path + (frame,))
    return tree((p, kept[p]) for p in paths(whole, ()) if p in kept)


def group_rows(case, whole):
    stacks, group, count = case["stacks"], case["group"], case["groups"]
    in_groups = [([group[f] for f in s if group[f] >= 0], [group[f] for f in s], n)
                 for s, n in stacks]
    yield "self " + " ".join(str(saturated(n for _, g, n in in_groups if g and g[-1] == k))
                             for k in range(count))
    yield "total " + " ".join(str(saturated(n for s, _, n in in_groups if k in s))
                              for k in range(count))
    for k in range(count):
        callers, callees = [0] * (count + 1), [0] * (count + 1)
        for path, _, n in in_groups:
            if k in path:
                first = path.index(k)
                last = len(path) - 1 - path[::-1].index(k)
                above = path[first - 1] if first > 0 else count
                below = path[last + 1] if last + 1 < len(path) else count
                callers[above] = saturated([callers[above], n])
                callees[below] = saturated([callees[below], n])
        yield "callers " + " ".join(map(str, callers))
        yield "callees " + " ".join(map(str, callees))
        yield dump("focus", focused(whole, stacks, lambda s, k=k: any(group[f] == k for f in s)))


def line_row(case):
    own, total = {}, {}
    for stack, n in case["stacks"]:
        keys = [(f"file_{f % 3}", f % 5) for f in stack]
        for key in set(keys):
            total[key] = saturated([total.get(key, 0), n])
        if keys:
            own[keys[-1]] = saturated([own.get(keys[-1], 0), n])
    rows = [f"{f}:{line}:{own.get((f, line), 0)}:{total[f, line]}"
            for f, line in sorted(total) if line > 0]
    return " ".join(["lines"] + rows)


class Shown:
    """A node of a view: raw nodes of one group below one parent."""

    def __init__(self, group, ident, raws, parent):
        self.group, self.ident, self.raws, self.parent = group, ident, raws, parent
        self.total = saturated(r.total() for r in raws)
        self.kept, self.own, self.children = [], 0, []


def expand(node, group):
    below, queue, own = {}, [], [r.own for r in node.raws]
    for raw in node.raws:
        queue.extend(raw.children.values())
    while queue:
        raw = queue.pop(0)
        if group[raw.frame] < 0:
            own.append(raw.own)
            queue.extend(raw.children.values())
        else:
            below.setdefault(group[raw.frame], []).append(raw)
    node.own = saturated(own)
    node.children = [Shown(g, mix(node.ident, mix(g, 3)), raws, node) for g, raws in below.items()]


def cost(node):
    """Nodes that leave for a shown node and what is below it."""
    return 1 + sum(cost(c) for c in node.kept) + (len(node.kept) < len(node.children))


def view_tree(whole, group, limit):
    root = Shown(ROOT, ROOT_ID, [whole], None)
    expand(root, group)
    front = list(root.children)
    while front:
        best = min(front, key=lambda n: (-n.total, n.ident))
        front.remove(best)
        expand(best, group)
        best.parent.kept.append(best)
        if limit and cost(root) > limit:
            best.parent.kept.pop()
            break
        front.extend(best.children)
    if limit == 1 and root.children:
        root.own, root.children = root.total, []
    return root


def view_row(case, whole):
    order = {id(n): i for i, (_, n) in enumerate(whole.preorder())}
    rows = []

    def emit(node, parent):
        at = len(rows)
        heaviest = min(node.raws, key=lambda r: (-r.total(), order[id(r)]))
        rows.append(None)
        for child in sorted(node.kept, key=lambda c: (-c.total, mix(c.group, 3))):
            emit(child, at)
        hidden = [c.total for c in node.children if c not in node.kept]
        if hidden:
            rows.append(f"{mix(node.ident, 0xFFFFFFFD):016x}:{OTHER}:-1:{at}:{len(rows) + 1}"
                        f":{saturated(hidden)}:{saturated(hidden)}")
        rows[at] = (f"{node.ident:016x}:{node.group}:{heaviest.frame}:{parent}:{len(rows)}"
                    f":{node.own}:{node.total}")
    emit(view_tree(whole, case["group"], case["limit"]), 0)
    return " ".join(["view"] + rows)


def check_view(row, limit):
    """What holds for any view, from the printed columns alone."""
    nodes = [r.split(":") for r in row.split()[1:]]
    sums = [int(n[5]) for n in nodes]
    for i in range(len(nodes) - 1, 0, -1):
        parent = int(nodes[i][3])
        sums[parent] = saturated([sums[parent], int(nodes[i][6])])
        assert parent < i < int(nodes[i][4]) <= int(nodes[parent][4]), row
    assert sums == [int(n[6]) for n in nodes], row
    assert not limit or len(nodes) <= limit, row


def view_path(ident, stacks, group):
    """The path of groups whose hash is `ident`."""
    paths = {tuple(group[f] for f in stack if group[f] >= 0) for stack, _ in stacks}
    for path in {p[:i] for p in paths for i in range(len(p) + 1)} | {()}:
        at = ROOT_ID
        for g in path:
            at = mix(at, mix(g, 3))
        if at == ident:
            return path
    return None


def select_row(case, whole, ident):
    path = view_path(int(ident, 16), case["stacks"], case["group"])
    if path is None:
        return f"a node of the tree, not {ident}"

    def passes(stack):
        groups = tuple(case["group"][f] for f in stack if case["group"][f] >= 0)
        return groups[:len(path)] == path
    return dump(ident, focused(whole, case["stacks"], lambda s: not passes(s)))


def kind_paths(case, kind):
    """(path, count) of every stack in a kind of view, written out; frame 0 is the pivot."""
    group = case["group"]

    def shown(frames):
        return [group[f] for f in frames if group[f] >= 0]
    for stack, count in case["stacks"]:
        at = [i for i, f in enumerate(stack) if f == 0]
        if kind == 0:
            yield shown(stack), count
        elif kind == 1:
            yield shown(stack)[::-1], count
        elif kind == 2 and at:
            yield shown(stack[:at[0]])[::-1], count
        elif kind == 3 and at:
            yield shown(stack[at[-1] + 1:]), count


def check_kind(case, kind, row, below):
    """The nodes of a kind of view against every path, summed one by one."""
    root = ROOT_ID if kind == 0 else mix(ROOT_ID, kind)
    root = mix(root, 77) if kind > 1 else root
    own, total = {}, {root: 0}
    for path, count in kind_paths(case, kind):
        at = root
        total[at] = saturated([total[at], count])
        for g in path:
            at = mix(at, mix(g, 3))
            total[at] = saturated([total.get(at, 0), count])
        own[at] = saturated([own.get(at, 0), count])
    nodes = [n.split(":") for n in row.split()[2:]]
    got = {int(n[0], 16): (int(n[3]), int(n[4])) for n in nodes}
    want = {i: (own.get(i, 0), t) for i, t in total.items() if t > 0 or i == root}
    # Paths without samples have no node upwards, and may have one downwards.
    got = {i: n for i, n in got.items() if n[1] > 0 or i == root}
    assert got == want, (kind, got, want)
    sub = [n.split(":") for n in below.split()[1:-1]]
    last = nodes[-1]
    assert sub[0][0] == last[0] and sub[0][3:] == last[3:], (kind, last, sub)
    assert below.split()[-1] == last[4], (kind, "focus", below, last)


def check_kinds(case, rows):
    try:
        for kind in range(4):
            check_kind(case, kind, rows[2 * kind], rows[2 * kind + 1])
    except AssertionError as wrong:
        return str(wrong)
    return None


def merged_row(stacks):
    return dump("merged", tree(stacks[0::2] + stacks[1::2]))


def random_case(rng):
    frames = rng.randint(1, 12)
    groups = rng.randint(1, frames)
    # -1 more often in some cases than in others, so that long skipped runs occur.
    skip = rng.choice([0, 0, 0.2, 0.6])
    group = [-1 if rng.random() < skip else rng.randrange(groups) for _ in range(frames)]
    stacks = []
    for _ in range(rng.choice([0, 1, 3, 10, 25])):
        base = rng.choice(stacks)[0] if stacks and rng.random() < 0.7 else ()
        base = base[:rng.randint(0, len(base))]
        more = tuple(rng.randrange(frames) for _ in range(rng.choice([0, 1, 2, 5, 12])))
        count = rng.choice([0, 1, 1, 2, 3, rng.randrange(1000), 2**63 if rng.random() < .1 else 5])
        stacks.append((base + more, count))
    return {"stacks": stacks, "group": group, "groups": max(group) + 1,
            "limit": rng.choice([0, 1, 2, 3, 4, 5, 7, 10, 20, 1000])}


def text_of(case):
    lines = [f"case {case['limit']}", "group " + " ".join(map(str, case["group"]))]
    lines += [" ".join(["stack", str(n)] + [str(f) for f in s]) for s, n in case["stacks"]]
    return "\n".join(lines + ["end", ""])


def expected(case, got):
    whole = tree(case["stacks"])
    yield dump("whole", whole)
    yield from group_rows(case, whole)
    yield line_row(case)
    yield view_row(case, whole)
    yield select_row(case, whole, got[-2].split()[0])
    yield merged_row(case["stacks"])


def question(index, case):
    order = ["whole", "self", "total"] + ["callers", "callees", "focus"] * case["groups"]
    return (order + ["lines", "view", "select", "merged"])[index]


def main():
    driver = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20260501
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 2500
    rng = random.Random(seed)
    cases = [random_case(rng) for _ in range(count)]
    run = subprocess.run([driver], input="".join(map(text_of, cases)), text=True,
                         capture_output=True)
    blocks = run.stdout.split("end\n")
    failures = {q: [] for q in QUESTIONS}
    complete = run.returncode == 0 and len(blocks) == count + 1
    for case, block in zip(cases, blocks if complete else []):
        got = block.splitlines()
        kinds = check_kinds(case, got[-9:-1])
        if kinds:
            failures["kinds"].append((text_of(case), kinds, "the sums of all paths"))
        del got[-9:-1]
        want = list(expected(case, got))
        if len(want) != len(got):
            failures["whole"].append((case, got, want))
        for i, (w, g) in enumerate(zip(want, got)):
            if w.rstrip() != g.rstrip():
                failures[question(i, case)].append((text_of(case), g, w))
        check_view(got[-3], case["limit"])
    print(f"# seed {seed}, {count} cases")
    print(f"1..{len(QUESTIONS) + 1}")
    print(f"{'ok' if complete else 'not ok'} 1 - every case is answered")
    if not complete:
        print(f"# exit {run.returncode}, {len(blocks) - 1} answers: {run.stderr.strip()}")
    for number, (name, wrong) in enumerate(failures.items(), 2):
        good = complete and not wrong
        print(f"{'ok' if good else 'not ok'} {number} - {name} as counted by hand")
        for text, g, w in wrong[:2]:
            print("# " + str(text).replace("\n", "\n# "))
            print(f"# got  {g}\n# want {w}")
    return 0 if complete and not any(failures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
