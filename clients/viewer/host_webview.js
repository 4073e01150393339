/**
 * The host behind postMessage. Messages to it:
 *
 *     {type: 'request', id, params}   answered by {type: 'response', id, result} or {…, id, error: text}
 *     {type: 'source', id, path}      answered the same way, the result a text or null
 *     {type: 'open', file, line}
 *     {type: 'focus', node}
 *     {type: 'ready'}                 the page listens
 *
 * and from it, besides the responses, the events of host.js.
 */

/** @typedef {import('./host.js').Host} Host */

/**
 * @param {{postMessage: (message: any) => void, getState: () => any, setState: (state: any) => void}} api
 *   what acquireVsCodeApi() returns
 * @returns {Host}
 */
export function webviewHost(api) {
  /** @type {Map<number, (answer: {error?: unknown, result?: any}) => void>} */
  const waiting = new Map();
  let last = 0;
  /** @type {(event: import('./host.js').HostEvent) => void} */
  let hear = () => {};

  /** @param {Record<string, any>} message @returns {Promise<any>} */
  const ask = (message) => new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, ({ error, result }) => (typeof error === 'string' ? reject(new Error(error)) : resolve(result)));
    api.postMessage({ ...message, id: last });
  });

  window.addEventListener('message', ({ data }) => {
    if (data?.type === 'response') {
      waiting.get(data.id)?.(data);
      waiting.delete(data.id);
    } else if (data) {
      hear(data);
    }
  });

  return {
    live: true,
    request: (params) => ask({ type: 'request', params }),
    source: (path) => ask({ type: 'source', path }),
    open: (file, line) => api.postMessage({ type: 'open', file, line }),
    focus: (node) => api.postMessage({ type: 'focus', node }),
    getState: () => api.getState(),
    setState: (state) => api.setState(state),
    listen(handler) {
      hear = handler;
      api.postMessage({ type: 'ready' });
    },
  };
}
