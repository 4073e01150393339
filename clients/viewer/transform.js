/**
 * Trees from trees: frames removed, inverted, callers and callees of a function. All of them keep the sum
 * of samples exact; what cannot be told, because the host had pruned it, stays in "(other)".
 */
import { Builder } from './build.js';
import { OTHER, ROOT } from './tree.js';

/** @typedef {import('./tree.js').Tree} Tree @typedef {import('./tree.js').Functions} Functions */

/* An inverted tree is expanded where a screen can show it: below this share of it nodes are "(other)". */
const SMALLEST_SHARE = 1 / 65536;
/* Steps up the tree that one inversion may take. */
const MOST_STEPS = 30e6;

/**
 * Removes the frames of functions marked 1 in `drop`, giving their children and own samples to their
 * caller, and leaves out every stack through a function marked 2.
 * @param {Tree} tree @param {Functions} functions @param {Uint8Array} drop
 */
export function withoutFrames(tree, functions, drop) {
  const builder = new Builder(ROOT);
  const map = new Int32Array(tree.count);
  for (let i = 0; i < tree.count;) {
    const fn = tree.fn[i];
    const kind = fn >= 0 ? drop[fn] : 0;
    if (kind === 2) {
      map.fill(map[tree.parent[i]], i, tree.end[i]);
      i = tree.end[i];
      continue;
    }
    const above = i === 0 ? 0 : map[tree.parent[i]];
    const node = i === 0 || kind === 1 ? above : builder.child(above, fn);
    map[i] = node;
    builder.self[node] += tree.self[i];
    if (kind !== 1) {
      builder.describe(node, i, tree.line[i], tree.total[i]);
    }
    i++;
  }
  return builder.finish(functions);
}

/**
 * Stacks read from the other end: a tree whose children are callers. `weights` are nodes of `tree` and how
 * many samples each stands for; the first level is their functions, or, with `below` false, their callers.
 * @param {Tree} tree @param {Functions} functions @param {number} rootFn
 * @param {Int32Array} nodes @param {Float64Array} weight
 */
function upwards(tree, functions, rootFn, nodes, weight) {
  const builder = new Builder(rootFn);
  let whole = 0;
  for (const each of weight) {
    whole += each;
  }
  const least = whole * SMALLEST_SHARE;
  let steps = 0;
  /** @type {{node: number, at: number[], weight: number[]}[]} */
  const open = [{ node: 0, at: [...nodes.keys()].map((i) => nodes[i]), weight: [...weight] }];
  for (let group = open.pop(); group; group = open.pop()) {
    /** @type {Map<number, {node: number, at: number[], weight: number[]}>} */
    const children = new Map();
    steps += group.at.length;
    for (let i = 0; i < group.at.length; i++) {
      const node = group.at[i];
      const fn = tree.fn[node];
      if (node === 0) {
        builder.self[group.node] += group.weight[i];
        continue;
      }
      let entry = children.get(fn);
      if (!entry) {
        entry = { node: builder.child(group.node, fn), at: [], weight: [] };
        children.set(fn, entry);
      }
      builder.describe(entry.node, node, tree.line[node], group.weight[i]);
      entry.at.push(tree.parent[node]);
      entry.weight.push(group.weight[i]);
    }
    for (const entry of children.values()) {
      const sum = entry.weight.reduce((a, b) => a + b, 0);
      if (sum >= least && steps < MOST_STEPS) {
        open.push(entry);
      } else if (entry.at.every((node) => node === 0)) {
        builder.self[entry.node] += sum;
      } else {
        const other = builder.child(entry.node, OTHER); /* may move `self` */
        builder.self[other] += sum;
      }
    }
  }
  return builder.finish(functions);
}

/** Functions on top of the stacks, and below them their callers. @param {Tree} tree @param {Functions} functions */
export function inverted(tree, functions) {
  const nodes = new Int32Array(tree.count);
  const weight = new Float64Array(tree.count);
  let count = 0;
  for (let i = 0; i < tree.count; i++) {
    if (tree.self[i] > 0) {
      nodes[count] = i;
      weight[count++] = tree.self[i];
    }
  }
  return upwards(tree, functions, ROOT, nodes.subarray(0, count), weight.subarray(0, count));
}

/** The nodes of a function that have no other node of it above them. @param {Tree} tree @param {number} fn */
export function outermost(tree, fn) {
  const found = [];
  for (let i = 0; i < tree.count;) {
    if (tree.fn[i] === fn) {
      found.push(i);
      i = tree.end[i];
    } else {
      i++;
    }
  }
  return found;
}

/**
 * Who calls a function and what it calls. Each stack counts once, however it recurses: with the callers of
 * its outermost call and the callees of its innermost.
 * @param {Tree} tree @param {Functions} functions @param {number} fn
 */
export function sandwich(tree, functions, fn) {
  const tops = outermost(tree, fn);
  const down = new Builder(fn);
  const map = new Int32Array(tree.count);
  for (const top of tops) {
    for (let i = top; i < tree.end[top]; i++) {
      const node = tree.fn[i] === fn ? 0 : down.child(map[tree.parent[i]], tree.fn[i]);
      map[i] = node;
      down.self[node] += tree.self[i];
      down.describe(node, i, tree.line[i], tree.total[i]);
    }
  }
  const above = Int32Array.from(tops, (i) => tree.parent[i]);
  const weight = Float64Array.from(tops, (i) => tree.total[i]);
  return {
    callers: upwards(tree, functions, fn, above, weight),
    callees: down.finish(functions),
  };
}
