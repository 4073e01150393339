/** What is said of a node: on it, in its tooltip, and to a screen reader. */
import { unit } from './model.js';
import { nameOf, placeText } from './names.js';
import { sourceLine } from './sources.js';
import { state } from './store.js';
import { CODE, functionAt } from './tree.js';

/** @typedef {import('./tree.js').Tree} Tree */

/** @param {Tree} tree @param {number} node */
export const nodeName = (tree, node) => nameOf(functionAt(tree, node));

/** The file of a node and its heaviest line. @param {Tree} tree @param {number} node */
export function placeOf(tree, node) {
  const { file, line } = functionAt(tree, node);
  return { file, line: tree.line[node] || line };
}

/** @param {Tree} tree @param {number} node */
export function nodePlace(tree, node) {
  const { file, line } = placeOf(tree, node);
  return placeText(file, line);
}

/** Its line of source, when that is wanted and known. @param {Tree} tree @param {number} node */
export function nodeSource(tree, node) {
  const { kind, file } = functionAt(tree, node);
  return state.source && kind === CODE ? sourceLine(file, tree.line[node]) : null;
}

/**
 * What stands on a node: parts of one text, and what follows more quietly where there is room.
 * @param {Tree} tree @param {number} node @returns {{parts: import('./syntax.js').Part[], more: string}}
 */
export function nodeLabel(tree, node) {
  const source = nodeSource(tree, node);
  if (source) {
    return { parts: source, more: '' };
  }
  const { kind, file } = functionAt(tree, node);
  const name = nodeName(tree, node);
  const text = name.replace(/ <module>$/, '');
  const more = kind < 0 && !node ? unit(tree.total[0])
    : placeText(file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1), tree.line[node]);
  return { parts: [{ kind: '', text }], more: text === name ? more : `<module> ${more}` };
}
