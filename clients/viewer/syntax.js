/** Light colours for one line of Python; a line alone cannot tell whether a string was open before it. */

/** @typedef {'plain' | 'keyword' | 'string' | 'comment' | 'number'} Part */

const TOKEN = new RegExp([
  '(?<comment>#.*)',
  '(?<string>[rbfuRBFU]{0,2}(?:"""(?:[^\\\\]|\\\\.)*?(?:"""|$)|\'\'\'(?:[^\\\\]|\\\\.)*?(?:\'\'\'|$)|'
    + '"(?:[^"\\\\]|\\\\.)*(?:"|$)|\'(?:[^\'\\\\]|\\\\.)*(?:\'|$)))',
  '(?<keyword>\\b(?:False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|'
    + 'finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\\b)',
  '(?<number>\\b\\d[\\w.]*)',
  '(?<name>[A-Za-z_]\\w*)',
].join('|'), 'g');

/** @param {string} line @returns {{kind: Part, text: string}[]} */
export function pythonParts(line) {
  const parts = [];
  let at = 0;
  for (const found of line.slice(0, 2000).matchAll(TOKEN)) {
    const groups = found.groups ?? {};
    const kind = /** @type {Part[]} */ (['comment', 'string', 'keyword', 'number'])
      .find((name) => groups[name] !== undefined);
    if (!kind) {
      continue;
    }
    if (found.index > at) {
      parts.push({ kind: /** @type {Part} */ ('plain'), text: line.slice(at, found.index) });
    }
    parts.push({ kind, text: found[0] });
    at = found.index + found[0].length;
  }
  if (at < line.length) {
    parts.push({ kind: /** @type {Part} */ ('plain'), text: line.slice(at, 4000) });
  }
  return parts;
}
