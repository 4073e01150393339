/** Fills the panels around the picture from what the viewer shows. */
import { percentText } from './numbers.js';
import { SHADES, SLOTS } from './palette.js';
import { matches } from './search.js';
import { CODE } from './tree.js';
import { nodePlace } from './words.js';

/** @typedef {import('./viewer.js').Viewer} Viewer */

/** @param {Viewer} viewer */
export function showLegend(viewer) {
  const { model, state } = viewer;
  const { theme } = viewer.graph;
  if (!state.legend || !theme || !model.whole) {
    return;
  }
  const hidden = new Set(state.hidden);
  const excluded = new Set(state.excluded);
  const { mineKnown } = model.whole.functions;
  const modules = model.groups.map(({ name, mine, share }) => {
    const slot = (viewer.slots.get(name) ?? 0) + (mineKnown && !mine ? SLOTS : 0);
    return { key: name, name, share, on: !hidden.has(name),
      colour: state.colour === 'module' ? theme.fills[slot * SHADES + 1] : null };
  });
  const structure = model.structure().map(({ key, name, share }) => (
    { key, name, share, colour: null, on: !excluded.has(key) }));
  viewer.legend.show(modules, structure, model.whole.tree.total[0], !model.whole.pruned);
}

/** @param {Viewer} viewer @param {number} node that the numbers are within @param {import('./model.js').Rows} rows */
export function showTable(viewer, node, rows) {
  const { state, table } = viewer;
  const { forward } = /** @type {import('./model.js').Shown} */ (viewer.shown);
  const { info } = /** @type {import('./tree.js').Flame} */ (viewer.model.whole);
  const inside = node > 0 ? ` within ${viewer.nameOf(forward, node)}` : '';
  const bounds = rows.exact ? '' : ' Small calls are folded into “(other)”: numbers are at least these.';
  table.show({
    ...rows, whole: forward.total[node], scale: info, found: viewer.graph.found && matches(rows.functions, state.search),
    caption: `${viewer.unit(forward.total[node])}${inside}. Recursion counts once.${bounds}`,
  }, state.sort);
}

/** @param {Viewer} viewer */
export function showDetails(viewer) {
  const { selected, panes } = viewer.graph;
  const { shown } = viewer;
  if (!shown) {
    return;
  }
  const zoomed = panes.find((pane) => pane.zoom > 0);
  const zoom = viewer.state.view === 'table' ? viewer.resolve(shown.forward, viewer.state.zooms.flame) : zoomed?.zoom ?? 0;
  const tree = viewer.state.view === 'table' ? shown.forward : zoomed?.tree ?? shown.tree;
  const name = zoom > 0 ? viewer.nameOf(tree, zoom) : '';
  if (!selected || viewer.state.view === 'table') {
    viewer.details.show(null, name);
    return;
  }
  const { pane, node } = selected;
  const fn = pane.tree.fn[node];
  const all = shown.forward.total[0];
  const facts = [nodePlace(shown.functions, pane.tree, node), `${viewer.unit(pane.tree.total[node])} total`,
    percentText(pane.tree.total[node], all), `${viewer.unit(pane.tree.self[node])} own`];
  viewer.details.show({
    name: viewer.nameOf(pane.tree, node),
    facts: facts.filter((text) => text !== '').join(' · '),
    code: fn >= 0 && shown.functions.kind[fn] === CODE,
    place: fn >= 0 && shown.functions.file[fn] !== '',
  }, name);
}
