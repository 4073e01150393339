import { inverted, sandwich, withoutFrames } from '../viewer/transform.js';
import { actionOf, helpRows } from '../viewer/keys.js';
import { makeHistory } from '../viewer/history.js';
import { amountText, percentText, samplesText } from '../viewer/numbers.js';
import { fills as cssFills, oklch } from '../viewer/palette.js';
import { follow, groupOf, keysOf, pathOf } from '../viewer/tree.js';
import { functionTotals, callsOut, groups } from '../viewer/totals.js';
import { matchedSamples, matches, nextMatch } from '../viewer/search.js';
import { firstState, merged } from '../viewer/state.js';
import { placeTooltip } from '../viewer/moves.js';
import { pythonParts } from '../viewer/syntax.js';
import { readFlame } from '../viewer/parse.js';
import { spliced } from '../viewer/splice.js';
import { visible } from '../viewer/names.js';
import { MERGED, nodeAt, walk } from '../viewer/walk.js';
import { columnPaths, flameOf, makeStacks, nest, paths } from './naive.mjs';
import { assert, failures, random, test } from './tap.mjs';

const CASES = [[1, 0, 1, 0], [2, 40, 3, 5], [3, 300, 7, 12], [4, 500, 30, 8], [5, 200, 2, 30]]
  .map(([seed, count, functions, depth]) => ({ functions, stacks: makeStacks(random(seed), count, functions, depth) }));

function each(body) {
  for (const { stacks, functions } of CASES) {
    body(stacks, readFlame(flameOf(stacks, functions)), functions);
  }
}

await test('columns are the tree of the stacks', () => each((stacks, flame) => {
  assert.deepEqual(columnPaths(flame.tree), paths(nest(stacks)));
}));

await test('children stand side by side inside their parent', () => each((_, { tree }) => {
  for (let i = 0; i < tree.count; i++) {
    let at = tree.start[i];
    for (let c = i + 1; c < tree.end[i]; c = tree.end[c]) {
      assert.equal(tree.start[c], at);
      assert.equal(tree.depth[c], tree.depth[i] + 1);
      at += tree.total[c];
    }
    assert.equal(at + tree.self[i], tree.start[i] + tree.total[i]);
  }
}));

await test('hidden frames give their children and samples to the caller', () => each((stacks, flame, functions) => {
  const drop = new Uint8Array(functions).map((_, fn) => (fn % 2 === 1 ? 1 : 0));
  const left = stacks.map(({ stack, count }) => ({ stack: stack.filter((fn) => !drop[fn]), count }));
  const tree = withoutFrames(flame.tree, drop);
  assert.deepEqual(columnPaths(tree), paths(nest(left)));
  assert.equal(tree.total[0], flame.tree.total[0]);
}));

await test('excluded functions take their stacks with them', () => each((stacks, flame, functions) => {
  const drop = new Uint8Array(functions).map((_, fn) => (fn === 1 ? 2 : fn === 2 ? 1 : 0));
  const left = stacks.filter(({ stack }) => !stack.includes(1))
    .map(({ stack, count }) => ({ stack: stack.filter((fn) => fn !== 2), count }));
  assert.deepEqual(columnPaths(withoutFrames(flame.tree, drop)), paths(nest(left)));
}));

await test('inverted is the tree of the stacks read backwards', () => each((stacks, flame) => {
  const backwards = stacks.map(({ stack, count }) => ({ stack: [...stack].reverse(), count }));
  assert.deepEqual(columnPaths(inverted(flame.tree)), paths(nest(backwards)));
}));

await test('a sandwich counts each stack once: callers of the outermost call, callees of the innermost', () => each((stacks, flame, functions) => {
  for (let fn = 0; fn < functions; fn++) {
    const through = stacks.filter(({ stack }) => stack.includes(fn));
    const { callers, tree: callees } = sandwich(flame.tree, fn);
    const above = through.map(({ stack, count }) => ({ stack: stack.slice(0, stack.indexOf(fn)).reverse(), count }));
    const below = through.map(({ stack, count }) => ({ stack: stack.slice(stack.lastIndexOf(fn) + 1), count }));
    assert.deepEqual(columnPaths(callers), paths(nest(above)));
    assert.deepEqual(columnPaths(callees), paths(nest(below)));
  }
}));

await test('a property and its setter are two functions', () => {
  const json = flameOf([{ stack: [0, 1], count: 3 }, { stack: [0, 2], count: 6 }], 3);
  json.functions.name[2] = json.functions.name[1];
  json.functions.file[2] = json.functions.file[1];
  json.functions.line = [1, 3, 7];
  const { tree } = readFlame(json);
  const numbers = [1, 2].map((fn) => {
    const node = tree.fn.indexOf(fn);
    assert.equal(follow(tree, keysOf(tree, node)), node);
    return sandwich(tree, tree.functions.findIndex(({ key }) => key === tree.functions[fn].key)).tree.total[0];
  });
  assert.deepEqual(numbers, [3, 6]);
  assert.match(tree.functions[2].key, /\n7$/);
  assert.doesNotMatch(tree.functions[0].key, /\n1$/);
});

await test('siblings are ordered by total, the rest last', () => each((_, flame, functions) => {
  const tree = withoutFrames(flame.tree, new Uint8Array(functions).fill(1, 0, 1));
  for (let i = 0; i < tree.count; i++) {
    for (let c = i + 1; c < tree.end[i] && tree.end[c] < tree.end[i]; c = tree.end[c]) {
      assert.ok(tree.total[c] >= tree.total[tree.end[c]]);
    }
  }
}));

await test('functions count each stack once', () => each((stacks, flame, functions) => {
  const { self, total } = functionTotals(flame.tree, 0);
  for (let fn = 0; fn < functions; fn++) {
    const sum = (pick) => stacks.reduce((all, one) => all + (pick(one.stack) ? one.count : 0), 0);
    assert.equal(total[fn], sum((stack) => stack.includes(fn)));
    assert.equal(self[fn], sum((stack) => stack.at(-1) === fn));
  }
}));

await test('functions within a zoom count the stacks through it', () => each((stacks, flame) => {
  const { tree } = flame;
  const node = Math.min(7, tree.count - 1);
  const prefix = pathOf(tree, node).map((i) => tree.fn[i]);
  const inside = stacks.filter(({ stack }) => prefix.every((fn, i) => stack[i] === fn));
  const { total } = functionTotals(tree, node);
  for (let fn = 0; fn < flame.tree.functions.length; fn++) {
    assert.equal(total[fn], inside.reduce((all, one) => all + (one.stack.includes(fn) ? one.count : 0), 0));
  }
}));

await test('calls out are different callees', () => each((stacks, flame) => {
  const calls = callsOut(flame.tree, 0);
  for (let fn = 0; fn < flame.tree.functions.length; fn++) {
    const callees = new Set();
    stacks.forEach(({ stack }) => stack.forEach((each, i) => each === fn && i + 1 < stack.length && callees.add(stack[i + 1])));
    assert.equal(calls[fn], callees.size);
  }
}));

await test('packages count each stack once', () => each((stacks, flame) => {
  const { functions } = flame.tree;
  for (const { name, share } of groups(flame.tree)) {
    assert.equal(share, stacks.reduce((all, { stack, count }) => (
      all + (stack.some((fn) => functions[fn].group === name) ? count : 0)), 0));
  }
}));

await test('search counts samples, each stack once', () => each((stacks, flame) => {
  const query = { text: 'F1', regex: false, caseSensitive: false, in: 'function' };
  const found = matches(flame.tree.functions, query);
  const hit = (fn) => `f${fn}`.includes('f1');
  assert.deepEqual([...found].map(Boolean), flame.tree.functions.map((_, fn) => hit(fn)));
  assert.equal(matchedSamples(flame.tree, found),
    stacks.reduce((all, { stack, count }) => all + (stack.some(hit) ? count : 0), 0));
}));

await test('search: case, expressions, fields', () => {
  const { functions } = readFlame(flameOf(CASES[3].stacks, 30)).tree;
  const names = (change) => [...matches(functions, { text: '', regex: false, caseSensitive: false, in: 'any', ...change })]
    .reduce((sum, one) => sum + one, 0);
  assert.equal(matches(functions, firstState().search), null);
  assert.equal(names({ text: 'F2', caseSensitive: true }), 0);
  assert.equal(names({ text: '^f[12]$', regex: true, in: 'function' }), 2);
  assert.equal(names({ text: 'B.PY', in: 'file' }), 10);
  assert.equal(names({ text: 'c.d', in: 'module' }), 10);
  assert.equal(names({ text: '.', in: 'function' }), 0);
  assert.throws(() => names({ text: '(', regex: true }), SyntaxError);
});

await test('next match goes around', () => each((_, { tree }) => {
  const found = new Uint8Array(tree.functions.length).fill(1, 0, 1);
  const all = [...tree.fn.keys()].filter((i) => tree.fn[i] === 0);
  let at = -1;
  for (const expected of [...all, ...all.slice(0, 1)]) {
    at = nextMatch(tree, found, at, 1);
    assert.equal(at, expected);
  }
  assert.equal(nextMatch(tree, found, at, -1), all.at(-1) ?? -1);
}));

function bruteForce(tree, { from, to, width, top, bottom }) {
  const scale = width / (to - from);
  const boxes = [];
  const shown = (i) => tree.total[i] * scale >= 1 && (tree.start[i] + tree.total[i] - from) * scale > 0
    && (tree.start[i] - from) * scale < width;
  for (let i = 0; i < tree.count; i++) {
    let above = true;
    for (let p = i; p !== 0; p = tree.parent[p]) {
      above &&= shown(tree.parent[p]);
    }
    if (above && shown(i) && tree.depth[i] >= top && tree.depth[i] <= bottom) {
      boxes.push([i, tree.depth[i], Math.max(Math.round((tree.start[i] - from) * scale), -2),
        Math.min(Math.round((tree.start[i] + tree.total[i] - from) * scale), width + 2)].join());
    }
  }
  return boxes;
}

await test('the walk finds the boxes that brute force finds', () => each((_, { tree }) => {
  const all = tree.total[0] || 1;
  for (const [from, to] of [[0, all], [all / 3, all / 2], [all * 0.9, all], [all / 7, all / 7 + 1]]) {
    for (const [width, top, bottom] of [[1600, 0, 99], [37, 0, 99], [800, 2, 5], [5, 0, 3]]) {
      const found = [];
      walk(tree, { from, to, width, top, bottom }, (...box) => box[0] !== MERGED && found.push(box.join()));
      assert.deepEqual(found, bruteForce(tree, { from, to, width, top, bottom }));
    }
  }
}));

await test('boxes of a level never overlap, slivers included', () => each((_, { tree }) => {
  for (const width of [3, 20, 111, 900]) {
    const ends = [];
    walk(tree, { from: 0, to: tree.total[0] || 1, width, top: 0, bottom: 99 }, (_node, level, left, right) => {
      assert.ok(left >= (ends[level] ?? 0), `level ${level}`);
      ends[level] = right;
    });
  }
}));

await test('what is under the pointer', () => each((_, { tree }) => {
  for (let i = 0; i < tree.count; i++) {
    assert.equal(nodeAt(tree, tree.depth[i], tree.start[i]), tree.total[i] > 0 ? i : -1);
    assert.equal(nodeAt(tree, tree.depth[i], tree.start[i] + tree.total[i] - 0.5), tree.total[i] > 0 ? i : -1);
  }
  assert.equal(nodeAt(tree, 0, -1), -1);
  assert.equal(nodeAt(tree, 0, tree.total[0]), -1);
}));

await test('a zoom survives hiding', () => {
  const flame = readFlame(flameOf([{ stack: [0, 1, 2, 3], count: 5 }, { stack: [0, 2], count: 3 }], 4));
  const path = [0, 1, 2, 3].map((fn) => flame.tree.functions[fn].key);
  const tree = withoutFrames(flame.tree, Uint8Array.of(0, 1, 0, 0));
  assert.deepEqual(pathOf(tree, follow(tree, path)).map((i) => tree.fn[i]), [0, 2, 3]);
  assert.equal(follow(tree, ['9', '8']), 0);
  assert.deepEqual(keysOf(tree, 3), path.filter((_, i) => i !== 1));
});

await test('a pruned subtree is put back whole', () => {
  const stacks = CASES[2].stacks;
  const whole = flameOf(stacks, 7);
  const { nodes } = whole;
  const at = 1;
  const cut = structuredClone(whole);
  const removed = nodes.end[at] - at - 1;
  for (const key of Object.keys(nodes)) {
    cut.nodes[key].splice(at + 1, removed, ...(key === 'function' ? [-2] : key === 'parent' ? [at]
      : key === 'id' ? ['x'] : key === 'line' ? [0] : key === 'end' ? [0] : [nodes.total[at] - nodes.self[at]]));
  }
  const shift = (i) => (i > at + removed ? i - removed + 1 : i);
  cut.nodes.parent = cut.nodes.parent.map((p, i) => (i > at + 1 ? shift(p) : p));
  cut.nodes.end = cut.nodes.end.map((e, i) => (i === at + 1 ? at + 2 : i === at ? at + 2 : shift(e)));
  const part = structuredClone(whole);
  for (const key of Object.keys(nodes)) {
    part.nodes[key] = nodes[key].slice(at, nodes.end[at])
      .map((value, i) => (key === 'parent' ? Math.max(0, i === 0 ? 0 : value - at) : key === 'end' ? value - at : value));
  }
  /* The part numbers its functions in another order. */
  part.name.reverse();
  part.functions = Object.fromEntries(Object.entries(part.functions)
    .map(([key, column]) => [key, key === 'name' ? column : [...column].reverse()]));
  part.nodes.function = part.nodes.function.map((fn) => 6 - fn);
  const tree = spliced(readFlame(cut).tree, at, readFlame(part).tree);
  assert.deepEqual(columnPaths(tree), columnPaths(readFlame(whole).tree));
  assert.equal(tree.functions.length, 7);
});

await test('damaged flame graphs are refused', () => {
  const good = () => flameOf(CASES[1].stacks, 3);
  const damages = [() => null, () => 7, () => ({}), () => ({ ...good(), nodes: { function: [] } }),
    () => ({ ...good(), name: 'x' })];
  for (const key of ['parent', 'end', 'function']) {
    for (const value of [-5, 1e9, 'x', null, 2.5e300]) {
      damages.push(() => {
        const json = good();
        json.nodes[key][2] = value;
        return json;
      });
    }
  }
  damages.forEach((damage, i) => {
    let flame;
    try {
      flame = readFlame(damage());
    } catch (error) {
      assert.match(error.message, /flame graph/);
      return;
    }
    /* null reads as 0, which may be right. */
    assert.ok(flame.tree.end.every((end, at) => end > at && end <= flame.tree.count), `damage ${i}`);
  });
  const odd = good();
  odd.nodes.total[3] = -1;
  odd.functions.name[0] = 99;
  odd.secondsPerSample = 'x';
  assert.equal(readFlame(odd).tree.functions[0].name, '');
});

await test('unseen characters are written out', () => {
  const rows = [['plain λ 名前', 'plain λ 名前'], ['a\u202eb', 'a\\u202eb'], ['\u2066x\u2069', '\\u2066x\\u2069'],
    ['a\u0000\u001b[31m', 'a\\x00\\x1b[31m'], ['\u200b\ufeff', '\\u200b\\ufeff'], ['\ud800', '\\ud800'],
    ['a\u2028b\n', 'a\\u2028b\\x0a'], ['\u{e0041}', '\\u{e0041}'], ['😀', '😀'], ['\u061cx', '\\u061cx']];
  rows.forEach(([text, expected]) => assert.equal(visible(text), expected));
  const unseen = [[0, 0x1f], [0x7f, 0x9f], [0xad], [0x34f], [0x61c], [0x115f, 0x1160], [0x17b4, 0x17b5], [0x180b, 0x180e],
    [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0x3164], [0xfe00, 0xfe0f], [0xfeff], [0xffa0], [0xfff0, 0xffff],
    [0xd800, 0xdfff], [0xe0000, 0xe0fff]];
  for (const [first, last = first] of unseen) {
    for (let code = first; code <= last; code++) {
      assert.match(visible(String.fromCodePoint(code)), /^\\[xu]/, code.toString(16));
    }
  }
  const seen = ' ~éßλж名前한글😀→…';
  assert.equal(visible(seen), seen);
});

await test('numbers as in the editor', () => {
  const scale = { secondsPerSample: 0.01, lowerBound: false, runSamples: 1000, metric: 'cpu' };
  assert.equal(amountText(scale, 120), '1.20 s');
  assert.equal(amountText(scale, 5), '50 ms');
  assert.equal(amountText(scale, 0), '0 s');
  assert.equal(amountText({ ...scale, lowerBound: true }, 120), '≥ 1.20 s');
  assert.equal(amountText({ ...scale, secondsPerSample: 0 }, 12345), '12,345 samples');
  assert.equal(amountText({ ...scale, metric: 'memory' }, 1200000), '1.2 MB');
  assert.equal(percentText(123, 1000), '12.3%');
  assert.equal(percentText(1, 100000), '<0.1%');
  assert.equal(percentText(99999, 100000), '>99.9%');
  assert.equal(percentText(1, 200), '1%');
  assert.equal(percentText(5, 5), '100%');
  assert.equal(samplesText(scale, 100), '100 ± 10 samples');
  assert.equal(samplesText(scale, 1000), '1000 samples');
});

/** Fills as #rrggbb; that a browser makes the same of them is seen in browser.mjs. */
const fills = (look) => cssFills(look).map((fill) => oklch(...fill.match(/[\d.]+/g).map(Number)));

/** A colour as three shares of red, green and blue. */
const channels = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255);

/** What a colour becomes on another one, as the canvas mixes them with globalAlpha. */
const mixed = (over, under, share) => `#${channels(over).map((part, i) => (
  Math.round(255 * (part * share + channels(under)[i] * (1 - share))).toString(16).padStart(2, '0'))).join('')}`;

/** WCAG's relative luminance. */
function luminance(colour) {
  const [r, g, b] = channels(colour).map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

await test('text on every colour is legible, faded too', () => {
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  for (const [look, text, background, code] of [['light', '#000000', '#ffffff', ['#5c1379', '#6f1a0e', '#2f3d2f', '#083c5a']],
    ['dark', '#ffffff', '#1b1e23', ['#fbe9ff', '#ffeedd', '#ebf5e9', '#e2f6ff']], ['contrast', '#000000', '#000000', []]]) {
    for (const fill of fills(look)) {
      assert.ok(contrast(text, fill) >= 4.5, `${look} ${fill}`);
      code.forEach((colour) => assert.ok(contrast(colour, fill) >= 4.5, `${look} ${fill} ${colour}: ${contrast(colour, fill)}`));
      const faded = mixed(fill, background, look === 'dark' ? 0.3 : 0.28);
      const dark = look !== 'light';
      assert.ok(contrast(dark ? '#b4b4b4' : '#5e5e5e', faded) >= 4.5, `faded ${look} ${faded}`);
    }
  }
});

/* How eyes without one kind of cone see a colour (Viénot, Brettel and Mollon 1999, linear RGB). */
const VISION = {
  all: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
  deutan: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
};

function seen(colour, matrix) {
  const linear = [1, 3, 5].map((i) => (parseInt(colour.slice(i, i + 2), 16) / 255) ** 2.2);
  const [r, g, b] = matrix.map((row) => row.reduce((sum, part, i) => sum + part * linear[i], 0));
  const cone = [0.4122 * r + 0.5363 * g + 0.0514 * b, 0.2119 * r + 0.6807 * g + 0.1074 * b,
    0.0883 * r + 0.2817 * g + 0.63 * b].map((part) => Math.cbrt(Math.max(part, 0)));
  const [l, m, s] = cone;
  return [0.2105 * l + 0.7936 * m - 0.0041 * s, 1.978 * l - 2.4286 * m + 0.4506 * s, 0.0259 * l + 0.7828 * m - 0.8087 * s];
}

await test('the first hues differ for every kind of colour vision', () => {
  for (const look of ['light', 'dark', 'contrast']) {
    const hues = fills(look).slice(0, 18).filter((_, i) => i % 3 === 1);
    for (const [kind, matrix] of Object.entries(VISION)) {
      for (let a = 0; a < hues.length; a++) {
        for (let b = a + 1; b < hues.length; b++) {
          const [one, two] = [seen(hues[a], matrix), seen(hues[b], matrix)];
          const distance = Math.hypot(...one.map((part, i) => part - two[i]));
          assert.ok(distance > 0.02, `${look} ${kind} ${a} ${b}: ${distance.toFixed(3)}`);
        }
      }
    }
  }
});

await test('a tooltip never covers its node', () => {
  const next = random(6);
  for (let i = 0; i < 20000; i++) {
    const room = { width: 50 + next(1500), height: 30 + next(900) };
    const box = { x: next(room.width), y: next(room.height) - 10, width: 1 + next(600), height: 20 };
    const size = { width: 100 + next(450), height: 60 + next(200) };
    const { y, height } = placeTooltip(box, size, room, next(room.width));
    assert.ok(y >= box.y + box.height || y + height <= box.y, JSON.stringify({ room, box, size, y, height }));
  }
});

await test('history', () => {
  const history = makeHistory({ a: 1 });
  assert.equal(history.peek(-1), undefined);
  history.push({ a: 2 });
  history.push({ a: 2 });
  history.push({ a: 3 });
  assert.deepEqual(history.go(-1), { a: 2 });
  assert.deepEqual(history.go(1), { a: 3 });
  history.go(-1);
  history.push({ a: 4 });
  assert.equal(history.peek(1), undefined);
  assert.deepEqual(history.go(-1), { a: 2 });
});

await test('kept state of another version is no trouble', () => {
  const first = firstState();
  assert.deepEqual(merged(first, null), first);
  assert.deepEqual(merged(first, { view: 7, hidden: 'x', zooms: { flame: [1] }, search: null }), first);
  const changed = merged(first, { view: 'table', search: { text: 'a' }, nonsense: 1 });
  assert.deepEqual([changed.view, changed.search.text, changed.search.in], ['table', 'a', 'any']);
});

await test('packages', () => {
  const rows = [['json.decoder', 'json'], ['galaxy', 'galaxy'], ['importlib._bootstrap', 'import machinery'],
    ['importlib.metadata', 'importlib'], ['zipimport', 'import machinery'], ['<string>', '<string>'], ['', ''],
    ['libc.so.6', 'libc.so.6'], ['<frozen importlib._bootstrap>', 'import machinery']];
  rows.forEach(([module, group]) => assert.equal(groupOf(module), group));
});

await test('one line of Python in colours', () => {
  const kinds = (line) => pythonParts(line).filter((part) => part.kind).map((part) => `${part.kind}:${part.text}`);
  assert.deepEqual(kinds("for x in f('if', 10): # for"), ['keyword:for', 'keyword:in', "string:'if'", 'number:10', 'comment:# for']);
  assert.deepEqual(kinds('information = "unclosed'), ['string:"unclosed']);
  for (const line of ['', '"', "f'''a", 'x'.repeat(5000), '\\"\\']) {
    assert.equal(pythonParts(line).map((part) => part.text).join(''), line.slice(0, 4000) && line.slice(0, line.length > 4000 ? 4000 : undefined));
  }
});

await test('every key has its line in the help', () => {
  assert.equal(actionOf({ key: 'ArrowUp' }), 'up');
  assert.equal(actionOf({ key: 'k', ctrlKey: true }), undefined);
  assert.equal(actionOf({ key: 'ArrowLeft', altKey: true }), 'back');
  assert.equal(actionOf({ key: 'Enter', metaKey: true }), 'open');
  assert.ok(helpRows().every(({ text, keys }) => text && keys.length > 0));
});

await test('a million nodes', () => {
  const next = random(9);
  const flame = flameOf([], 50);
  const { nodes } = flame;
  const total = 1000000;
  const depth = [0];
  for (const key of Object.keys(nodes)) {
    nodes[key].length = 0;
  }
  for (let i = 0; i < total; i++) {
    depth[i] = i === 0 ? 0 : Math.max(1, Math.min(depth[i - 1] + 1, 1 + next(60)));
  }
  const last = [];
  for (let i = 0; i < total; i++) {
    last[depth[i]] = i;
    nodes.id.push('');
    nodes.function.push(i === 0 ? -1 : (i * 7 + depth[i]) % 50);
    nodes.parent.push(i === 0 ? 0 : last[depth[i] - 1]);
    nodes.line.push(1);
    nodes.self.push(i === 0 ? 0 : 1);
    nodes.total.push(i === 0 ? 0 : 1);
    nodes.end.push(i + 1);
  }
  for (let i = total - 1; i > 0; i--) {
    nodes.total[nodes.parent[i]] += nodes.total[i];
    nodes.end[nodes.parent[i]] = Math.max(nodes.end[nodes.parent[i]], nodes.end[i]);
  }
  const timed = (name, body) => {
    const began = performance.now();
    const result = body();
    console.log(`# ${name}: ${(performance.now() - began).toFixed(1)} ms`);
    return result;
  };
  const { tree } = timed('read and lay out', () => readFlame(flame));
  let boxes = 0;
  timed('walk', () => walk(tree, { from: 0, to: tree.total[0], width: 1600, top: 0, bottom: 60 }, () => { boxes += 1; }));
  assert.ok(boxes > 0);
  const hidden = timed('hide', () => withoutFrames(tree, new Uint8Array(50).fill(1, 0, 5)));
  const back = timed('invert', () => inverted(tree));
  assert.equal(hidden.total[0], tree.total[0]);
  assert.equal(back.total[0], tree.total[0]);
});

process.exit(failures() > 0 ? 1 : 0);
