/**
 * What the page knows, for all of its modules: the host, what the user chose and where they have been. A page
 * has one viewer, so it has one of each of these.
 */
import { makeHistory } from './history.js';
import { firstState, merged } from './state.js';

/** @typedef {import('./state.js').State} State */

/* Deeper zooms are not kept over a reload. */
const DEEPEST_KEPT = 500;

/** @type {import('./host.js').Host} */
export let host;
export let state = firstState();
/** What back and forward go through. */
const place = () => ({ view: state.view, pivot: state.pivot, zooms: state.zooms });
export let history = makeHistory(place());
/** @type {(home: boolean) => void} */
let changed;

/** @param {import('./host.js').Host} shows @param {(home: boolean) => void} then called when the state was changed */
export function startStore(shows, then) {
  host = shows;
  changed = then;
  state = merged(state, host.getState());
  history = makeHistory(place());
}

/** Changes the state where the picture fits already, or soon will. @param {Partial<State>} change @param {boolean} [goesBack] to what was before */
export function note(change, goesBack = true) {
  state = { ...state, ...change };
  if (goesBack) {
    history.push(place());
  }
  const zooms = Object.entries(state.zooms).map(([key, path]) => [key, path.length > DEEPEST_KEPT ? [] : path]);
  host.setState({ ...state, zooms: Object.fromEntries(zooms) });
}

/** Changes the state and what is shown. @param {Partial<State>} change @param {boolean} [home] scroll to the root */
export function set(change, home = false) {
  note(change);
  changed(home);
}

/** The other value of a switch. @param {'up' | 'merged' | 'mine' | 'source' | 'legend'} key */
export const flip = (key) => set({ [key]: !state[key] });
