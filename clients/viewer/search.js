/** Finding functions, and how many samples they are in. */
import { outermost } from './transform.js';

/**
 * @typedef {import('./tree.js').Tree} Tree
 * @typedef {object} Query
 * @property {string} text
 * @property {boolean} regex
 * @property {boolean} caseSensitive
 * @property {'any' | 'function' | 'file' | 'module'} in
 */

/* A regular expression that backtracks without end must not stop the editor's window: texts are cut, and
   past this many milliseconds the search gives up. */
const LONGEST_TEXT = 500;
const MOST_MILLISECONDS = 500;

/** @param {Query} query @returns {(text: string) => boolean} */
function tester({ text, regex, caseSensitive }) {
  if (regex) {
    const expression = new RegExp(text, caseSensitive ? 'u' : 'iu');
    const last = performance.now() + MOST_MILLISECONDS;
    return (candidate) => {
      if (performance.now() > last) {
        throw new Error('This expression takes too long.');
      }
      return expression.test(candidate.slice(0, LONGEST_TEXT));
    };
  }
  const wanted = caseSensitive ? text : text.toLowerCase();
  return (candidate) => (caseSensitive ? candidate : candidate.toLowerCase()).includes(wanted);
}

/**
 * 1 for each function that matches; null for an empty query. Throws what RegExp throws.
 * @param {readonly import('./tree.js').Func[]} functions @param {Query} query
 */
export function matches(functions, query) {
  if (query.text === '') {
    return null;
  }
  const test = tester(query);
  return Uint8Array.from(functions, ({ name, file, module }) => {
    /** @type {Record<string, string>} */
    const fields = { function: name, file, module };
    return Number((query.in === 'any' ? Object.values(fields) : [fields[query.in]]).some((field) => field && test(field)));
  });
}

/** Samples with a match anywhere on the stack, each stack once. @param {Tree} tree @param {Uint8Array} found */
export const matchedSamples = (tree, found) => (
  outermost(tree, found).reduce((sum, i) => sum + tree.total[i], 0));

/** The next node that matches, in preorder and around the end; -1 without any. @param {Tree} tree @param {Uint8Array} found @param {number} after @param {number} step 1 or -1 */
export function nextMatch({ count, fn }, found, after, step) {
  for (let n = 1; n <= count; n++) {
    const i = (after + n * step + 2 * count) % count;
    if (found[fn[i]]) {
      return i;
    }
  }
  return -1;
}
