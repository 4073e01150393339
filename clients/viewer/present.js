/** The state becomes trees, the trees are shown. */
import { showDetails } from './details.js';
import { h } from './dom.js';
import { look } from './draw.js';
import { graph, home, hoverAgain, lastPane, makePane, panes, redraw, selectSpot, setPanes, zoomPane } from './graph.js';
import { legend, showLegend } from './legend.js';
import { mark, searchRemote, showMatches } from './matching.js';
import { findFunction, isLoaded, isRemote, rows, setShown, show, shown, slots, whole } from './model.js';
import { visible } from './names.js';
import { assign } from './palette.js';
import { note, set, state } from './store.js';
import { showTable, table } from './table.js';
import { showToolbar } from './toolbar.js';
import { tooltip } from './tooltip.js';
import { follow } from './tree.js';

export const message = h('div.message', { role: 'alert', hidden: true });
export const stage = h('div.stage', graph, tooltip);
export const main = h('main.main', stage, table, legend);
/** Path of the selected node. @type {string[]} */
let selectedKeys = [];
/** Answers that come after a newer question are not shown. */
let turn = 0;

/** @param {any} error */
export function fail(error) {
  message.hidden = false;
  message.textContent = visible(error.message);
}

/** @param {string[]} keys */
export function keepSelected(keys) {
  selectedKeys = keys;
}

/** Which of the state's zooms is a pane's. @param {import('./graph.js').Pane} pane */
export const zoomKey = ({ up }) => (state.view === 'sandwich' ? up ? 'callers' : 'callees'
  : state.view === 'inverted' ? state.view : 'flame');

/** @returns {() => boolean} whether nothing newer was asked for since */
export const sameTurn = (now = turn) => () => now === turn;

/** Makes everything shown fit the state. @param {boolean} toRoot scroll there */
export async function refresh(toRoot) {
  if (!isLoaded()) {
    return;
  }
  turn += 1;
  const isLast = sameTurn();
  if (state.view === 'sandwich' && !isRemote() && findFunction(state.pivot) < 0) {
    note({ view: 'flame' }, false);
  }
  try {
    const next = await show();
    if (isLast()) {
      message.hidden = true;
      present(next, toRoot);
      await Promise.all([fillTable(isLast), searchRemote(isLast)]);
    }
  } catch (error) {
    if (isLast()) {
      fail(error);
    }
  }
}

/** @param {import('./model.js').Shown} next @param {boolean} toRoot */
export function present(next, toRoot) {
  const { view, up, colour } = state;
  const isTable = view === 'table';
  const changed = shown.tree !== next.tree || panes[0]?.up !== (up || view === 'sandwich');
  setShown(next);
  look.fill = assign(next.forward.functions, slots, colour === 'function', whole.info.mineKnown);
  showToolbar();
  showMatches();
  mark();
  showLegend();
  stage.hidden = isTable;
  table.hidden = !isTable;
  if (!isTable) {
    if (changed || toRoot) {
      showPanes();
    } else {
      applyZooms(true);
    }
    if (toRoot) {
      home();
    }
  }
  redraw();
  showDetails();
}

function showPanes() {
  const { tree, callers } = shown;
  setPanes(callers ? [makePane(callers, true, 1), makePane(tree, false, 0)] : [makePane(tree, state.up, 0)]);
  applyZooms(false);
  const pane = lastPane();
  const node = follow(pane.tree, selectedKeys);
  if (node) {
    selectSpot({ pane, node }, false);
  }
  hoverAgain();
}

/** @param {boolean} animate */
function applyZooms(animate) {
  for (const pane of panes) {
    const node = follow(pane.tree, state.zooms[zoomKey(pane)]);
    if (node !== pane.zoom) {
      zoomPane(pane, node, animate);
    }
  }
}

/** @param {() => boolean} isLast */
async function fillTable(isLast) {
  if (state.view === 'table') {
    const node = follow(shown.forward, state.zooms.flame);
    const numbers = await rows(node);
    if (isLast()) {
      showTable(numbers, node, pivotOn);
    }
  }
}

/** Callers and callees of a function. @param {import('./tree.js').Func} func */
export const pivotOn = ({ key }) => set({ view: 'sandwich', pivot: key, zooms: { ...state.zooms, callers: [], callees: [] } }, true);
