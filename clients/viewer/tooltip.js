/** What is known of the node under the pointer, beside it and never over it. */
import { h } from './dom.js';

/* Between the tooltip and the row, and to the edge of the picture. */
const DISTANCE = 6;
const MARGIN = 4;

/**
 * Where a tooltip of this size goes: below the row, above it, or in the larger of the two rooms with a
 * part cut off; it never overlaps the row.
 * @param {{x: number, y: number, width: number, height: number}} box of the node
 * @param {{width: number, height: number}} size
 * @param {{width: number, height: number}} room
 * @param {number} pointer
 */
export function placeTooltip(box, size, room, pointer) {
  const below = room.height - (box.y + box.height + DISTANCE);
  const above = box.y - DISTANCE;
  const under = below >= size.height || below >= above;
  const height = Math.min(size.height, Math.max(under ? below : above, 0));
  const most = Math.max(room.width - size.width - MARGIN, MARGIN);
  return {
    x: Math.min(Math.max(pointer + 12, MARGIN), most),
    y: under ? box.y + box.height + DISTANCE : above - height,
    height,
  };
}

/**
 * @typedef {object} Facts
 * @property {string} name
 * @property {string} place
 * @property {[string, string, string, string][]} rows what, amount, of all, of the zoom
 * @property {string} samples
 * @property {boolean} zoomed
 * @property {string} hint
 * @property {string} source
 */

export class Tooltip {
  constructor() {
    this.element = h('div', { class: 'hl-tooltip', role: 'tooltip', 'aria-hidden': 'true', hidden: true });
    this.pointer = 0;
  }

  hide() {
    this.element.hidden = true;
  }

  /** @param {Facts} facts @param {DOMRect} box @param {{width: number, height: number}} room */
  show(facts, box, room) {
    const head = ['', 'amount', 'of all', ...(facts.zoomed ? ['of zoom'] : [])];
    const table = h('table', {},
      h('tr', {}, ...head.map((text) => h('th', { text }))),
      ...facts.rows.map(([what, ...cells]) => h('tr', {}, h('th', { text: what }),
        ...cells.slice(0, head.length - 1).map((text) => h('td', { text })))));
    this.element.replaceChildren(
      h('div', { class: 'hl-tip-name', dir: 'ltr', text: facts.name }),
      ...(facts.place ? [h('div', { class: 'hl-tip-place', dir: 'ltr', text: facts.place })] : []),
      ...(facts.source ? [h('code', { class: 'hl-tip-source', dir: 'ltr', text: facts.source })] : []),
      table,
      ...(facts.samples ? [h('div', { class: 'hl-tip-place', text: facts.samples })] : []),
      h('div', { class: 'hl-tip-hint', text: facts.hint }));
    const { style } = this.element;
    style.maxHeight = '';
    this.element.hidden = false;
    const size = { width: this.element.offsetWidth, height: this.element.offsetHeight };
    const at = placeTooltip(box, size, room, this.pointer);
    style.left = `${at.x}px`;
    style.top = `${at.y}px`;
    style.maxHeight = `${at.height}px`;
    this.element.hidden = at.height < 24;
  }
}
