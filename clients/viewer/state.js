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

/** @returns {State} */
export function firstState() {
  return {
    view: 'flame',
    up: false,
    pivot: '',
    zooms: { flame: [], inverted: [], callers: [], callees: [] },
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
  };
}

/** @param {any} value @param {any} model a value of the right type */
function isLike(value, model) {
  if (Array.isArray(model)) {
    return Array.isArray(value) && value.every((item) => typeof item === 'string');
  }
  return typeof value === typeof model && value !== null;
}

/**
 * Takes over what is of the right type; anything else came from another version. @template {object} T
 * @param {T} model @param {any} value @returns {T}
 */
export function merged(model, value) {
  const result = { ...model };
  for (const key of /** @type {(keyof T)[]} */ (Object.keys(model))) {
    const mine = model[key];
    const other = value?.[key];
    if (!isLike(other, mine)) {
      continue;
    }
    result[key] = typeof mine === 'object' && !Array.isArray(mine)
      ? merged(/** @type {any} */ (mine), other) : other;
  }
  return result;
}
