/** The viewer: what the user does becomes a state (store.js), the state a picture (present.js). */
import { pressed, pressedOutside } from './commands.js';
import { contents, details, live } from './details.js';
import { look } from './draw.js';
import { graph, home, panes, redraw, spotAt } from './graph.js';
import { help } from './help.js';
import { showLegend } from './legend.js';
import { mark } from './matching.js';
import { isLoaded, load, shown, whole } from './model.js';
import { visible } from './names.js';
import { fail, main, message, refresh } from './present.js';
import { onSource } from './sources.js';
import { merged } from './state.js';
import { host, set, startStore, state } from './store.js';
import { readTheme, setTheme, watchTheme } from './theme.js';
import { summary, title, toolbar } from './toolbar.js';
import { click, zoom } from './zooming.js';

/** A page has one. */
export class Viewer {
  /** @param {HTMLElement} element takes the whole of it @param {import('./host.js').Host} shows */
  constructor(element, shows) {
    let theme = '';
    const show = () => {
      look.theme = readTheme(element);
      redraw();
      showLegend();
    };
    const applyTheme = () => {
      theme = state.theme;
      if (!host.live) {
        setTheme(state.theme);
      }
      show();
    };
    startStore(shows, (toRoot) => {
      if (state.theme !== theme) {
        applyTheme();
      }
      void refresh(toRoot);
    });
    element.classList.add('hl');
    element.replaceChildren(toolbar, message, main, details, live, help);
    graph.addEventListener('keydown', pressed);
    graph.addEventListener('click', (event) => {
      const spot = spotAt(event);
      if (spot) {
        click(spot, event);
      }
    });
    document.addEventListener('keydown', pressedOutside);
    onSource(redraw);

    this.start = async () => {
      applyTheme();
      watchTheme(show, applyTheme);
      host.listen(onEvent);
      await update();
    };
  }
}

/** Shows the profile as the host has it now. */
async function update() {
  const isFirst = !isLoaded();
  try {
    await load();
  } catch (error) {
    fail(error);
    return;
  }
  const { info } = whole;
  title.textContent = visible(info.title || 'Flame graph');
  summary.textContent = visible(info.summary.startsWith(`${info.title} · `) ? info.summary.slice(info.title.length + 3) : info.summary);
  contents.textContent = info.contents;
  await refresh(false);
  if (isFirst || panes[0]?.up) {
    home();
  }
}

/** Other messages may be somebody else's. @param {import('./host.js').HostEvent} event */
function onEvent(event) {
  if (event.type === 'update') {
    void update();
  } else if (event.type === 'highlight') {
    mark(event);
  } else if (event.type === 'show') {
    set(merged(state, event.state));
  } else if (event.type === 'zoom') {
    const node = event.node ? shown.tree.ids?.indexOf(event.node) ?? -1 : 0;
    const [pane] = panes;
    if (pane && node >= 0) {
      zoom({ pane, node }, false);
    }
  }
}
