/**
 * The picture: a canvas as big as what is seen of it, inside an element that scrolls. Redraws when something
 * changed and at most once a frame; what follows the pointer is on a second canvas above it.
 */
import { UNSPOKEN, h } from './dom.js';
import { look, paintTree } from './draw.js';
import { clamp } from './moves.js';
import { measureFont } from './text.js';
import { hideTooltip, showTooltip, tooltip } from './tooltip.js';
import { functionAt } from './tree.js';
import { nodeAt, walk } from './walk.js';

/** @typedef {import('./tree.js').Tree} Tree */

const ROW = 20;
const ZOOM_MILLISECONDS = 180;
/* Room below the last row, so that a tooltip need not cover it. */
const MARGIN = 8;

/**
 * A tree in the picture. A sandwich has two: the callers grow up from the row of the function.
 * @typedef {object} Pane
 * @property {Tree} tree
 * @property {boolean} up
 * @property {number} first level that is drawn
 * @property {number} zoom node that fills the width
 * @property {number} levels that can be seen at this zoom
 * @property {Range} now window in samples
 * @property {Range} goal where `now` is going
 * @property {Range} origin where it came from
 *
 * @typedef {{from: number, to: number}} Range
 * @typedef {{pane: Pane, node: number}} Spot
 */

const picture = h('canvas.canvas', UNSPOKEN);
const over = h('canvas.canvas.over', UNSPOKEN);
const context = /** @type {CanvasRenderingContext2D} */ (picture.getContext('2d', { alpha: false }));
const overContext = /** @type {CanvasRenderingContext2D} */ (over.getContext('2d'));
const space = h('div.space');
export const graph = h('div.graph', h('div.sheet', picture, over), space, {
  tabindex: '0', role: 'application',
  'aria-label': 'Flame graph. Arrow keys move, Enter zooms, t is a table, question mark keys.',
  scroll: () => {
    hoverAgain();
    redraw();
  },
  mousemove: (/** @type {MouseEvent} */ event) => {
    pointer = event;
    hover(spotAt(event));
  },
  mouseleave: () => hover(null),
  wheel,
});

/** @type {Pane[]} */
export let panes = [];
/** @type {Spot | null} */
export let selected = null;
/** @type {Spot | null} */
let hovered = null;
/** Where the pointer was last. @type {MouseEvent} */
let pointer;
let width = 0;
let height = 0;
/** Top of the roots' row, CSS pixels in the content. */
let base = 0;
let font = '';
let dirty = false;
/** When the zoom that is under way began, 0 for none. */
let started = 0;

/** @param {Tree} tree @param {number} [node] @returns {Range} */
const rangeOf = ({ start, total }, node = 0) => ({ from: start[node], to: start[node] + Math.max(total[node], 1e-9) });

/** @param {Tree} tree @param {boolean} up @param {number} first @returns {Pane} */
export function makePane(tree, up, first) {
  const range = rangeOf(tree);
  return { tree, up, first, zoom: 0, levels: 1, now: range, goal: range, origin: range };
}

/** What the selected node is of. */
export const selectedFunction = () => selected && functionAt(selected.pane.tree, selected.node);

/** The pane whose root everything hangs from, or the callees of a sandwich. */
export const lastPane = () => panes[panes.length - 1];

new ResizeObserver(resize).observe(graph);

/** Ctrl and wheel, or a pinch: zooms around the pointer. @param {WheelEvent} event */
function wheel(event) {
  if (!event.ctrlKey && !event.metaKey) {
    return;
  }
  event.preventDefault();
  const pane = spotAt(event)?.pane ?? panes[0];
  if (!pane) {
    return;
  }
  const { from, to } = pane.now;
  const share = pointOf(event).x / Math.max(width, 1);
  const all = pane.tree.total[0];
  const span = clamp((to - from) * Math.exp(clamp(event.deltaY, -200, 200) / 300), Math.min(1, all), all);
  const left = clamp(from + (to - from - span) * share, 0, all - span);
  pane.now = { from: left, to: left + span };
  pane.goal = pane.now;
  started = 0;
  measure();
}

/** @param {Pane[]} next */
export function setPanes(next) {
  panes = next;
  selected = null;
  measure();
}

/** @param {Pane} pane @param {number} node @param {boolean} animate */
export function zoomPane(pane, node, animate) {
  pane.zoom = node;
  pane.goal = rangeOf(pane.tree, node);
  if (animate && height > 0 && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
    pane.origin = pane.now;
    started = performance.now();
  } else {
    pane.now = pane.goal;
  }
  measure();
}

/** Heights, after the panes, their zoom or the size changed. */
function measure() {
  const below = 2 ** 31;
  for (const pane of panes) {
    pane.levels = 1 + walk(pane.tree, { ...pane.goal, width: Math.max(picture.width, 1), top: below, bottom: below });
  }
  const [first, second] = panes;
  const rows = panes.reduce((sum, pane) => sum + pane.levels, second ? -1 : 0);
  const content = Math.max(rows * ROW + MARGIN, height);
  space.style.height = `${content - height}px`;
  base = second ? (first.levels - 1) * ROW : first?.up ? content - ROW : 0;
  redraw();
}

function resize() {
  const { clientWidth, clientHeight, scrollHeight, scrollTop } = graph;
  const ratio = window.devicePixelRatio || 1;
  if (clientWidth === width && clientHeight === height && ratio === look.ratio) {
    return;
  }
  /* A graph that grows up keeps its distance to the bottom. */
  const bottom = panes[0]?.up && !panes[1] ? scrollHeight - scrollTop - height : -1;
  width = clientWidth;
  height = clientHeight;
  look.ratio = ratio;
  for (const canvas of [picture, over]) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  measure();
  if (bottom >= 0) {
    graph.scrollTop = graph.scrollHeight - bottom - height;
  }
  draw(performance.now());
}

/** Draws in the next frame. */
export function redraw() {
  if (!dirty) {
    dirty = true;
    requestAnimationFrame(draw);
  }
}

/** Moves the windows on. @param {number} now */
function animate(now) {
  const share = clamp((now - started) / ZOOM_MILLISECONDS, 0, 1);
  /** @param {number} origin @param {number} goal */
  const between = (origin, goal) => goal + (origin - goal) * (1 - share) ** 3;
  for (const pane of panes) {
    const { origin, goal } = pane;
    pane.now = share < 1 ? { from: between(origin.from, goal.from), to: between(origin.to, goal.to) } : goal;
  }
  if (share < 1) {
    redraw();
  } else {
    started = 0;
  }
}

/** Top of a level, CSS pixels in the content. @param {Pane} pane @param {number} level */
const yOf = ({ up }, level) => base + (up ? -level : level) * ROW;

/** @param {Pane} pane @param {number} y CSS pixels in the content */
const levelAt = ({ up }, y) => (up ? Math.ceil((base - y) / ROW) : Math.floor((y - base) / ROW));

/** @param {number} now */
function draw(now) {
  dirty = false;
  const { theme, ratio } = look;
  if (!theme || !width || !height) {
    return;
  }
  if (started) {
    animate(now);
  }
  context.font = `${Math.round(12 * ratio)}px ${theme.font}`;
  if (font !== context.font) {
    font = context.font;
    measureFont(context);
  }
  context.textBaseline = 'middle';
  context.direction = 'ltr';
  context.fillStyle = theme.background;
  context.fillRect(0, 0, picture.width, picture.height);
  const { scrollTop } = graph;
  for (const pane of panes) {
    const ends = [levelAt(pane, scrollTop), levelAt(pane, scrollTop + height)].sort((a, b) => a - b);
    paintTree(context, pane.tree, { ...pane.now, width: picture.width, top: Math.max(ends[0], pane.first), bottom: ends[1] },
      Math.round(ROW * ratio), (level) => Math.round((yOf(pane, level) - scrollTop) * ratio));
  }
  drawOver();
}

/** Where a node is, in CSS pixels of the canvas; null when it is not in the window. @param {Spot} spot */
export function boxOf({ pane, node }) {
  const { from, to } = rangeOf(pane.tree, node);
  const scale = width / (pane.now.to - pane.now.from);
  const left = Math.max((from - pane.now.from) * scale, 0);
  const right = Math.min((to - pane.now.from) * scale, width);
  return right <= 0 || left >= width ? null
    : new DOMRect(left, yOf(pane, pane.tree.depth[node]) - graph.scrollTop, Math.max(right - left, 2), ROW);
}

function drawOver() {
  const { ratio, theme } = look;
  overContext.clearRect(0, 0, over.width, over.height);
  /** @param {Spot | null} spot @param {string} colour @param {number} thick */
  const outline = (spot, colour, thick) => {
    const box = spot && boxOf(spot);
    if (box) {
      const line = Math.round(thick * ratio);
      overContext.lineWidth = line;
      overContext.strokeStyle = colour;
      overContext.strokeRect(Math.round(box.x * ratio) + line / 2, Math.round(box.y * ratio) + line / 2,
        Math.max(Math.round(box.width * ratio) - line - 1, 1), Math.round((ROW - 1) * ratio) - line);
    }
  };
  outline(hovered, theme.text, 1);
  outline(panes[1] && { pane: panes[1], node: 0 }, theme.match, 2); /* what is between callers and callees */
  outline(selected, theme.accent, 2);
}

/** @param {MouseEvent} event */
function pointOf(event) {
  const { left, top } = graph.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

/** @param {MouseEvent} event @returns {Spot | null} */
export function spotAt(event) {
  const { x, y } = pointOf(event);
  if (x >= 0 && x < width && y < height) {
    for (const pane of panes) {
      const { from, to } = pane.now;
      const level = levelAt(pane, y + graph.scrollTop);
      const node = level < pane.first ? -1 : nodeAt(pane.tree, level, from + ((to - from) * x) / width);
      if (node >= 0) {
        return { pane, node };
      }
    }
  }
  return null;
}

/** @param {Spot | null} spot */
function hover(spot) {
  if (spot?.node === hovered?.node && spot?.pane === hovered?.pane) {
    return;
  }
  hovered = spot;
  drawOver();
  graph.style.cursor = spot ? 'pointer' : '';
  const box = spot && boxOf(spot);
  if (box) {
    showTooltip(spot, box, pointOf(pointer).x);
  } else {
    hideTooltip();
  }
}

/** After the picture changed: a tooltip that is shown tells of what is under the pointer now. */
export function hoverAgain() {
  hover(hovered && !tooltip.hidden ? spotAt(pointer) : null);
}

/** @param {Spot | null} spot @param {boolean} show scroll to it */
export function selectSpot(spot, show) {
  selected = spot;
  if (spot && show) {
    reveal(spot);
  }
  drawOver();
}

/** Scrolls so that a node's row is seen. @param {Spot} spot */
export function reveal({ pane, node }) {
  const y = yOf(pane, pane.tree.depth[node]);
  if (y < graph.scrollTop + ROW) {
    graph.scrollTop = Math.max(0, y - ROW * 2);
  } else if (y + ROW * 2 > graph.scrollTop + height) {
    graph.scrollTop = y + ROW * 3 - height;
  }
}

/** The root's row in sight, whatever way the graph grows. */
export function home() {
  graph.scrollTop = panes[1] ? Math.max(0, base - height / 2) : panes[0]?.up ? graph.scrollHeight : 0;
}
