/** Which boxes a screen shows: a walk over the columns that never goes below what a pixel can show. */

/** @typedef {import('./tree.js').Tree} Tree */

/** A node of this number is a run of nodes that are too narrow to be drawn one by one. */
export const MERGED = -1;

/**
 * Boxes in whole device pixels: equal borders of neighbours are equal numbers, so nothing overlaps and
 * nothing gapes.
 */
export class Boxes {
  constructor() {
    this.count = 0;
    this.node = new Int32Array(4096);
    this.depth = new Int32Array(4096);
    this.left = new Int32Array(4096);
    this.right = new Int32Array(4096);
  }

  /** @param {number} node @param {number} depth @param {number} left @param {number} right */
  add(node, depth, left, right) {
    if (this.count === this.node.length) {
      for (const key of /** @type {const} */ (['node', 'depth', 'left', 'right'])) {
        const bigger = new Int32Array(this.count * 2);
        bigger.set(this[key]);
        this[key] = bigger;
      }
    }
    const i = this.count++;
    this.node[i] = node;
    this.depth[i] = depth;
    this.left[i] = left;
    this.right[i] = right;
  }
}

/**
 * @typedef {object} Window what is looked at
 * @property {number} from left edge, in samples
 * @property {number} to right edge
 * @property {number} width device pixels for that
 * @property {number} top first level
 * @property {number} bottom last level
 */

/**
 * @param {Tree} tree @param {Window} window @param {Boxes} boxes filled
 * @returns {number} the deepest level that has a box, as far as `bottom`
 */
export function walk(tree, window, boxes) {
  const { end, depth, start, total, parent } = tree;
  const { from, to, width, top, bottom } = window;
  const scale = width / (to - from);
  let deepest = 0;
  boxes.count = 0;
  if (!(scale > 0) || !isFinite(scale)) {
    return 0;
  }
  /* The run of slivers that is open; runs of two levels never interleave, as a sliver has no children here. */
  let runLevel = -1;
  let runLeft = 0;
  let runRight = 0;
  let runStop = 0;
  const flush = () => {
    const left = Math.round(runLeft);
    const right = Math.round(runRight);
    if (runLevel >= top && right > left) {
      boxes.add(MERGED, runLevel, left, right);
    }
    runLevel = -1;
  };
  for (let i = 0; i < tree.count;) {
    const left = (start[i] - from) * scale;
    const right = left + total[i] * scale;
    if (right <= 0) {
      i = end[i];
      continue;
    }
    if (left >= width) {
      i = i === 0 ? tree.count : end[parent[i]];
      continue;
    }
    const level = depth[i];
    if (right - left < 1) {
      if (runLevel !== level || runStop !== i) {
        flush();
        runLevel = level;
        runLeft = left;
      }
      runRight = right;
      runStop = end[i];
      deepest = Math.max(deepest, level);
      i = end[i];
      continue;
    }
    flush();
    if (level > deepest) {
      deepest = level;
    }
    if (level >= top) {
      boxes.add(i, level, Math.max(Math.round(left), -2), Math.min(Math.round(right), width + 2));
    }
    i = level >= bottom ? end[i] : i + 1;
  }
  flush();
  return deepest;
}

/** The node at a level and a place in samples, or -1. @param {Tree} tree @param {number} level @param {number} at */
export function nodeAt(tree, level, at) {
  let node = 0;
  if (at < 0 || at >= tree.total[0]) {
    return -1;
  }
  while (tree.depth[node] < level) {
    let child = node + 1;
    while (child < tree.end[node] && tree.start[child] + tree.total[child] <= at) {
      child = tree.end[child];
    }
    if (child >= tree.end[node]) {
      return -1;
    }
    node = child;
  }
  return node;
}
