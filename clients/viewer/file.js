/** Entry of the HTML file. */
import { fileHost } from './host_file.js';
import { Viewer } from './viewer.js';

const element = document.getElementById('hotlens');
if (element) {
  new Viewer(element, fileHost()).start();
}
