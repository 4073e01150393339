/** A command line as words, quoted as a POSIX shell would: 'a b', "a \"b\"", a\ b. Nothing is expanded. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let isWord = false;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    const next = text.charAt(i + 1);
    const isEscape = character === '\\' && quote !== "'" && next !== '' &&
      (quote === '' || next === '"' || next === '\\');
    if (isEscape) {
      word += next;
      isWord = true;
      i++;
    } else if (quote !== '') {
      if (character === quote) {
        quote = '';
      } else {
        word += character;
      }
    } else if (character === '"' || character === "'") {
      quote = character;
      isWord = true;
    } else if (/\s/.test(character)) {
      if (isWord) {
        words.push(word);
      }
      word = '';
      isWord = false;
    } else {
      word += character;
      isWord = true;
    }
  }
  if (isWord) {
    words.push(word);
  }
  return words;
}

/** The inverse of splitWords. */
export function joinWords(words: readonly string[]): string {
  return words.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
