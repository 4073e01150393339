/** What is known of the node under the pointer, beside it and never over it. */
import { LTR, UNSPOKEN, h } from './dom.js';
import { shown, unit, whole } from './model.js';
import { placeTooltip } from './moves.js';
import { percentText, samplesText } from './numbers.js';
import { host, state } from './store.js';
import { OTHER } from './tree.js';
import { nodeName, nodePlace, nodeSource } from './words.js';

export const tooltip = h('div.tooltip', UNSPOKEN, { role: 'tooltip', hidden: true });

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
  const row = (what, amount) => h('tr', h('th', what), h('td', unit(amount)), h('td', percentText(amount, all)),
    isZoomed && h('td', percentText(amount, zoomed)));
  /* Children are callers: then a node has no own time. */
  const backward = state.view === 'inverted' || (state.view === 'sandwich' && up);
  return h('div',
    h('div.tip-name', LTR, nodeName(tree, node)),
    place && h('div.tip-place', LTR, place),
    source && h('code.tip-source', LTR, source.map(({ text }) => text)),
    h('table', h('tr', h('th'), h('th', 'amount'), h('th', 'of all'), isZoomed && h('th', 'of zoom')),
      row(backward ? 'this way' : 'total', total), !backward && row('own', tree.self[node])),
    samples && h('div.tip-place', samples),
    h('div.tip-hint', tree.fn[node] === OTHER ? 'small calls, folded'
      : `click: zoom${host.open && place ? ' · ctrl+click: open' : ''}`));
}

/** @param {import('./graph.js').Spot} spot @param {DOMRect} box of it @param {number} pointer where it is, from the left */
export function showTooltip(spot, box, pointer) {
  const { style } = tooltip;
  const { clientWidth: width, clientHeight: height } = /** @type {Element} */ (tooltip.parentElement);
  tooltip.replaceChildren(nodeFacts(spot));
  style.maxHeight = '';
  tooltip.hidden = false;
  const at = placeTooltip(box, { width: tooltip.offsetWidth, height: tooltip.offsetHeight }, { width, height }, pointer);
  style.left = `${at.x}px`;
  style.top = `${at.y}px`;
  style.maxHeight = `${at.height}px`;
  tooltip.hidden = at.height < 24;
}
