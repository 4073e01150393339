/**
 * From the profile and what the user chose to the trees that are shown. A complete profile is worked out
 * here; of one that the host pruned, the host is asked.
 */
import { FIRST_LIMIT } from './host.js';
import { readFlame } from './parse.js';
import { matchedSamples, matches } from './search.js';
import { spliced } from './splice.js';
import { groups } from './totals.js';
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
 */

/* A table wants all functions. */
const TABLE_LIMIT = 262144;
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
  }

  async load() {
    this.whole = readFlame(await this.host.request({ limit: FIRST_LIMIT }));
    this.groups = groups(this.whole.tree, this.whole.functions);
    this.last = null;
    this.filtered = null;
    this.inverse = null;
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
      limit: state.view === 'table' ? TABLE_LIMIT : FIRST_LIMIT,
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

  /** The same from the host, where a pruned tree could not tell. @param {State} state @returns {Promise<number | null>} */
  async searchAll(state) {
    const { text, caseSensitive, regex, in: where } = state.search;
    if (!this.remote || regex || state.excluded.length > 0) {
      return null;
    }
    const search = { text, caseSensitive, ...(where === 'any' ? {} : { in: where }) };
    const answer = await this.host.request({ ...this.params({ ...state, view: 'flame' }), search, limit: 1 });
    return typeof answer?.match?.samples === 'number' ? answer.match.samples : null;
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
