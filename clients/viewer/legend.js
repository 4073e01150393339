/** Packages, processes and threads with their shares; each can be hidden. */
import { LTR, UNSPOKEN, button, h } from './dom.js';
import { look } from './draw.js';
import { packages, slots, structure, whole } from './model.js';
import { visible } from './names.js';
import { percentText } from './numbers.js';
import { slotFill } from './palette.js';
import { set, state } from './store.js';

const MOST_ENTRIES = 300;

export const legend = h('aside.legend', { 'aria-label': 'Legend' });

/**
 * @typedef {object} Entry
 * @property {string} key
 * @property {string} name
 * @property {number} share samples
 * @property {number} [kind] of structure
 * @property {string} [colour]
 */

/**
 * One list. @param {string} title @param {'hidden' | 'excluded'} field of the state @param {Entry[]} entries
 */
function entryList(title, field, entries) {
  const off = state[field];
  return h('div', h('h2', title), h('ul', entries.slice(0, MOST_ENTRIES).map((entry) => {
    const { key, colour } = entry;
    const name = visible(entry.name);
    const box = h('input', { type: 'checkbox', change: () => (
      set({ [field]: off.includes(key) ? off.filter((other) => other !== key) : [...off, key] })) });
    box.checked = !off.includes(key);
    const swatch = h('span.swatch', UNSPOKEN);
    swatch.style.backgroundColor = colour ?? '';
    return h('li', h('label', { title: name }, box, swatch, h('span.legend-name', LTR, name),
      h('span.legend-share', (whole.pruned ? '≥ ' : '') + percentText(entry.share, whole.tree.total[0]))),
    /* Packages and processes and threads are each on their own. */
    button('only', `Show only ${name}`, () => set({ [field]: entries
      .filter((other) => other !== entry && other.kind === entry.kind).map((other) => other.key) }), '.only'));
  })), entries.length > MOST_ENTRIES && h('p', `and ${entries.length - MOST_ENTRIES} smaller ones`));
}

export function showLegend() {
  const { theme } = look;
  legend.hidden = !state.legend;
  if (!state.legend || !theme) {
    return;
  }
  const index = [...legend.querySelectorAll('input, button')].indexOf(/** @type {any} */ (document.activeElement));
  const { scrollTop } = legend;
  const threads = structure();
  legend.replaceChildren(
    state.hidden.length + state.excluded.length
      ? button('show all', 'Show everything', () => set({ hidden: [], excluded: [] }), '.only.show-all') : '',
    entryList('Packages', 'hidden', packages.map(({ name, mine, share }) => ({ key: name, name, share, ...(state.colour === 'module'
      && { colour: theme.fills[slotFill(slots.get(name), whole.info.mineKnown && !mine) + 1] }) }))),
    threads.length ? entryList('Processes and threads', 'excluded', threads) : '');
  legend.scrollTop = scrollTop;
  /** @type {NodeListOf<HTMLElement>} */ (legend.querySelectorAll('input, button'))[index]?.focus();
}
