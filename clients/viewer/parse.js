/** From flame JSON (docs/formats.md) to columns. It may come from anywhere, so every index is checked. */
import { OTHER, emptyTree, groupOf, layOut } from './tree.js';

/**
 * @typedef {import('./tree.js').Tree} Tree
 * @typedef {import('./tree.js').Functions} Functions
 * @typedef {import('./tree.js').Flame} Flame
 */

class FlameError extends Error {}

/** @param {unknown} value @param {string} what @returns {any[]} */
function list(value, what) {
  if (!Array.isArray(value)) {
    throw new FlameError(`The flame graph has no ${what}.`);
  }
  return value;
}

/** @param {any[]} table @param {any} index */
function textAt(table, index) {
  const text = table[index];
  return typeof text === 'string' ? text : '';
}

/** @param {any} value */
const count = (value) => (typeof value === 'number' && value >= 0 && isFinite(value) ? value : 0);

/**
 * A file of the project: below its folder, but not in an environment that lives there. Exports have
 * shortened every path, and say with a leading "…" or folder of libraries what is not the project's.
 * @param {string} file @param {string} workspace
 */
function isMine(file, workspace) {
  if (file === '' || file.startsWith('<')) {
    return false;
  }
  const absolute = file.startsWith('/') || /^[A-Za-z]:[\\/]/.test(file);
  const inside = absolute ? workspace !== '' && file.startsWith(workspace.replace(/[\\/]*$/, '/'))
    : !file.startsWith('…') && /[\\/]|\.(py[wxid]?|ipynb)$/.test(file);
  return inside && !/(^|[\\/])(site-packages|dist-packages|python\d[\d.]*t?)[\\/]/.test(file);
}

/** @param {any} json @returns {Functions} */
function readFunctions(json) {
  const names = list(json.name, 'names');
  const files = list(json.file, 'files');
  const modules = list(json.module, 'modules');
  const columns = json.functions ?? {};
  const name = list(columns.name, 'functions').map((index) => textAt(names, index));
  const file = list(columns.file, 'functions').map((index) => textAt(files, index));
  const module = list(columns.module, 'functions').map((index) => textAt(modules, index));
  const workspace = typeof json.workspace === 'string' ? json.workspace : null;
  const mine = Uint8Array.from(file, (path) => (workspace !== null && isMine(path, workspace) ? 1 : 0));
  const whole = name.length;
  return {
    count: whole,
    name,
    file: name.map((_, i) => file[i] ?? ''),
    module: name.map((_, i) => module[i] ?? ''),
    group: name.map((_, i) => (columns.kind?.[i] ? '' : groupOf(module[i] ?? '') || '(no module)')),
    line: Int32Array.from(name, (_, i) => count(columns.line?.[i])),
    kind: Uint8Array.from(name, (_, i) => count(columns.kind?.[i])),
    mine: mine.length === whole ? mine : new Uint8Array(whole),
    mineKnown: workspace !== null,
  };
}

/** @param {any} nodes @param {number} functions how many there are @returns {Tree} */
export function readTree(nodes, functions) {
  const fn = list(nodes?.function, 'nodes');
  const tree = emptyTree(fn.length);
  if (tree.count === 0) {
    throw new FlameError('The flame graph has no nodes.');
  }
  const { count: size } = tree;
  for (let i = 0; i < size; i++) {
    tree.fn[i] = fn[i];
    tree.parent[i] = nodes.parent?.[i];
    tree.end[i] = nodes.end?.[i];
    tree.line[i] = count(nodes.line?.[i]);
    tree.self[i] = count(nodes.self?.[i]);
    tree.total[i] = count(nodes.total?.[i]);
    const parent = tree.parent[i];
    const whole = i === 0 ? tree.end[0] === size
      : parent >= 0 && parent < i && i < tree.end[parent] && tree.end[i] <= tree.end[parent];
    if (!whole || tree.end[i] <= i || tree.fn[i] < OTHER || tree.fn[i] >= functions) {
      throw new FlameError('The flame graph is damaged: its nodes do not form a tree.');
    }
  }
  tree.ids = Array.isArray(nodes.id) ? nodes.id : null;
  return layOut(tree);
}

/** @param {any} json @param {number} functions how many there are @returns {import('./tree.js').Table} */
function readTable(json, functions) {
  const all = { length: functions };
  /** @param {'self' | 'total' | 'calls'} key */
  const column = (key) => Float64Array.from(all, (_, i) => count(json?.[key]?.[i]));
  return { hide: json?.hide ?? [], id: json?.id ?? [], self: column('self'), total: column('total'),
    calls: Int32Array.from(column('calls')) };
}

/** @param {any} json @returns {Flame} */
export function readFlame(json) {
  if (typeof json !== 'object' || json === null) {
    throw new FlameError('There is no flame graph.');
  }
  const functions = readFunctions(json);
  const callers = json.callers ? readTree(json.callers, functions.count) : null;
  const callees = json.callees ? readTree(json.callees, functions.count) : null;
  const tree = callees ?? readTree(json.nodes, functions.count);
  return {
    tree,
    functions,
    pruned: [tree, callers].some((one) => one?.fn.includes(OTHER)),
    callers,
    callees,
    tables: Array.isArray(json.tables) ? json.tables.map((/** @type {any} */ table) => readTable(table, functions.count)) : [],
    info: {
      title: typeof json.title === 'string' ? json.title : '',
      summary: typeof json.summary === 'string' ? json.summary : '',
      contents: typeof json.contents === 'string' ? json.contents : '',
      metric: typeof json.metric === 'string' ? json.metric : 'cpu',
      secondsPerSample: count(json.secondsPerSample),
      lowerBound: json.lowerBound === true,
      runSamples: count(json.runSamples) || tree.total[0],
      focus: typeof json.focus === 'string' ? json.focus : '',
    },
  };
}
