/** Puts a subtree that was asked for in the place of its pruned version. */
import { emptyTree, keyOf, layOut } from './tree.js';

/** @typedef {import('./tree.js').Tree} Tree @typedef {import('./tree.js').Functions} Functions @typedef {import('./tree.js').Flame} Flame */

/** Functions of both, and where those of `more` went. @param {Functions} known @param {Functions} more */
function joinFunctions(known, more) {
  const index = new Map();
  for (let i = 0; i < known.count; i++) {
    index.set(`${keyOf(known, i)}\n${known.line[i]}`, i);
  }
  /** @type {number[]} */
  const added = [];
  const map = new Int32Array(more.count);
  for (let i = 0; i < more.count; i++) {
    const at = index.get(`${keyOf(more, i)}\n${more.line[i]}`);
    map[i] = at ?? known.count + added.push(i) - 1;
  }
  /** @param {'name' | 'file' | 'module' | 'group'} key */
  const texts = (key) => known[key].concat(added.map((i) => more[key][i]));
  /** @template {'line' | 'kind' | 'mine'} K @param {K} key */
  const numbers = (key) => [...known[key], ...added.map((i) => more[key][i])];
  /** @type {Functions} */
  const functions = {
    count: known.count + added.length,
    name: texts('name'),
    file: texts('file'),
    module: texts('module'),
    group: texts('group'),
    line: Int32Array.from(numbers('line')),
    kind: Uint8Array.from(numbers('kind')),
    mine: Uint8Array.from(numbers('mine')),
    mineKnown: known.mineKnown,
  };
  return { functions, map };
}

/** @param {Flame} flame @param {number} node @param {Flame} part its root is `node` @returns {Flame} */
export function spliced(flame, node, part) {
  const { tree } = flame;
  const sub = part.tree;
  const { functions, map } = joinFunctions(flame.functions, part.functions);
  const removed = tree.end[node] - node;
  const grown = sub.count - removed;
  const result = emptyTree(tree.count + grown);
  result.ids = tree.ids && sub.ids
    ? [...tree.ids.slice(0, node), ...sub.ids, ...tree.ids.slice(tree.end[node])] : null;
  for (let i = 0; i < result.count; i++) {
    const inside = i > node && i < node + sub.count;
    if (inside) {
      const j = i - node;
      result.fn[i] = sub.fn[j] >= 0 ? map[sub.fn[j]] : sub.fn[j];
      result.parent[i] = sub.parent[j] + node;
      result.end[i] = sub.end[j] + node;
      result.line[i] = sub.line[j];
      result.self[i] = sub.self[j];
      result.total[i] = sub.total[j];
      continue;
    }
    const j = i <= node ? i : i - grown;
    const { parent, end } = tree;
    result.fn[i] = tree.fn[j];
    result.parent[i] = parent[j] > node ? parent[j] + grown : parent[j];
    result.end[i] = end[j] > node ? end[j] + grown : end[j];
    result.line[i] = tree.line[j];
    result.self[i] = i === node ? sub.self[0] : tree.self[j];
    result.total[i] = tree.total[j];
  }
  return { ...flame, tree: layOut(result), functions };
}
