/** The node that is selected, and the one that is zoomed into; what the host is told of them. */
import { live, nodeNumbers, showDetails } from './details.js';
import { graph, panes, reveal, selectSpot, zoomPane } from './graph.js';
import { keysTo, original, refine } from './model.js';
import { fail, keepSelected, present, sameTurn, zoomKey } from './present.js';
import { host, note, state } from './store.js';
import { showToolbar } from './toolbar.js';
import { hideTooltip } from './tooltip.js';
import { CODE, PROCESS, functionAt } from './tree.js';
import { nodeName, placeOf } from './words.js';

/** @typedef {import('./graph.js').Spot} Spot */

/** @param {Spot} spot @param {MouseEvent} event */
export function click(spot, { ctrlKey, metaKey }) {
  graph.focus({ preventScroll: true });
  if (ctrlKey || metaKey) {
    openSource(spot);
  } else {
    select(spot, false);
    zoom(spot, true);
  }
}

/** @param {Spot} spot @param {boolean} show */
export function select(spot, show) {
  const { pane: { tree }, node } = spot;
  keepSelected(keysTo(tree, node));
  selectSpot(spot, show);
  showDetails();
  live.textContent = [nodeName(tree, node), ...nodeNumbers(spot), `level ${tree.depth[node]}`].join(', ');
}

/** @param {Spot} spot @param {boolean} tell the host */
export function zoom(spot, tell) {
  const { pane, node } = spot;
  zoomPane(pane, node, true);
  reveal(spot);
  hideTooltip();
  note({ zooms: { ...state.zooms, [zoomKey(pane)]: keysTo(pane.tree, node) } });
  showToolbar();
  showDetails();
  if (tell) {
    tellFocus(spot);
  }
  void showMore(spot);
}

/** What was pruned there, from the host. @param {Spot} spot */
async function showMore({ pane, node }) {
  const isLast = sameTurn();
  try {
    const more = await refine(node);
    if (more && isLast() && pane === panes[0]) {
      present(more, false);
    }
  } catch (error) {
    fail(error);
  }
}

/** @param {Spot} spot */
export function tellFocus({ pane: { tree }, node }) {
  const { name, kind, file, line } = functionAt(tree, node);
  const at = original(tree, node);
  host.focus(kind < CODE || !node ? null : {
    id: at.tree.ids?.[at.node] ?? '', name, file, line: line || tree.line[node],
    kind: kind === CODE ? 'code' : kind === PROCESS ? 'process' : 'thread', samples: tree.total[node],
  });
}

/** The root stands for the program: the first function with a file. @param {import('./tree.js').Tree} tree */
function firstPlace(tree) {
  const first = tree.fn.find((fn) => fn >= 0 && tree.functions[fn].kind === CODE && tree.functions[fn].file !== '');
  return tree.functions[first ?? -1] ?? { file: '', line: 0 };
}

/** @param {Spot} spot */
export function openSource({ pane: { tree }, node }) {
  const { file, line } = functionAt(tree, node).kind < CODE ? firstPlace(tree) : placeOf(tree, node);
  if (file) {
    host.open?.(file, line || 1);
  }
}
