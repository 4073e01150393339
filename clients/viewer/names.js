/** Text from a profile made fit to be seen: what would hide, reorder or break it is written out. */

/* Control characters, lone surrogates, what has no ink or turns and joins text, line separators, specials. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff0-\uffff]/gu;

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
