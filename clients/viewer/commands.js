/** What keys and buttons do. */
import { live } from './details.js';
import { look } from './draw.js';
import { boxOf, graph, home, lastPane, panes, selected, selectedFunction, zoomPane } from './graph.js';
import { help } from './help.js';
import { actionOf, actions } from './keys.js';
import { shown, whole } from './model.js';
import { sibling, vertical } from './moves.js';
import { visible } from './names.js';
import { pivotOn, refresh } from './present.js';
import { nextMatch } from './search.js';
import { NO_ZOOMS } from './state.js';
import { flip, history, host, note, set, state } from './store.js';
import { searchField } from './toolbar.js';
import { functionTotals } from './totals.js';
import { CODE } from './tree.js';
import { openSource, select, tellFocus, zoom } from './zooming.js';

Object.assign(actions, {
  up: () => move((spot) => vertical(panes, spot, -1)),
  down: () => move((spot) => vertical(panes, spot, 1)),
  left: () => move((spot) => sibling(spot, -1)),
  right: () => move((spot) => sibling(spot, 1)),
  zoom: () => selected && zoom(selected, true),
  out: zoomOut,
  reset,
  escape,
  back: () => travel(-1),
  forward: () => travel(1),
  search: () => {
    searchField.focus();
    searchField.select();
  },
  next: () => goToMatch(1),
  previous: () => goToMatch(-1),
  flame: () => set({ view: 'flame' }, true),
  inverted: () => set({ view: 'inverted' }, true),
  sandwich: showSandwich,
  table: () => set({ view: 'table' }, true),
  help: () => help.showModal(),
  open: () => selected && openSource(selected),
  hide: hideSelected,
  mine: () => whole.info.mineKnown && flip('mine'),
  source: () => host.source && flip('source'),
  direction: () => {
    flip('up');
    requestAnimationFrame(home);
  },
  legend: () => flip('legend'),
});

/** A view's key leads back from it as well. @param {KeyboardEvent} event */
export function pressed(event) {
  const action = actionOf(event);
  if (action) {
    event.preventDefault();
    event.stopPropagation();
    actions[action === state.view && action !== 'sandwich' ? 'flame' : action]();
  }
}

/** Keys outside of the picture: not in fields, and not those that buttons and lists need. @param {KeyboardEvent} event */
export function pressedOutside(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const action = actionOf(event);
  if (help.open || !action) {
    return;
  }
  if (action === 'escape') {
    escape();
    target.blur(); /* the picture cannot take the focus while the table is shown */
    graph.focus();
  } else if (!/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) && !/^(Arrow|Enter|Home|Backspace| )/.test(event.key)) {
    pressed(event);
  }
}

/** @param {(spot: import('./graph.js').Spot) => import('./graph.js').Spot | null} next */
function move(next) {
  const pane = lastPane();
  const spot = selected ? next(selected) : pane && { pane, node: pane.zoom };
  if (spot) {
    select(spot, true);
  }
}

/** Of the selected function, else the last one, else the one that runs most. */
function showSandwich() {
  const { functions } = shown.forward;
  const chosen = selectedFunction();
  if (chosen?.kind === CODE) {
    pivotOn(chosen);
  } else if (functions.some(({ key }) => key === state.pivot)) {
    set({ view: 'sandwich' }, true);
  } else {
    const { self } = functionTotals(shown.forward, 0);
    const heaviest = functions.reduce((best, { kind }, fn) => (kind === CODE && self[fn] > (self[best] ?? 0) ? fn : best), -1);
    if (heaviest >= 0) {
      pivotOn(functions[heaviest]);
    }
  }
}

function zoomOut() {
  const pane = panes.find((each) => each.zoom > 0);
  if (pane) {
    zoom({ pane, node: pane.tree.parent[pane.zoom] }, true);
  }
}

function reset() {
  const isWhole = panes.every((pane) => pane.now.to - pane.now.from >= pane.tree.total[0]);
  if (!isWhole || Object.values(state.zooms).some((path) => path.length > 0)) {
    panes.forEach((pane) => zoomPane(pane, 0, true));
    host.focus(null);
    set({ zooms: NO_ZOOMS });
  }
}

function escape() {
  if (state.search.text) {
    set({ search: { ...state.search, text: '' } });
  } else if (state.view !== 'table' && panes.some((pane) => pane.zoom > 0)) {
    zoomOut();
  } else if (state.view !== 'flame') {
    actions.flame();
  }
}

/** @param {number} steps */
async function travel(steps) {
  const place = history.peek(steps);
  if (place) {
    history.go(steps);
    note(place);
    await refresh(false);
    const pane = lastPane();
    if (pane) {
      tellFocus({ pane, node: pane.zoom });
    }
  }
}

/** @param {number} step */
function goToMatch(step) {
  const pane = selected?.pane ?? lastPane();
  if (!look.found || !pane || state.view === 'table') {
    return;
  }
  const node = nextMatch(pane.tree, look.found, selected?.node ?? (step > 0 ? -1 : 0), step);
  if (node >= 0) {
    const spot = { pane, node };
    if ((boxOf(spot)?.width ?? 0) < 8) {
      zoom(spot, false);
    }
    select(spot, true);
  }
}

function hideSelected() {
  const func = selectedFunction();
  if (func?.kind === CODE) {
    live.textContent = `${visible(func.group)} hidden`;
    set({ hidden: [...state.hidden, func.group] });
  }
}
