/** The viewer: what the user does becomes a state, the state becomes trees, the trees are shown. */
import { Details } from './details.js';
import { h } from './dom.js';
import { Graph, makePane } from './graph.js';
import { makeHelp } from './help.js';
import { History } from './history.js';
import { actionOf } from './keys.js';
import { Legend } from './legend.js';
import { Model, findFunction } from './model.js';
import { baseName, placeText, visible } from './names.js';
import { amountText, counted, percentText, samplesText } from './numbers.js';
import { SHADES, SLOTS, assign } from './palette.js';
import { nextMatch } from './search.js';
import { Sources } from './sources.js';
import { firstState, merged } from './state.js';
import { Table } from './table.js';
import { readTheme, watchTheme } from './theme.js';
import { Toolbar } from './toolbar.js';
import { Tooltip } from './tooltip.js';
import { callsOut, functionTotals } from './totals.js';
import { CODE, OTHER, PROCESS, ROOT, follow, keyOf, pathOf } from './tree.js';

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
    this.outside = (/** @type {KeyboardEvent} */ event) => this.keyOutside(event);
    this.unwatch = () => {};
    this.unlisten = () => {};
    const act = (/** @type {Action} */ action) => this.act(action);
    const { open } = host;
    this.toolbar = new Toolbar({ set: (change) => this.set(change), view: (view) => this.setView(view), act },
      host.source !== null, !host.live);
    this.graph = new Graph({
      click: (spot, event) => this.click(spot, event),
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
      choose: (fn) => this.pivot(fn),
      open: open && ((fn) => this.openFunction(fn)),
    });
    this.details = new Details(act, open !== null);
    this.help = makeHelp();
    this.live = h('div', { class: 'hl-unseen', 'aria-live': 'polite', role: 'status' });
    this.message = h('div', { class: 'hl-message', role: 'alert', hidden: true });
    this.stage = h('div', { class: 'hl-stage', tabindex: '0', role: 'application',
      'aria-label': 'Flame graph. Arrow keys move, Enter zooms, t shows a table, question mark lists all keys.',
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event) }, this.graph.element, this.tooltip.element);
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
    this.unwatch = watchTheme(() => this.readTheme());
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
      this.mark();
    } else if (event.type === 'show') {
      this.set(merged(this.state, event.state));
    } else if (event.type === 'zoom') {
      const node = event.node ? this.shown?.tree.ids?.indexOf(event.node) ?? -1 : 0;
      const pane = this.graph.panes[0];
      if (pane && node >= 0) {
        this.zoom({ pane, node }, false);
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

  /** @param {number} fn */
  pivot(fn) {
    if (!this.shown) {
      return;
    }
    const pivot = keyOf(this.shown.functions, fn);
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
      await this.searchRemote(turn);
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
    this.search();
    this.mark();
    this.showLegend();
    const table = state.view === 'table';
    this.stage.hidden = table;
    this.table.element.hidden = !table;
    this.legend.element.hidden = !state.legend;
    if (table) {
      this.showTable();
    } else if (changed || home || graph.panes.length === 0) {
      this.showPanes();
      if (home) {
        graph.home();
      }
    } else {
      this.applyZooms(true);
    }
    graph.invalidate();
    this.showDetails();
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

  search() {
    const { graph, state, shown } = this;
    const output = this.toolbar.matches;
    graph.found = null;
    output.textContent = '';
    output.classList.remove('hl-wrong');
    if (!shown) {
      return;
    }
    try {
      const result = this.model.search(shown, state);
      graph.found = result?.found ?? null;
      if (result) {
        output.textContent = this.matchText(result.samples, result.exact, result.found);
      }
    } catch (error) {
      output.textContent = error instanceof SyntaxError ? 'not a regular expression'
        : String(/** @type {Error} */ (error).message);
      output.classList.add('hl-wrong');
    }
  }

  /** @param {number} samples @param {boolean} exact @param {Uint8Array} found */
  matchText(samples, exact, found) {
    const { forward } = /** @type {Shown} */ (this.shown);
    const functions = found.reduce((sum, each) => sum + each, 0);
    const share = percentText(samples, forward.total[0]);
    return functions === 0 && exact ? 'no match'
      : `${counted(functions, 'function')} · ${exact ? '' : '≥ '}${this.unit(samples)} · ${share}`;
  }

  /** @param {number} turn */
  async searchRemote(turn) {
    const { found } = this.graph;
    if (!found || !this.model.remote) {
      return;
    }
    const samples = await this.model.searchAll(this.state);
    if (samples !== null && turn === this.turn) {
      this.toolbar.matches.textContent = this.matchText(samples, true, found);
    }
  }

  /** Points out the function that the editor's cursor is in. */
  mark() {
    const { shown, highlighted } = this;
    this.graph.marked = null;
    if (shown && highlighted) {
      const { functions } = shown;
      const marked = Uint8Array.from(functions.name, (name, i) => Number(name === highlighted.function
        && (highlighted.file === '' || functions.file[i] === highlighted.file)));
      this.graph.marked = marked.includes(1) ? marked : null;
    }
    this.graph.invalidate();
  }

  showLegend() {
    const { model, state } = this;
    const { theme } = this.graph;
    if (!state.legend || !theme || !model.whole) {
      return;
    }
    const hidden = new Set(state.hidden);
    const excluded = new Set(state.excluded);
    const { mineKnown } = model.whole.functions;
    const modules = model.groups.map(({ name, mine, share }) => {
      const slot = (this.slots.get(name) ?? 0) + (mineKnown && !mine ? SLOTS : 0);
      return { key: name, name, share, on: !hidden.has(name),
        colour: state.colour === 'module' ? theme.fills[slot * SHADES + 1] : null };
    });
    const structure = model.structure().map(({ key, name, share }) => (
      { key, name, share, colour: null, on: !excluded.has(key) }));
    this.legend.show(modules, structure, model.whole.tree.total[0]);
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

  showTable() {
    const { shown, state, table } = this;
    const { info } = this.model.whole ?? { info: null };
    if (!shown || !info) {
      return;
    }
    const { forward, functions } = shown;
    const node = this.resolve(forward, state.zooms.flame);
    const { self, total } = functionTotals(forward, functions, node);
    const inside = node > 0 ? ` within ${this.nameOf(forward, node)}` : '';
    const pruned = shown.pruned ? ' Small calls are folded into “(other)”: numbers are lower bounds.' : '';
    table.show({
      functions, self, total, calls: callsOut(forward, functions, node), whole: forward.total[node],
      scale: info, found: this.graph.found,
      caption: `${this.unit(forward.total[node])}${inside}. Recursion counts once.${pruned}`,
    }, state.sort);
  }

  /* Words */

  /** @param {number} samples */
  unit(samples) {
    return amountText(/** @type {any} */ (this.model.whole).info, samples);
  }

  /** @param {Tree} tree @param {number} node */
  nameOf(tree, node) {
    const fn = tree.fn[node];
    if (fn === ROOT) {
      return 'all';
    }
    return fn === OTHER ? '(other)' : visible(this.shown?.functions.name[fn] ?? '');
  }

  /** @param {Tree} tree @param {number} node */
  placeOf(tree, node) {
    const fn = tree.fn[node];
    const { functions } = /** @type {Shown} */ (this.shown);
    return fn < 0 ? '' : placeText(functions.file[fn], tree.line[node] || functions.line[fn]);
  }

  /** @param {Tree} tree @param {number} node @returns {import('./draw.js').Label} */
  label(tree, node) {
    const fn = tree.fn[node];
    const functions = this.shown?.functions;
    if (fn < 0 || !functions) {
      return { text: this.nameOf(tree, node), more: node === 0 ? this.unit(tree.total[0]) : '', parts: null };
    }
    const parts = this.state.source && functions.kind[fn] === CODE
      ? this.sources.line(functions.file[fn], tree.line[node]) : null;
    const file = visible(baseName(functions.file[fn]));
    const place = file && tree.line[node] ? `${file}:${tree.line[node]}` : file;
    /* Imports are all called <module>: which one is what one wants to read. */
    const module = functions.name[fn] === '<module>' ? visible(functions.module[fn]) : '';
    return module && module[0] !== '<' ? { text: module, more: `<module> ${place}`, parts }
      : { text: this.nameOf(tree, node), more: place, parts };
  }

  /** @param {Spot} spot @returns {import('./tooltip.js').Facts} */
  factsOf({ pane, node }) {
    const { tree } = pane;
    const { info } = /** @type {any} */ (this.model.whole);
    const all = /** @type {Shown} */ (this.shown).forward.total[0];
    const zoomed = tree.total[pane.zoom];
    const fn = tree.fn[node];
    /** @param {string} what @param {number} samples @returns {[string, string, string, string]} */
    const row = (what, samples) => [what, this.unit(samples), percentText(samples, all), percentText(samples, zoomed)];
    const total = tree.total[node];
    const code = fn >= 0 && this.state.source
      ? this.sources.line(/** @type {Shown} */ (this.shown).functions.file[fn], tree.line[node]) : null;
    const backward = this.state.view === 'inverted' || (this.state.view === 'sandwich' && pane.up);
    return {
      name: this.nameOf(tree, node),
      place: this.placeOf(tree, node),
      source: code ? this.nameOf(tree, node) && code.map((part) => part.text).join('') : '',
      rows: backward ? [row('this way', total)] : [row('total', total), row('own', tree.self[node])],
      samples: samplesText(info, total),
      zoomed: pane.zoom > 0 || zoomed !== all,
      hint: fn === OTHER ? 'small calls, folded'
        : `click: zoom${this.host.open && this.placeOf(tree, node) ? ' · ctrl+click: open' : ''}`,
    };
  }

  /** @param {Spot | null} spot @param {DOMRect | null} box */
  hover(spot, box) {
    if (!spot || !box || !this.shown) {
      this.tooltip.hide();
      return;
    }
    this.tooltip.show(this.factsOf(spot), box, { width: this.stage.clientWidth, height: this.stage.clientHeight });
  }

  showDetails() {
    const { selected, panes } = this.graph;
    const { shown } = this;
    if (!shown) {
      return;
    }
    const zoomed = panes.find((pane) => pane.zoom > 0);
    const zoom = this.state.view === 'table' ? this.resolve(shown.forward, this.state.zooms.flame) : zoomed?.zoom ?? 0;
    const tree = this.state.view === 'table' ? shown.forward : zoomed?.tree ?? shown.tree;
    const name = zoom > 0 ? this.nameOf(tree, zoom) : '';
    if (!selected || this.state.view === 'table') {
      this.details.show(null, name);
      return;
    }
    const { pane, node } = selected;
    const fn = pane.tree.fn[node];
    const all = shown.forward.total[0];
    const facts = [this.placeOf(pane.tree, node), `${this.unit(pane.tree.total[node])} total`,
      percentText(pane.tree.total[node], all), `${this.unit(pane.tree.self[node])} own`];
    this.details.show({
      name: this.nameOf(pane.tree, node),
      facts: facts.filter((text) => text !== '').join(' · '),
      code: fn >= 0 && shown.functions.kind[fn] === CODE,
      place: fn >= 0 && shown.functions.file[fn] !== '',
    }, name);
  }

  /* Doing */

  /** @param {Spot} spot @param {MouseEvent} event */
  click(spot, event) {
    this.stage.focus({ preventScroll: true });
    if (event.ctrlKey || event.metaKey) {
      this.open(spot);
      return;
    }
    this.select(spot, false);
    this.zoom(spot, true);
  }

  /** @param {Spot} spot @param {boolean} show */
  select(spot, show) {
    this.lastKeys = this.keysTo(spot.pane.tree, spot.node);
    this.graph.select(spot, show);
    this.showDetails();
    this.announce(spot);
  }

  /** @param {Spot} spot */
  announce({ pane, node }) {
    const { tree } = pane;
    const all = /** @type {Shown} */ (this.shown).forward.total[0];
    this.live.textContent = [this.nameOf(tree, node), this.placeOf(tree, node),
      `total ${this.unit(tree.total[node])}, ${percentText(tree.total[node], all)}`,
      `own ${this.unit(tree.self[node])}`, `level ${tree.depth[node]}`].filter((text) => text !== '').join(', ');
  }

  /** @param {Spot} spot @param {boolean} tell the host */
  zoom({ pane, node }, tell) {
    const key = this.zoomKey(pane);
    this.state = { ...this.state, zooms: { ...this.state.zooms, [key]: this.keysTo(pane.tree, node) } };
    this.graph.zoom(pane, node, true);
    this.graph.reveal({ pane, node });
    this.tooltip.hide();
    this.remember();
    this.toolbar.show(this.state, { back: this.history.canGo(-1), forward: this.history.canGo(1),
      mineKnown: this.shown?.functions.mineKnown ?? false });
    this.showDetails();
    if (tell) {
      this.tellFocus(pane, node);
    }
    void this.refine(pane, node);
  }

  /** @param {Pane} pane @param {number} node */
  tellFocus(pane, node) {
    const { tree } = pane;
    const shown = /** @type {Shown} */ (this.shown);
    const fn = tree.fn[node];
    if (fn < 0 || node === 0) {
      this.host.focus(null);
      return;
    }
    const whole = this.model.whole?.tree;
    const ids = tree.ids ?? (tree.from && !this.model.remote && this.state.view !== 'sandwich'
      && this.state.view !== 'inverted' ? whole?.ids : null);
    const { functions } = shown;
    this.host.focus({
      id: (tree.ids ? tree.ids[node] : ids && tree.from ? ids[tree.from[node]] : '') ?? '',
      name: functions.name[fn], file: functions.file[fn], line: functions.line[fn] || tree.line[node],
      kind: functions.kind[fn] === CODE ? 'code' : functions.kind[fn] === PROCESS ? 'process' : 'thread',
      samples: tree.total[node],
    });
  }

  /** @param {Pane} pane @param {number} node */
  async refine(pane, node) {
    const { turn } = this;
    try {
      const shown = await this.model.refine(this.state, node);
      if (shown && turn === this.turn && pane === this.graph.panes[0]) {
        this.present(shown, false);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {Spot} spot */
  open({ pane, node }) {
    const fn = pane.tree.fn[node];
    const { functions } = /** @type {Shown} */ (this.shown);
    const target = fn >= 0 ? { file: functions.file[fn], line: pane.tree.line[node] || functions.line[fn] }
      : this.firstPlace(pane.tree);
    if (target?.file) {
      this.host.open?.(target.file, target.line);
    }
  }

  /** The root stands for the program: the first function with a file. @param {Tree} tree */
  firstPlace(tree) {
    const { functions } = /** @type {Shown} */ (this.shown);
    for (let i = 1; i < tree.count; i++) {
      const fn = tree.fn[i];
      if (fn >= 0 && functions.kind[fn] === CODE && functions.file[fn]) {
        return { file: functions.file[fn], line: functions.line[fn] || 1 };
      }
    }
    return null;
  }

  /** @param {number} fn */
  openFunction(fn) {
    const { functions } = /** @type {Shown} */ (this.shown);
    this.host.open?.(functions.file[fn], functions.line[fn] || 1);
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
    if (this.help.open || !action) {
      return;
    }
    if (action === 'escape') {
      this.act(action);
      this.stage.focus();
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
    const { state, graph } = this;
    const { selected } = graph;
    /** @type {Record<Action, () => void>} */
    const actions = {
      up: () => this.move(-1, 0), down: () => this.move(1, 0), left: () => this.move(0, -1), right: () => this.move(0, 1),
      zoom: () => selected && this.zoom(selected, true),
      out: () => this.out(),
      reset: () => this.reset(),
      escape: () => this.escape(),
      back: () => this.travel(-1),
      forward: () => this.travel(1),
      search: () => { this.toolbar.text.focus(); this.toolbar.text.select(); },
      next: () => this.nextMatch(1),
      previous: () => this.nextMatch(-1),
      flame: () => this.setView('flame'),
      inverted: () => this.setView(state.view === 'inverted' ? 'flame' : 'inverted'),
      sandwich: () => this.setView('sandwich'),
      table: () => this.setView(state.view === 'table' ? 'flame' : 'table'),
      help: () => this.help.showModal(),
      open: () => selected && this.open(selected),
      hide: () => this.hideSelected(),
      mine: () => this.shown?.functions.mineKnown && this.set({ mine: !state.mine }),
      source: () => this.host.source && this.set({ source: !state.source }),
      direction: () => { this.set({ up: !state.up }); requestAnimationFrame(() => graph.home()); },
      legend: () => this.set({ legend: !state.legend }),
    };
    actions[action]();
  }

  /** @param {number} down rows of the screen @param {number} right */
  move(down, right) {
    const { graph } = this;
    const last = graph.panes[graph.panes.length - 1];
    if (!last) {
      return;
    }
    const spot = graph.selected ?? { pane: last, node: last.zoom };
    if (!graph.selected) {
      this.select(spot, true);
      return;
    }
    const next = down !== 0 ? this.vertical(spot, down) : { pane: spot.pane, node: this.sibling(spot, right) };
    if (next && next.node >= 0) {
      this.select(next, true);
    }
  }

  /** @param {Spot} spot @param {number} down @returns {Spot | null} */
  vertical({ pane, node }, down) {
    const { tree } = pane;
    const other = this.graph.panes.find((each) => each !== pane);
    const deeper = (down > 0) !== pane.up;
    if (deeper) {
      return node + 1 < tree.end[node] ? { pane, node: node + 1 } : null;
    }
    if (node > 0 && !(other && pane.up && tree.parent[node] === 0)) {
      return { pane, node: tree.parent[node] };
    }
    /* Through the row of a sandwich's function to the other side. */
    return other ? (pane.up ? { pane: other, node: 0 } : other.tree.count > 1 ? { pane: other, node: 1 } : null) : null;
  }

  /** @param {Spot} spot @param {number} right */
  sibling({ pane, node }, right) {
    const { tree } = pane;
    if (node === 0) {
      return -1;
    }
    const parent = tree.parent[node];
    if (right > 0) {
      return tree.end[node] < tree.end[parent] ? tree.end[node] : -1;
    }
    let before = -1;
    for (let i = parent + 1; i < node; i = tree.end[i]) {
      before = i;
    }
    return before;
  }

  out() {
    const pane = this.graph.panes.find((each) => each.zoom > 0);
    if (pane) {
      this.zoom({ pane, node: pane.tree.parent[pane.zoom] }, true);
    }
  }

  reset() {
    const { zooms } = this.state;
    if (Object.values(zooms).every((path) => path.length === 0)
        && this.graph.panes.every((pane) => pane.now.to - pane.now.from >= pane.tree.total[0])) {
      return;
    }
    this.state = { ...this.state, zooms: { flame: [], inverted: [], callers: [], callees: [] } };
    this.graph.panes.forEach((pane) => this.graph.zoom(pane, 0, true));
    this.remember();
    this.host.focus(null);
    void this.refresh(false);
  }

  escape() {
    if (this.state.search.text !== '') {
      this.set({ search: { ...this.state.search, text: '' } });
    } else if (this.state.view !== 'table' && this.graph.panes.some((pane) => pane.zoom > 0)) {
      this.out();
    } else if (this.state.view !== 'flame') {
      this.setView('flame');
    }
  }

  /** @param {number} steps */
  travel(steps) {
    const place = this.history.go(steps);
    if (place) {
      this.state = { ...this.state, ...structuredClone(place) };
      this.keep();
      void this.refresh(false).then(() => {
        const pane = this.graph.panes[this.graph.panes.length - 1];
        if (pane) {
          this.tellFocus(pane, pane.zoom);
        }
      });
    }
  }

  /** @param {number} step */
  nextMatch(step) {
    const { graph } = this;
    const pane = graph.selected?.pane ?? graph.panes[graph.panes.length - 1];
    if (!graph.found || !pane || this.state.view === 'table') {
      return;
    }
    const node = nextMatch(pane.tree, graph.found, graph.selected?.node ?? (step > 0 ? -1 : 0), step);
    if (node < 0) {
      return;
    }
    const box = graph.boxOf({ pane, node });
    if (!box || box.width < 8) {
      this.zoom({ pane, node }, false);
    }
    this.select({ pane, node }, true);
  }

  hideSelected() {
    const { selected } = this.graph;
    const fn = selected ? selected.pane.tree.fn[selected.node] : -1;
    const functions = this.shown?.functions;
    if (functions && fn >= 0 && functions.kind[fn] === CODE) {
      const group = functions.group[fn];
      this.live.textContent = `${visible(group)} hidden`;
      this.set({ hidden: [...this.state.hidden, group] });
    }
  }

  /* Theme */

  applyTheme() {
    if (!this.host.live) {
      const { dataset } = document.documentElement;
      if (this.state.theme === 'auto') {
        delete dataset.theme;
      } else {
        dataset.theme = this.state.theme;
      }
    }
    this.readTheme();
  }

  readTheme() {
    this.graph.setTheme(readTheme(this.element));
    this.showLegend();
  }
}

