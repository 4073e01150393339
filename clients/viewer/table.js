/** The functions as a real table: sortable, and as long as it is. Rows come as one scrolls. */
import { LTR, UNSPOKEN, h } from './dom.js';
import { shown, unit } from './model.js';
import { compareText, nameOf, placeText } from './names.js';
import { percentText } from './numbers.js';
import { matches } from './search.js';
import { host, set, state } from './store.js';
import { CODE } from './tree.js';
import { nodeName } from './words.js';

const CHUNK = 200;
const ROW_HEIGHT = 24;

const SHARE = 'share of all that is shown';
/** Key, title and what it is; a share is not sorted by. */
const COLUMNS = /** @type {[string, string, string][]} */ ([
  ['self', 'Own', 'while it was on top of the stack'],
  ['self', 'Own %', SHARE],
  ['total', 'Total', 'with all that it called'],
  ['total', 'Total %', SHARE],
  ['calls', 'Calls out', 'how many different functions it calls'],
  ['name', 'Function', ''],
]);

const body = h('tbody');
const caption = h('caption');
const heads = COLUMNS.map(([key, text, title]) => h(/** @type {'th'} */ (`th.col-${key}`), { scope: 'col' }, h('button', { title,
  click: () => set({ sort: { key, down: state.sort.key === key ? !state.sort.down : key !== 'name' } }) }, text)));
export const table = h('div.table', { tabindex: '0', role: 'region', 'aria-label': 'Functions', scroll: more },
  h('table.functions', caption, h('thead', h('tr', heads)), body));

/** @type {number[]} functions that are still to come */
let waiting = [];
let made = 0;
/** @type {(fn: number) => Node} */
let makeRow;

/** @param {import('./model.js').Rows} rows @param {number} node that the numbers are within @param {(func: import('./tree.js').Func) => void} choose */
export function showTable(rows, node, choose) {
  const { functions, self, total, calls } = rows;
  const { forward } = shown;
  const all = forward.total[node];
  const { key, down } = state.sort;
  const found = matches(functions, state.search);
  const values = /** @type {Record<string, ArrayLike<number>>} */ ({ self, total, calls })[key];
  const sign = down ? -1 : 1;
  waiting = [...functions.keys()].filter((fn) => functions[fn].kind === CODE && total[fn] > 0 && (!found || found[fn]));
  waiting.sort((a, b) => {
    const names = compareText(functions[a].name, functions[b].name) || a - b;
    return values ? sign * (values[a] - values[b]) || total[b] - total[a] || names : sign * names;
  });
  heads.forEach((head, i) => {
    const isSorted = COLUMNS[i][0] === key && COLUMNS[i - 1]?.[0] !== key;
    head.setAttribute('aria-sort', isSorted ? down ? 'descending' : 'ascending' : 'none');
  });
  caption.textContent = `${unit(all)}${node ? ` within ${nodeName(forward, node)}` : ''}. Recursion counts once.`
    + (rows.exact ? '' : ' Small calls are folded into “(other)”: numbers are at least these.')
    + (waiting.length ? '' : ' No function of what is shown matches.');

  makeRow = (fn) => {
    const func = functions[fn];
    const { open } = host;
    const place = placeText(func.file, func.line);
    const bar = h('span.bar', UNSPOKEN);
    bar.style.width = `${all > 0 ? (100 * self[fn]) / all : 0}%`;
    return h('tr', h('td', unit(self[fn])), h('td.share', bar, h('span', percentText(self[fn], all))), h('td', unit(total[fn])),
      h('td', percentText(total[fn], all)), h('td', String(calls[fn])),
      h('th', { scope: 'row' }, h('button.link', LTR, { title: 'Callers and callees', click: () => choose(func) }, nameOf(func)), ' ',
        open && func.file ? h('button.link.place', LTR, { title: 'Open', click: () => open(func.file, func.line || 1) }, place)
          : h('span.place', LTR, place)));
  };
  body.replaceChildren();
  made = 0;
  table.scrollTop = 0;
  more();
}

function more() {
  while (waiting.length && table.scrollTop + table.clientHeight * 2 + 400 > made * ROW_HEIGHT) {
    const next = waiting.splice(0, CHUNK);
    made += next.length;
    body.append(...next.map(makeRow));
  }
}
