/** Which boxes a screen shows: a walk over the columns that never goes below what a pixel can show. */

/** @typedef {import('./tree.js').Tree} Tree */

/** A node of this number is a run of nodes that are too narrow to be drawn one by one. */
export const MERGED = -1;

/**
 * @typedef {object} Window what is looked at
 * @property {number} from left edge, in samples
 * @property {number} to right edge
 * @property {number} width device pixels for that
 * @property {number} top first level
 * @property {number} bottom last level
 */

/**
 * Gives boxes in whole device pixels: equal borders of neighbours are equal numbers, so nothing overlaps and
 * nothing gapes.
 * @param {Tree} tree @param {Window} window
 * @param {(node: number, level: number, left: number, right: number) => void} [add]
 * @returns {number} the deepest level that has a box, as far as `bottom`
 */
export function walk(tree, window, add) {
  const { end, depth, start, total, parent } = tree;
  const { from, to, width, top, bottom } = window;
  const scale = width / (to - from);
  let deepest = 0;
  /* The run of slivers that is open; runs of two levels never interleave, as a sliver has no children here. */
  let runLevel = -1;
  let runLeft = 0;
  let runRight = 0;
  let runStop = 0;
  const flush = () => {
    const left = Math.round(runLeft);
    const right = Math.round(runRight);
    if (runLevel >= top && right > left) {
      add?.(MERGED, runLevel, left, right);
    }
    runLevel = -1;
  };
  for (let i = 0; i < tree.count;) {
    const left = (start[i] - from) * scale;
    const right = left + total[i] * scale;
    const level = depth[i];
    let next = end[i];
    if (left >= width) {
      next = i ? end[parent[i]] : next;
    } else if (right > 0) {
      if (level > deepest) {
        deepest = level;
      }
      if (right - left < 1) {
        if (runLevel !== level || runStop !== i) {
          flush();
          runLevel = level;
          runLeft = left;
        }
        runRight = right;
        runStop = next;
      } else {
        flush();
        if (level >= top) {
          add?.(i, level, Math.max(Math.round(left), -2), Math.min(Math.round(right), width + 2));
        }
        next = level < bottom ? i + 1 : next;
      }
    }
    i = next;
  }
  flush();
  return deepest;
}

/** The node at a level and a place in samples, or -1. @param {Tree} tree @param {number} level @param {number} at */
export function nodeAt({ depth, end, start, total }, level, at) {
  let node = 0;
  if (at < 0 || at >= total[0]) {
    return -1;
  }
  while (depth[node] < level) {
    const last = end[node];
    node += 1;
    while (node < last && start[node] + total[node] <= at) {
      node = end[node];
    }
    if (node >= last) {
      return -1;
    }
  }
  return node;
}
