/** Paints boxes and their labels. Everything here is in whole device pixels. */
import { REST } from './palette.js';
import { advance, fit, widthOf } from './text.js';
import { OTHER, ROOT } from './tree.js';
import { MERGED, walk } from './walk.js';
import { nodeLabel } from './words.js';

/** @typedef {import('./tree.js').Tree} Tree */

/** What a picture is made with, besides its tree. */
export const look = {
  theme: /** @type {ReturnType<import('./theme.js').readTheme>} */ (/** @type {unknown} */ (null)), /* at first */
  /** Device pixels per CSS pixel. */
  ratio: 1,
  /** Of each function. */
  fill: new Uint8Array(0),
  /** What a search matches. @type {Uint8Array | null} */
  found: null,
  /** Functions to point out. @type {boolean[] | null} */
  marked: null,
};

/**
 * One pane. Boxes of one colour are painted together: changing the colour costs more than a rectangle.
 * @param {CanvasRenderingContext2D} context @param {Tree} tree @param {import('./walk.js').Window} window
 * @param {number} row height of a row @param {(level: number) => number} top of a level
 */
export function paintTree(context, tree, window, row, top) {
  const { theme, ratio, fill, found, marked } = look;
  const gap = Math.max(1, Math.round(ratio));
  const pad = Math.round(5 * ratio);
  const { width: last } = window;
  /** @type {number[][]} rectangles of each colour: x, y, width and height of one after the other */
  const plain = theme.fills.map(() => []);
  /** @type {number[][]} */
  const faded = theme.fills.map(() => []);
  /** @type {number[]} */
  const lines = [];
  /** @type {number[]} */
  const marks = [];
  /** @type {[number, number, number, number, boolean][]} */
  const labels = [];

  walk(tree, window, (node, level, left, right) => {
    const width = right - left > 3 * gap ? right - left - gap : right - left;
    const y = top(level);
    const fn = node === MERGED ? OTHER : tree.fn[node];
    const hit = !found || found[fn] === 1;
    const lists = hit ? plain : faded;
    lists[fill[fn] ?? (fn === ROOT ? REST - 1 : REST)].push(left, y, width, row - gap);
    if (found && hit) {
      lines.push(left, y + row - gap * 3, width, gap * 2);
    }
    if (marked?.[fn]) {
      marks.push(left, y, width, row - gap);
    }
    const x = Math.max(left, 0) + pad;
    const room = Math.min(right, last) - pad - x;
    if (node !== MERGED && room >= advance * 2) {
      labels.push([node, x, y + Math.round(row / 2), room, hit]);
    }
  });

  /** @param {number[]} list @param {string} colour */
  const paint = (list, colour) => {
    context.fillStyle = colour;
    for (let i = 0; i < list.length; i += 4) {
      context.fillRect(list[i], list[i + 1], list[i + 2], list[i + 3]);
    }
  };
  plain.forEach((list, i) => paint(list, theme.fills[i]));
  context.globalAlpha = theme.faded;
  faded.forEach((list, i) => paint(list, theme.fills[i]));
  context.globalAlpha = 1;
  paint(lines, theme.match);
  context.strokeStyle = theme.accent;
  context.lineWidth = gap * 2;
  for (let i = 0; i < marks.length; i += 4) {
    context.strokeRect(marks[i] + gap, marks[i + 1] + gap, Math.max(marks[i + 2] - 2 * gap, 1), marks[i + 3] - 2 * gap);
  }
  labels.forEach(([node, x, y, room, hit]) => paintLabel(context, tree, node, x, y, room, hit));
}

/** @param {CanvasRenderingContext2D} context @param {Tree} tree @param {number} node @param {number} x @param {number} y @param {number} room @param {boolean} hit */
function paintLabel(context, tree, node, x, y, room, hit) {
  const { theme } = look;
  const { parts, more } = nodeLabel(tree, node);
  let left = room;
  /** @param {string} text @param {string} colour @returns {boolean} whether all of it was painted */
  const write = (text, colour) => {
    const fitting = fit(text, left);
    context.fillStyle = hit ? colour : theme.fadedText;
    context.fillText(fitting, x + room - left, y);
    left -= widthOf(fitting);
    return fitting === text;
  };
  const whole = parts.every(({ kind, text }) => write(text, theme.code[kind] ?? theme.text));
  left -= advance * 1.5;
  if (whole && more && left > advance * 8) {
    context.globalAlpha = hit ? 0.78 : 1;
    write(more, theme.text);
    context.globalAlpha = 1;
  }
}
