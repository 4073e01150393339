/** Grows a tree node by node, siblings of one function merged, then puts it in preorder. */
import { compareText } from './names.js';
import { OTHER, emptyTree, layOut } from './tree.js';

/** @typedef {import('./tree.js').Tree} Tree */

/** Twice as long. @template {Int32Array | Float64Array} T @param {T} column @returns {T} */
function doubled(column) {
  const longer = new /** @type {any} */ (column.constructor)(column.length * 2);
  longer.set(column);
  return longer;
}

/** @param {Tree} source what the nodes are made of @param {number} root function of the root */
export function makeBuilder(source, root) {
  const room = source.count + 1;
  let count = 1;
  let fn = new Int32Array(room);
  let parent = new Int32Array(room);
  let from = new Int32Array(room);
  let best = new Float64Array(room);
  let self = new Float64Array(room);
  fn[0] = root;
  /* Children by parent and function, with open addressing; 0 is empty, as no child is node 0. */
  const slots = new Int32Array(1 << (33 - Math.clz32(room)));

  /** A new child. @param {number} above @param {number} wanted */
  const add = (above, wanted) => {
    if (count === fn.length) {
      fn = doubled(fn);
      parent = doubled(parent);
      from = doubled(from);
      best = doubled(best);
      self = doubled(self);
    }
    fn[count] = wanted;
    parent[count] = above;
    return count++;
  };

  return {
    add,
    finish: () => inPreorder(source, count, fn, parent, from, self),

    /** Samples of a node's own. @param {number} node @param {number} samples */
    gain(node, samples) {
      self[node] += samples;
    },

    /** The child of `above` for this function, made when it is new; not more than `source` has nodes. @param {number} above @param {number} wanted */
    child(above, wanted) {
      const mask = slots.length - 1;
      let slot = Math.imul(above, 0x9e3779b1) ^ Math.imul(wanted + 3, 0x85ebca6b);
      slot = (slot ^ (slot >>> 15)) & mask;
      for (let node = slots[slot]; node; node = slots[slot]) {
        if (fn[node] === wanted && parent[node] === above) {
          return node;
        }
        slot = (slot + 1) & mask;
      }
      slots[slot] = add(above, wanted);
      return slots[slot];
    },

    /** The heaviest of its origins gives a node its line. @param {number} node @param {number} origin @param {number} weight */
    describe(node, origin, weight) {
      if (weight > best[node]) {
        best[node] = weight;
        from[node] = origin;
      }
    },
  };
}

/**
 * Nodes with samples, of those with one parent the heaviest first and "(other)" last.
 * @param {Tree} source @param {number} count @param {Int32Array} fn @param {Int32Array} parent a node's is before it
 * @param {Int32Array} from @param {Float64Array} self
 */
function inPreorder({ functions, line }, count, fn, parent, from, self) {
  const total = self.slice(0, count);
  const size = new Int32Array(count);
  /* Where a node's children begin in `order`. */
  const first = new Int32Array(count + 1);
  for (let i = count - 1; i > 0; i--) {
    if (total[i] > 0) {
      total[parent[i]] += total[i];
      size[parent[i]] += ++size[i];
      first[parent[i] + 1]++;
    }
  }
  size[0]++;
  for (let i = 0; i < count; i++) {
    first[i + 1] += first[i];
  }
  const order = new Int32Array(first[count]);
  const next = first.slice();
  for (let i = 1; i < count; i++) {
    if (size[i]) {
      order[next[parent[i]]++] = i;
    }
  }
  /** @param {number} a @param {number} b */
  const compare = (a, b) => Number(fn[a] === OTHER) - Number(fn[b] === OTHER) || total[b] - total[a]
    || compareText(functions[fn[a]].name, functions[fn[b]].name) || fn[a] - fn[b];

  const tree = emptyTree(size[0], functions);
  const place = new Int32Array(count);
  const origin = new Int32Array(size[0]);
  for (let i = 0; i < count; i++) {
    if (size[i]) {
      const at = place[i];
      tree.fn[at] = fn[i];
      tree.parent[at] = place[parent[i]];
      tree.end[at] = at + size[i];
      tree.line[at] = line[from[i]];
      tree.self[at] = self[i];
      tree.total[at] = total[i];
      origin[at] = from[i];
      if (first[i + 1] > first[i] + 1) {
        order.subarray(first[i], first[i + 1]).sort(compare);
      }
      for (let c = first[i], free = at + 1; c < first[i + 1]; c++) {
        place[order[c]] = free;
        free += size[order[c]];
      }
    }
  }
  return layOut({ ...tree, from: origin });
}
