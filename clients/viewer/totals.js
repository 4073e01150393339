/** Numbers of functions and packages, from a tree. A stack counts once for each, however often it recurs. */
import { compareText } from './names.js';
import { CODE, pathOf } from './tree.js';

/** @typedef {import('./tree.js').Tree} Tree */

/**
 * Sums by a key of functions, within the stacks through `node`: what is above it counts as it does.
 * @param {Tree} tree @param {Int32Array} key of each function, -1 for none @param {number} keys how many
 * @param {number} node
 */
function sumBy(tree, key, keys, node) {
  const { fn, end } = tree;
  const self = new Float64Array(keys);
  const total = new Float64Array(keys);
  const open = new Int32Array(keys);
  for (const i of pathOf(tree, tree.parent[node])) {
    const k = key[fn[i]];
    if (k >= 0 && open[k]++ === 0) {
      total[k] += tree.total[node];
    }
  }
  const path = [];
  for (let i = node; i < end[node]; i++) {
    while (path.length && i >= end[path[path.length - 1]]) {
      open[key[fn[/** @type {number} */ (path.pop())]]]--;
    }
    const k = key[fn[i]];
    if (k >= 0) {
      self[k] += tree.self[i];
      if (open[k]++ === 0) {
        total[k] += tree.total[i];
      }
      path.push(i);
    }
  }
  return { self, total };
}

/** Of functions. @param {Tree} tree @param {number} node */
export const functionTotals = (tree, node) => (
  sumBy(tree, Int32Array.from(tree.functions.keys()), tree.functions.length, node));

/** How many different functions each one calls. @param {Tree} tree @param {number} node */
export function callsOut(tree, node) {
  const callees = tree.functions.map(() => new Set());
  for (let i = node + 1; i < tree.end[node]; i++) {
    if (tree.fn[i] >= 0) {
      callees[tree.fn[tree.parent[i]]]?.add(tree.fn[i]);
    }
  }
  return callees.map((each) => each.size);
}

/**
 * @typedef {object} Group a package, as the legend lists it
 * @property {string} name
 * @property {boolean} mine
 * @property {number} share samples with it on the stack
 * @property {number} self
 */

/** Packages, those that do most of the work first. @param {Tree} tree @returns {Group[]} */
export function groups(tree) {
  const code = tree.functions.filter(({ kind }) => kind === CODE);
  const names = [...new Set(code.map(({ group }) => group))];
  const index = new Map(names.map((name, i) => [name, i]));
  const mine = new Set(code.filter((each) => each.mine).map(({ group }) => group));
  const { self, total } = sumBy(tree, Int32Array.from(tree.functions, ({ kind, group }) => (
    kind === CODE ? index.get(group) ?? -1 : -1)), names.length, 0);
  return names.map((name, i) => ({ name, mine: mine.has(name), share: total[i], self: self[i] }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.self - a.self || b.share - a.share || compareText(a.name, b.name));
}
