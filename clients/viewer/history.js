/** Where the user has been: back and forward, as in a browser. */

const MOST = 200;

/** @template T */
export class History {
  /** @param {T} first */
  constructor(first) {
    this.entries = [first];
    this.at = 0;
  }

  /** @param {T} entry */
  push(entry) {
    if (JSON.stringify(entry) === JSON.stringify(this.entries[this.at])) {
      return;
    }
    this.entries.splice(this.at + 1, Infinity, entry);
    if (this.entries.length > MOST) {
      this.entries.shift();
    }
    this.at = this.entries.length - 1;
  }

  /** @param {number} steps @returns {T | null} */
  go(steps) {
    const to = this.at + steps;
    if (to < 0 || to >= this.entries.length) {
      return null;
    }
    this.at = to;
    return this.entries[to];
  }

  canGo(/** @type {number} */ steps) {
    return this.at + steps >= 0 && this.at + steps < this.entries.length;
  }
}
