/** Lines of source text, fetched when one is first wanted. */
import { visible } from './names.js';
import { pythonParts } from './syntax.js';

/* Files kept at a time. */
const MOST = 64;

export class Sources {
  /** @param {((path: string) => Promise<string | null>) | null} fetch @param {() => void} arrived */
  constructor(fetch, arrived) {
    this.fetch = fetch;
    this.arrived = arrived;
    /** @type {Map<string, string[] | null>} null while it is on its way, empty when there is none */
    this.files = new Map();
  }

  /** A line without its indentation, in parts; null when it is not known. @param {string} file @param {number} line */
  line(file, line) {
    if (!this.fetch || file === '' || line <= 0) {
      return null;
    }
    const lines = this.files.get(file);
    if (lines === undefined) {
      this.load(file);
      return null;
    }
    const text = lines?.[line - 1]?.trim();
    return text ? pythonParts(visible(text)) : null;
  }

  /** @param {string} file */
  load(file) {
    if (this.files.size >= MOST) {
      this.files.delete(/** @type {string} */ (this.files.keys().next().value));
    }
    this.files.set(file, null);
    const { fetch } = this;
    fetch?.(file).catch(() => null).then((text) => {
      this.files.set(file, text === null ? [] : text.split(/\r\n|\r|\n/));
      this.arrived();
    });
  }
}
