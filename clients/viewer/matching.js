/** What a search matches, in numbers and in the picture; and the function that the editor's cursor is in. */
import { look } from './draw.js';
import { redraw } from './graph.js';
import { search, searchAll, shown, unit } from './model.js';
import { counted, percentText } from './numbers.js';
import { matchCount } from './toolbar.js';

/** @param {number} samples @param {boolean} exact @param {number} functions */
function showCount(samples, exact, functions) {
  matchCount.textContent = !functions && exact ? 'no match' : [counted(functions, 'function'),
    (exact ? '' : 'at least ') + unit(samples), percentText(samples, shown.forward.total[0])].join(' · ');
}

export function showMatches() {
  look.found = null;
  matchCount.textContent = '';
  matchCount.className = 'hl-matches';
  try {
    const result = search();
    if (result) {
      look.found = result.found;
      showCount(result.samples, !shown.pruned, result.found.reduce((sum, each) => sum + each, 0));
    }
  } catch (error) {
    matchCount.textContent = error instanceof SyntaxError ? 'not a regular expression' : /** @type {Error} */ (error).message;
    matchCount.className += ' hl-wrong';
  }
}

/** Numbers that only the host has. @param {() => boolean} isLast nothing newer is shown */
export async function searchRemote(isLast) {
  const all = look.found && await searchAll();
  if (all && isLast()) {
    showCount(all.samples, true, all.functions);
  }
}

/** @type {{function?: string, file?: string}} the editor's */
let highlighted = {};

/** Points out the function that the editor's cursor is in. @param {{function?: string, file?: string}} [which] another one */
export function mark(which = highlighted) {
  highlighted = which;
  const marked = shown.forward.functions.map(({ name, file }) => name === which.function && (!which.file || file === which.file));
  look.marked = marked.includes(true) ? marked : null;
  redraw();
}
