/** What keys and buttons do. */
import { actionOf } from './keys.js';
import { sibling, vertical } from './moves.js';
import { visible } from './names.js';
import { nextMatch } from './search.js';
import { CODE } from './tree.js';

/** @typedef {import('./keys.js').Action} Action */

export class Commands {
  /** @param {import('./viewer.js').Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const action = actionOf(event);
    if (action) {
      event.preventDefault();
      event.stopPropagation();
      this.act(action);
    }
  }

  /** Keys outside of the picture: not in fields, and not those that buttons and lists need. @param {KeyboardEvent} event */
  keyOutside(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const action = actionOf(event);
    if (this.viewer.help.open || !action) {
      return;
    }
    if (action === 'escape') {
      this.act(action);
      target.blur(); /* the picture cannot take the focus while the table is shown */
      this.viewer.graph.element.focus();
      return;
    }
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
    if (typing || /^(Arrow|Enter|Home|Backspace| )/.test(event.key)) {
      return;
    }
    this.key(event);
  }

  /** @param {Action} action */
  act(action) {
    const { state, graph } = this.viewer;
    const { selected } = graph;
    /** @type {Record<Action, () => void>} */
    const actions = {
      up: () => this.move(-1, 0), down: () => this.move(1, 0), left: () => this.move(0, -1), right: () => this.move(0, 1),
      zoom: () => selected && this.viewer.zoom(selected, true),
      out: () => this.out(),
      reset: () => this.reset(),
      escape: () => this.escape(),
      back: () => this.travel(-1),
      forward: () => this.travel(1),
      search: () => { this.viewer.toolbar.text.focus(); this.viewer.toolbar.text.select(); },
      next: () => this.nextMatch(1),
      previous: () => this.nextMatch(-1),
      flame: () => this.viewer.setView('flame'),
      inverted: () => this.viewer.setView(state.view === 'inverted' ? 'flame' : 'inverted'),
      sandwich: () => this.viewer.setView('sandwich'),
      table: () => this.viewer.setView(state.view === 'table' ? 'flame' : 'table'),
      help: () => this.viewer.help.showModal(),
      open: () => selected && this.viewer.open(selected),
      hide: () => this.hideSelected(),
      mine: () => this.viewer.shown?.functions.mineKnown && this.viewer.set({ mine: !state.mine }),
      source: () => this.viewer.host.source && this.viewer.set({ source: !state.source }),
      direction: () => { this.viewer.set({ up: !state.up }); requestAnimationFrame(() => graph.home()); },
      legend: () => this.viewer.set({ legend: !state.legend }),
    };
    actions[action]();
  }

  /** @param {number} down rows of the screen @param {number} right */
  move(down, right) {
    const { graph } = this.viewer;
    const last = graph.panes[graph.panes.length - 1];
    if (!last) {
      return;
    }
    const spot = graph.selected ?? { pane: last, node: last.zoom };
    if (!graph.selected) {
      this.viewer.select(spot, true);
      return;
    }
    const next = down !== 0 ? vertical(graph.panes, spot, down) : { pane: spot.pane, node: sibling(spot, right) };
    if (next && next.node >= 0) {
      this.viewer.select(next, true);
    }
  }

  out() {
    const pane = this.viewer.graph.panes.find((each) => each.zoom > 0);
    if (pane) {
      this.viewer.zoom({ pane, node: pane.tree.parent[pane.zoom] }, true);
    }
  }

  reset() {
    const { zooms } = this.viewer.state;
    if (Object.values(zooms).every((path) => path.length === 0)
        && this.viewer.graph.panes.every((pane) => pane.now.to - pane.now.from >= pane.tree.total[0])) {
      return;
    }
    this.viewer.state = { ...this.viewer.state, zooms: { flame: [], inverted: [], callers: [], callees: [] } };
    this.viewer.graph.panes.forEach((pane) => this.viewer.graph.zoom(pane, 0, true));
    this.viewer.remember();
    this.viewer.host.focus(null);
    void this.viewer.refresh(false);
  }

  escape() {
    if (this.viewer.state.search.text !== '') {
      this.viewer.set({ search: { ...this.viewer.state.search, text: '' } });
    } else if (this.viewer.state.view !== 'table' && this.viewer.graph.panes.some((pane) => pane.zoom > 0)) {
      this.out();
    } else if (this.viewer.state.view !== 'flame') {
      this.viewer.setView('flame');
    }
  }

  /** @param {number} steps */
  travel(steps) {
    const place = this.viewer.history.go(steps);
    if (place) {
      this.viewer.state = { ...this.viewer.state, ...structuredClone(place) };
      this.viewer.keep();
      void this.viewer.refresh(false).then(() => {
        const pane = this.viewer.graph.panes[this.viewer.graph.panes.length - 1];
        if (pane) {
          this.viewer.tellFocus(pane, pane.zoom);
        }
      });
    }
  }

  /** @param {number} step */
  nextMatch(step) {
    const { graph } = this.viewer;
    const pane = graph.selected?.pane ?? graph.panes[graph.panes.length - 1];
    if (!graph.found || !pane || this.viewer.state.view === 'table') {
      return;
    }
    const node = nextMatch(pane.tree, graph.found, graph.selected?.node ?? (step > 0 ? -1 : 0), step);
    if (node < 0) {
      return;
    }
    const box = graph.boxOf({ pane, node });
    if (!box || box.width < 8) {
      this.viewer.zoom({ pane, node }, false);
    }
    this.viewer.select({ pane, node }, true);
  }

  hideSelected() {
    const { selected } = this.viewer.graph;
    const fn = selected ? selected.pane.tree.fn[selected.node] : -1;
    const functions = this.viewer.shown?.functions;
    if (functions && fn >= 0 && functions.kind[fn] === CODE) {
      const group = functions.group[fn];
      this.viewer.live.textContent = `${visible(group)} hidden`;
      this.viewer.set({ hidden: [...this.viewer.state.hidden, group] });
    }
  }
}
