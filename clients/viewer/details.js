/** The line below the picture: the node that is selected, and what can be done with it. */
import { button, h } from './dom.js';

/** @typedef {import('./keys.js').Action} Action */

export class Details {
  /** @param {(action: Action) => void} act @param {boolean} opens */
  constructor(act, opens) {
    this.name = h('strong', { dir: 'ltr' });
    this.facts = h('span', { class: 'hl-facts', dir: 'ltr' });
    this.zoom = button('Zoom', 'Zoom into it (Enter)', () => act('zoom'));
    this.open = button('Open', 'Open the source (o)', () => act('open'));
    this.sandwich = button('Callers', 'Callers and callees (s)', () => act('sandwich'));
    this.hide = button('Hide package', 'Hide its package (x)', () => act('hide'));
    this.out = button('✕ zoom out', 'Show everything (0)', () => act('reset'), 'hl-out');
    this.opens = opens;
    this.actions = h('div', { class: 'hl-group', role: 'group', 'aria-label': 'Selected node' },
      this.zoom, this.open, this.sandwich, this.hide);
    this.note = h('span', { class: 'hl-note' });
    this.element = h('footer', { class: 'hl-details' }, this.out, this.name, this.facts, this.note, this.actions);
    this.show(null, '');
  }

  /** @param {{name: string, facts: string, code: boolean, place: boolean} | null} node @param {string} zoom */
  show(node, zoom) {
    this.name.textContent = node?.name ?? '';
    this.facts.textContent = node?.facts ?? '';
    this.out.hidden = zoom === '';
    this.out.textContent = `✕ Zoomed into ${zoom}`;
    this.actions.hidden = node === null;
    this.note.hidden = node !== null;
    this.sandwich.disabled = !node?.code;
    this.hide.disabled = !node?.code;
    this.open.hidden = !this.opens;
    this.open.disabled = !node?.place;
  }
}
