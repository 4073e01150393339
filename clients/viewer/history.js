/** Where the user has been: back and forward, as in a browser. */

const MOST_PLACES = 200;

/** @template T @param {T} first */
export function makeHistory(first) {
  const entries = [first];
  let at = 0;
  return {
    /** What is there, so many steps from here. @param {number} steps @returns {T | undefined} */
    peek: (steps) => entries[at + steps],

    /** @param {number} steps @returns {T | undefined} */
    go(steps) {
      at += entries[at + steps] ? steps : 0;
      return entries[at];
    },

    /** @param {T} entry */
    push(entry) {
      if (JSON.stringify(entry) !== JSON.stringify(entries[at])) {
        entries.splice(at + 1, Infinity, entry);
        entries.splice(0, entries.length - MOST_PLACES);
        at = entries.length - 1;
      }
    },
  };
}
