/** Numbers of functions and packages, from a tree. A stack counts once for each, however often it recurs. */

/** @typedef {import('./tree.js').Tree} Tree @typedef {import('./tree.js').Functions} Functions */

/**
 * @typedef {object} Totals columns by key
 * @property {Float64Array} self
 * @property {Float64Array} total
 */

/**
 * Sums by a key of functions, within the stacks through `node`: what is above it counts as it does.
 * @param {Tree} tree @param {Int32Array} key of each function, -1 for none @param {number} keys how many
 * @param {number} node
 * @returns {Totals}
 */
export function sumBy(tree, key, keys, node) {
  const self = new Float64Array(keys);
  const total = new Float64Array(keys);
  const open = new Int32Array(keys);
  const path = [];
  const last = tree.end[node];
  /** @param {number} i */
  const keyAt = (i) => (tree.fn[i] >= 0 ? key[tree.fn[i]] : -1);
  for (let i = tree.parent[node]; i > 0; i = tree.parent[i]) {
    const k = keyAt(i);
    if (k >= 0 && open[k]++ === 0) {
      total[k] += tree.total[node];
    }
  }
  for (let i = node; i < last; i++) {
    while (path.length > 0 && i >= tree.end[path[path.length - 1]]) {
      const k = keyAt(/** @type {number} */ (path.pop()));
      if (k >= 0) {
        open[k]--;
      }
    }
    const k = keyAt(i);
    if (k >= 0) {
      self[k] += tree.self[i];
      if (open[k]++ === 0) {
        total[k] += tree.total[i];
      }
    }
    path.push(i);
  }
  return { self, total };
}

/** Of functions. @param {Tree} tree @param {Functions} functions @param {number} node */
export function functionTotals(tree, functions, node) {
  return sumBy(tree, new Int32Array(functions.count).map((_, i) => i), functions.count, node);
}

/** How many different functions each one calls. @param {Tree} tree @param {Functions} functions @param {number} node */
export function callsOut(tree, functions, node) {
  const calls = new Int32Array(functions.count);
  const seen = new Set();
  for (let i = node + 1; i < tree.end[node]; i++) {
    const from = tree.fn[tree.parent[i]];
    const to = tree.fn[i];
    const pair = from * functions.count + to;
    if (from >= 0 && to >= 0 && !seen.has(pair)) {
      seen.add(pair);
      calls[from]++;
    }
  }
  return calls;
}

/**
 * @typedef {object} Group a package, as the legend lists it
 * @property {string} name
 * @property {boolean} mine
 * @property {number} share samples with it on the stack
 * @property {number} self
 */

/** Packages, those that do most of the work first. @param {Tree} tree @param {Functions} functions @returns {Group[]} */
export function groups(tree, functions) {
  /** @type {Map<string, number>} */
  const index = new Map();
  /** @type {Group[]} */
  const list = [];
  const key = new Int32Array(functions.count).fill(-1);
  for (let i = 0; i < functions.count; i++) {
    if (functions.kind[i] !== 0) {
      continue;
    }
    const name = functions.group[i];
    let at = index.get(name);
    if (at === undefined) {
      at = list.push({ name, mine: false, share: 0, self: 0 }) - 1;
      index.set(name, at);
    }
    key[i] = at;
    list[at].mine ||= functions.mine[i] === 1;
  }
  const { self, total } = sumBy(tree, key, list.length, 0);
  list.forEach((entry, i) => {
    entry.share = total[i];
    entry.self = self[i];
  });
  return list.filter((entry) => entry.share > 0).sort((a, b) => b.self - a.self || b.share - a.share || (a.name < b.name ? -1 : 1));
}
