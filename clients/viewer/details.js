/** The line below the picture: the node that is selected, and what can be done with it. */
import { LTR, h } from './dom.js';
import { panes, selected, selectedFunction } from './graph.js';
import { actionButton } from './keys.js';
import { shown, unit } from './model.js';
import { percentText } from './numbers.js';
import { host, state } from './store.js';
import { CODE, follow } from './tree.js';
import { nodeName, nodePlace } from './words.js';

const out = actionButton('reset', '✕ Zoomed into', '.out');
const name = h('strong', LTR);
const facts = h('span.facts', LTR);
/** What an export has in it. */
export const contents = h('span.note');
const open = actionButton('open', 'Open');
const callers = actionButton('sandwich', 'Callers');
const hide = actionButton('hide', 'Hide package');
const buttons = h('div.group', { role: 'group', 'aria-label': 'Selected node' }, actionButton('zoom', 'Zoom'), open, callers, hide);
export const details = h('footer.details', out, name, facts, contents, buttons);
/** For screen readers. */
export const live = h('div.unseen', { 'aria-live': 'polite', role: 'status' });

/** Its numbers, for people. @param {import('./graph.js').Spot} spot */
export const nodeNumbers = ({ pane: { tree }, node }) => [nodePlace(tree, node), `${unit(tree.total[node])} total`,
  percentText(tree.total[node], shown.forward.total[0]), `${unit(tree.self[node])} own`].filter((text) => text);

export function showDetails() {
  const isTable = state.view === 'table';
  const zoomed = panes.find((pane) => pane.zoom > 0);
  const [tree, zoom] = isTable ? [shown.forward, follow(shown.forward, state.zooms.flame)] : [zoomed?.tree, zoomed?.zoom];
  out.hidden = !tree || !zoom;
  out.textContent = tree && zoom ? `✕ Zoomed into ${nodeName(tree, zoom)}` : '';
  const spot = isTable ? null : selected;
  const func = selectedFunction();
  name.textContent = spot && nodeName(spot.pane.tree, spot.node);
  facts.textContent = spot && nodeNumbers(spot).join(' · ');
  buttons.hidden = !spot;
  contents.hidden = !!spot;
  callers.disabled = func?.kind !== CODE;
  hide.disabled = callers.disabled;
  open.hidden = !host.open;
  open.disabled = !func?.file;
}
