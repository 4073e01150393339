/**
 * From the profile and what the user chose to the trees that are shown. A complete profile is worked out
 * here; of one that the host pruned, the host is asked.
 */
import { FIRST_LIMIT } from './host.js';
import { amountText } from './numbers.js';
import { SLOTS } from './palette.js';
import { readFlame } from './parse.js';
import { matchedSamples, matches } from './search.js';
import { spliced } from './splice.js';
import { host, state } from './store.js';
import { callsOut, functionTotals, groups } from './totals.js';
import { inverted, sandwich, withoutFrames } from './transform.js';
import { CODE, OTHER, emptyTree, functionAt, groupOf, keysOf } from './tree.js';

/**
 * @typedef {import('./tree.js').Flame} Flame
 * @typedef {import('./tree.js').Tree} Tree
 * @typedef {import('./state.js').State} State
 *
 * @typedef {object} Shown
 * @property {Tree} forward the flame tree with everything chosen applied
 * @property {Tree} tree of the view; the callees of a sandwich
 * @property {Tree | null} callers
 * @property {boolean} pruned something is folded into "(other)"
 * @property {string} asked of the host, "" when this was worked out here
 *
 * @typedef {import('./tree.js').Numbers & {functions: readonly import('./tree.js').Func[], id: string[],
 *   exact: boolean}} Rows numbers of functions; `id` is what the host calls them; not exact are lower bounds
 */

const MACHINERY = ['importlib._bootstrap', 'importlib._bootstrap_external', 'zipimport'];
const NOTHING = emptyTree(1, []);

/** @type {Flame} */
export let whole = { tree: NOTHING, callers: null, pruned: false, tables: [], info: /** @type {any} */ ({}) };
/** @type {Shown} */
export let shown = { forward: NOTHING, tree: NOTHING, callers: null, pruned: false, asked: '' };
/** Packages of the whole profile. @type {import('./totals.js').Group[]} */
export let packages = [];
/** Hues of packages. @type {Map<string, number>} */
export let slots = new Map();

/** What was worked out last: of each thing one value, and what it was worked out from. @type {Map<string, {from: string, value: any}>} */
const kept = new Map();

/** @template T @param {string} what @param {string} from @param {() => T} make @returns {T} */
function once(what, from, make) {
  if (kept.get(what)?.from !== from) {
    kept.set(what, { from, value: make() });
  }
  return kept.get(what)?.value;
}

export async function load() {
  whole = readFlame(await host.request({ limit: FIRST_LIMIT }));
  packages = groups(whole.tree);
  slots = new Map(packages.map(({ name }, i) => [name, i % SLOTS]));
  kept.clear();
  shown = { ...shown, asked: '' };
}

export const isLoaded = () => whole.tree !== NOTHING;

/** Whether the host has to be asked. */
export const isRemote = () => host.live && whole.pruned;

/** @param {Shown} next */
export function setShown(next) {
  shown = next;
}

/** @param {string} key */
export const findFunction = (key) => whole.tree.functions.findIndex((each) => each.key === key);

/** A node, and where it is in the profile that nothing is hidden of. @param {Tree} tree @param {number} node */
export function original(tree, node) {
  const from = tree === shown.forward && !isRemote() ? tree.from?.[node] : 0;
  return from ? { tree: whole.tree, node: from } : { tree, node };
}

/** The path of a node, with what is hidden above it, so that it is found again without that. @param {Tree} tree @param {number} node */
export function keysTo(tree, node) {
  const at = original(tree, node);
  return keysOf(at.tree, at.node);
}

/** Samples in the run's unit. @param {number} samples */
export const unit = (samples) => amountText(whole.info, samples);

/** Removes what the user does not want to see. @param {Tree} tree @param {Pick<State, 'hidden' | 'excluded' | 'merged' | 'mine'>} choice */
function filtered(tree, { hidden, excluded, merged, mine }) {
  const drop = Uint8Array.from(tree.functions, (each) => (each.kind !== CODE ? excluded.includes(each.key) ? 2 : Number(merged)
    : Number(hidden.includes(each.group) || (mine && whole.info.mineKnown && !each.mine))));
  return drop.some(Boolean) ? withoutFrames(tree, drop) : tree;
}

/** @returns {Shown} */
function local() {
  const { hidden, excluded, merged, mine, view, pivot } = state;
  const choice = JSON.stringify([hidden, excluded, merged, mine]);
  const forward = once('forward', choice, () => filtered(whole.tree, state));
  return { forward, tree: forward, callers: null, pruned: whole.pruned, asked: '',
    ...(view === 'inverted' && { tree: once('inverted', choice, () => inverted(forward)) }),
    ...(view === 'sandwich' && once('sandwich', choice + pivot, () => sandwich(forward, findFunction(pivot)))) };
}

/** What hotlens/flamegraph is asked. @param {State['view']} [view] @returns {Record<string, any>} */
function params(view = state.view) {
  const [, name, file, line] = state.pivot.split('\n');
  const modules = [...new Set([...MACHINERY, ...whole.tree.functions.map(({ module }) => module)])];
  return {
    view: view === 'table' ? 'flame' : view,
    hide: state.hidden.flatMap((group) => {
      const hidden = modules.filter((module) => groupOf(module) === group);
      return hidden.length ? hidden : group;
    }),
    structure: state.merged ? 'merge' : 'keep',
    limit: FIRST_LIMIT,
    ...(state.mine && { only: 'workspace' }),
    ...(view === 'sandwich' && { function: name, file: file || null, line: Number(line) || null }),
  };
}

/** What the state asks for. @returns {Promise<Shown>} */
export async function show() {
  if (!isRemote()) {
    return local();
  }
  const { excluded } = state;
  const asked = JSON.stringify([params(), excluded]);
  if (shown.asked === asked) {
    return shown;
  }
  const { tree, callers, pruned } = readFlame(await host.request(params()));
  const left = filtered(tree, { excluded, hidden: [], merged: false, mine: false });
  return { forward: left, tree: left, callers, pruned, asked };
}

/** More of a subtree that was pruned; null when there is none. @param {number} node @returns {Promise<Shown | null>} */
export async function refine(node) {
  const before = shown;
  const { tree } = before;
  if (!isRemote() || !before.pruned || before.callers || !tree.ids || !node
      || !tree.fn.subarray(node, tree.end[node]).includes(OTHER)) {
    return null;
  }
  const part = readFlame(await host.request({ ...params(), root: tree.ids[node] }));
  const joined = spliced(tree, node, part.tree);
  return shown === before ? { ...before, tree: joined, forward: joined } : null;
}

/** Matching functions of what is shown, and the samples they are in; null without a search. */
export function search() {
  const found = matches(shown.forward.functions, state.search);
  return found && { found, samples: matchedSamples(shown.forward, found) };
}

/** Whether the shown tree gives lower bounds, and better numbers may be had elsewhere. */
const isBounds = () => shown.pruned && state.excluded.length === 0;

/**
 * Of the stacks through a node of the shown tree. A pruned tree gives lower bounds: then the host is asked, or
 * the page has them for the choice that it begins with and for everything.
 * @param {number} node @returns {Promise<Rows>}
 */
export async function rows(node) {
  const { forward, pruned } = shown;
  const { functions } = forward;
  if (isBounds() && isRemote()) {
    return hostRows(node && forward.ids?.[node]);
  }
  /** @param {readonly string[]} groups */
  const sorted = (groups) => [...new Set(groups)].sort().join();
  const table = isBounds() && !node && !state.mine
    && whole.tables.find(({ hide }) => sorted(hide.map(groupOf)) === sorted(state.hidden));
  return table ? { functions, exact: true, ...table }
    : { functions, id: [], exact: !pruned, ...functionTotals(forward, node), calls: callsOut(forward, node) };
}

/** @param {string | number | undefined} node id of a node to be within @returns {Promise<Rows>} */
function hostRows(node) {
  const asked = { ...params('flame'), table: true, limit: 1, ...(node && { focus: { node } }) };
  return once('rows', JSON.stringify(asked), async () => {
    try {
      const { tree: { functions }, tables: [table] } = readFlame(await host.request(asked));
      return { functions, exact: true, ...table };
    } catch (error) {
      kept.delete('rows');
      throw error;
    }
  });
}

/** What search() answers, from the host where a pruned tree cannot tell; null where it can. */
export async function searchAll() {
  if (!isRemote() || !isBounds()) {
    return null;
  }
  const { functions, total, id } = await hostRows(0);
  const found = matches(functions, state.search);
  const ids = id.filter((_, fn) => found?.[fn] && total[fn] > 0 && functions[fn].kind === CODE);
  const { match } = await host.request({ ...params('flame'), search: { functions: ids }, limit: 1 });
  return { functions: ids.length, samples: match.samples };
}

/** Threads and processes, processes first and then the heaviest. */
export function structure() {
  const { tree } = whole;
  const shares = new Map();
  for (let i = 1; i < tree.count;) {
    const each = functionAt(tree, i);
    if (each.kind > CODE) {
      shares.set(each, (shares.get(each) ?? 0) + tree.total[i]);
    }
    i = each.kind > CODE ? i + 1 : tree.end[i];
  }
  return [...shares].map(([{ key, name, kind }, share]) => ({ key, name, kind, share }))
    .sort((a, b) => b.kind - a.kind || b.share - a.share);
}
