/** Grows a tree node by node, siblings of one function merged, then puts it in preorder. */
import { OTHER, emptyTree, layOut } from './tree.js';

/** @typedef {import('./tree.js').Tree} Tree @typedef {import('./tree.js').Functions} Functions */

/** @param {Int32Array} old @param {number} size */
function grown(old, size) {
  const bigger = new Int32Array(size);
  bigger.set(old);
  return bigger;
}

/** @param {Float64Array} old @param {number} size */
function grownFloats(old, size) {
  const bigger = new Float64Array(size);
  bigger.set(old);
  return bigger;
}

/** Most nodes have few children: for those, a view of the array would cost more than its sorting. @param {Int32Array} order @param {number} from @param {number} to @param {(a: number, b: number) => number} compare */
function sortRange(order, from, to, compare) {
  if (to - from > 24) {
    order.subarray(from, to).sort(compare);
    return;
  }
  for (let i = from + 1; i < to; i++) {
    const item = order[i];
    let at = i;
    for (; at > from && compare(order[at - 1], item) > 0; at--) {
      order[at] = order[at - 1];
    }
    order[at] = item;
  }
}

export class Builder {
  /** @param {number} fn of the root */
  constructor(fn) {
    this.count = 1;
    this.fn = new Int32Array(1024);
    this.parent = new Int32Array(1024);
    this.line = new Int32Array(1024);
    this.from = new Int32Array(1024);
    this.best = new Float64Array(1024);
    this.self = new Float64Array(1024);
    /* Open addressing over (parent, function); 0 is empty, as no child is node 0. */
    this.slots = new Int32Array(4096);
    this.fn[0] = fn;
  }

  /** @param {number} parent @param {number} fn */
  slotOf(parent, fn) {
    const mask = this.slots.length - 1;
    let slot = (Math.imul(parent, 0x9e3779b1) ^ Math.imul(fn + 3, 0x85ebca6b)) & 0x7fffffff;
    slot = (slot ^ (slot >>> 15)) & mask;
    for (let node = this.slots[slot]; node !== 0; node = this.slots[slot]) {
      if (this.fn[node] === fn && this.parent[node] === parent) {
        break;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** The child of `parent` for this function, made when it is new. @param {number} parent @param {number} fn */
  child(parent, fn) {
    const slot = this.slotOf(parent, fn);
    if (this.slots[slot] !== 0) {
      return this.slots[slot];
    }
    if (this.count === this.fn.length) {
      this.grow();
    }
    const node = this.count++;
    this.fn[node] = fn;
    this.parent[node] = parent;
    this.slots[slot] = node;
    if (this.count * 2 > this.slots.length) {
      this.rehash();
    }
    return node;
  }

  grow() {
    const size = this.fn.length * 2;
    this.fn = grown(this.fn, size);
    this.parent = grown(this.parent, size);
    this.line = grown(this.line, size);
    this.from = grown(this.from, size);
    this.best = grownFloats(this.best, size);
    this.self = grownFloats(this.self, size);
  }

  rehash() {
    this.slots = new Int32Array(this.slots.length * 2);
    for (let node = 1; node < this.count; node++) {
      this.slots[this.slotOf(this.parent[node], this.fn[node])] = node;
    }
  }

  /** The heaviest source gives a node its line. @param {number} node @param {number} source @param {number} line @param {number} weight */
  describe(node, source, line, weight) {
    if (weight > this.best[node]) {
      this.best[node] = weight;
      this.line[node] = line;
      this.from[node] = source;
    }
  }

  totals() {
    const total = this.self.slice(0, this.count);
    for (let i = this.count - 1; i > 0; i--) {
      total[this.parent[i]] += total[i];
    }
    return total;
  }

  /** Children of every node that have samples, heaviest first, "(other)" last. @param {Float64Array} total @param {Functions} functions */
  ordered(total, functions) {
    const { fn, parent } = this;
    const order = new Int32Array(this.count);
    const first = new Int32Array(this.count + 1);
    for (let i = 1; i < this.count; i++) {
      first[parent[i] + 1] += total[i] > 0 ? 1 : 0;
    }
    for (let i = 0; i < this.count; i++) {
      first[i + 1] += first[i];
    }
    const at = first.slice();
    for (let i = 1; i < this.count; i++) {
      if (total[i] > 0) {
        order[at[parent[i]]++] = i;
      }
    }
    /** @param {number} a @param {number} b */
    const compare = (a, b) => {
      if ((fn[a] === OTHER) !== (fn[b] === OTHER)) {
        return fn[a] === OTHER ? 1 : -1;
      }
      if (total[a] !== total[b]) {
        return total[b] - total[a];
      }
      const left = functions.name[fn[a]];
      const right = functions.name[fn[b]];
      return left === right ? fn[a] - fn[b] : left < right ? -1 : 1;
    };
    for (let i = 0; i < this.count; i++) {
      sortRange(order, first[i], first[i + 1], compare);
    }
    return { first, order };
  }

  /**
   * @param {Functions} functions
   * @returns {Tree}
   */
  finish(functions) {
    const total = this.totals();
    const { first, order } = this.ordered(total, functions);
    const tree = emptyTree(1 + first[this.count]);
    const place = new Int32Array(this.count);
    const next = first.slice();
    tree.from = new Int32Array(tree.count);
    let filled = 0;
    /** @param {number} node */
    const emit = (node) => {
      const i = filled++;
      place[node] = i;
      tree.fn[i] = this.fn[node];
      tree.parent[i] = place[this.parent[node]];
      tree.line[i] = this.line[node];
      tree.self[i] = this.self[node];
      tree.total[i] = total[node];
      /** @type {Int32Array} */ (tree.from)[i] = this.from[node];
    };
    emit(0);
    for (let node = 0; ;) {
      if (next[node] < first[node + 1]) {
        node = order[next[node]++];
        emit(node);
        continue;
      }
      tree.end[place[node]] = filled;
      if (node === 0) {
        break;
      }
      node = this.parent[node];
    }
    return layOut(tree);
  }
}
