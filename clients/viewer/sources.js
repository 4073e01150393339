/** Lines of source text, fetched when one is first wanted. */
import { visible } from './names.js';
import { host } from './store.js';
import { pythonParts } from './syntax.js';

/* Files kept at a time. */
const MOST_FILES = 64;

/** @type {Map<string, string[]>} empty while it is on its way, and when there is none */
const files = new Map();
let arrived = () => {};

/** @param {() => void} then called when lines have come */
export function onSource(then) {
  arrived = then;
}

/** A line without its indentation, in parts; null when it is not known. @param {string} file @param {number} line */
export function sourceLine(file, line) {
  if (!host.source || !file || line <= 0) {
    return null;
  }
  const lines = files.get(file);
  if (!lines) {
    fetchLines(file);
  }
  const text = lines?.[line - 1]?.trim();
  return text ? pythonParts(visible(text)) : null;
}

/** @param {string} file */
function fetchLines(file) {
  if (files.size >= MOST_FILES) {
    files.delete(/** @type {string} */ (files.keys().next().value));
  }
  files.set(file, []);
  host.source?.(file).catch(() => null).then((text) => {
    files.set(file, text?.split(/\r\n|\r|\n/) ?? []);
    arrived();
  });
}
