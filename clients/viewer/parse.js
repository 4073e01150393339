/** From flame JSON (docs/formats.md) to columns. It may come from anywhere, so every index is checked. */
import { OTHER, emptyTree, groupOf, layOut } from './tree.js';

/** @typedef {import('./tree.js').Tree} Tree @typedef {import('./tree.js').Func} Func */

/** @param {unknown} value @param {string} what @returns {any[]} */
function list(value, what) {
  if (!Array.isArray(value)) {
    throw new Error(`The flame graph has no ${what}.`);
  }
  return value;
}

/** @param {unknown} value */
const text = (value) => (typeof value === 'string' ? value : '');

/** @param {any} value */
const count = (value) => (Number.isFinite(value) && value > 0 ? value : 0);

/**
 * A file of the project: below its folder, but not in an environment that lives there. Exports have
 * shortened every path, and say with a leading "…" or folder of libraries what is not the project's.
 * @param {string} file @param {unknown} workspace
 */
function isMine(file, workspace) {
  if (typeof workspace !== 'string' || /^(<|…|$)/.test(file)
    || /(^|[\\/])(site-packages|dist-packages|python\d[\d.]*t?)[\\/]/.test(file)) {
    return false;
  }
  return /^(\/|[a-z]:[\\/])/i.test(file) ? workspace !== '' && file.startsWith(workspace.replace(/[\\/]*$/, '/'))
    : /[\\/]|\.(py[wxid]?|ipynb)$/.test(file);
}

/** @param {any} json @returns {Func[]} */
function readFunctions(json) {
  const names = list(json.name, 'names');
  const files = list(json.file, 'files');
  const modules = list(json.module, 'modules');
  const columns = json.functions ?? {};
  const functions = list(columns.name, 'functions').map((index, i) => {
    const name = text(names[index]);
    const file = text(files[columns.file?.[i]]);
    const module = text(modules[columns.module?.[i]]);
    const kind = count(columns.kind?.[i]);
    return { name, file, module, kind, line: count(columns.line?.[i]), mine: isMine(file, json.workspace),
      group: kind ? '' : groupOf(module) || '(no module)', key: `${kind}\n${name}\n${file}` };
  });
  /* A file may have several of one name: a property and its setter. */
  const isTwice = new Map();
  functions.forEach(({ key }) => isTwice.set(key, isTwice.has(key)));
  functions.forEach((each) => {
    each.key += isTwice.get(each.key) ? `\n${each.line}` : '';
  });
  return functions;
}

/** @param {any} nodes @param {Func[]} functions @returns {Tree} */
function readTree(nodes, functions) {
  const size = list(nodes?.function, 'nodes').length;
  const tree = emptyTree(size, functions);
  const { fn, parent, end } = tree;
  let whole = size > 0;
  for (let i = 0; i < size; i++) {
    fn[i] = nodes.function[i];
    parent[i] = nodes.parent?.[i];
    end[i] = nodes.end?.[i];
    tree.line[i] = count(nodes.line?.[i]);
    tree.self[i] = count(nodes.self?.[i]);
    tree.total[i] = count(nodes.total?.[i]);
    const p = parent[i];
    whole &&= end[i] > i && fn[i] >= OTHER && fn[i] < functions.length
      && (i ? p >= 0 && p < i && i < end[p] && end[i] <= end[p] : end[0] === size);
  }
  if (!whole) {
    throw new Error('The flame graph is damaged: its nodes do not form a tree.');
  }
  tree.ids = Array.isArray(nodes.id) ? nodes.id : null;
  return layOut(tree);
}

/** @param {any} json @returns {import('./tree.js').Flame} */
export function readFlame(json) {
  if (!json) {
    throw new Error('There is no flame graph.');
  }
  const functions = readFunctions(json);
  const tree = readTree(json.callees ?? json.nodes, functions);
  const callers = json.callers ? readTree(json.callers, functions) : null;
  /** @param {any} column */
  const numbers = (column) => Float64Array.from(functions, (_, i) => count(column?.[i]));
  return {
    tree,
    callers,
    pruned: [tree, callers].some((one) => one?.fn.includes(OTHER)),
    tables: (json.tables ?? []).map((/** @type {any} */ { hide = [], id = [], self, total, calls }) => (
      { hide, id, self: numbers(self), total: numbers(total), calls: numbers(calls) })),
    info: {
      title: text(json.title),
      summary: text(json.summary),
      contents: text(json.contents),
      metric: text(json.metric) || 'cpu',
      secondsPerSample: count(json.secondsPerSample),
      lowerBound: json.lowerBound === true,
      runSamples: count(json.runSamples) || tree.total[0],
      mineKnown: typeof json.workspace === 'string',
    },
  };
}
