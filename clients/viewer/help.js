/** The keys, as a dialog. */
import { button, h } from './dom.js';
import { helpRows } from './keys.js';

/** @returns {HTMLDialogElement} */
export function makeHelp() {
  const dialog = /** @type {HTMLDialogElement} */ (h('dialog', { class: 'hl-help', 'aria-label': 'Keys' }));
  const rows = helpRows().map(({ text, keys }) => h('tr', {},
    h('th', { scope: 'row', text }),
    h('td', {}, ...keys.map((key) => h('kbd', { text: key })))));
  dialog.append(h('h2', { text: 'Keys' }), h('table', {}, h('tbody', {}, ...rows)),
    h('p', { text: 'Click zooms, Ctrl or ⌘ and click opens the source, Ctrl and the wheel zoom around the pointer.' }),
    button('Close', 'Close', () => dialog.close()));
  return dialog;
}
