/** Packages, processes and threads with their shares; each can be hidden. */
import { button, h } from './dom.js';
import { visible } from './names.js';
import { percentText } from './numbers.js';

const MOST = 300;

/**
 * @typedef {object} Entry
 * @property {string} key
 * @property {string} name
 * @property {number} share samples
 * @property {string | null} colour
 * @property {boolean} on
 */

export class Legend {
  /** @param {{toggle: (kind: 'module' | 'structure', key: string, alone: boolean) => void, all: () => void}} handlers */
  constructor(handlers) {
    this.handlers = handlers;
    this.element = h('aside', { class: 'hl-legend', 'aria-label': 'Packages, processes and threads' });
  }

  /** @param {'module' | 'structure'} kind @param {Entry} entry @param {number} whole @param {string} bound */
  item(kind, entry, whole, bound) {
    const box = h('input', { type: 'checkbox', change: () => this.handlers.toggle(kind, entry.key, false) });
    /** @type {HTMLInputElement} */ (box).checked = entry.on;
    const swatch = h('span', { class: 'hl-swatch', 'aria-hidden': 'true' });
    if (entry.colour) {
      swatch.style.backgroundColor = entry.colour;
    }
    const name = visible(entry.name);
    const only = button('only', `Show only ${name}`, () => this.handlers.toggle(kind, entry.key, true), 'hl-only');
    return h('li', {}, h('label', { title: name }, box, swatch,
      h('span', { class: 'hl-legend-name', dir: 'ltr', text: name }),
      h('span', { class: 'hl-legend-share', text: bound + percentText(entry.share, whole) })), only);
  }

  /** @param {Entry[]} modules @param {Entry[]} structure @param {number} whole @param {boolean} exact not lower bounds */
  show(modules, structure, whole, exact) {
    const bound = exact ? '' : '≥ ';
    const focused = document.activeElement;
    const index = [...this.element.querySelectorAll('input, button')].indexOf(/** @type {any} */ (focused));
    const hidden = [...modules, ...structure].some((entry) => !entry.on);
    const parts = [h('div', { class: 'hl-legend-head' }, h('h2', { text: 'Packages' }),
      ...(hidden ? [button('show all', 'Show everything', this.handlers.all, 'hl-only')] : [])),
    h('ul', {}, ...modules.slice(0, MOST).map((entry) => this.item('module', entry, whole, bound)))];
    if (modules.length > MOST) {
      parts.push(h('p', { text: `and ${modules.length - MOST} smaller ones` }));
    }
    if (structure.length > 0) {
      parts.push(h('h2', { text: 'Processes and threads' }),
        h('ul', {}, ...structure.slice(0, MOST).map((entry) => this.item('structure', entry, whole, bound))));
    }
    const { scrollTop } = this.element;
    this.element.replaceChildren(...parts);
    this.element.scrollTop = scrollTop;
    if (index >= 0) {
      /** @type {HTMLElement | undefined} */ (this.element.querySelectorAll('input, button')[index])
        ?.focus();
    }
  }
}
