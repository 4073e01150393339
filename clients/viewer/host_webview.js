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
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  let last = 0;

  /** @param {Record<string, any>} message @returns {Promise<any>} */
  const ask = (message) => new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    api.postMessage({ ...message, id: last });
  });

  window.addEventListener('message', ({ data }) => {
    const open = data?.type === 'response' ? waiting.get(data.id) : undefined;
    if (open) {
      waiting.delete(data.id);
      if (typeof data.error === 'string') {
        open.reject(new Error(data.error));
      } else {
        open.resolve(data.result);
      }
    }
  });

  return {
    live: true,
    request: (params) => ask({ type: 'request', params }),
    source: (path) => ask({ type: 'source', path }),
    open: (file, line) => api.postMessage({ type: 'open', file, line }),
    focus: (node) => api.postMessage({ type: 'focus', node }),
    getState: () => api.getState() ?? null,
    setState: (state) => api.setState(state),
    listen(handler) {
      /** @param {MessageEvent} event */
      const hear = ({ data }) => {
        if (['update', 'highlight', 'zoom', 'show'].includes(data?.type)) {
          handler(data);
        }
      };
      window.addEventListener('message', hear);
      api.postMessage({ type: 'ready' });
      return () => window.removeEventListener('message', hear);
    },
  };
}
