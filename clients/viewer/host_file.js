/** The host that is one HTML file: the profile is a block of JSON in it, and so may be sources. */

/** @typedef {import('./host.js').Host} Host */

/** @param {string} id @returns {any} or null */
function embedded(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent ?? 'null') : null;
}

/** @returns {Host} */
export function fileHost() {
  const sources = embedded('hotlens-sources');
  return {
    live: false,
    request: async () => embedded('hotlens-data'),
    open: null,
    focus: () => undefined,
    source: sources ? async (path) => (Object.hasOwn(sources, path) ? sources[path] : null) : null,
    /* Survives a reload of this page, and nothing else. */
    getState: () => window.history.state?.hotlens ?? null,
    setState(state) {
      try {
        window.history.replaceState({ hotlens: state }, '');
      } catch {
        /* Not allowed for this address; then a reload starts anew. */
      }
    },
    listen: () => undefined,
  };
}
