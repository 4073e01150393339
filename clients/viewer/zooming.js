/** The node that is selected, and the one that is zoomed into; what the host is told of them. */
import { percentText } from './numbers.js';
import { showDetails } from './panels.js';
import { CODE, PROCESS } from './tree.js';
import { firstPlace, nodePlace } from './words.js';

/** @typedef {import('./viewer.js').Viewer} Viewer @typedef {import('./graph.js').Pane} Pane */
/** @typedef {import('./graph.js').Spot} Spot @typedef {import('./model.js').Shown} Shown */

/** @param {Viewer} viewer @param {Spot} spot @param {MouseEvent} event */
export function click(viewer, spot, event) {
  viewer.graph.element.focus({ preventScroll: true });
  if (event.ctrlKey || event.metaKey) {
    openSource(viewer, spot);
    return;
  }
  select(viewer, spot, false);
  zoom(viewer, spot, true);
}

/** @param {Viewer} viewer @param {Spot} spot @param {boolean} show */
export function select(viewer, spot, show) {
  viewer.lastKeys = viewer.keysTo(spot.pane.tree, spot.node);
  viewer.graph.select(spot, show);
  showDetails(viewer);
  announce(viewer, spot);
}

/** @param {Viewer} viewer @param {Spot} spot */
function announce(viewer, { pane, node }) {
  const { tree } = pane;
  const all = /** @type {Shown} */ (viewer.shown).forward.total[0];
  viewer.live.textContent = [viewer.nameOf(tree, node), nodePlace(/** @type {Shown} */ (viewer.shown).functions, tree, node),
    `total ${viewer.unit(tree.total[node])}, ${percentText(tree.total[node], all)}`,
    `own ${viewer.unit(tree.self[node])}`, `level ${tree.depth[node]}`].filter((text) => text !== '').join(', ');
}

/** @param {Viewer} viewer @param {Spot} spot @param {boolean} tell the host */
export function zoom(viewer, { pane, node }, tell) {
  const key = viewer.zoomKey(pane);
  viewer.state = { ...viewer.state, zooms: { ...viewer.state.zooms, [key]: viewer.keysTo(pane.tree, node) } };
  viewer.graph.zoom(pane, node, true);
  viewer.graph.reveal({ pane, node });
  viewer.tooltip.hide();
  viewer.remember();
  viewer.toolbar.show(viewer.state, { back: viewer.history.canGo(-1), forward: viewer.history.canGo(1),
    mineKnown: viewer.shown?.functions.mineKnown ?? false });
  showDetails(viewer);
  if (tell) {
    tellFocus(viewer, pane, node);
  }
  void refine(viewer, pane, node);
}

/** @param {Viewer} viewer @param {Pane} pane @param {number} node */
export function tellFocus(viewer, pane, node) {
  const { tree } = pane;
  const shown = /** @type {Shown} */ (viewer.shown);
  const fn = tree.fn[node];
  if (fn < 0 || node === 0) {
    viewer.host.focus(null);
    return;
  }
  const whole = viewer.model.whole?.tree;
  const ids = tree.ids ?? (tree.from && !viewer.model.remote && viewer.state.view !== 'sandwich'
    && viewer.state.view !== 'inverted' ? whole?.ids : null);
  const { functions } = shown;
  viewer.host.focus({
    id: (tree.ids ? tree.ids[node] : ids && tree.from ? ids[tree.from[node]] : '') ?? '',
    name: functions.name[fn], file: functions.file[fn], line: functions.line[fn] || tree.line[node],
    kind: functions.kind[fn] === CODE ? 'code' : functions.kind[fn] === PROCESS ? 'process' : 'thread',
    samples: tree.total[node],
  });
}

/** @param {Viewer} viewer @param {Pane} pane @param {number} node */
async function refine(viewer, pane, node) {
  const { turn } = viewer;
  try {
    const shown = await viewer.model.refine(viewer.state, node);
    if (shown && turn === viewer.turn && pane === viewer.graph.panes[0]) {
      viewer.present(shown, false);
    }
  } catch (error) {
    viewer.fail(error);
  }
}

/** @param {Viewer} viewer @param {Spot} spot */
export function openSource(viewer, { pane, node }) {
  const fn = pane.tree.fn[node];
  const { functions } = /** @type {Shown} */ (viewer.shown);
  const target = fn >= 0 ? { file: functions.file[fn], line: pane.tree.line[node] || functions.line[fn] }
    : firstPlace(functions, pane.tree);
  if (target?.file) {
    viewer.host.open?.(target.file, target.line);
  }
}
