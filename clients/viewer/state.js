/** What the user chose. Plain data: the host keeps it. Functions are named by their keys. */
import { MACHINERY_GROUP } from './tree.js';

/**
 * @typedef {'flame' | 'inverted' | 'sandwich' | 'table'} View
 * @typedef {object} State
 * @property {View} view
 * @property {boolean} up the root is at the bottom
 * @property {string} pivot function of the sandwich, "" for none
 * @property {{flame: string[], inverted: string[], callers: string[], callees: string[]}} zooms paths
 * @property {string[]} hidden packages
 * @property {string[]} excluded threads and processes
 * @property {boolean} merged threads and processes are not told apart
 * @property {boolean} mine only the project's code
 * @property {import('./search.js').Query} search
 * @property {'module' | 'function'} colour
 * @property {boolean} source source lines instead of names
 * @property {boolean} legend
 * @property {{key: string, down: boolean}} sort of the table
 * @property {'auto' | 'light' | 'dark' | 'contrast'} theme
 */

/** @type {State['zooms']} */
export const NO_ZOOMS = { flame: [], inverted: [], callers: [], callees: [] };

/** @returns {State} */
export const firstState = () => ({
  view: 'flame',
  up: false,
  pivot: '',
  zooms: NO_ZOOMS,
  hidden: [MACHINERY_GROUP],
  excluded: [],
  merged: false,
  mine: false,
  search: { text: '', regex: false, caseSensitive: false, in: 'any' },
  colour: 'module',
  source: false,
  legend: true,
  sort: { key: 'self', down: true },
  theme: 'auto',
});

/**
 * Takes over what is of the right type; anything else came from another version. @template T
 * @param {T} model @param {any} value @returns {T}
 */
export function merged(model, value) {
  if (typeof model !== typeof value || value === null) {
    return model;
  }
  if (Array.isArray(model)) {
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? /** @type {any} */ (value) : model;
  }
  return typeof model === 'object' ? /** @type {any} */ (Object.fromEntries(Object.entries(/** @type {any} */ (model))
    .map(([key, mine]) => [key, merged(mine, value[key])]))) : value;
}
