/** What a search matches, in numbers and in the picture; and the function that the editor's cursor is in. */
import { counted, percentText } from './numbers.js';

/** @typedef {import('./viewer.js').Viewer} Viewer @typedef {import('./model.js').Shown} Shown */

/** @param {Viewer} viewer */
export function search(viewer) {
  const { graph, state, shown } = viewer;
  const output = viewer.toolbar.matches;
  graph.found = null;
  output.textContent = '';
  output.classList.remove('hl-wrong');
  if (!shown) {
    return;
  }
  try {
    const result = viewer.model.search(shown, state);
    graph.found = result?.found ?? null;
    if (result) {
      output.textContent = matchText(viewer, result.samples, result.exact,
        result.found.reduce((sum, each) => sum + each, 0));
    }
  } catch (error) {
    output.textContent = error instanceof SyntaxError ? 'not a regular expression'
      : String(/** @type {Error} */ (error).message);
    output.classList.add('hl-wrong');
  }
}

/** @param {Viewer} viewer @param {number} samples @param {boolean} exact @param {number} functions */
function matchText(viewer, samples, exact, functions) {
  const { forward } = /** @type {Shown} */ (viewer.shown);
  const share = percentText(samples, forward.total[0]);
  return functions === 0 && exact ? 'no match'
    : `${counted(functions, 'function')} · ${exact ? '' : 'at least '}${viewer.unit(samples)} · ${share}`;
}

/** @param {Viewer} viewer @param {number} turn */
export async function searchRemote(viewer, turn) {
  const all = viewer.graph.found && viewer.shown && await viewer.model.searchAll(viewer.state, viewer.shown);
  if (all && turn === viewer.turn) {
    viewer.toolbar.matches.textContent = matchText(viewer, all.samples, true, all.functions);
  }
}

/** Points out the function that the editor's cursor is in. @param {Viewer} viewer */
export function mark(viewer) {
  const { shown, highlighted } = viewer;
  viewer.graph.marked = null;
  if (shown && highlighted) {
    const { functions } = shown;
    const marked = Uint8Array.from(functions.name, (name, i) => Number(name === highlighted.function
      && (highlighted.file === '' || functions.file[i] === highlighted.file)));
    viewer.graph.marked = marked.includes(1) ? marked : null;
  }
  viewer.graph.invalidate();
}
