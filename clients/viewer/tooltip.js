/** What is known of the node under the pointer, beside it and never over it. */
import { LTR, h } from './dom.js';
import { shown, unit, whole } from './model.js';
import { placeTooltip } from './moves.js';
import { percentText, samplesText } from './numbers.js';
import { host, state } from './store.js';
import { OTHER } from './tree.js';
import { nodeName, nodePlace, nodeSource } from './words.js';

export const tooltip = h('div.tooltip', { role: 'tooltip', 'aria-hidden': 'true', hidden: true });

export function hideTooltip() {
  tooltip.hidden = true;
}

/** @param {import('./graph.js').Spot} spot */
function nodeFacts({ pane: { tree, zoom, up }, node }) {
  const total = tree.total[node];
  const all = shown.forward.total[0];
  const zoomed = tree.total[zoom];
  const samples = samplesText(whole.info, total);
  const place = nodePlace(tree, node);
  const source = nodeSource(tree, node);
  const isZoomed = zoom > 0 || zoomed !== all;
  /** @param {string} what @param {number} amount */
  const row = (what, amount) => h('tr', h('th', what), ...[unit(amount), percentText(amount, all),
    ...(isZoomed ? [percentText(amount, zoomed)] : [])].map((text) => h('td', text)));
  /* Children are callers: then a node has no own time. */
  const backward = state.view === 'inverted' || (state.view === 'sandwich' && up);
  return [
    h('div.tip-name', LTR, nodeName(tree, node)),
    ...(place ? [h('div.tip-place', LTR, place)] : []),
    ...(source ? [h('code.tip-source', LTR, source.map(({ text }) => text).join(''))] : []),
    h('table', h('tr', ...['', 'amount', 'of all', ...(isZoomed ? ['of zoom'] : [])].map((text) => h('th', text))),
      ...(backward ? [row('this way', total)] : [row('total', total), row('own', tree.self[node])])),
    ...(samples ? [h('div.tip-place', samples)] : []),
    h('div.tip-hint', tree.fn[node] === OTHER ? 'small calls, folded'
      : `click: zoom${host.open && place ? ' · ctrl+click: open' : ''}`),
  ];
}

/** @param {import('./graph.js').Spot} spot @param {DOMRect} box of it @param {number} pointer where it is, from the left */
export function showTooltip(spot, box, pointer) {
  const { style } = tooltip;
  const { clientWidth: width, clientHeight: height } = /** @type {Element} */ (tooltip.parentElement);
  tooltip.replaceChildren(...nodeFacts(spot));
  style.maxHeight = '';
  tooltip.hidden = false;
  const at = placeTooltip(box, { width: tooltip.offsetWidth, height: tooltip.offsetHeight }, { width, height }, pointer);
  style.left = `${at.x}px`;
  style.top = `${at.y}px`;
  style.maxHeight = `${at.height}px`;
  tooltip.hidden = at.height < 24;
}
