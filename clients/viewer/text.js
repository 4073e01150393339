/** Fits text into widths. ASCII is measured once for the font; anything else once per text, with a bound. */

const MOST_MEASURED = 4000;

export class Ruler {
  /** @param {CanvasRenderingContext2D} context @param {string} font */
  constructor(context, font) {
    this.context = context;
    this.font = font;
    /** @type {Map<string, number>} */
    this.widths = new Map();
    context.font = font;
    this.advance = context.measureText('0'.repeat(64)).width / 64;
  }

  /** @param {string} text */
  width(text) {
    // eslint-disable-next-line no-control-regex
    if (/^[\x00-\x7f]*$/.test(text)) {
      return text.length * this.advance;
    }
    let width = this.widths.get(text);
    if (width === undefined) {
      if (this.widths.size >= MOST_MEASURED) {
        this.widths.clear();
      }
      this.context.font = this.font;
      width = this.context.measureText(text).width;
      this.widths.set(text, width);
    }
    return width;
  }

  /** As much of the text as fits: the middle goes, or in short ones the end. @param {string} text @param {number} room */
  fit(text, room) {
    if (text.length * this.advance <= room * 4 && this.width(text) <= room) {
      return text;
    }
    const points = [...text.slice(0, 4096)];
    /** @param {number} kept */
    const cut = (kept) => {
      const tail = kept > 12 ? Math.floor(kept * 0.4) : 0;
      return `${points.slice(0, kept - tail).join('')}…${tail ? points.slice(-tail).join('') : ''}`;
    };
    let low = 0;
    let high = Math.min(points.length - 1, Math.floor(room / this.advance) * 2 + 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.width(cut(middle)) <= room) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low < 1 ? '' : cut(low);
  }
}
