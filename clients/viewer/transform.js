/**
 * Trees from trees: frames removed, inverted, callers and callees of a function. All of them keep the sum
 * of samples exact; what cannot be told, because the host had pruned it, stays in "(other)".
 */
import { makeBuilder } from './build.js';
import { OTHER, ROOT } from './tree.js';

/** @typedef {import('./tree.js').Tree} Tree */

/* An inverted tree is expanded where a screen can show it: below this share of it nodes are "(other)". */
const SMALLEST_SHARE = 1 / 65536;
/* Steps up the tree that one inversion may take. */
const MOST_STEPS = 30e6;

/**
 * Removes the frames of functions marked 1 in `drop`, giving their children and own samples to their
 * caller, and leaves out every stack through a function marked 2.
 * @param {Tree} tree @param {ArrayLike<number>} drop
 */
export function withoutFrames(tree, drop) {
  const builder = makeBuilder(tree, ROOT);
  const map = new Int32Array(tree.count);
  for (let i = 0; i < tree.count; i++) {
    const fn = tree.fn[i];
    const kind = drop[fn];
    const above = map[tree.parent[i]];
    if (kind === 2) {
      i = tree.end[i] - 1;
    } else if (i === 0 || kind === 1) {
      map[i] = above;
      builder.gain(above, tree.self[i]);
    } else {
      const node = builder.child(above, fn);
      map[i] = node;
      builder.gain(node, tree.self[i]);
      builder.describe(node, i, tree.total[i]);
    }
  }
  return builder.finish();
}

/**
 * Stacks read from the other end: a tree whose children are callers. Each of the nodes of `tree` stands for
 * so many samples; the first level is their functions.
 * @param {Tree} tree @param {number} root function of the root @param {number[]} nodes @param {number[]} weights
 */
function upwards(tree, root, nodes, weights) {
  const builder = makeBuilder(tree, root);
  /** @param {number[]} list */
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  const least = sum(weights) * SMALLEST_SHARE;
  let steps = 0;
  const open = [{ node: 0, nodes, weights }];
  for (let group = open.pop(); group; group = open.pop()) {
    /** @type {Map<number, typeof group>} */
    const children = new Map();
    steps += group.nodes.length;
    for (let i = 0; i < group.nodes.length; i++) {
      const source = group.nodes[i];
      const weight = group.weights[i];
      const fn = tree.fn[source];
      if (source === 0) {
        builder.gain(group.node, weight);
        continue;
      }
      let entry = children.get(fn);
      if (!entry) {
        entry = { node: builder.add(group.node, fn), nodes: [], weights: [] };
        children.set(fn, entry);
      }
      builder.describe(entry.node, source, weight);
      entry.nodes.push(tree.parent[source]);
      entry.weights.push(weight);
    }
    for (const entry of children.values()) {
      const weight = sum(entry.weights);
      if (weight >= least && steps < MOST_STEPS) {
        open.push(entry);
      } else {
        builder.gain(entry.nodes.some((node) => node) ? builder.add(entry.node, OTHER) : entry.node, weight);
      }
    }
  }
  return builder.finish();
}

/** Functions on top of the stacks, and below them their callers. @param {Tree} tree */
export function inverted(tree) {
  const nodes = [...tree.self.keys()].filter((i) => tree.self[i] > 0);
  return upwards(tree, ROOT, nodes, nodes.map((i) => tree.self[i]));
}

/**
 * Nodes with a function that is marked, and with none above them that has one: what each stack counts with.
 * @param {Tree} tree @param {ArrayLike<number | boolean>} marked
 */
export function outermost(tree, marked) {
  const found = [];
  for (let i = 0; i < tree.count;) {
    const hit = marked[tree.fn[i]];
    if (hit) {
      found.push(i);
    }
    i = hit ? tree.end[i] : i + 1;
  }
  return found;
}

/**
 * Who calls a function and what it calls. Each stack counts once, however it recurses: with the callers of
 * its outermost call and the callees of its innermost.
 * @param {Tree} tree @param {number} fn
 */
export function sandwich(tree, fn) {
  const tops = outermost(tree, tree.functions.map((_, i) => i === fn));
  const down = makeBuilder(tree, fn);
  const map = new Int32Array(tree.count);
  for (const top of tops) {
    for (let i = top; i < tree.end[top]; i++) {
      const node = tree.fn[i] === fn ? 0 : down.child(map[tree.parent[i]], tree.fn[i]);
      map[i] = node;
      down.gain(node, tree.self[i]);
      down.describe(node, i, tree.total[i]);
    }
  }
  return {
    callers: upwards(tree, fn, tops.map((i) => tree.parent[i]), tops.map((i) => tree.total[i])),
    tree: down.finish(),
  };
}
