/** What keys do, in one table: the help is made from it. */

/**
 * @typedef {'up' | 'down' | 'left' | 'right' | 'zoom' | 'out' | 'reset' | 'escape' | 'search' | 'next'
 *   | 'previous' | 'inverted' | 'sandwich' | 'table' | 'help' | 'open' | 'hide' | 'direction' | 'source'
 *   | 'mine' | 'back' | 'forward' | 'legend' | 'flame'} Action
 */

const ROWS = /** @type {[Action, string, string[]][]} */ ([
  ['up', 'Move up, down, left, right', ['ArrowUp', 'k']],
  ['down', '', ['ArrowDown', 'j']],
  ['left', '', ['ArrowLeft', 'h']],
  ['right', '', ['ArrowRight', 'l']],
  ['zoom', 'Zoom into the node', ['Enter']],
  ['out', 'Zoom out to its caller', ['Backspace', 'u']],
  ['reset', 'Show everything', ['0', 'Home']],
  ['escape', 'Close, clear the search, zoom out', ['Escape']],
  ['back', 'Back', ['[', 'Alt+ArrowLeft']],
  ['forward', 'Forward', [']', 'Alt+ArrowRight']],
  ['search', 'Search', ['/']],
  ['next', 'Next match', ['n']],
  ['previous', 'Previous match', ['N']],
  ['open', 'Open the source', ['o', 'Ctrl+Enter']],
  ['sandwich', 'Callers and callees of the node', ['s']],
  ['inverted', 'Inverted', ['i']],
  ['table', 'Table', ['t']],
  ['flame', 'Flame graph', ['g']],
  ['hide', 'Hide the package of the node', ['x']],
  ['mine', 'My code only', ['m']],
  ['source', 'Source lines instead of names', ['c']],
  ['direction', 'Root at the top or at the bottom', ['f']],
  ['legend', 'Legend', ['p']],
  ['help', 'This help', ['?']],
]);

/** @param {KeyboardEvent} event */
function nameOf(event) {
  const control = event.ctrlKey || event.metaKey ? 'Ctrl+' : '';
  return `${control}${event.altKey ? 'Alt+' : ''}${event.key}`;
}

const ACTIONS = new Map(ROWS.flatMap(([action, , keys]) => keys.map((key) => /** @type {const} */ ([key, action]))));

/** @param {KeyboardEvent} event @returns {Action | null} */
export const actionOf = (event) => ACTIONS.get(nameOf(event)) ?? null;

const SIGNS = /** @type {Record<string, string>} */ ({
  ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→',
});

/** Rows of the help: what, and its keys. @returns {{text: string, keys: string[]}[]} */
export function helpRows() {
  const rows = [];
  for (const [, text, keys] of ROWS) {
    const names = keys.map((key) => key.replace(/Arrow\w+/, (name) => SIGNS[name]));
    if (text === '') {
      rows[rows.length - 1].keys.push(...names);
    } else {
      rows.push({ text, keys: names });
    }
  }
  return rows;
}
