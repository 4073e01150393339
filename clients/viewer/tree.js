/**
 * The call tree as columns. Nodes are in preorder, so node i's subtree is [i, end[i]) and its children are
 * i + 1, end[i + 1], … : no object per node, and a million nodes are a few typed arrays.
 */

export const ROOT = -1;
export const OTHER = -2;

export const CODE = 0;
export const THREAD = 1;
export const PROCESS = 2;

/**
 * @typedef {object} Tree
 * @property {number} count
 * @property {Int32Array} fn function index, ROOT or OTHER
 * @property {Int32Array} parent
 * @property {Int32Array} end one past the subtree
 * @property {Int32Array} depth
 * @property {Int32Array} line heaviest line, 0 for none
 * @property {Float64Array} self
 * @property {Float64Array} total
 * @property {Float64Array} start left edge, in samples: children stand side by side from their parent's
 * @property {Int32Array | null} from of a derived tree: the node it mainly came from
 * @property {string[] | null} ids names outside of the viewer
 *
 * @typedef {object} Functions columns, one entry per function
 * @property {number} count
 * @property {string[]} name
 * @property {string[]} file "" for none
 * @property {string[]} module "" for none
 * @property {string[]} group what the legend calls it
 * @property {Int32Array} line of `def`
 * @property {Uint8Array} kind CODE, THREAD or PROCESS
 * @property {Uint8Array} mine whether its file belongs to the project
 * @property {boolean} mineKnown
 *
 * @typedef {object} Info facts of the run
 * @property {string} title
 * @property {string} summary one line for people, may be empty
 * @property {string} contents what an export has in it, for people
 * @property {string} metric
 * @property {number} secondsPerSample 0 when unknown
 * @property {boolean} lowerBound
 * @property {number} runSamples
 * @property {string} focus what the numbers are restricted to, or ""
 *
 * @typedef {object} Table exact numbers, by function, however the tree is pruned
 * @property {string[]} hide modules that are left out
 * @property {string[]} id names of functions outside of the viewer; empty in a page
 * @property {Float64Array} self
 * @property {Float64Array} total
 * @property {Int32Array} calls
 *
 * @typedef {object} Flame
 * @property {Tree} tree
 * @property {Functions} functions
 * @property {Info} info
 * @property {boolean} pruned some nodes are folded into "(other)"
 * @property {Tree | null} callers of a sandwich
 * @property {Tree | null} callees
 * @property {Table[]} tables
 */

/** @param {number} count @returns {Tree} */
export function emptyTree(count) {
  return {
    count,
    fn: new Int32Array(count),
    parent: new Int32Array(count),
    end: new Int32Array(count),
    depth: new Int32Array(count),
    line: new Int32Array(count),
    self: new Float64Array(count),
    total: new Float64Array(count),
    start: new Float64Array(count),
    from: null,
    ids: null,
  };
}

/** Fills depth and start from parent and total. @param {Tree} tree */
export function layOut(tree) {
  const { count, parent, depth, total, start } = tree;
  const next = new Float64Array(count);
  for (let i = 1; i < count; i++) {
    const p = parent[i];
    depth[i] = depth[p] + 1;
    start[i] = next[p];
    next[i] = start[i];
    next[p] += total[i];
  }
  return tree;
}

/** From the root down to `node`. @param {Tree} tree @param {number} node */
export function pathOf(tree, node) {
  const path = [];
  for (let i = node; i > 0; i = tree.parent[i]) {
    path.push(i);
  }
  return path.reverse();
}

/** @param {Tree} tree @param {number} node @param {number} fn @returns {number} or -1 */
export function childOf(tree, node, fn) {
  for (let i = node + 1; i < tree.end[node]; i = tree.end[i]) {
    if (tree.fn[i] === fn) {
      return i;
    }
  }
  return -1;
}

/**
 * Where a path of functions leads. Functions that are not there any more (hidden ones) are skipped, so a
 * zoom survives hiding.
 * @param {Tree} tree @param {readonly number[]} path
 */
export function follow(tree, path) {
  let node = 0;
  for (const fn of path) {
    const child = childOf(tree, node, fn);
    if (child >= 0) {
      node = child;
    }
  }
  return node;
}

const MACHINERY = /^(<frozen )?(importlib\._bootstrap(_external)?|zipimport|_frozen_importlib(_external)?)>?$/;
export const MACHINERY_GROUP = 'import machinery';

/** What the legend calls a module: its package. @param {string} module */
export function groupOf(module) {
  if (MACHINERY.test(module)) {
    return MACHINERY_GROUP;
  }
  if (module.startsWith('<')) {
    return module;
  }
  const dot = module.indexOf('.');
  return dot > 0 && !module.includes('/') && !/\.(so|dylib|dll)\b/.test(module)
    ? module.slice(0, dot) : module;
}

/** One name for a function that outlives its index. @param {Functions} functions @param {number} fn */
export function keyOf(functions, fn) {
  return fn < 0 ? String(fn) : `${functions.kind[fn]}\n${functions.name[fn]}\n${functions.file[fn]}`;
}
