/**
 * The call tree as columns. Nodes are in preorder, so node i's subtree is [i, end[i]) and its children are
 * i + 1, end[i + 1], … : no object per node, and a million nodes are a few typed arrays. Functions are few:
 * they are objects.
 */

/** Functions of nodes that stand for none: the root, and calls that are folded. */
export const ROOT = -1;
export const OTHER = -2;

/** Kinds of functions. */
export const CODE = 0;
export const THREAD = 1;
export const PROCESS = 2;

/**
 * @typedef {object} Func
 * @property {string} name
 * @property {string} file "" for none
 * @property {string} module "" for none
 * @property {string} group what the legend calls it
 * @property {number} line of `def`
 * @property {number} kind CODE, THREAD or PROCESS; -1 for what is no function
 * @property {boolean} mine whether its file belongs to the project
 * @property {string} key names it where its index may be another: kind, name and file, and the line where those are not enough
 *
 * @typedef {object} Tree
 * @property {number} count
 * @property {readonly Func[]} functions
 * @property {Int32Array} fn index of the function, ROOT or OTHER
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
 * @typedef {object} Info facts of the run
 * @property {string} title
 * @property {string} summary one line for people, may be empty
 * @property {string} contents what an export has in it, for people
 * @property {string} metric
 * @property {number} secondsPerSample 0 when unknown
 * @property {boolean} lowerBound
 * @property {number} runSamples
 * @property {boolean} mineKnown whether files of the project are known
 *
 * @typedef {object} Numbers of functions, by their index
 * @property {Float64Array} self
 * @property {Float64Array} total
 * @property {ArrayLike<number>} calls how many functions each one calls
 *
 * @typedef {Numbers & {hide: string[], id: string[]}} Table exact, however the tree is pruned: without the
 *   modules of `hide`; `id` are names of functions outside of the viewer, empty in a page
 *
 * @typedef {object} Flame
 * @property {Tree} tree the callees of a sandwich
 * @property {Tree | null} callers of a sandwich
 * @property {boolean} pruned some nodes are folded into "(other)"
 * @property {Info} info
 * @property {Table[]} tables
 */

/** @param {number} count @param {readonly Func[]} functions @returns {Tree} */
export const emptyTree = (count, functions) => ({
  count,
  functions,
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
});

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

/** @param {string} name @param {number} fn @returns {Func} */
const noFunction = (name, fn) => (
  { name, file: '', module: '', group: '', line: 0, kind: -1, mine: false, key: String(fn) });
const ALL = noFunction('all', ROOT);
const FOLDED = noFunction('(other)', OTHER);

/** What a node is of. @param {Tree} tree @param {number} node */
export const functionAt = ({ fn, functions }, node) => functions[fn[node]] ?? (fn[node] === ROOT ? ALL : FOLDED);

/** From the root down to `node`. @param {Tree} tree @param {number} node */
export function pathOf(tree, node) {
  const path = [];
  for (let i = node; i > 0; i = tree.parent[i]) {
    path.push(i);
  }
  return path.reverse();
}

/** The same, by keys. @param {Tree} tree @param {number} node */
export const keysOf = (tree, node) => pathOf(tree, node).map((i) => functionAt(tree, i).key);

/**
 * Where a path of keys leads. Functions that are not there any more (hidden ones) are skipped, so a zoom
 * survives hiding.
 * @param {Tree} tree @param {readonly string[]} keys
 */
export function follow(tree, keys) {
  let node = 0;
  for (const key of keys) {
    for (let i = node + 1; i < tree.end[node]; i = tree.end[i]) {
      if (functionAt(tree, i).key === key) {
        node = i;
        break;
      }
    }
  }
  return node;
}

const MACHINERY_MODULE = /^(<frozen )?(importlib\._bootstrap(_external)?|zipimport|_frozen_importlib(_external)?)>?$/;
export const MACHINERY_GROUP = 'import machinery';

/** What the legend calls a module: its package. @param {string} module */
export const groupOf = (module) => (MACHINERY_MODULE.test(module) ? MACHINERY_GROUP
  : /^[<.]|\/|\.(so|dylib|dll)\b/.test(module) ? module : module.split('.')[0]);
