/** Text from a profile made fit to be seen: what would hide, reorder or break it is written out. */

/* Control characters, marks that turn or join text, invisible and tag characters, lone surrogates. */
// eslint-disable-next-line no-misleading-character-class
const UNSEEN = new RegExp('[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5'
  + '\\u180b-\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\uffff'
  + '\\u{e0000}-\\u{e0fff}\\ud800-\\udfff]', 'gu');

/** @param {string} text */
export const visible = (text) => text.replace(UNSEEN, (mark) => {
  const code = /** @type {number} */ (mark.codePointAt(0));
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}`
    : code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
});

/** @param {string} file @param {number} line 0 for none */
export const placeText = (file, line) => visible(file) + (file && line > 0 ? `:${line}` : '');

/** What a function is called. Imports are all called <module>: which one is what one wants to read. @param {import('./tree.js').Func} function */
export const nameOf = ({ name, module }) => (
  name === '<module>' && /^[^<]/.test(module) ? visible(`${module} ${name}`) : visible(name));

/** The order of plain texts, for sort(). @param {string} a @param {string} b */
export const compareText = (a, b) => (a < b ? -1 : Number(a > b));
