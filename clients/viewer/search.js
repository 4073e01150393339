/** Finding functions, and how many samples they are in. */

/**
 * @typedef {import('./tree.js').Tree} Tree @typedef {import('./tree.js').Functions} Functions
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
function tester(query) {
  if (query.regex) {
    const expression = new RegExp(query.text, query.caseSensitive ? 'u' : 'iu');
    return (text) => expression.test(text.slice(0, LONGEST_TEXT));
  }
  if (query.caseSensitive) {
    return (text) => text.includes(query.text);
  }
  const wanted = query.text.toLowerCase();
  return (text) => text.toLowerCase().includes(wanted);
}

/**
 * 1 for each function that matches; null for an empty query. Throws what RegExp throws.
 * @param {Functions} functions @param {Query} query
 */
export function matches(functions, query) {
  if (query.text === '') {
    return null;
  }
  const test = tester(query);
  const found = new Uint8Array(functions.count);
  const started = performance.now();
  for (let i = 0; i < functions.count; i++) {
    if (query.regex && (i & 15) === 0 && performance.now() - started > MOST_MILLISECONDS) {
      throw new Error('This expression takes too long.');
    }
    const hit = (query.in === 'any' || query.in === 'function') && test(functions.name[i])
      || (query.in === 'any' || query.in === 'file') && functions.file[i] !== '' && test(functions.file[i])
      || (query.in === 'any' || query.in === 'module') && functions.module[i] !== ''
        && test(functions.module[i]);
    found[i] = hit ? 1 : 0;
  }
  return found;
}

/** Samples with a match anywhere on the stack, each stack once. @param {Tree} tree @param {Uint8Array} found */
export function matchedSamples(tree, found) {
  let samples = 0;
  for (let i = 0; i < tree.count;) {
    if (tree.fn[i] >= 0 && found[tree.fn[i]]) {
      samples += tree.total[i];
      i = tree.end[i];
    } else {
      i++;
    }
  }
  return samples;
}

/** The next node that matches, in preorder and around the end; -1 without any. @param {Tree} tree @param {Uint8Array} found @param {number} after @param {number} step 1 or -1 */
export function nextMatch(tree, found, after, step) {
  for (let n = 1; n <= tree.count; n++) {
    const i = (((after + n * step) % tree.count) + tree.count) % tree.count;
    if (tree.fn[i] >= 0 && found[tree.fn[i]]) {
      return i;
    }
  }
  return -1;
}
