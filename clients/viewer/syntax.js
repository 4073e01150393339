/** Light colours for one line of Python; a line alone cannot tell whether a string was open before it. */

/** @typedef {{kind: string, text: string}} Part of a line: keyword, string, comment, number, or "" */

const TOKEN = new RegExp([
  '(?<comment>#.*)',
  '(?<string>[rbfuRBFU]{0,2}(?<quote>"{3}|\'{3}|["\'])(?:\\\\.|(?!\\k<quote>).)*(?:\\k<quote>|$))',
  '(?<keyword>\\b(?:False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|'
    + 'finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\\b)',
  '(?<number>\\b\\d[\\w.]*)',
  '[A-Za-z_]\\w*',
].join('|'), 'g');

/** @param {string} line @returns {Part[]} */
export function pythonParts(line) {
  const parts = [];
  let at = 0;
  const text = line.slice(0, 4000);
  for (const { 0: token, index, groups } of text.matchAll(TOKEN)) {
    const [kind] = Object.entries(groups ?? {}).find(([, found]) => found !== undefined) ?? [];
    if (kind) {
      parts.push({ kind: '', text: text.slice(at, index) }, { kind, text: token });
      at = index + token.length;
    }
  }
  parts.push({ kind: '', text: text.slice(at) });
  return parts.filter((part) => part.text);
}
