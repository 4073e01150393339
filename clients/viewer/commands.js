/** What keys and buttons do. */
import { actionOf } from './keys.js';
import { sibling, vertical } from './moves.js';
import { visible } from './names.js';
import { nextMatch } from './search.js';
import { CODE } from './tree.js';
import { openSource, select, tellFocus, zoom } from './zooming.js';

/** @typedef {import('./keys.js').Action} Action @typedef {import('./viewer.js').Viewer} Viewer */

/** @param {Viewer} viewer @param {KeyboardEvent} event */
export function pressed(viewer, event) {
  const action = actionOf(event);
  if (action) {
    event.preventDefault();
    event.stopPropagation();
    act(viewer, action);
  }
}

/** Keys outside of the picture: not in fields, and not those that buttons and lists need. @param {Viewer} viewer @param {KeyboardEvent} event */
export function pressedOutside(viewer, event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const action = actionOf(event);
  if (viewer.help.open || !action) {
    return;
  }
  if (action === 'escape') {
    act(viewer, action);
    target.blur(); /* the picture cannot take the focus while the table is shown */
    viewer.graph.element.focus();
    return;
  }
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
  if (typing || /^(Arrow|Enter|Home|Backspace| )/.test(event.key)) {
    return;
  }
  pressed(viewer, event);
}

/** @param {Viewer} viewer @param {Action} action */
export function act(viewer, action) {
  const { state, graph } = viewer;
  const { selected } = graph;
  /** @type {Record<Action, () => void>} */
  const actions = {
    up: () => move(viewer, -1, 0), down: () => move(viewer, 1, 0), left: () => move(viewer, 0, -1), right: () => move(viewer, 0, 1),
    zoom: () => selected && zoom(viewer, selected, true),
    out: () => zoomOut(viewer),
    reset: () => reset(viewer),
    escape: () => escape(viewer),
    back: () => travel(viewer, -1),
    forward: () => travel(viewer, 1),
    search: () => { viewer.toolbar.text.focus(); viewer.toolbar.text.select(); },
    next: () => goToMatch(viewer, 1),
    previous: () => goToMatch(viewer, -1),
    flame: () => viewer.setView('flame'),
    inverted: () => viewer.setView(state.view === 'inverted' ? 'flame' : 'inverted'),
    sandwich: () => viewer.setView('sandwich'),
    table: () => viewer.setView(state.view === 'table' ? 'flame' : 'table'),
    help: () => viewer.help.showModal(),
    open: () => selected && openSource(viewer, selected),
    hide: () => hideSelected(viewer),
    mine: () => viewer.shown?.functions.mineKnown && viewer.set({ mine: !state.mine }),
    source: () => viewer.host.source && viewer.set({ source: !state.source }),
    direction: () => { viewer.set({ up: !state.up }); requestAnimationFrame(() => graph.home()); },
    legend: () => viewer.set({ legend: !state.legend }),
  };
  actions[action]();
}

/** @param {Viewer} viewer @param {number} down rows of the screen @param {number} right */
function move(viewer, down, right) {
  const { graph } = viewer;
  const last = graph.panes[graph.panes.length - 1];
  if (!last) {
    return;
  }
  const spot = graph.selected ?? { pane: last, node: last.zoom };
  if (!graph.selected) {
    select(viewer, spot, true);
    return;
  }
  const next = down !== 0 ? vertical(graph.panes, spot, down) : { pane: spot.pane, node: sibling(spot, right) };
  if (next && next.node >= 0) {
    select(viewer, next, true);
  }
}

/** @param {Viewer} viewer */
function zoomOut(viewer) {
  const pane = viewer.graph.panes.find((each) => each.zoom > 0);
  if (pane) {
    zoom(viewer, { pane, node: pane.tree.parent[pane.zoom] }, true);
  }
}

/** @param {Viewer} viewer */
function reset(viewer) {
  const { zooms } = viewer.state;
  if (Object.values(zooms).every((path) => path.length === 0)
      && viewer.graph.panes.every((pane) => pane.now.to - pane.now.from >= pane.tree.total[0])) {
    return;
  }
  viewer.state = { ...viewer.state, zooms: { flame: [], inverted: [], callers: [], callees: [] } };
  viewer.graph.panes.forEach((pane) => viewer.graph.zoom(pane, 0, true));
  viewer.remember();
  viewer.host.focus(null);
  void viewer.refresh(false);
}

/** @param {Viewer} viewer */
function escape(viewer) {
  if (viewer.state.search.text !== '') {
    viewer.set({ search: { ...viewer.state.search, text: '' } });
  } else if (viewer.state.view !== 'table' && viewer.graph.panes.some((pane) => pane.zoom > 0)) {
    zoomOut(viewer);
  } else if (viewer.state.view !== 'flame') {
    viewer.setView('flame');
  }
}

/** @param {Viewer} viewer @param {number} steps */
function travel(viewer, steps) {
  const place = viewer.history.go(steps);
  if (place) {
    viewer.state = { ...viewer.state, ...structuredClone(place) };
    viewer.keep();
    void viewer.refresh(false).then(() => {
      const pane = viewer.graph.panes[viewer.graph.panes.length - 1];
      if (pane) {
        tellFocus(viewer, pane, pane.zoom);
      }
    });
  }
}

/** @param {Viewer} viewer @param {number} step */
function goToMatch(viewer, step) {
  const { graph } = viewer;
  const pane = graph.selected?.pane ?? graph.panes[graph.panes.length - 1];
  if (!graph.found || !pane || viewer.state.view === 'table') {
    return;
  }
  const node = nextMatch(pane.tree, graph.found, graph.selected?.node ?? (step > 0 ? -1 : 0), step);
  if (node < 0) {
    return;
  }
  const box = graph.boxOf({ pane, node });
  if (!box || box.width < 8) {
    zoom(viewer, { pane, node }, false);
  }
  select(viewer, { pane, node }, true);
}

/** @param {Viewer} viewer */
function hideSelected(viewer) {
  const { selected } = viewer.graph;
  const fn = selected ? selected.pane.tree.fn[selected.node] : -1;
  const functions = viewer.shown?.functions;
  if (functions && fn >= 0 && functions.kind[fn] === CODE) {
    const group = functions.group[fn];
    viewer.live.textContent = `${visible(group)} hidden`;
    viewer.set({ hidden: [...viewer.state.hidden, group] });
  }
}
