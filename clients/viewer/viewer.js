/** The viewer: what the user does becomes a state, the state becomes trees, the trees are shown. */
import { act, pressed, pressedOutside } from './commands.js';
import { Details } from './details.js';
import { h } from './dom.js';
import { Graph, makePane } from './graph.js';
import { makeHelp } from './help.js';
import { History } from './history.js';
import { Legend } from './legend.js';
import { mark, search, searchRemote } from './matching.js';
import { Model, findFunction } from './model.js';
import { visible } from './names.js';
import { amountText } from './numbers.js';
import { SLOTS, assign } from './palette.js';
import { showDetails, showLegend, showTable } from './panels.js';
import { Sources } from './sources.js';
import { firstState, merged } from './state.js';
import { Table } from './table.js';
import { readTheme, setTheme, watchTheme } from './theme.js';
import { Toolbar } from './toolbar.js';
import { Tooltip } from './tooltip.js';
import { functionTotals } from './totals.js';
import { CODE, follow, keyOf, pathOf } from './tree.js';
import { nodeFacts, nodeLabel, nodeName } from './words.js';
import { click, zoom } from './zooming.js';

/**
 * @typedef {import('./graph.js').Pane} Pane
 * @typedef {import('./graph.js').Spot} Spot
 * @typedef {import('./keys.js').Action} Action
 * @typedef {import('./model.js').Shown} Shown
 * @typedef {import('./state.js').State} State
 * @typedef {import('./state.js').View} View
 * @typedef {import('./tree.js').Tree} Tree
 */

/* Deeper zooms are not kept over a reload. */
const DEEPEST_KEPT = 500;

export class Viewer {
  /** @param {HTMLElement} element takes the whole of it @param {import('./host.js').Host} host */
  constructor(element, host) {
    this.element = element;
    this.host = host;
    this.model = new Model(host);
    /** @type {State} */
    this.state = merged(firstState(), host.getState());
    this.history = new History(this.place());
    /** @type {Shown | null} */
    this.shown = null;
    /** @type {Map<string, number>} */
    this.slots = new Map();
    /** @type {{function: string, file: string} | null} */
    this.highlighted = null;
    this.turn = 0;
    /** @type {string[] | null} path of the selected node */
    this.lastKeys = null;
    this.outside = (/** @type {KeyboardEvent} */ event) => pressedOutside(this, event);
    this.unwatch = () => {};
    this.unlisten = () => {};
    const perform = (/** @type {Action} */ action) => act(this, action);
    const { open } = host;
    this.toolbar = new Toolbar({ set: (change) => this.set(change), view: (view) => this.setView(view), act: perform },
      host.source !== null, !host.live);
    this.graph = new Graph({
      click: (spot, event) => click(this, spot, event),
      hover: (spot, box) => this.hover(spot, box),
      label: (tree, node) => this.label(tree, node),
    });
    this.sources = new Sources(host.source, () => this.graph.invalidate());
    this.tooltip = new Tooltip();
    this.legend = new Legend({
      toggle: (kind, key, alone) => this.toggle(kind, key, alone),
      all: () => this.set({ hidden: [], excluded: [] }),
    });
    this.table = new Table({
      sort: (key) => this.set({ sort: { key, down: this.state.sort.key === key ? !this.state.sort.down : key !== 'name' } }),
      choose: (fn, functions) => this.pivot(fn, functions),
      open: open && ((fn, { file, line }) => open(file[fn], line[fn] || 1)),
    });
    this.details = new Details(perform, open !== null);
    this.help = makeHelp();
    this.live = h('div', { class: 'hl-unseen', 'aria-live': 'polite', role: 'status' });
    this.message = h('div', { class: 'hl-message', role: 'alert', hidden: true });
    this.graph.element.addEventListener('keydown', (event) => pressed(this, event));
    this.stage = h('div', { class: 'hl-stage' }, this.graph.element, this.tooltip.element);
    this.assemble();
  }

  assemble() {
    const { element, stage } = this;
    element.classList.add('hl');
    document.addEventListener('keydown', this.outside);
    stage.addEventListener('mousemove', (event) => {
      this.tooltip.pointer = event.clientX - stage.getBoundingClientRect().left;
    }, true);
    const main = h('main', { class: 'hl-main' }, stage, this.table.element, this.legend.element);
    element.replaceChildren(this.toolbar.element, this.message, main, this.details.element, this.live, this.help);
  }

  async start() {
    this.applyTheme();
    this.unwatch = watchTheme(() => this.readTheme(), () => this.applyTheme());
    this.unlisten = this.host.listen((event) => this.hear(event));
    await this.load();
  }

  destroy() {
    this.unwatch();
    this.unlisten();
    document.removeEventListener('keydown', this.outside);
    this.graph.destroy();
    this.element.replaceChildren();
  }

  async load() {
    try {
      await this.model.load();
    } catch (error) {
      this.fail(error);
      return;
    }
    this.slots = new Map(this.model.groups.map((group, i) => [group.name, i % SLOTS]));
    const { title, summary, contents } = /** @type {import('./tree.js').Flame} */ (this.model.whole).info;
    this.toolbar.title.textContent = visible(title || 'Flame graph');
    this.toolbar.summary.textContent = visible(summary.startsWith(`${title} · `)
      ? summary.slice(title.length + 3) : summary);
    this.details.note.textContent = contents;
    await this.refresh(false);
    this.graph.home();
  }

  /** @param {unknown} error */
  fail(error) {
    this.message.hidden = false;
    this.message.textContent = visible(error instanceof Error ? error.message : String(error));
  }

  /** @param {import('./host.js').HostEvent} event */
  hear(event) {
    if (event.type === 'update') {
      void this.load();
    } else if (event.type === 'highlight') {
      this.highlighted = event.function ? { function: event.function, file: event.file ?? '' } : null;
      mark(this);
    } else if (event.type === 'show') {
      this.set(merged(this.state, event.state));
    } else if (event.type === 'zoom') {
      const node = event.node ? this.shown?.tree.ids?.indexOf(event.node) ?? -1 : 0;
      const pane = this.graph.panes[0];
      if (pane && node >= 0) {
        zoom(this, { pane, node }, false);
      }
    }
  }

  /* State */

  /** What back and forward go through. */
  place() {
    const { view, pivot, zooms } = this.state;
    return { view, pivot, zooms };
  }

  /** @param {Partial<State>} change */
  set(change) {
    const themed = change.theme !== undefined && change.theme !== this.state.theme;
    this.state = { ...this.state, ...change };
    if (themed) {
      this.applyTheme();
    }
    this.keep();
    void this.refresh(false);
  }

  keep() {
    const { zooms } = this.state;
    const short = Object.fromEntries(Object.entries(zooms)
      .map(([key, path]) => [key, path.length > DEEPEST_KEPT ? [] : path]));
    this.host.setState({ ...this.state, zooms: short });
  }

  remember() {
    this.history.push(structuredClone(this.place()));
    this.keep();
  }

  /** @param {View} view */
  setView(view) {
    if (view === 'sandwich') {
      const spot = this.graph.selected;
      const fn = spot ? spot.pane.tree.fn[spot.node] : -1;
      if (fn >= 0 && this.shown?.functions.kind[fn] === CODE) {
        this.pivot(fn);
        return;
      }
      if (this.state.pivot === '' || !this.knows(this.state.pivot)) {
        const heaviest = this.heaviest();
        if (heaviest >= 0) {
          this.pivot(heaviest);
        }
        return;
      }
    }
    this.state = { ...this.state, view };
    this.remember();
    void this.refresh(true);
  }

  /** @param {string} key */
  knows(key) {
    return this.shown !== null && findFunction(this.shown.functions, key) >= 0;
  }

  /** The function that runs most. */
  heaviest() {
    const { shown } = this;
    if (!shown) {
      return -1;
    }
    const { self } = functionTotals(shown.forward, shown.functions, 0);
    let best = -1;
    self.forEach((value, fn) => {
      if (shown.functions.kind[fn] === CODE && value > (best < 0 ? 0 : self[best])) {
        best = fn;
      }
    });
    return best;
  }

  /** @param {number} fn @param {import('./tree.js').Functions} [functions] */
  pivot(fn, functions = this.shown?.functions) {
    if (!functions) {
      return;
    }
    const pivot = keyOf(functions, fn);
    this.state = { ...this.state, view: 'sandwich', pivot,
      zooms: { ...this.state.zooms, callers: [], callees: [] } };
    this.remember();
    void this.refresh(true);
  }

  /* Showing */

  /** Makes everything shown fit the state. @param {boolean} home */
  async refresh(home) {
    if (!this.model.whole) {
      return;
    }
    const turn = ++this.turn;
    if (this.state.view === 'sandwich' && this.model.whole && !this.model.remote
        && findFunction(this.model.whole.functions, this.state.pivot) < 0) {
      this.state = { ...this.state, view: 'flame' };
    }
    try {
      const shown = await this.model.show(this.state);
      if (turn !== this.turn) {
        return;
      }
      this.message.hidden = true;
      this.present(shown, home);
      await Promise.all([this.fillTable(turn), searchRemote(this, turn)]);
    } catch (error) {
      if (turn === this.turn) {
        this.fail(error);
      }
    }
  }

  /** @param {Shown} shown @param {boolean} home */
  present(shown, home) {
    const { state, graph } = this;
    const changed = this.shown?.tree !== shown.tree || this.graph.panes[0]?.up !== this.isUp();
    this.shown = shown;
    graph.fill = assign(shown.functions, this.slots, state.colour === 'function');
    this.toolbar.show(state, { back: this.history.canGo(-1), forward: this.history.canGo(1),
      mineKnown: shown.functions.mineKnown });
    search(this);
    mark(this);
    showLegend(this);
    const table = state.view === 'table';
    this.stage.hidden = table;
    this.table.element.hidden = !table;
    this.legend.element.hidden = !state.legend;
    if (!table && (changed || home || graph.panes.length === 0)) {
      this.showPanes();
      if (home) {
        graph.home();
      }
    } else if (!table) {
      this.applyZooms(true);
    }
    graph.invalidate();
    showDetails(this);
  }

  /** @param {number} turn */
  async fillTable(turn) {
    const { state, shown } = this;
    if (state.view !== 'table' || !shown) {
      return;
    }
    const node = this.resolve(shown.forward, state.zooms.flame);
    const rows = await this.model.rows(state, shown, node);
    if (turn === this.turn) {
      showTable(this, node, rows);
    }
  }

  isUp() {
    return this.state.view === 'sandwich' || this.state.up;
  }

  showPanes() {
    const { shown, state, graph } = this;
    if (!shown) {
      return;
    }
    const selected = graph.selected;
    const key = selected ? this.lastKeys : null;
    graph.setPanes(shown.callers
      ? [makePane(shown.callers, true, 1), makePane(shown.tree, false, 0)]
      : [makePane(shown.tree, state.up, 0)]);
    this.applyZooms(false);
    const pane = graph.panes[graph.panes.length - 1];
    if (key && pane) {
      const node = this.resolve(pane.tree, key);
      graph.select(node > 0 ? { pane, node } : null, false);
    }
  }

  /** @param {Pane} pane @returns {'flame' | 'inverted' | 'callers' | 'callees'} */
  zoomKey(pane) {
    const { view } = this.state;
    return view === 'sandwich' ? (pane.up ? 'callers' : 'callees') : view === 'inverted' ? view : 'flame';
  }

  /** @param {Tree} tree @param {readonly string[]} keys */
  resolve(tree, keys) {
    const { functions } = /** @type {Shown} */ (this.shown);
    const wanted = new Set(keys);
    const index = new Map();
    for (let i = 0; wanted.size > 0 && i < functions.count; i++) {
      const key = keyOf(functions, i);
      if (wanted.has(key)) {
        index.set(key, i);
      }
    }
    return follow(tree, keys.map((key) => index.get(key) ?? (Number(key) || -3)));
  }

  /** The path of a node, with what is hidden above it, so that it is found again without that. @param {Tree} tree @param {number} node */
  keysTo(tree, node) {
    const shown = /** @type {Shown} */ (this.shown);
    const whole = this.model.whole?.tree;
    const origin = tree === shown.forward && tree.from && whole && !this.model.remote ? tree.from[node] : -1;
    const [from, at] = origin > 0 && whole ? [whole, origin] : [tree, node];
    return pathOf(from, at).map((i) => keyOf(shown.functions, from.fn[i]));
  }

  /** @param {boolean} animate */
  applyZooms(animate) {
    for (const pane of this.graph.panes) {
      const node = this.resolve(pane.tree, this.state.zooms[this.zoomKey(pane)]);
      if (node !== pane.zoom) {
        this.graph.zoom(pane, node, animate);
      }
    }
  }

  /** @param {'module' | 'structure'} kind @param {string} key @param {boolean} alone */
  toggle(kind, key, alone) {
    const field = kind === 'module' ? 'hidden' : 'excluded';
    const all = kind === 'module' ? this.model.groups.map((group) => group.name)
      : this.model.structure().filter((entry) => entry.key[0] === key[0]).map((entry) => entry.key);
    const now = this.state[field];
    const next = alone ? all.filter((other) => other !== key)
      : now.includes(key) ? now.filter((other) => other !== key) : [...now, key];
    this.set({ [field]: next });
  }

  /* Words */

  /** @param {number} samples */
  unit(samples) {
    return amountText(/** @type {import('./tree.js').Flame} */ (this.model.whole).info, samples);
  }

  /** @param {Tree} tree @param {number} node */
  nameOf(tree, node) {
    return nodeName(this.shown?.functions ?? null, tree, node);
  }

  /** @param {Tree} tree @param {number} node @returns {import('./draw.js').Label} */
  label(tree, node) {
    const { shown } = this;
    return nodeLabel(shown?.functions ?? null, tree, node, node === 0 ? this.unit(tree.total[0]) : '',
      this.state.source ? this.sources : null);
  }

  /** @param {Spot} spot @returns {import('./tooltip.js').Facts} */
  factsOf(spot) {
    const { view, source } = this.state;
    const { functions, forward } = /** @type {Shown} */ (this.shown);
    const { info } = /** @type {import('./tree.js').Flame} */ (this.model.whole);
    return nodeFacts(spot, { functions, scale: info, all: forward.total[0], opens: this.host.open !== null,
      sources: source ? this.sources : null, backward: view === 'inverted' || (view === 'sandwich' && spot.pane.up) });
  }

  /** @param {Spot | null} spot @param {DOMRect | null} box */
  hover(spot, box) {
    if (!spot || !box || !this.shown) {
      this.tooltip.hide();
      return;
    }
    this.tooltip.show(this.factsOf(spot), box, { width: this.stage.clientWidth, height: this.stage.clientHeight });
  }

  /* Theme */

  applyTheme() {
    if (!this.host.live) {
      setTheme(this.state.theme);
    }
    this.readTheme();
  }

  readTheme() {
    this.graph.setTheme(readTheme(this.element));
    showLegend(this);
  }
}

