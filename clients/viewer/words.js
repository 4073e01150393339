/** What is said of a node: on it, in its tooltip, and to a screen reader. */
import { baseName, nameOf, placeText, visible } from './names.js';
import { amountText, percentText, samplesText } from './numbers.js';
import { CODE, OTHER, ROOT } from './tree.js';

/**
 * @typedef {import('./tree.js').Tree} Tree @typedef {import('./tree.js').Functions} Functions
 *
 * @typedef {object} Context
 * @property {Functions} functions
 * @property {import('./numbers.js').Scale} scale
 * @property {number} all samples that are shown
 * @property {boolean} opens the host can show source
 * @property {import('./sources.js').Sources | null} sources
 * @property {boolean} backward children are callers: a node has no own time
 */

/** @param {Functions | null} functions @param {Tree} tree @param {number} node */
export function nodeName(functions, tree, node) {
  const fn = tree.fn[node];
  if (fn === ROOT) {
    return 'all';
  }
  return fn === OTHER || !functions ? '(other)' : nameOf(functions, fn);
}

/** @param {Functions} functions @param {Tree} tree @param {number} node */
export function nodePlace(functions, tree, node) {
  const fn = tree.fn[node];
  return fn < 0 ? '' : placeText(functions.file[fn], tree.line[node] || functions.line[fn]);
}

/** The root stands for the program: the first function with a file. @param {Functions} functions @param {Tree} tree */
export function firstPlace(functions, tree) {
  for (let i = 1; i < tree.count; i++) {
    const fn = tree.fn[i];
    if (fn >= 0 && functions.kind[fn] === CODE && functions.file[fn]) {
      return { file: functions.file[fn], line: functions.line[fn] || 1 };
    }
  }
  return null;
}

/**
 * @param {Functions | null} functions @param {Tree} tree @param {number} node @param {string} amount of the root
 * @param {import('./sources.js').Sources | null} sources @returns {import('./draw.js').Label}
 */
export function nodeLabel(functions, tree, node, amount, sources) {
  const fn = tree.fn[node];
  const text = nodeName(functions, tree, node);
  if (fn < 0 || !functions) {
    return { text, more: amount, parts: null };
  }
  const parts = functions.kind[fn] === CODE && sources ? sources.line(functions.file[fn], tree.line[node]) : null;
  const file = visible(baseName(functions.file[fn]));
  const place = file && tree.line[node] ? `${file}:${tree.line[node]}` : file;
  const short = text.replace(/ <module>$/, '');
  return { text: short, more: short === text ? place : `<module> ${place}`, parts };
}

/** @param {import('./graph.js').Spot} spot @param {Context} context @returns {import('./tooltip.js').Facts} */
export function nodeFacts({ pane, node }, { functions, scale, all, opens, sources, backward }) {
  const { tree } = pane;
  const fn = tree.fn[node];
  const total = tree.total[node];
  const zoomed = tree.total[pane.zoom];
  const place = nodePlace(functions, tree, node);
  /** @param {string} what @param {number} samples @returns {[string, string, string, string]} */
  const row = (what, samples) => [what, amountText(scale, samples), percentText(samples, all), percentText(samples, zoomed)];
  const code = fn >= 0 ? sources?.line(functions.file[fn], tree.line[node]) : null;
  return {
    name: nodeName(functions, tree, node),
    place,
    source: code ? code.map((part) => part.text).join('') : '',
    rows: backward ? [row('this way', total)] : [row('total', total), row('own', tree.self[node])],
    samples: samplesText(scale, total),
    zoomed: pane.zoom > 0 || zoomed !== all,
    hint: fn === OTHER ? 'small calls, folded' : `click: zoom${opens && place ? ' · ctrl+click: open' : ''}`,
  };
}
