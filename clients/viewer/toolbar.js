/** The row of controls above the picture. */
import { LTR, button, h, press } from './dom.js';
import { actionButton, actions } from './keys.js';
import { whole } from './model.js';
import { flip, history, host, set, state } from './store.js';

const VIEWS = /** @type {const} */ (['flame', 'inverted', 'sandwich', 'table']);
const THEMES = /** @type {const} */ (['auto', 'light', 'dark', 'contrast']);

export const title = h('h1.title', LTR);
export const summary = h('span.summary', LTR);
export const matchCount = h('output.matches', { 'aria-live': 'polite' });

const views = VIEWS.map((view) => actionButton(view, view, '.tab'));
const back = actionButton('back', '‹', '.icon');
const forward = actionButton('forward', '›', '.icon');
const colour = button('Colour: package', 'Colours mean packages or functions',
  () => set({ colour: state.colour === 'module' ? 'function' : 'module' }));
const theme = button('◐', '', () => set({ theme: THEMES[(THEMES.indexOf(state.theme) + 1) % THEMES.length] }), '.icon');
/* On or off, as the state's field of this name. */
const switches = {
  mine: actionButton('mine', 'My code'),
  merged: button('Merge threads', 'Threads and processes as one', () => flip('merged')),
  up: actionButton('direction', '⇅', '.icon'),
  source: actionButton('source', '</>', '.icon'),
  legend: actionButton('legend', 'Legend'),
};

/** @param {Partial<import('./search.js').Query>} change */
const lookFor = (change) => set({ search: { ...state.search, ...change } });
export const searchField = h('input.search', {
  type: 'search', placeholder: 'Search  /', 'aria-label': 'Search functions, files, modules', spellcheck: 'false',
  autocomplete: 'off', input: () => lookFor({ text: searchField.value }),
  keydown: (/** @type {KeyboardEvent} */ { key, shiftKey }) => {
    if (key === 'Enter') {
      actions[shiftKey ? 'previous' : 'next']();
    }
  },
});
const where = h('select.select', { 'aria-label': 'Search in', change: () => lookFor({ in: /** @type {any} */ (where.value) }) },
  ['any', 'function', 'file', 'module'].map((value) => h('option', { value }, value === 'any' ? 'anything' : value)));
const caseSensitive = button('Aa', 'Match case', () => lookFor({ caseSensitive: !state.search.caseSensitive }), '.icon');
const regex = button('.*', 'Regular expression', () => lookFor({ regex: !state.search.regex }), '.icon');

/** @param {string} label @param {Node[]} parts */
const group = (label, ...parts) => h('div.group', { role: 'group', 'aria-label': label }, parts);

export const toolbar = h('header.toolbar',
  h('div.heading', title, summary, matchCount, /* in the row with room for it */
    group('Panels', switches.legend, theme, actionButton('help', '?', '.icon'))),
  h('div.controls', group('View', ...views), group('History', back, forward, actionButton('reset', '⤢', '.icon')),
    h('div.group.searching', { role: 'search', 'aria-label': 'Functions' }, searchField, where, caseSensitive, regex),
    group('Options', switches.mine, switches.merged, colour, switches.up, switches.source)));

export function showToolbar() {
  const { view, search } = state;
  views.forEach((each, i) => press(each, VIEWS[i] === view));
  for (const [key, each] of Object.entries(switches)) {
    press(each, state[/** @type {keyof typeof switches} */ (key)]);
  }
  press(caseSensitive, search.caseSensitive);
  press(regex, search.regex);
  back.disabled = !history.peek(-1);
  forward.disabled = !history.peek(1);
  switches.mine.disabled = !whole.info.mineKnown;
  switches.up.disabled = view === 'table' || view === 'sandwich';
  switches.source.hidden = !host.source;
  theme.hidden = host.live;
  theme.title = `Theme: ${state.theme}`;
  theme.setAttribute('aria-label', theme.title);
  colour.textContent = `Colour: ${state.colour === 'module' ? 'package' : 'function'}`;
  where.value = search.in;
  if (searchField.value !== search.text) {
    searchField.value = search.text;
  }
}
