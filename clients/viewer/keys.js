/** What can be done, in words and by which keys, in one table: help and buttons are made from it. */
import { button } from './dom.js';

/**
 * @typedef {'up' | 'down' | 'left' | 'right' | 'zoom' | 'out' | 'reset' | 'escape' | 'search' | 'next'
 *   | 'previous' | 'inverted' | 'sandwich' | 'table' | 'help' | 'open' | 'hide' | 'direction' | 'source'
 *   | 'mine' | 'back' | 'forward' | 'legend' | 'flame'} Action
 */

const ROWS = /** @type {[Action, string, string][]} */ ([
  ['up', 'Move up, down, left, right', 'ArrowUp k'],
  ['down', '', 'ArrowDown j'],
  ['left', '', 'ArrowLeft h'],
  ['right', '', 'ArrowRight l'],
  ['zoom', 'Zoom into the node', 'Enter'],
  ['out', 'Zoom out to its caller', 'Backspace u'],
  ['reset', 'Show everything', '0 Home'],
  ['escape', 'Close, clear the search, zoom out', 'Escape'],
  ['back', 'Back', '[ Alt+ArrowLeft'],
  ['forward', 'Forward', '] Alt+ArrowRight'],
  ['search', 'Search', '/'],
  ['next', 'Next match', 'n'],
  ['previous', 'Previous match', 'N'],
  ['open', 'Open the source', 'o Ctrl+Enter'],
  ['flame', 'Flame graph: who calls what', 'g'],
  ['inverted', 'Inverted: what runs, and below it who called it', 'i'],
  ['sandwich', 'Callers and callees of one function', 's'],
  ['table', 'All functions with their numbers', 't'],
  ['hide', 'Hide the package of the node', 'x'],
  ['mine', 'Only code of this project', 'm'],
  ['source', 'Source lines instead of names', 'c'],
  ['direction', 'Root at the bottom', 'f'],
  ['legend', 'Packages, processes and threads', 'p'],
  ['help', 'Keys', '?'],
]);

const BY_KEY = new Map(ROWS.flatMap(([action, , keys]) => (
  keys.split(' ').map((key) => /** @type {const} */ ([key, action])))));

/** @param {KeyboardEvent} event */
export const actionOf = ({ ctrlKey, metaKey, altKey, key }) => (
  BY_KEY.get(`${ctrlKey || metaKey ? 'Ctrl+' : ''}${altKey ? 'Alt+' : ''}${key}`));

/** What each does; commands.js fills it. */
export const actions = /** @type {Record<Action, () => void>} */ ({});

/** A button that does it. @param {Action} action @param {string} text @param {string} [kind] class */
export function actionButton(action, text, kind) {
  const [, about, keys] = /** @type {ROWS[0]} */ (ROWS.find(([name]) => name === action));
  return button(text, `${about} (${keys.split(' ')[0]})`, () => actions[action](), kind);
}

const SIGNS = /** @type {Record<string, string>} */ ({ Up: '↑', Down: '↓', Left: '←', Right: '→' });

/** Rows of the help: what, and its keys. @returns {{text: string, keys: string[]}[]} */
export function helpRows() {
  /** @type {{text: string, keys: string[]}[]} */
  const rows = [];
  for (const [, text, keys] of ROWS) {
    if (text) {
      rows.push({ text, keys: [] });
    }
    rows[rows.length - 1].keys.push(...keys.replace(/Arrow(\w+)/g, (_, name) => SIGNS[name]).split(' '));
  }
  return rows;
}
