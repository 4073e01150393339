/** Where arrow keys lead, in rows and columns of the screen. */

/** @typedef {import('./graph.js').Pane} Pane @typedef {import('./graph.js').Spot} Spot */

/**
 * One row up or down; through the row of a sandwich's function to its other side.
 * @param {Pane[]} panes @param {Spot} spot @param {number} down @returns {Spot | null}
 */
export function vertical(panes, { pane, node }, down) {
  const { tree } = pane;
  const other = panes.find((each) => each !== pane);
  if ((down > 0) !== pane.up) {
    return node + 1 < tree.end[node] ? { pane, node: node + 1 } : null;
  }
  if (node > 0 && !(other && pane.up && tree.parent[node] === 0)) {
    return { pane, node: tree.parent[node] };
  }
  if (!other) {
    return null;
  }
  return pane.up ? { pane: other, node: 0 } : other.tree.count > 1 ? { pane: other, node: 1 } : null;
}

/** The next or previous node with the same parent, or -1. @param {Spot} spot @param {number} right */
export function sibling({ pane, node }, right) {
  const { tree } = pane;
  if (node === 0) {
    return -1;
  }
  const parent = tree.parent[node];
  if (right > 0) {
    return tree.end[node] < tree.end[parent] ? tree.end[node] : -1;
  }
  let before = -1;
  for (let i = parent + 1; i < node; i = tree.end[i]) {
    before = i;
  }
  return before;
}
