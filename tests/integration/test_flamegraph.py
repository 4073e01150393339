"""hotlens/flamegraph against a count by hand of the same stacks: every view, restriction and layout."""

import collections
import random

from harness import expect, expect_equal, main, test
from lsp import Server

RPC_INVALID_PARAMS = -32602
OWN, LIBRARY = "{box}/app.py", "/usr/lib/python3.11/json/decoder.py"


def stacks(box, seed=3, count=400):
    """{stack: samples}; a stack is a tuple of (name, file, line), root first. Recursion of every kind."""
    random_ = random.Random(seed)
    own = OWN.format(box=box.folder)
    functions = [("main", own), ("train", own), ("step", own), ("load", own), ("decode", LIBRARY),
                 ("scan", LIBRARY)]
    found = collections.Counter()
    for _ in range(count):
        depth = random_.randint(1, 9)
        stack = tuple((*functions[min(int(random_.expovariate(0.5)), 5)], random_.randint(1, 3))
                      for _ in range(depth))
        thread = random_.choice((11, 12))
        found[(("thread", None, thread), (*functions[0], 1), *stack)] += random_.randint(1, 5)
    return found


def write(box, counted):
    def frame(item):
        name, file, line = item
        return f"thread ({line})" if name == "thread" else f"{name} ({file}:{line})"
    return box.write("p.raw", "".join(f"{';'.join(map(frame, stack))} {count}\n"
                                      for stack, count in counted.items()))


def paths_of(counted, key=lambda item: item[:2], shown=lambda item: True, upwards=False):
    """{path of keys: (own, total)}, every stack cut as the question says."""
    result = collections.defaultdict(lambda: [0, 0])
    for stack, count in counted.items():
        path = [key(item) for item in stack if shown(item)]
        if upwards:
            path.reverse()
        for depth in range(len(path) + 1):
            result[tuple(path[:depth])][1] += count
        result[tuple(path)][0] += count
    return {path: tuple(numbers) for path, numbers in result.items()}


def named(flame, nodes, with_line=False):
    """The same of an answer."""
    functions, result, paths = flame["functions"], {}, []
    for at, function in enumerate(nodes["function"]):
        if function < 0:
            expect(function == -1, "nothing was pruned", at)
            paths.append(())
        else:
            name = flame["name"][functions["name"][function]]
            file = functions["file"][function]
            item = (name, flame["file"][file]) if file >= 0 else (name, None)
            if functions["kind"][function] == 1:
                item = ("thread", int(name.split()[-1]))
            elif with_line:
                item += (nodes["line"][at],)
            paths.append((*(paths[nodes["parent"][at]] if at > 0 else ()), item))
        expect(paths[-1] not in result, "each path once", paths[-1])
        result[paths[-1]] = (nodes["self"][at], nodes["total"][at])
    return result


def by_function(item):
    return ("thread", item[2]) if item[0] == "thread" else item[:2]


def by_line(item):
    return ("thread", item[2]) if item[0] == "thread" else item


def asking(box, counted, ask):
    box.hotlens("import", write(box, counted), "--rate", "100")
    with Server(box) as talk:
        talk.initialize()
        ask(lambda **params: talk.request("hotlens/flamegraph", {"run": "last", **params}), talk)
        expect_equal(talk.leave(), 0, "exit code")


@test
def views_and_restrictions_count_right(box):
    counted = stacks(box)
    all_samples = sum(counted.values())

    def is_own(item):
        return item[1] is not None and item[1].startswith(str(box.folder))

    def ask(flame, talk):
        def same(expected, what, with_line=False, **params):
            answer = flame(**params)
            expect_equal(named(answer, answer["nodes"], with_line), expected, what)
            expect_equal(answer["runSamples"], all_samples, "of the run")
            return answer

        same(paths_of(counted, by_function), "plain")
        same(paths_of(counted, by_line), "by line", with_line=True, by="line")
        same(paths_of(counted, by_function, lambda item: item[0] != "thread"), "merged",
             structure="merge")
        same(paths_of(counted, by_function, lambda item: item[1] != LIBRARY), "hidden",
             hide=["json"])
        same(paths_of(counted, by_function, lambda item: item[0] == "thread" or is_own(item)),
             "the workspace's own", only="workspace")
        through = {stack: count for stack, count in counted.items()
                   if any(item[0] == "train" for item in stack)}
        answer = same(paths_of(through, by_function), "in focus", focus={"function": "train"})
        expect_equal(answer["samples"], sum(through.values()), "samples of the focus")
        same(paths_of({stack: count for stack, count in counted.items() if stack[0][2] == 11},
                      by_function), "one thread", focus={"thread": 11})
        same(paths_of({stack: count for stack, count in counted.items()
                       if any(item[1] == LIBRARY for item in stack)}, by_function), "a module",
             focus={"module": "json.decoder"})

    asking(box, counted, ask)


@test
def inverted_and_sandwich_count_right(box):
    counted = stacks(box, 5)

    def ask(flame, talk):
        answer = flame(view="inverted")
        expected = paths_of(counted, by_function, upwards=True)
        # What begins with a node: nothing called it.
        expect_equal(named(answer, answer["nodes"]), expected, "inverted")
        answer = flame(view="sandwich", function="train")
        names = [item for item in answer["functions"]["name"]]
        expect(names, "functions", answer["functions"])
        total = sum(count for stack, count in counted.items()
                    if any(item[0] == "train" for item in stack))
        callees, callers = collections.Counter(), collections.Counter()
        for stack, count in counted.items():
            at = [index for index, item in enumerate(stack) if item[0] == "train"]
            if at:
                callees[by_function(stack[at[-1] + 1])[0] if at[-1] + 1 < len(stack) else ""] += count
                callers[by_function(stack[at[0] - 1])[0]] += count

        def first(nodes):
            found = {"": nodes["self"][0]}
            for index in range(1, len(nodes["parent"])):
                if nodes["parent"][index] == 0:
                    function = nodes["function"][index]
                    name = answer["name"][answer["functions"]["name"][function]]
                    name = "thread" if answer["functions"]["kind"][function] == 1 else name
                    found[name] = found.get(name, 0) + nodes["total"][index]
            return {name: value for name, value in found.items() if value}

        expect_equal(answer["callees"]["total"][0], total, "the function's total, below")
        expect_equal(answer["callers"]["total"][0], total, "and above")
        expect_equal(first(answer["callees"]), dict(callees), "callees of the innermost call")
        expect_equal(first(answer["callers"]), dict(callers), "callers of the outermost call")

    asking(box, counted, ask)


@test
def subtrees_and_searches_count_right(box):
    counted = stacks(box, 7)

    def ask(flame, talk):
        whole = flame()
        for at in (1, 2, len(whole["nodes"]["id"]) // 2):
            nodes = whole["nodes"]
            part = flame(root=nodes["id"][at])["nodes"]
            end = nodes["end"][at]
            for column in ("id", "self", "total", "line"):
                expect_equal(part[column][1:], nodes[column][at + 1:end], f"{column} of a subtree")
            expect_equal((part["id"][0], part["total"][0]), (nodes["id"][at], nodes["total"][at]),
                         "its root")
        for text, exact, field, is_match in (
                ("TRA", False, "function", lambda item: item[0] == "train"),
                ("TRA", True, "function", lambda item: False),
                ("decode", False, "function", lambda item: item[0] == "decode"),
                ("app.py", False, "file", lambda item: (item[1] or "").endswith("app.py")),
                ("json", False, "module", lambda item: item[1] == LIBRARY)):
            match = flame(search={"text": text, "caseSensitive": exact, "in": field})["match"]
            expect_equal(match["samples"], sum(count for stack, count in counted.items()
                                               if any(map(is_match, stack))), text)

    asking(box, counted, ask)


def rows_of(counted, shown=lambda item: True):
    """{function: (own, total, how many it calls)}, by hand."""
    own, total, calls = collections.Counter(), collections.Counter(), collections.defaultdict(set)
    for stack, count in counted.items():
        path = [item[:2] for item in stack if item[0] != "thread" and shown(item)]
        for function in set(path):
            total[function] += count
        if path:
            own[path[-1]] += count
        for caller, callee in zip(path, path[1:]):
            calls[caller].add(callee)
    return {name: (own[name], total[name], len(calls[name])) for name in total}


def table_of(flame):
    columns, table = flame["functions"], flame["tables"][0]
    return {(flame["name"][columns["name"][i]], flame["file"][columns["file"][i]]):
            (table["self"][i], table["total"][i], table["calls"][i])
            for i, kind in enumerate(columns["kind"]) if kind == 0 and table["total"][i] > 0}


@test
def a_table_is_exact_however_small_the_tree_is(box):
    counted = stacks(box, 9)

    def ask(flame, talk):
        expect("tables" not in flame(), "only when asked for")
        expect_equal(table_of(flame(table=True, limit=1)), rows_of(counted), "of everything")
        for view in ("inverted", "flame"):
            expect_equal(table_of(flame(table=True, limit=2, view=view, structure="merge", hide=["json"])),
                         rows_of(counted, lambda item: item[1] != LIBRARY), "without a package")
        whole = flame(structure="merge")
        paths = [()]
        for at, function in enumerate(whole["nodes"]["function"][1:], 1):
            item = whole["functions"]["name"][function]
            paths.append((*paths[whole["nodes"]["parent"][at]], whole["name"][item]))
        for at in (1, 5, len(paths) - 1):
            inside = {stack: count for stack, count in counted.items()
                      if tuple(item[0] for item in stack[1:len(paths[at]) + 1]) == paths[at]}
            expect_equal(table_of(flame(table=True, limit=1, structure="merge",
                                        focus={"node": whole["nodes"]["id"][at]})),
                         rows_of(inside), f"within {paths[at]}")

    asking(box, counted, ask)


@test
def functions_are_searched_by_their_ids(box):
    counted = stacks(box, 11)

    def ask(flame, talk):
        table = flame(table=True, limit=1)
        names = [table["name"][name] for name in table["functions"]["name"]]
        for wanted in ({"train"}, {"train", "scan"}, {"decode", "step", "load"}, set()):
            ids = [table["tables"][0]["id"][i] for i, name in enumerate(names) if name in wanted]
            expect_equal(len(ids), len(wanted), "one id for each")
            match = flame(search={"functions": ids}, limit=1)["match"]
            expect_equal(match["samples"], sum(count for stack, count in counted.items()
                                               if wanted & {item[0] for item in stack}), wanted)

    asking(box, counted, ask)


@test
def cells_fill_their_parents(box):
    counted = stacks(box, 9)

    def ask(flame, talk):
        for columns in (1, 2, 7, 80, 1000):
            answer = flame(columns=columns)
            nodes, rows = answer["nodes"], answer["cells"]
            expect_equal(len(rows), answer["depth"], "all rows")
            expect_equal([(cell["x"], cell["width"], cell["node"]) for cell in rows[0]],
                         [(0, columns, 0)], "the root has every column")
            place = {0: (0, columns)}
            for above, row in zip(rows, rows[1:]):
                end = 0
                for cell in row:
                    x, width = place[nodes["parent"][cell["node"]]]
                    expect(cell["x"] >= max(x, end) and cell["width"] > 0 and
                           cell["x"] + cell["width"] <= x + width, "inside its parent", cell)
                    end = cell["x"] + cell["width"]
                    place[cell["node"]] = (cell["x"], cell["width"])
                    expect(len(cell["text"]) <= cell["width"], "a text that fits", cell)
                    share = nodes["total"][cell["node"]] / nodes["total"][nodes["parent"][cell["node"]]]
                    expect(abs(cell["width"] - share * width) < 1, "rounded, not more", cell)
            part = flame(columns=columns, top=1, rows=1)["cells"]
            expect_equal(part, rows[1:2], "a stretch of rows")

    asking(box, counted, ask)


@test
def one_of_two_functions_of_a_name(box):
    source = box.write("k.py", "class K:\n    @property\n    def x(self):\n        return 1\n\n"
                               "    @x.setter\n    def x(self, v):\n        pass\n")
    read, written = ("K.x", str(source), 4), ("K.x", str(source), 8)
    counted = {(("get", None, 1), read): 30, (("set", None, 1), written): 60}

    def ask(flame, _):
        def samples(**params):
            return flame(view="sandwich", function="K.x", **params)["samples"]
        expect_equal(samples(line=3), 30, "the getter")
        expect_equal(samples(line=7), 60, "the setter")
        expect_equal((samples(), samples(line=None), samples(line=5)), (90, 90, 90), "both")

    asking(box, counted, ask)


@test
def wrong_parameters_are_named(box):
    def ask(flame, talk):
        for params, field in (({"view": "sideways"}, "view"), ({"view": 1}, "view"),
                              ({"view": "sandwich"}, "function"), ({"by": "file"}, "by"),
                              ({"structure": "some"}, "structure"), ({"hide": "json"}, "hide"),
                              ({"only": "mine"}, "only"), ({"root": "xyz"}, "root"),
                              ({"search": {"text": 1}}, "search"), ({"table": 1}, "table"),
                              ({"search": {"functions": ["x"]}}, "search"), ({"columns": 10001}, "columns"),
                              ({"line": -1}, "line"),
                              ({"columns": -1}, "columns"), ({"limit": "all"}, "limit"),
                              ({"focus": {"node": 1}}, "focus")):
            told = params != {"view": "sandwich"}  # what needs what is not for a schema
            error = talk.failure("hotlens/flamegraph", {"run": "last", **params}, wrong=told)
            expect_equal(error["code"], RPC_INVALID_PARAMS, params)
            expect(field in error["message"], "names the field", error)
        for params in ({"root": "0123456789abcdef"}, {"focus": {"function": "nobody"}},
                       {"view": "sandwich", "function": "nobody"}):
            error = talk.failure("hotlens/flamegraph", {"run": "last", **params})
            expect(error["code"] < -32602 and error["message"], "what the run does not have", error)

    asking(box, stacks(box, 1, 5), ask)


main()
