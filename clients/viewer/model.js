/**
 * From the profile and what the user chose to the trees that are shown. A complete profile is worked out
 * here; of one that the host pruned, the host is asked.
 */
import { FIRST_LIMIT } from './host.js';
import { readFlame } from './parse.js';
import { matchedSamples, matches } from './search.js';
import { spliced } from './splice.js';
import { callsOut, functionTotals, groups } from './totals.js';
import { inverted, sandwich, withoutFrames } from './transform.js';
import { CODE, MACHINERY_GROUP, OTHER, PROCESS, groupOf, keyOf } from './tree.js';

/**
 * @typedef {import('./tree.js').Flame} Flame
 * @typedef {import('./tree.js').Tree} Tree
 * @typedef {import('./tree.js').Functions} Functions
 * @typedef {import('./state.js').State} State
 *
 * @typedef {object} Shown
 * @property {Functions} functions
 * @property {Tree} forward the flame tree with everything chosen applied
 * @property {Tree} tree of the view; the callees of a sandwich
 * @property {Tree | null} callers
 * @property {boolean} pruned something is folded into "(other)"
 * @property {string} asked for the host, "" when this was worked out here
 *
 * @typedef {object} Rows numbers of functions
 * @property {Functions} functions
 * @property {Float64Array} self
 * @property {Float64Array} total
 * @property {Int32Array} calls how many functions each one calls
 * @property {string[]} id what the host calls the functions
 * @property {boolean} exact not lower bounds
 */

const MACHINERY = ['importlib._bootstrap', 'importlib._bootstrap_external', 'zipimport'];

/** @param {Functions} functions @param {string} key */
export function findFunction(functions, key) {
  for (let i = 0; i < functions.count; i++) {
    if (keyOf(functions, i) === key) {
      return i;
    }
  }
  return -1;
}

export class Model {
  /** @param {import('./host.js').Host} host */
  constructor(host) {
    this.host = host;
    /** @type {Flame | null} */
    this.whole = null;
    /** @type {import('./totals.js').Group[]} */
    this.groups = [];
    /** @type {Shown | null} */
    this.last = null;
    /** @type {{key: string, tree: Tree} | null} */
    this.filtered = null;
    /** @type {{from: Tree, tree: Tree} | null} */
    this.inverse = null;
    /** @type {Map<string, string[]>} */
    this.modules = new Map();
    /** @type {{key: string, rows: Rows} | null} */
    this.asked = null;
  }

  async load() {
    this.whole = readFlame(await this.host.request({ limit: FIRST_LIMIT }));
    this.groups = groups(this.whole.tree, this.whole.functions);
    this.last = null;
    this.filtered = null;
    this.inverse = null;
    this.asked = null;
    this.modules = new Map([[MACHINERY_GROUP, MACHINERY]]);
    for (const module of new Set(this.whole.functions.module)) {
      const group = groupOf(module);
      const list = this.modules.get(group) ?? [];
      this.modules.set(group, list.includes(module) ? list : [...list, module]);
    }
  }

  get remote() {
    return this.host.live && this.whole?.pruned === true;
  }

  /** 0 keep, 1 remove the frame, 2 leave its stacks out. @param {Functions} functions @param {State} state */
  drops(functions, state) {
    const hidden = new Set(state.hidden);
    const excluded = new Set(state.excluded);
    const drop = new Uint8Array(functions.count);
    for (let i = 0; i < functions.count; i++) {
      if (functions.kind[i] === CODE) {
        const foreign = state.mine && functions.mineKnown && !functions.mine[i];
        drop[i] = foreign || hidden.has(functions.group[i]) ? 1 : 0;
      } else {
        drop[i] = excluded.has(keyOf(functions, i)) ? 2 : state.merged ? 1 : 0;
      }
    }
    return drop;
  }

  /** @param {Flame} flame @param {State} state */
  filter(flame, state) {
    const drop = this.drops(flame.functions, state);
    return drop.some((kind) => kind > 0) ? withoutFrames(flame.tree, flame.functions, drop) : flame.tree;
  }

  /** @param {State} state @returns {Shown} */
  local(state) {
    const flame = /** @type {Flame} */ (this.whole);
    const key = JSON.stringify([state.hidden, state.excluded, state.merged, state.mine]);
    if (this.filtered?.key !== key) {
      this.filtered = { key, tree: this.filter(flame, state) };
    }
    const { functions, pruned } = flame;
    const forward = this.filtered.tree;
    const shown = { functions, forward, tree: forward, callers: null, pruned, asked: '' };
    if (state.view === 'inverted') {
      if (this.inverse?.from !== forward) {
        this.inverse = { from: forward, tree: inverted(forward, functions) };
      }
      return { ...shown, tree: this.inverse.tree };
    }
    if (state.view === 'sandwich') {
      const fn = findFunction(functions, state.pivot);
      const { callers, callees } = sandwich(forward, functions, fn);
      return { ...shown, tree: callees, callers };
    }
    return shown;
  }

  /** What hotlens/flamegraph is asked. @param {State} state */
  params(state) {
    /** @type {Record<string, any>} */
    const params = {
      view: state.view === 'table' ? 'flame' : state.view,
      hide: state.hidden.flatMap((group) => this.modules.get(group) ?? [group]),
      structure: state.merged ? 'merge' : 'keep',
      limit: FIRST_LIMIT,
    };
    if (state.mine) {
      params.only = 'workspace';
    }
    if (state.view === 'sandwich') {
      const [, name, file] = state.pivot.split('\n');
      params.function = name;
      if (file) {
        params.file = file;
      }
    }
    return params;
  }

  /** @param {State} state @returns {Promise<Shown>} */
  async ask(state) {
    const params = this.params(state);
    const asked = JSON.stringify([params, state.excluded]);
    if (this.last?.asked === asked) {
      return this.last;
    }
    const flame = readFlame(await this.host.request(params));
    const leaveOut = { ...state, hidden: [], merged: false, mine: false };
    const tree = state.excluded.length > 0 ? this.filter(flame, leaveOut) : flame.tree;
    const { functions, pruned, callers } = flame;
    return { functions, forward: tree, tree, callers, pruned, asked };
  }

  /** @param {State} state @returns {Promise<Shown>} */
  async show(state) {
    this.last = this.remote ? await this.ask(state) : this.local(state);
    return this.last;
  }

  /** More of a subtree that was pruned; null when there is none. @param {State} state @param {number} node */
  async refine(state, node) {
    const shown = this.last;
    if (!this.remote || !shown?.pruned || shown.callers || shown.tree.from) {
      return null;
    }
    const { tree } = shown;
    const { ids } = tree;
    if (!ids || !tree.fn.subarray(node, tree.end[node]).includes(OTHER) || node === 0) {
      return null;
    }
    const part = readFlame(await this.host.request({ ...this.params(state), root: ids[node] }));
    if (this.last !== shown) {
      return null;
    }
    const flame = spliced({ ...(/** @type {Flame} */ (this.whole)), tree, functions: shown.functions }, node, part);
    this.last = { ...shown, tree: flame.tree, forward: flame.tree, functions: flame.functions };
    return this.last;
  }

  /**
   * Matching functions of what is shown, and the samples they are in.
   * @param {Shown} shown @param {State} state
   * @returns {{found: Uint8Array, samples: number, exact: boolean} | null}
   */
  search(shown, state) {
    const found = matches(shown.functions, state.search);
    return found && { found, samples: matchedSamples(shown.forward, found), exact: !shown.pruned };
  }

  /**
   * Of the stacks through a node of the shown tree. A pruned tree gives lower bounds: then the host is asked, or
   * the page has them for the choice that it begins with and for everything.
   * @param {State} state @param {Shown} shown @param {number} node @returns {Promise<Rows>}
   */
  async rows(state, shown, node) {
    const { forward, functions } = shown;
    const choices = state.excluded.length === 0 && shown.pruned;
    if (choices && this.remote) {
      return this.hostRows({ ...state, view: 'flame' }, forward.ids?.[node] ?? '', node > 0);
    }
    const kept = choices && node === 0 && !state.mine ? this.pageTable(state.hidden) : null;
    return kept ? { functions, exact: true, ...kept }
      : { functions, id: [], exact: !shown.pruned, ...functionTotals(forward, functions, node),
        calls: callsOut(forward, functions, node) };
  }

  /** @param {readonly string[]} hidden */
  pageTable(hidden) {
    const wanted = [...hidden].sort().join();
    return this.whole?.tables.find(({ hide }) => [...new Set(hide.map(groupOf))].sort().join() === wanted) ?? null;
  }

  /** @param {State} state @param {string} id of a node @param {boolean} inside of it @returns {Promise<Rows>} */
  async hostRows(state, id, inside) {
    const params = { ...this.params(state), table: true, limit: 1, ...(inside ? { focus: { node: id } } : {}) };
    const key = JSON.stringify(params);
    if (this.asked?.key !== key) {
      const { functions, tables: [table] } = readFlame(await this.host.request(params));
      this.asked = { key, rows: { functions, exact: true, ...table } };
    }
    return this.asked.rows;
  }

  /**
   * Matching functions of what is shown and their samples, from the host where a pruned tree cannot tell.
   * @param {State} state @param {Shown} shown @returns {Promise<{functions: number, samples: number} | null>}
   */
  async searchAll(state, shown) {
    if (!this.remote || !shown.pruned || state.excluded.length > 0) {
      return null;
    }
    const plain = /** @type {State} */ ({ ...state, view: 'flame' });
    const { functions, total, id } = await this.hostRows(plain, '', false);
    const found = matches(functions, state.search);
    const ids = id.filter((_, fn) => found?.[fn] && total[fn] > 0 && functions.kind[fn] === CODE);
    const answer = await this.host.request({ ...this.params(plain), search: { functions: ids }, limit: 1 });
    return { functions: ids.length, samples: answer.match.samples };
  }

  /** Threads and processes, heaviest first. */
  structure() {
    const { tree, functions } = /** @type {Flame} */ (this.whole);
    const list = [];
    const seen = new Map();
    for (let i = 1; i < tree.count;) {
      const fn = tree.fn[i];
      if (fn < 0 || functions.kind[fn] === CODE) {
        i = tree.end[i];
        continue;
      }
      let entry = seen.get(fn);
      if (!entry) {
        entry = { key: keyOf(functions, fn), name: functions.name[fn], share: 0,
          process: functions.kind[fn] === PROCESS };
        seen.set(fn, entry);
        list.push(entry);
      }
      entry.share += tree.total[i];
      i++;
    }
    return list.sort((a, b) => Number(b.process) - Number(a.process) || b.share - a.share);
  }
}
