/**
 * The picture: a canvas as big as what is seen of it, inside an element that scrolls. Redraws when something
 * changed and at most once a frame; what follows the pointer is on a second canvas above it.
 */
import { h } from './dom.js';
import { paintBoxes, paintLabels } from './draw.js';
import { Ruler } from './text.js';
import { Boxes, nodeAt, walk } from './walk.js';

/** @typedef {import('./tree.js').Tree} Tree @typedef {import('./theme.js').Theme} Theme */

export const ROW = 20;
const ZOOM_MILLISECONDS = 180;
/* Room below the last row, so that a tooltip need not cover it. */
const MARGIN = 8;

/**
 * A tree in the picture. A sandwich has two: the callers grow up from the row of the function.
 * @typedef {object} Pane
 * @property {Tree} tree
 * @property {boolean} up
 * @property {number} first level that is drawn
 * @property {number} zoom node that fills the width
 * @property {number} levels that can be seen at this zoom
 * @property {{from: number, to: number}} now window in samples
 * @property {{from: number, to: number}} goal where `now` is going
 * @property {{from: number, to: number}} origin where it came from
 *
 * @typedef {{pane: Pane, node: number}} Spot
 *
 * @typedef {object} Handlers
 * @property {(spot: Spot, event: MouseEvent) => void} click
 * @property {(spot: Spot | null, box: DOMRect | null) => void} hover
 * @property {(tree: Tree, node: number) => import('./draw.js').Label} label
 */

/** @param {Tree} tree @param {boolean} up @param {number} first @returns {Pane} */
export function makePane(tree, up, first) {
  const whole = () => ({ from: 0, to: Math.max(tree.total[0], 1e-9) });
  return { tree, up, first, zoom: 0, levels: 1, now: whole(), goal: whole(), origin: whole() };
}

const reducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class Graph {
  /** @param {Handlers} handlers */
  constructor(handlers) {
    this.handlers = handlers;
    this.main = /** @type {HTMLCanvasElement} */ (h('canvas', { class: 'hl-canvas', 'aria-hidden': 'true' }));
    this.over = /** @type {HTMLCanvasElement} */ (h('canvas', { class: 'hl-canvas hl-over', 'aria-hidden': 'true' }));
    this.space = h('div', { class: 'hl-space' });
    this.sheet = h('div', { class: 'hl-sheet' }, this.main, this.over);
    this.element = h('div', { class: 'hl-graph', tabindex: '0', role: 'application',
      'aria-label': 'Flame graph. Arrow keys move, Enter zooms, t shows a table, question mark lists all keys.',
    }, this.sheet, this.space);
    /** @type {Pane[]} */
    this.panes = [];
    /** @type {Spot | null} */
    this.selected = null;
    /** @type {Spot | null} */
    this.hovered = null;
    /** @type {Theme | null} */
    this.theme = null;
    /** @type {Ruler | null} */
    this.ruler = null;
    this.fill = new Uint8Array(0);
    /** @type {Uint8Array | null} */
    this.found = null;
    /** @type {Uint8Array | null} */
    this.marked = null;
    this.boxes = new Boxes();
    this.width = 0;
    this.height = 0;
    this.ratio = 1;
    this.base = 0;
    this.dirty = false;
    this.started = 0;
    /** Milliseconds of the last frames, for tests. @type {number[]} */
    this.times = [];
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.element);
    this.listen();
  }

  destroy() {
    this.observer.disconnect();
    this.panes = [];
  }

  listen() {
    const { element } = this;
    element.addEventListener('scroll', () => {
      this.leave();
      this.invalidate();
    }, { passive: true });
    element.addEventListener('mousemove', (event) => this.hover(this.spotAt(event)));
    element.addEventListener('mouseleave', () => this.leave());
    element.addEventListener('click', (event) => {
      const spot = this.spotAt(event);
      if (spot) {
        this.handlers.click(spot, event);
      }
    });
    element.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
  }

  /** Ctrl and wheel, or a pinch: zooms around the pointer. @param {WheelEvent} event */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) {
      return;
    }
    event.preventDefault();
    const spot = this.spotAt(event);
    const pane = spot?.pane ?? this.panes[0];
    if (!pane) {
      return;
    }
    const { from, to } = pane.now;
    const at = from + ((to - from) * this.pointOf(event).x) / Math.max(this.width, 1);
    const factor = Math.exp(Math.min(Math.max(event.deltaY, -200), 200) / 300);
    const whole = pane.tree.total[0];
    const span = Math.min(Math.max((to - from) * factor, Math.min(1, whole)), whole);
    const left = Math.min(Math.max(at - ((at - from) * span) / (to - from), 0), whole - span);
    pane.now = { from: left, to: left + span };
    pane.goal = { ...pane.now };
    this.started = 0;
    this.measure();
    this.invalidate();
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.theme = theme;
    this.ruler = null;
    this.invalidate();
  }

  /** @param {Pane[]} panes */
  setPanes(panes) {
    this.panes = panes;
    this.selected = null;
    this.leave();
    this.measure();
    this.invalidate();
  }

  /** @param {Pane} pane @param {number} node @param {boolean} animate */
  zoom(pane, node, animate) {
    const { tree } = pane;
    pane.zoom = node;
    pane.goal = { from: tree.start[node], to: tree.start[node] + Math.max(tree.total[node], 1e-9) };
    if (animate && !reducedMotion() && this.height > 0) {
      pane.origin = { ...pane.now };
      this.started = performance.now();
    } else {
      pane.now = { ...pane.goal };
    }
    this.measure();
    this.invalidate();
  }

  /** Heights, after the panes, their zoom or the size changed. */
  measure() {
    const pixels = Math.max(Math.round(this.width * this.ratio), 1);
    for (const pane of this.panes) {
      pane.levels = 1 + walk(pane.tree, {
        ...pane.goal, width: pixels, top: 2 ** 31 - 1, bottom: 2 ** 31 - 1,
      }, this.boxes);
    }
    const [first, second] = this.panes;
    const rows = second ? first.levels + second.levels - 1 : first?.levels ?? 0;
    const content = rows * ROW + MARGIN;
    const height = Math.max(content, this.height);
    this.space.style.height = `${height - this.height}px`;
    this.base = second ? (first.levels - 1) * ROW : first?.up ? height - ROW : 0;
  }

  resize() {
    const { clientWidth, clientHeight } = this.element;
    const ratio = window.devicePixelRatio || 1;
    if (clientWidth === this.width && clientHeight === this.height && ratio === this.ratio) {
      return;
    }
    const bottom = this.panes[0]?.up && !this.panes[1]
      ? this.element.scrollHeight - this.element.scrollTop - this.height : -1;
    this.width = clientWidth;
    this.height = clientHeight;
    if (ratio !== this.ratio) {
      this.ruler = null;
    }
    this.ratio = ratio;
    for (const canvas of [this.main, this.over]) {
      canvas.width = Math.round(clientWidth * ratio);
      canvas.height = Math.round(clientHeight * ratio);
      canvas.style.width = `${clientWidth}px`;
      canvas.style.height = `${clientHeight}px`;
    }
    this.sheet.style.height = `${clientHeight}px`;
    this.measure();
    if (bottom >= 0) {
      this.element.scrollTop = this.element.scrollHeight - bottom - clientHeight;
    }
    this.draw(performance.now());
  }

  invalidate() {
    if (!this.dirty) {
      this.dirty = true;
      requestAnimationFrame((now) => this.draw(now));
    }
  }

  /** Moves the windows on. @param {number} now */
  animate(now) {
    const share = Math.min((now - this.started) / ZOOM_MILLISECONDS, 1);
    const eased = 1 - (1 - share) ** 3;
    for (const pane of this.panes) {
      if (share >= 1 || share < 0) {
        pane.now = { ...pane.goal };
      } else {
        const { origin, goal } = pane;
        pane.now = {
          from: origin.from + (goal.from - origin.from) * eased,
          to: origin.to + (goal.to - origin.to) * eased,
        };
      }
    }
    if (share >= 1) {
      this.started = 0;
    }
  }

  /** Top of a level, CSS pixels in the content. @param {Pane} pane @param {number} level */
  yOf(pane, level) {
    return pane.up ? this.base - level * ROW : this.base + level * ROW;
  }

  /** @param {number} now */
  draw(now) {
    this.dirty = false;
    const context = this.main.getContext('2d', { alpha: false });
    if (!context || !this.theme || this.width === 0 || this.height === 0) {
      return;
    }
    const began = performance.now();
    if (this.started > 0) {
      this.animate(Math.max(now, this.started));
    }
    const { ratio, theme } = this;
    this.ruler ??= new Ruler(context, `${Math.round(theme.size * ratio)}px ${theme.font}`);
    context.fillStyle = theme.background;
    context.fillRect(0, 0, this.main.width, this.main.height);
    const paint = {
      context, theme, ruler: this.ruler, ratio, row: Math.round(ROW * ratio), width: this.main.width,
      height: this.main.height, fill: this.fill, found: this.found, marked: this.marked,
      label: this.handlers.label,
    };
    const scroll = this.element.scrollTop;
    for (const pane of this.panes) {
      const visible = [this.levelAt(pane, scroll), this.levelAt(pane, scroll + this.height)];
      const top = Math.max(Math.min(...visible), pane.first);
      walk(pane.tree, { ...pane.now, width: this.main.width, top, bottom: Math.max(...visible) }, this.boxes);
      /** @param {number} level */
      const y = (level) => Math.round((this.yOf(pane, level) - scroll) * ratio);
      paintBoxes(paint, pane.tree, this.boxes, y);
      paintLabels(paint, pane.tree, this.boxes, y);
    }
    this.drawOver();
    this.times.push(performance.now() - began);
    if (this.times.length > 2000) {
      this.times.shift();
    }
    if (this.started > 0) {
      this.invalidate();
    }
  }

  /** @param {Pane} pane @param {number} y CSS pixels in the content */
  levelAt(pane, y) {
    return pane.up ? Math.ceil((this.base - y) / ROW) : Math.floor((y - this.base) / ROW);
  }

  /** Where a node is, in CSS pixels of the canvas; null when it is not in the window. @param {Spot} spot */
  boxOf({ pane, node }) {
    const { tree, now } = pane;
    const scale = this.width / (now.to - now.from);
    const left = Math.max((tree.start[node] - now.from) * scale, 0);
    const right = Math.min((tree.start[node] + tree.total[node] - now.from) * scale, this.width);
    const y = this.yOf(pane, tree.depth[node]) - this.element.scrollTop;
    if (right <= 0 || left >= this.width) {
      return null;
    }
    return new DOMRect(left, y, Math.max(right - left, 2), ROW);
  }

  drawOver() {
    const context = this.over.getContext('2d');
    const { ratio, theme } = this;
    if (!context || !theme) {
      return;
    }
    context.clearRect(0, 0, this.over.width, this.over.height);
    /** @param {Spot | null} spot @param {string} colour @param {number} width */
    const outline = (spot, colour, width) => {
      const box = spot && this.boxOf(spot);
      if (box) {
        const line = Math.round(width * ratio);
        context.lineWidth = line;
        context.strokeStyle = colour;
        context.strokeRect(Math.round(box.x * ratio) + line / 2, Math.round(box.y * ratio) + line / 2,
          Math.max(Math.round(box.width * ratio) - line - 1, 1), Math.round((ROW - 1) * ratio) - line);
      }
    };
    outline(this.hovered, theme.text === '#000000' ? '#000000' : '#ffffff', 1);
    if (this.panes[1]) {
      outline({ pane: this.panes[1], node: 0 }, theme.match, 2); /* what is between callers and callees */
    }
    outline(this.selected, theme.accent, 2);
  }

  /** @param {MouseEvent} event */
  pointOf(event) {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** @param {MouseEvent} event @returns {Spot | null} */
  spotAt(event) {
    const { x, y } = this.pointOf(event);
    const content = y + this.element.scrollTop;
    if (x < 0 || x >= this.width || y >= this.height) {
      return null;
    }
    for (const pane of this.panes) {
      const level = this.levelAt(pane, content);
      const at = pane.now.from + ((pane.now.to - pane.now.from) * x) / this.width;
      const node = level >= pane.first ? nodeAt(pane.tree, level, at) : -1;
      if (node >= 0) {
        return { pane, node };
      }
    }
    return null;
  }

  /** @param {Spot | null} spot */
  hover(spot) {
    if (spot?.node === this.hovered?.node && spot?.pane === this.hovered?.pane) {
      return;
    }
    this.hovered = spot;
    this.drawOver();
    this.element.classList.toggle('hl-hot', spot !== null);
    this.handlers.hover(spot, spot && this.boxOf(spot));
  }

  leave() {
    this.hover(null);
  }

  /** @param {Spot | null} spot @param {boolean} show scroll to it */
  select(spot, show) {
    this.selected = spot;
    if (spot && show) {
      this.reveal(spot);
    }
    this.drawOver();
  }

  /** Scrolls so that a node's row is seen. @param {Spot} spot */
  reveal({ pane, node }) {
    const y = this.yOf(pane, pane.tree.depth[node]);
    const { element } = this;
    if (y < element.scrollTop + ROW) {
      element.scrollTop = Math.max(0, y - ROW * 2);
    } else if (y + ROW * 2 > element.scrollTop + this.height) {
      element.scrollTop = y + ROW * 3 - this.height;
    }
  }

  /** The root's row in sight, whatever way the graph grows. */
  home() {
    const [first, second] = this.panes;
    this.element.scrollTop = second ? Math.max(0, this.base - this.height / 2)
      : first?.up ? this.element.scrollHeight : 0;
  }
}
