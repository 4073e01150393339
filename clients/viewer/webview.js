/** Entry of the webview: <div id="hotlens"> and this module are all of its page. */
import { webviewHost } from './host_webview.js';
import { Viewer } from './viewer.js';

/* global acquireVsCodeApi */
const element = document.getElementById('hotlens');
if (element) {
  // @ts-expect-error the webview defines it
  new Viewer(element, webviewHost(acquireVsCodeApi())).start();
}
