/** The page of the flame graph panel: the viewer, and in the state that VS Code keeps, which run it shows. */
import { webviewHost } from '../../../viewer/host_webview.js';
import { Viewer } from '../../../viewer/viewer.js';

interface Api {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

interface State {
  run: number | null;
  title: string | null;
  viewer: unknown;
}

interface RunMessage {
  type: 'run';
  run: number | null;
  title: string | null;
}

declare function acquireVsCodeApi(): Api;

const api = acquireVsCodeApi();
let state = (api.getState() ?? { run: null, title: null, viewer: null }) as State;

function keep(change: Partial<State>): void {
  state = { ...state, ...change };
  api.setState(state);
}

window.addEventListener('message', (event: MessageEvent<Partial<RunMessage> | null>) => {
  if (event.data?.type === 'run') {
    keep({ run: event.data.run ?? null, title: event.data.title ?? null });
  }
});

const element = document.getElementById('hotlens');
if (element) {
  const host = webviewHost({
    postMessage: message => api.postMessage(message),
    getState: () => state.viewer,
    setState: viewer => keep({ viewer }),
  });
  void new Viewer(element, host).start();
}
