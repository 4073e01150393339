/** Paints boxes and their labels. Everything here is in whole device pixels. */
import { REST } from './palette.js';
import { OTHER, ROOT } from './tree.js';
import { MERGED } from './walk.js';

/**
 * @typedef {import('./theme.js').Theme} Theme
 * @typedef {object} Label
 * @property {string} text
 * @property {string} more shown after it, quieter, when there is room
 * @property {{kind: string, text: string}[] | null} parts instead of the text: a source line
 *
 * @typedef {object} Paint what a picture is made with
 * @property {CanvasRenderingContext2D} context
 * @property {Theme} theme
 * @property {import('./text.js').Ruler} ruler
 * @property {number} ratio device pixels per CSS pixel
 * @property {number} row height of a row in device pixels
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array} fill of each function
 * @property {Uint8Array | null} found what a search matches
 * @property {Uint8Array | null} marked functions to point out
 * @property {(tree: import('./tree.js').Tree, node: number) => Label} label
 */

/** Boxes of one colour at a time: changing the fill costs more than a rectangle. */
class Buckets {
  /** @param {number} count */
  constructor(count) {
    /** @type {number[][]} */
    this.rectangles = Array.from({ length: count }, () => []);
  }

  /** @param {number} bucket @param {number} x @param {number} y @param {number} width @param {number} height */
  add(bucket, x, y, width, height) {
    this.rectangles[bucket].push(x, y, width, height);
  }

  /** @param {CanvasRenderingContext2D} context @param {string[]} colours */
  paint(context, colours) {
    this.rectangles.forEach((list, bucket) => {
      context.fillStyle = colours[bucket];
      for (let i = 0; i < list.length; i += 4) {
        context.fillRect(list[i], list[i + 1], list[i + 2], list[i + 3]);
      }
    });
  }
}

/**
 * @param {Paint} paint @param {import('./tree.js').Tree} tree @param {import('./walk.js').Boxes} boxes
 * @param {(depth: number) => number} top of a level
 */
export function paintBoxes(paint, tree, boxes, top) {
  const { context, theme, ratio, row, found, marked, fill } = paint;
  const gap = Math.max(1, Math.round(ratio));
  const plain = new Buckets(theme.fills.length);
  const faded = new Buckets(theme.fills.length);
  const matches = [];
  const marks = [];
  for (let i = 0; i < boxes.count; i++) {
    const node = boxes.node[i];
    const width = boxes.right[i] - boxes.left[i];
    const y = top(boxes.depth[i]);
    if (y >= paint.height || y + row <= 0 || width < 1) {
      continue;
    }
    const fn = node === MERGED ? OTHER : tree.fn[node];
    const bucket = fn >= 0 ? fill[fn] : fn === ROOT ? REST - 1 : REST;
    const hit = !found || (fn >= 0 && found[fn] === 1);
    const inner = width > 3 * gap ? width - gap : width;
    (hit ? plain : faded).add(bucket, boxes.left[i], y, inner, row - gap);
    if (found && hit) {
      matches.push(boxes.left[i], y + row - gap * 3, inner, gap * 2);
    }
    if (marked && fn >= 0 && marked[fn]) {
      marks.push(boxes.left[i], y, inner, row - gap);
    }
  }
  plain.paint(context, theme.fills);
  faded.paint(context, theme.faded);
  context.fillStyle = theme.match;
  for (let i = 0; i < matches.length; i += 4) {
    context.fillRect(matches[i], matches[i + 1], matches[i + 2], matches[i + 3]);
  }
  context.strokeStyle = theme.accent;
  context.lineWidth = gap * 2;
  for (let i = 0; i < marks.length; i += 4) {
    context.strokeRect(marks[i] + gap, marks[i + 1] + gap, Math.max(marks[i + 2] - 2 * gap, 1),
      marks[i + 3] - 2 * gap);
  }
}

/** @param {Paint} paint @param {Label} label @param {number} x @param {number} y @param {number} room */
function paintCode(paint, label, x, y, room) {
  const { context, ruler, theme } = paint;
  let at = x;
  for (const part of label.parts ?? []) {
    const text = ruler.fit(part.text, x + room - at);
    context.fillStyle = theme.code[/** @type {keyof Theme['code']} */ (part.kind)] ?? theme.text;
    context.fillText(text, at, y);
    at += ruler.width(text);
    if (text !== part.text) {
      break;
    }
  }
}

/**
 * @param {Paint} paint @param {import('./tree.js').Tree} tree @param {import('./walk.js').Boxes} boxes
 * @param {(depth: number) => number} top
 */
export function paintLabels(paint, tree, boxes, top) {
  const { context, theme, ruler, ratio, row, found } = paint;
  const pad = Math.round(5 * ratio);
  const least = ruler.advance * 2 + pad * 2;
  context.font = ruler.font;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.direction = 'ltr';
  for (let i = 0; i < boxes.count; i++) {
    const node = boxes.node[i];
    const left = Math.max(boxes.left[i], 0);
    const right = Math.min(boxes.right[i], paint.width);
    const y = top(boxes.depth[i]);
    if (node === MERGED || right - left < least || y >= paint.height || y + row <= 0) {
      continue;
    }
    const fn = tree.fn[node];
    const faded = found && !(fn >= 0 && found[fn]);
    const label = paint.label(tree, node);
    const room = right - left - pad * 2;
    const middle = y + Math.round(row / 2);
    if (label.parts && !faded) {
      paintCode(paint, label, left + pad, middle, room);
      continue;
    }
    const text = ruler.fit(label.text, room);
    context.fillStyle = faded ? theme.fadedText : theme.text;
    context.fillText(text, left + pad, middle);
    if (text === label.text && label.more) {
      const used = ruler.width(text) + ruler.advance * 1.5;
      const more = room - used > ruler.advance * 8 ? ruler.fit(label.more, room - used) : '';
      context.fillStyle = faded ? theme.fadedText : theme.quiet;
      context.fillText(more, left + pad + used, middle);
    }
  }
}
