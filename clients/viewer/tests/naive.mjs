/** The viewer's arithmetic again, on plain lists of stacks: slow, obvious, and without any of its code. */

/** Stacks of function numbers, root first, each with a count. */
export function makeStacks(next, count, functions, depth) {
  const stacks = [];
  for (let i = 0; i < count; i++) {
    const stack = [];
    const length = next(depth + 1);
    for (let level = 0; level < length; level++) {
      stack.push(next(functions));
    }
    stacks.push({ stack, count: 1 + next(9) });
  }
  return stacks;
}

/** A tree as nested maps. */
export function nest(stacks) {
  const root = { total: 0, self: 0, children: new Map() };
  for (const { stack, count } of stacks) {
    let node = root;
    node.total += count;
    for (const fn of stack) {
      if (!node.children.has(fn)) {
        node.children.set(fn, { total: 0, self: 0, children: new Map() });
      }
      node = node.children.get(fn);
      node.total += count;
    }
    node.self += count;
  }
  return root;
}

/** Every node as "path total self", sorted. */
export function paths(node, path = '', list = []) {
  list.push(`${path} ${node.total} ${node.self}`);
  for (const [fn, child] of node.children) {
    paths(child, `${path}/${fn}`, list);
  }
  return list.sort();
}

/** The same of the viewer's columns. */
export function columnPaths(tree) {
  const path = [];
  const list = [];
  for (let i = 0; i < tree.count; i++) {
    path[i] = i === 0 ? '' : `${path[tree.parent[i]]}/${tree.fn[i]}`;
    list.push(`${path[i]} ${tree.total[i]} ${tree.self[i]}`);
  }
  return list.sort();
}

/** Flame JSON of stacks, as the server writes it. */
export function flameOf(stacks, functions, extra = {}) {
  const nodes = { id: [], function: [], parent: [], line: [], self: [], total: [], end: [] };
  const add = (node, fn, parent, id) => {
    const at = nodes.function.length;
    nodes.id.push(id);
    nodes.function.push(fn);
    nodes.parent.push(parent);
    nodes.line.push(fn >= 0 ? fn + 1 : 0);
    nodes.self.push(node.self);
    nodes.total.push(node.total);
    nodes.end.push(0);
    const children = [...node.children].sort((a, b) => b[1].total - a[1].total || a[0] - b[0]);
    for (const [child, below] of children) {
      add(below, child, at, `${id}.${child}`);
    }
    nodes.end[at] = nodes.function.length;
  };
  add(nest(stacks), -1, 0, 'r');
  const names = Array.from({ length: functions }, (_, i) => `f${i}`);
  return {
    title: 'naive', view: 'flame', metric: 'cpu', secondsPerSample: 0.01, samples: nodes.total[0], workspace: '',
    name: names, file: ['a.py', 'lib/b.py', 'site-packages/c/d.py'], module: ['a', 'b', 'c.d'],
    functions: {
      name: names.map((_, i) => i), file: names.map((_, i) => i % 3), module: names.map((_, i) => i % 3),
      line: names.map((_, i) => i + 1), kind: names.map(() => 0),
    },
    nodes,
    ...extra,
  };
}

/** What a table has to say of stacks of {name, file}: [name, own, total, how many functions it calls], by name. */
export function functionRows(stacks, shown) {
  const rows = new Map();
  const rowOf = ({ name }) => {
    if (!rows.has(name)) {
      rows.set(name, { own: 0, total: 0, calls: new Set() });
    }
    return rows.get(name);
  };
  for (const { stack, count } of stacks) {
    const frames = stack.filter(shown);
    new Set(frames.map(rowOf)).forEach((row) => { row.total += count; });
    frames.forEach((frame, i) => i > 0 && rowOf(frames[i - 1]).calls.add(frame.name));
    if (frames.length > 0) {
      rowOf(frames[frames.length - 1]).own += count;
    }
  }
  return [...rows].map(([name, { own, total, calls }]) => [name, own, total, calls.size])
    .sort((a, b) => (a[0] < b[0] ? -1 : 1));
}
