/** Where arrow keys lead, in rows and columns of the screen, and where a tooltip goes. */

/** @typedef {import('./graph.js').Pane} Pane @typedef {import('./graph.js').Spot} Spot */

/** @param {number} value @param {number} least @param {number} most */
export const clamp = (value, least, most) => Math.max(least, Math.min(value, most));

/**
 * One row up or down; through the row of a sandwich's function to its other side.
 * @param {Pane[]} panes @param {Spot} spot @param {number} down @returns {Spot | null}
 */
export function vertical(panes, { pane, node }, down) {
  const { tree, up } = pane;
  const other = panes.find((each) => each !== pane);
  if ((down > 0) !== up) {
    return node + 1 < tree.end[node] ? { pane, node: node + 1 } : null;
  }
  if (node > 0 && !(other && up && tree.parent[node] === 0)) {
    return { pane, node: tree.parent[node] };
  }
  return !other ? null : up ? { pane: other, node: 0 } : other.tree.count > 1 ? { pane: other, node: 1 } : null;
}

/** The next or previous node with the same parent. @param {Spot} spot @param {number} right @returns {Spot | null} */
export function sibling({ pane, node }, right) {
  const { end, parent } = pane.tree;
  const above = parent[node];
  let before = 0;
  for (let i = above + 1; i < node; i = end[i]) {
    before = i;
  }
  const next = right < 0 ? before : node && end[node] < end[above] ? end[node] : 0;
  return next ? { pane, node: next } : null;
}

/* Between a tooltip and its row, and to the edge of the picture. */
const DISTANCE = 6;
const EDGE = 4;

/**
 * Where a tooltip of this size goes: below the row, above it, or in the larger of the two rooms with a
 * part cut off; it never overlaps the row.
 * @param {{y: number, height: number}} box of the node
 * @param {{width: number, height: number}} size
 * @param {{width: number, height: number}} room
 * @param {number} pointer
 */
export function placeTooltip(box, size, room, pointer) {
  const bottom = box.y + box.height + DISTANCE;
  const below = room.height - bottom;
  const above = box.y - DISTANCE;
  const under = below >= size.height || below >= above;
  const height = clamp(under ? below : above, 0, size.height);
  return { x: clamp(pointer + 12, EDGE, Math.max(room.width - size.width - EDGE, EDGE)), y: under ? bottom : above - height, height };
}
