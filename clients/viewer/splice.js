/** Puts a subtree that was asked for in the place of its pruned version. */
import { emptyTree, layOut } from './tree.js';

/** @typedef {import('./tree.js').Tree} Tree */

/** @param {Tree} tree @param {number} node @param {Tree} part its root is `node` */
export function spliced(tree, node, part) {
  const functions = [...tree.functions];
  /** @param {import('./tree.js').Func} each */
  const identity = ({ key, line }) => `${key}\n${line}`;
  const index = new Map(functions.map((each, i) => [identity(each), i]));
  const map = part.functions.map((each) => index.get(identity(each)) ?? functions.push(each) - 1);

  const last = tree.end[node];
  const grown = node + part.count - last;
  const result = emptyTree(tree.count + grown, functions);
  for (const key of /** @type {const} */ (['fn', 'parent', 'end', 'line', 'self', 'total'])) {
    result[key].set(tree[key].subarray(0, node + 1));
    result[key].set(part[key].subarray(1), node + 1);
    result[key].set(tree[key].subarray(last), last + grown);
  }
  for (let i = 0; i < result.count; i++) {
    if (i > node && i < last + grown) {
      result.fn[i] = map[result.fn[i]] ?? result.fn[i];
      result.parent[i] += node;
      result.end[i] += node;
    } else {
      result.parent[i] += result.parent[i] > node ? grown : 0;
      result.end[i] += result.end[i] > node ? grown : 0;
    }
  }
  result.self[node] = part.self[0];
  result.ids = tree.ids && part.ids && [...tree.ids.slice(0, node), ...part.ids, ...tree.ids.slice(last)];
  return layOut(result);
}
