/** The row of controls above the picture. */
import { button, h, press } from './dom.js';

/** @typedef {import('./state.js').State} State @typedef {import('./state.js').View} View */

/**
 * @typedef {object} Handlers
 * @property {(change: Partial<State>) => void} set
 * @property {(view: View) => void} view
 * @property {(action: import('./keys.js').Action) => void} act
 */

const VIEWS = /** @type {[View, string, string][]} */ ([
  ['flame', 'Flame', 'Flame graph: who calls what (g)'],
  ['inverted', 'Inverted', 'What runs, and below it who called it (i)'],
  ['sandwich', 'Sandwich', 'Callers and callees of one function (s)'],
  ['table', 'Table', 'All functions with their numbers (t)'],
]);

export class Toolbar {
  /** @param {Handlers} handlers @param {boolean} sources @param {boolean} themes */
  constructor(handlers, sources, themes) {
    this.handlers = handlers;
    const { set, act } = handlers;
    this.title = h('h1', { class: 'hl-title', dir: 'ltr' });
    this.summary = h('span', { class: 'hl-summary', dir: 'ltr' });
    this.views = VIEWS.map(([view, text, label]) => button(text, label, () => handlers.view(view), 'hl-tab'));
    this.back = button('‹', 'Back ([)', () => act('back'), 'hl-icon');
    this.forward = button('›', 'Forward (])', () => act('forward'), 'hl-icon');
    this.reset = button('⤢', 'Show everything (0)', () => act('reset'), 'hl-icon');
    this.direction = button('⇅', 'Root at the bottom (f)', () => act('direction'), 'hl-icon');
    this.source = button('</>', 'Source lines instead of names (c)', () => act('source'), 'hl-icon');
    this.mine = button('My code', 'Only code of this project (m)', () => act('mine'));
    this.merge = button('Merge threads', 'Threads and processes as one', () => set({ merged: !this.state?.merged }));
    this.colour = button('Colour: package', 'Colours mean packages or functions',
      () => set({ colour: this.state?.colour === 'module' ? 'function' : 'module' }));
    this.legend = button('Legend', 'Packages, processes and threads (p)', () => act('legend'));
    this.help = button('?', 'Keys (?)', () => act('help'), 'hl-icon');
    this.theme = button('◐', 'Light, dark, high contrast', () => set({ theme: this.nextTheme() }), 'hl-icon');
    /** @param {Partial<import('./search.js').Query>} change */
    const change = (change) => this.state && set({ search: { ...this.state.search, ...change } });
    this.text = /** @type {HTMLInputElement} */ (h('input', {
      type: 'search', class: 'hl-search', placeholder: 'Search  /', 'aria-label': 'Search functions, files, modules',
      spellcheck: 'false', autocomplete: 'off', input: () => change({ text: this.text.value }),
      keydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === 'Enter') {
          act(event.shiftKey ? 'previous' : 'next');
        }
      },
    }));
    this.where = /** @type {HTMLSelectElement} */ (h('select', {
      class: 'hl-select', 'aria-label': 'Search in', change: () => change({ in: /** @type {any} */ (this.where.value) }),
    }, ...[['any', 'anything'], ['function', 'function'], ['file', 'file'], ['module', 'module']]
      .map(([value, text]) => h('option', { value, text }))));
    this.caseSensitive = button('Aa', 'Match case', () => change({ caseSensitive: !this.state?.search.caseSensitive }), 'hl-icon');
    this.regex = button('.*', 'Regular expression', () => change({ regex: !this.state?.search.regex }), 'hl-icon');
    this.matches = h('output', { class: 'hl-matches', 'aria-live': 'polite' });
    this.searching = h('div', { class: 'hl-group hl-searching', role: 'search', 'aria-label': 'Functions' },
      this.text, this.where, this.caseSensitive, this.regex);
    this.source.hidden = !sources;
    this.theme.hidden = !themes;
    /** @type {State | null} */
    this.state = null;
    /** @param {string} label @param {Node[]} parts */
    const group = (label, ...parts) => h('div', { class: 'hl-group', role: 'group', 'aria-label': label }, ...parts);
    this.element = h('header', { class: 'hl-toolbar' },
      h('div', { class: 'hl-heading' }, this.title, this.summary, this.matches, /* in the row with room for it */
        group('Panels', this.legend, this.theme, this.help)),
      h('div', { class: 'hl-controls' },
        group('View', ...this.views), group('History', this.back, this.forward, this.reset), this.searching,
        group('Options', this.mine, this.merge, this.colour, this.direction, this.source)));
  }

  nextTheme() {
    const themes = /** @type {const} */ (['auto', 'light', 'dark', 'contrast']);
    return themes[(themes.indexOf(this.state?.theme ?? 'auto') + 1) % themes.length];
  }

  /** @param {State} state @param {{back: boolean, forward: boolean, mineKnown: boolean}} can */
  show(state, can) {
    this.state = state;
    VIEWS.forEach(([view], i) => press(this.views[i], view === state.view));
    this.back.disabled = !can.back;
    this.forward.disabled = !can.forward;
    this.mine.disabled = !can.mineKnown;
    press(this.mine, state.mine);
    press(this.merge, state.merged);
    press(this.direction, state.up);
    press(this.source, state.source);
    press(this.legend, state.legend);
    press(this.caseSensitive, state.search.caseSensitive);
    press(this.regex, state.search.regex);
    this.direction.disabled = state.view === 'table' || state.view === 'sandwich';
    this.colour.textContent = state.colour === 'module' ? 'Colour: package' : 'Colour: function';
    this.theme.title = `Theme: ${state.theme}`;
    this.theme.setAttribute('aria-label', `Theme: ${state.theme}`);
    this.where.value = state.search.in;
    if (this.text.value !== state.search.text) {
      this.text.value = state.search.text;
    }
  }
}
