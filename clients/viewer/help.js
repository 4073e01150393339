/** The keys, as a dialog. */
import { button, h } from './dom.js';
import { helpRows } from './keys.js';

export const help = h('dialog.help', { 'aria-label': 'Keys' }, h('h2', 'Keys'),
  h('table', h('tbody', helpRows().map(({ text, keys }) => (
    h('tr', h('th', { scope: 'row' }, text), h('td', keys.map((key) => h('kbd', key)))))))),
  h('p', 'Click zooms, Ctrl or ⌘ and click opens the source, Ctrl and wheel zoom around the pointer.'),
  button('Close', 'Close', () => help.close()));
