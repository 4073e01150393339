/**
 * What the viewer needs of the program that shows it. There are two: host_webview.js (VS Code and anything
 * else that posts messages) and host_file.js (one HTML file, no server).
 *
 *     request(params)   answers what hotlens/flamegraph answers (docs/protocol.md). Always called first with
 *                       {limit}; later calls only when `live` is true: the viewer works everything out for
 *                       itself from a first answer that is complete.
 *     live              whether request() can answer other questions than the first one
 *     open(file, line)  shows a place in the source, the file as the profile has it; null when it cannot
 *     focus(node)       the user zoomed into `node`, or out again (null): restrict the editor's numbers to it
 *     source(path)      text of a file as it ran, or null; null instead of a function when there are none
 *     getState()        what setState() was given last, also after a reload; nothing at first
 *     setState(state)   state is plain data
 *     listen(handler)   calls the handler with events:
 *                         {type: 'update'}                   the profile changed: request it again
 *                         {type: 'highlight', function, file, line}  point out a function (the cursor's);
 *                                                            without a function: none
 *                         {type: 'zoom', node}               zoom to a node by its id; null for out
 *                         {type: 'show', state}              change parts of the state ({view: 'table'})
 *
 * Theme: the viewer takes its colours from the CSS variables at the top of viewer.css, which default to
 * VS Code's, and follows changes of class, style or data-theme on <html> and <body>.
 *
 * @typedef {object} HostNode
 * @property {string} id
 * @property {string} name
 * @property {string} file
 * @property {number} line of the function's `def`, or the heaviest line
 * @property {'code' | 'thread' | 'process'} kind
 * @property {number} samples
 *
 * @typedef {object} HostEvent
 * @property {'update' | 'highlight' | 'zoom' | 'show'} type
 * @property {string} [function]
 * @property {string} [file]
 * @property {number} [line]
 * @property {string | null} [node]
 * @property {object} [state]
 *
 * @typedef {object} Host
 * @property {(params: Record<string, any>) => Promise<any>} request
 * @property {boolean} live
 * @property {((file: string, line: number) => void) | null} open
 * @property {(node: HostNode | null) => void} focus
 * @property {((path: string) => Promise<string | null>) | null} source
 * @property {() => any} getState
 * @property {(state: any) => void} setState
 * @property {(handler: (event: HostEvent) => void) => void} listen
 */

export const FIRST_LIMIT = 15000;
