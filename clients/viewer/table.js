/** The functions as a real table: sortable, and as long as it is. Rows come as one scrolls. */
import { h } from './dom.js';
import { nameOf, placeTextOf } from './names.js';
import { amountText, percentText } from './numbers.js';

const CHUNK = 200;

/** @typedef {'name' | 'self' | 'total' | 'calls'} Key */

const COLUMNS = /** @type {{key: Key, share?: boolean, title: string, about: string}[]} */ ([
  { key: 'self', title: 'Own', about: 'while it was on top of the stack' },
  { key: 'self', share: true, title: 'Own %', about: 'share of all that is shown' },
  { key: 'total', title: 'Total', about: 'with all that it called' },
  { key: 'total', share: true, title: 'Total %', about: 'share of all that is shown' },
  { key: 'calls', title: 'Calls out', about: 'how many different functions it calls' },
  { key: 'name', title: 'Function', about: '' },
]);

/**
 * @typedef {(fn: number, functions: import('./tree.js').Functions) => void} Choose
 *
 * @typedef {object} Rows
 * @property {import('./tree.js').Functions} functions
 * @property {Float64Array} self
 * @property {Float64Array} total
 * @property {Int32Array} calls
 * @property {number} whole samples that shares are of
 * @property {import('./numbers.js').Scale} scale
 * @property {Uint8Array | null} found
 * @property {string} caption
 */

export class Table {
  /** @param {{sort: (key: Key) => void, choose: Choose, open: Choose | null}} handlers */
  constructor(handlers) {
    this.handlers = handlers;
    this.body = h('tbody');
    this.caption = h('caption');
    this.heads = COLUMNS.map(({ key, title, about }) => h('th', { scope: 'col', class: `hl-col-${key}` },
      h('button', { type: 'button', title: about, text: title, click: () => handlers.sort(key) })));
    const table = h('table', { class: 'hl-functions' }, this.caption, h('thead', {}, h('tr', {}, ...this.heads)),
      this.body);
    this.element = h('div', { class: 'hl-table', tabindex: '0', role: 'region', 'aria-label': 'Functions',
      scroll: () => this.more() }, table);
    /** @type {Rows | null} */
    this.rows = null;
    /** @type {number[]} */
    this.order = [];
    this.made = 0;
  }

  /** @param {Rows} rows @param {{key: string, down: boolean}} sort */
  show(rows, sort) {
    this.rows = rows;
    const { functions, self, total, calls, found } = rows;
    const values = { self, total, calls }[sort.key];
    const sign = sort.down ? -1 : 1;
    this.order = [];
    for (let i = 0; i < functions.count; i++) {
      if (functions.kind[i] === 0 && total[i] > 0 && (!found || found[i])) {
        this.order.push(i);
      }
    }
    /** @param {number} a @param {number} b */
    const byName = (a, b) => (functions.name[a] < functions.name[b] ? -1
      : functions.name[a] > functions.name[b] ? 1 : a - b);
    this.order.sort((a, b) => (values ? sign * (values[a] - values[b]) || total[b] - total[a] || byName(a, b)
      : sign * byName(a, b)));
    this.heads.forEach((head, i) => {
      const { key, share } = COLUMNS[i];
      const sorted = key === sort.key && !share;
      head.setAttribute('aria-sort', sorted ? (sort.down ? 'descending' : 'ascending') : 'none');
    });
    this.caption.textContent = this.order.length > 0 ? rows.caption : `${rows.caption} No function of what is shown matches.`;
    this.body.replaceChildren();
    this.made = 0;
    this.element.scrollTop = 0;
    this.more();
  }

  more() {
    const { element } = this;
    while (this.made < this.order.length
      && element.scrollTop + element.clientHeight * 2 + 400 > this.made * 24) {
      const to = Math.min(this.made + CHUNK, this.order.length);
      this.body.append(...this.order.slice(this.made, to).map((fn) => this.row(fn)));
      this.made = to;
    }
  }

  /** @param {number} fn */
  row(fn) {
    const { functions, self, total, calls, whole, scale } = /** @type {Rows} */ (this.rows);
    const { open } = this.handlers;
    const place = placeTextOf(functions, fn);
    const name = h('button', { type: 'button', class: 'hl-link', dir: 'ltr', text: nameOf(functions, fn),
      title: 'Callers and callees', click: () => this.handlers.choose(fn, functions) });
    const where = open && functions.file[fn]
      ? h('button', { type: 'button', class: 'hl-link hl-place', dir: 'ltr', text: place, title: 'Open',
        click: () => open(fn, functions) })
      : h('span', { class: 'hl-place', dir: 'ltr', text: place });
    const bar = h('span', { class: 'hl-bar', 'aria-hidden': 'true' });
    bar.style.width = `${whole > 0 ? (100 * self[fn]) / whole : 0}%`;
    return h('tr', {},
      h('td', { text: amountText(scale, self[fn]) }),
      h('td', { class: 'hl-share' }, bar, h('span', { text: percentText(self[fn], whole) })),
      h('td', { text: amountText(scale, total[fn]) }),
      h('td', { text: percentText(total[fn], whole) }),
      h('td', { text: String(calls[fn]) }),
      h('th', { scope: 'row' }, name, ' ', where));
  }
}
