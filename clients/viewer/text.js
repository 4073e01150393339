/** Fits text into widths. ASCII is measured once for the font; anything else once per text, with a bound. */

const MOST_MEASURED = 4000;

/** @type {Map<string, number>} */
const widths = new Map();
/** @type {CanvasRenderingContext2D} */
let measured;
/** Width of a character. */
export let advance = 0;

/** @param {CanvasRenderingContext2D} context with its font set */
export function measureFont(context) {
  measured = context;
  widths.clear();
  advance = context.measureText('0'.repeat(64)).width / 64;
}

/** @param {string} text */
export function widthOf(text) {
  // eslint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) {
    return text.length * advance;
  }
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size >= MOST_MEASURED) {
      widths.clear();
    }
    width = measured.measureText(text).width;
    widths.set(text, width);
  }
  return width;
}

/** As much of the text as fits: the middle goes, or in short ones the end. @param {string} text @param {number} room */
export function fit(text, room) {
  if (text.length * advance <= room * 4 && widthOf(text) <= room) {
    return text;
  }
  const points = [...text.slice(0, 4096)];
  /** @param {number} kept */
  const cut = (kept) => {
    const tail = kept > 12 ? Math.floor(kept * 0.4) : 0;
    return [...points.slice(0, kept - tail), '…', ...points.slice(points.length - tail)].join('');
  };
  let kept = Math.min(points.length - 1, Math.floor(room / advance) * 2 + 1);
  for (let low = 0; low < kept;) {
    const middle = (low + kept + 1) >> 1;
    if (widthOf(cut(middle)) <= room) {
      low = middle;
    } else {
      kept = middle - 1;
    }
  }
  return kept < 1 ? '' : cut(kept);
}
