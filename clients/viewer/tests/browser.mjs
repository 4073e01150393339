/**
 * The viewer in Chromium: pages as `hotlens export` writes them, with the script that is in the program, and the
 * webview, minified as VS Code gets it, with a host made here.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { chromium } from 'playwright-core';
import { flameOf, functionRows, makeStacks } from './naive.mjs';
import { startServer } from './server.mjs';
import { assert, failures, random, test } from './tap.mjs';
import { fills, oklch } from '../viewer/palette.js';

const { HOTLENS, VIEWER, VIEWER_WORK } = process.env;
const root = join(VIEWER, '../..');
const work = join(VIEWER_WORK, 'run');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
const env = { ...process.env, HOTLENS_DB: join(work, 'profiles.db'), XDG_CACHE_HOME: work, XDG_STATE_HOME: work };
const hotlens = (...words) => execFileSync(HOTLENS, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });

const HOSTILE = ['</script><script>window.broken=1</script>', '<!--<script>', '"\'><img src=x onerror=window.broken=1>',
  'a\u202egnp.exe', 'x\u2028y', '&lt;b&gt;', '${window.broken=1}', '\u2066hidden\u2069', '__proto__', 'constructor', '名前'];

function exported(name, raw, ...options) {
  const page = join(work, `${name}.html`);
  hotlens('import', raw);
  hotlens('export', 'last', '--format', 'html', '--output', page, ...options);
  return page;
}

function hostilePage() {
  const raw = join(work, 'hostile.raw');
  writeFileSync(raw, HOSTILE.map((name, i) => `root (/p/a.py:1);${name} (/p/b.py:${i + 1}) ${100 - i}\n`).join(''));
  return exported('hostile', raw);
}

/** An exported page with other data in it. */
function pageWith(name, json) {
  const text = readFileSync(pages.pandas, 'utf8');
  const [head, rest] = text.split(/(?<=id="hotlens-data">)/);
  const page = join(work, `${name}.html`);
  writeFileSync(page, head + JSON.stringify(json).replaceAll('<', '\\u003c') + rest.slice(rest.indexOf('</script>')));
  return page;
}

/** A chain, and a million nodes, made directly. */
function deep(levels) {
  const stack = Array.from({ length: levels }, (_, i) => i % 3);
  const json = flameOf([{ stack: [0], count: 1 }], 3);
  const nodes = { id: [], function: [-1], parent: [0], line: [0], self: [0], total: [levels], end: [levels + 1] };
  stack.forEach((fn, i) => {
    nodes.function.push(fn);
    nodes.parent.push(i);
    nodes.line.push(1);
    nodes.self.push(1);
    nodes.total.push(levels - i);
    nodes.end.push(levels + 1);
  });
  nodes.id = nodes.function.map((_, i) => String(i));
  return { ...json, nodes };
}

function million() {
  const next = random(4);
  const json = flameOf([], 200);
  const size = 1000000;
  const nodes = { id: null, function: [], parent: [], line: [], self: [], total: [], end: [] };
  const last = [];
  for (let i = 0, depth = 0; i < size; i++) {
    depth = i === 0 ? 0 : Math.max(1, Math.min(depth + 1, 1 + next(50)));
    last[depth] = i;
    nodes.function.push(i === 0 ? -1 : (i * 31 + depth) % 200);
    nodes.parent.push(i === 0 ? 0 : last[depth - 1]);
    nodes.line.push(1);
    nodes.self.push(i === 0 ? 0 : 1 + next(20) ** 3);
    nodes.total.push(nodes.self[i]);
    nodes.end.push(i + 1);
  }
  for (let i = size - 1; i > 0; i--) {
    nodes.total[nodes.parent[i]] += nodes.total[i];
    nodes.end[nodes.parent[i]] = Math.max(nodes.end[nodes.parent[i]], nodes.end[i]);
  }
  return { ...json, nodes };
}

const pages = { pandas: exported('pandas', join(root, 'tests/data/py-spy/import_pandas.raw')) };
pages.threads = exported('threads', join(root, 'tests/data/py-spy/threads_s_t.raw'));
pages.hostile = hostilePage();

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu',
  '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const violations = [];
const errors = [];

async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 700 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error.stack));
  page.on('console', (message) => (/Content Security Policy/.test(message.text()) ? violations : [])
    .push(message.text()));
  page.on('request', (request) => !/^(file|data|about):/.test(request.url()) && violations.push(request.url()));
  if (file) {
    await page.goto(`file://${file}`);
    await ready(page);
  }
  return page;
}

const ready = (page) => page.waitForFunction(() => {
  const canvas = document.querySelector('.hl-canvas');
  return canvas && canvas.width > 0 && document.querySelector('.hl-title')?.textContent !== '';
});
const settle = (page) => page.evaluate(() => new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(resolve));
}));
const text = (page, selector) => page.locator(selector).innerText();
const said = (page) => page.locator('.hl-unseen').textContent();

async function key(page, ...names) {
  for (const name of names) {
    await page.keyboard.press(name);
    await settle(page);
  }
}

/** The colour under a point of the picture. */
const pixel = (page, x, y) => page.evaluate(([left, top]) => {
  const canvas = document.querySelector('.hl-canvas');
  const ratio = canvas.width / canvas.clientWidth;
  return [...canvas.getContext('2d').getImageData(left * ratio, top * ratio, 1, 1).data].slice(0, 3).join();
}, [x, y]);

async function broken(page) {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document, {
    rules: { region: { enabled: true } }, resultTypes: ['violations'] }));
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('; ')}`);
}

await test('the graph is drawn, and its tooltip stands beside the node', async () => {
  const page = await open(pages.pandas);
  const background = await pixel(page, 500, 560);
  assert.notEqual(await pixel(page, 300, 10), background);
  const stage = await page.locator('.hl-stage').boundingBox();
  for (const [x, y] of [[300, 50], [10, 10], [800, 30], [60, 130]]) {
    await page.mouse.move(stage.x + x, stage.y + y);
    const tip = await page.locator('.hl-tooltip').boundingBox();
    assert.ok(tip.y >= stage.y + Math.floor(y / 20) * 20 + 20 || tip.y + tip.height <= stage.y + y, `${x} ${y}`);
    assert.ok(tip.x >= stage.x && tip.x + tip.width <= stage.x + stage.width);
  }
  await page.mouse.move(stage.x + 300, stage.y + 10);
  assert.match(await text(page, '.hl-tooltip'), /462 samples[\s\S]*100%/);
  await page.context().close();
});

await test('import machinery starts hidden; hiding keeps the sum', async () => {
  const page = await open(pages.pandas);
  const machinery = page.getByRole('checkbox', { name: /import machinery/ });
  assert.equal(await machinery.isChecked(), false);
  await page.locator('.hl-graph').focus();
  await key(page, 'ArrowDown', 'ArrowDown');
  const before = await said(page);
  await machinery.check();
  await settle(page);
  await page.locator('.hl-graph').focus();
  await key(page, 'ArrowDown');
  assert.notEqual(await said(page), before);
  await page.getByRole('button', { name: 'Show everything', exact: true }).count();
  await page.context().close();
});

await test('keys: move, zoom, back, forward, out, reset', async () => {
  const page = await open(pages.pandas);
  await page.locator('.hl-graph').focus();
  await key(page, 'ArrowDown', 'ArrowDown', 'j', 'j');
  assert.match(await said(page), /level 3$/);
  const here = await said(page);
  await key(page, 'ArrowRight');
  const right = await said(page);
  assert.notEqual(right, here);
  await key(page, 'h');
  assert.equal(await said(page), here);
  await key(page, 'Enter');
  assert.match(await text(page, '.hl-out'), /^✕ Zoomed into/);
  await key(page, 'k', 'Enter', '[');
  assert.match(await text(page, '.hl-out'), /^✕ Zoomed into/);
  await key(page, '[');
  assert.equal(await page.locator('.hl-out').isVisible(), false);
  await key(page, ']', 'Escape');
  await key(page, '0');
  assert.equal(await page.locator('.hl-out').isVisible(), false);
  await key(page, '?');
  assert.match(await text(page, 'dialog'), /Callers and callees/);
  await key(page, 'Escape', 'f');
  assert.equal(await page.getByRole('button', { name: /Root at the bottom/ }).getAttribute('aria-pressed'), 'true');
  await page.context().close();
});

await test('search: samples counted, matches visited, regular expressions', async () => {
  const page = await open(pages.pandas);
  await key(page, '/');
  await page.keyboard.type('numpy');
  await page.waitForFunction(() => /functions · \d+ samples · \d+%/.test(document.querySelector('.hl-matches').textContent));
  const found = await text(page, '.hl-matches');
  const naive = readFileSync(join(root, 'tests/data/py-spy/import_pandas.raw'), 'utf8').trim().split('\n')
    .reduce((sum, line) => {
      const at = line.lastIndexOf(' ');
      return sum + (/numpy/i.test(line.slice(0, at)) ? Number(line.slice(at + 1)) : 0);
    }, 0);
  assert.match(found, new RegExp(` ${naive} samples`));
  await key(page, 'Enter', 'Enter');
  assert.match(await said(page), /numpy/);
  await page.getByRole('button', { name: 'Regular expression' }).click();
  await page.locator('.hl-search').fill('(');
  await page.waitForFunction(() => /not a regular/.test(document.querySelector('.hl-matches').textContent));
  await page.locator('.hl-search').fill('^num|^pan');
  await page.getByLabel('Search in').selectOption('module');
  await page.waitForFunction(() => /functions/.test(document.querySelector('.hl-matches').textContent));
  await page.locator('.hl-search').press('Escape');
  await settle(page);
  assert.equal(await page.locator('.hl-search').inputValue(), '');
  await page.context().close();
});

await test('a search does not move the picture, and its count can be read', async () => {
  const page = await open(pages.pandas);
  const top = () => page.locator('.hl-stage').boundingBox().then((box) => box.y);
  const before = await top();
  await key(page, '/');
  await page.keyboard.type('numpy');
  await page.waitForFunction(() => /samples/.test(document.querySelector('.hl-matches').textContent));
  assert.equal(await top(), before);
  const cut = await page.locator('.hl-matches').evaluate((output) => output.scrollWidth > output.clientWidth);
  assert.equal(cut, false);
  await page.context().close();
});

await test('views: inverted, sandwich, table, and back', async () => {
  const page = await open(pages.pandas);
  await page.locator('.hl-graph').focus();
  const flame = await pixel(page, 400, 70);
  await key(page, 'i');
  assert.notEqual(await pixel(page, 400, 30), flame);
  await key(page, 'ArrowDown', 'ArrowDown', 's');
  assert.equal(await page.getByRole('button', { name: 'Sandwich' }).getAttribute('aria-pressed'), 'true');
  await key(page, 'ArrowUp', 'ArrowUp');
  assert.match(await said(page), /total/);
  await key(page, 't');
  const rows = page.locator('.hl-functions tbody tr');
  assert.ok(await rows.count() > 50);
  const own = async () => (await rows.locator('td:first-child').allInnerTexts()).map((cell) => parseInt(cell.replace(',', ''), 10));
  const down = await own();
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  await page.getByRole('button', { name: 'Function', exact: true }).click();
  const names = (await rows.locator('th button:first-child').allInnerTexts()).map((name) => name.replace(/^.* (?=<module>)/, ''));
  assert.deepEqual(names, [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  assert.equal(await page.locator('th.hl-col-name').getAttribute('aria-sort'), 'ascending');
  await rows.first().getByRole('button').first().click();
  assert.equal(await page.locator('.hl-stage').isVisible(), true);
  const views = () => page.locator('.hl-tab[aria-pressed=true]').innerText();
  await page.getByRole('button', { name: 'table', exact: true }).dblclick();
  assert.equal(await views(), 'Table');
  await key(page, 't');
  assert.equal(await views(), 'Flame');
  await key(page, '[', '[');
  await page.context().close();
});

await test('processes and threads: legend, merged, left out', async () => {
  const page = await open(pages.threads);
  const boxes = page.locator('.hl-legend ul').nth(1).getByRole('checkbox');
  const count = await boxes.count();
  assert.ok(count >= 3, String(count));
  await page.locator('.hl-graph').focus();
  await key(page, 'ArrowDown');
  const whole = await said(page);
  await boxes.nth(1).uncheck();
  await page.locator('.hl-graph').focus();
  await key(page, 'ArrowDown', 'ArrowUp', 'ArrowUp');
  assert.notEqual(await said(page), whole);
  await page.getByTitle('Threads and processes as one').click();
  await key(page, 'ArrowDown');
  await page.context().close();
});

await test('a reload keeps what was chosen', async () => {
  const page = await open(pages.pandas);
  await key(page, 't');
  await page.reload();
  await ready(page);
  await page.waitForFunction(() => document.querySelector('.hl-functions tbody tr'));
  await page.context().close();
});

await test('hostile names are text', async () => {
  const page = await open(pages.hostile);
  const html = readFileSync(pages.hostile, 'utf8');
  assert.equal(html.match(/<script/g).length, 2);
  assert.equal(html.includes('\u2028'), false);
  await key(page, 't');
  const names = await page.locator('.hl-functions tbody th button:first-child').allInnerTexts();
  for (const shown of ['</script><script>window.broken=1</script>', 'a\\u202egnp.exe', 'x\\u2028y', '\\u2066hidden\\u2069', '名前']) {
    assert.ok(names.includes(shown), `${shown} in ${names.join(' | ')}`);
  }
  await key(page, 'g');
  await page.locator('.hl-graph').focus();
  await key(page, 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight');
  const stage = await page.locator('.hl-stage').boundingBox();
  await page.mouse.move(stage.x + 100, stage.y + 50);
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.equal(await page.locator('.hl img').count(), 0);
  await page.context().close();
});

await test('exports are private unless more is asked for', async () => {
  const folder = join(work, 'secret-user');
  mkdirSync(folder);
  writeFileSync(join(folder, 'prog.py'), 'import time\n# the comment\nend = time.time() + 0.6\nwhile time.time() < end:\n    sum(range(2000))\n');
  try {
    execFileSync(HOTLENS, ['record', '-r', '200', '--', 'python3', join(folder, 'prog.py'), '--password=hunter2'],
      { env, stdio: 'ignore', cwd: folder });
  } catch {
    console.log('# py-spy cannot record here: checked with the imported run only');
    return;
  }
  const write = (...options) => {
    hotlens('export', 'last', '--format', 'html', '--output', join(work, 'private.html'), ...options);
    return readFileSync(join(work, 'private.html'), 'utf8');
  };
  const plain = write();
  for (const secret of ['hunter2', 'secret-user', work, 'the comment']) {
    assert.equal(plain.includes(secret), false, secret);
  }
  assert.match(plain, /no command line, and no source/);
  assert.match(write('--with-source'), /the comment/);
  assert.match(write('--with-command'), /hunter2/);
  const nodes = JSON.parse(/hotlens-data">(.*)<\/script>/.exec(write('--nodes', '3'))[1]).nodes;
  assert.ok(nodes.id.length <= 3);
});

/** A page whose frames come when the test says so. */
async function steppedPage(file, reducedMotion) {
  const page = await open(null, { reducedMotion });
  await page.addInitScript(() => {
    let now = 1000;
    let waiting = [];
    performance.now = () => now;
    window.requestAnimationFrame = (draw) => waiting.push(draw);
    /* Pictures of the frames until there is no more to draw. */
    window.pictures = () => {
      const list = [];
      while (waiting.length > 0) {
        const frame = waiting;
        waiting = [];
        now += 20;
        frame.forEach((draw) => draw(now));
        list.push(document.querySelector('.hl-canvas').toDataURL());
      }
      return list;
    };
  });
  await page.goto(`file://${file}`);
  await page.waitForFunction(() => document.querySelector('.hl-legend li'), null, { polling: 20 });
  return page;
}

await test('a zoom moves, and does not where less motion is wanted', async () => {
  const zoomed = async (reducedMotion) => {
    const page = await steppedPage(pages.pandas, reducedMotion);
    await page.locator('.hl-graph').focus();
    for (const name of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown']) {
      await page.keyboard.press(name);
    }
    const before = (await page.evaluate(() => window.pictures())).at(-1);
    await page.keyboard.press('Enter');
    const after = await page.evaluate(() => window.pictures());
    await page.context().close();
    return { before, after };
  };
  const still = await zoomed('reduce');
  assert.equal(still.after.length, 1);
  assert.notEqual(still.after[0], still.before);
  const moving = await zoomed('no-preference');
  assert.equal(moving.before, still.before);
  assert.equal(moving.after.at(-1), still.after[0]);
  assert.ok(new Set(moving.after.filter((picture) => picture !== still.before && picture !== still.after[0])).size >= 5,
    `${moving.after.length} frames`);
});

await test('fills are the colours that the other tests reckon with', async () => {
  const page = await open(pages.pandas);
  for (const look of ['light', 'dark', 'contrast']) {
    const seen = await page.evaluate((colours) => colours.map((colour) => {
      const context = document.createElement('canvas').getContext('2d');
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    }), fills(look));
    fills(look).forEach((fill, i) => {
      const hex = oklch(...fill.match(/[\d.]+/g).map(Number));
      const wanted = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
      assert.ok(wanted.every((part, channel) => Math.abs(part - seen[i][channel]) <= 1), `${look} ${fill}: ${seen[i]}, not ${wanted}`);
    });
  }
  await page.context().close();
});

await test('4,096 levels', async () => {
  const page = await open(pageWith('deep', deep(4096)));
  const height = await page.evaluate(() => document.querySelector('.hl-graph').scrollHeight);
  assert.ok(height > 1000 * 20, String(height));
  assert.ok(await page.evaluate(() => document.querySelector('.hl-canvas').height) < 2000);
  await page.locator('.hl-graph').focus();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('ArrowDown');
  }
  assert.match(await said(page), /level 59$/);
  await key(page, 'Enter', 'i', 't', 'g');
  await page.context().close();
});

await test('1,000,000 nodes', async () => {
  const page = await open(pageWith('million', million()), { viewport: { width: 1600, height: 900 } });
  const stage = await page.locator('.hl-stage').boundingBox();
  const frames = await page.evaluate(async (box) => {
    const graph = document.querySelector('.hl-graph');
    const canvas = document.querySelector('.hl-canvas');
    const prototype = Object.getPrototypeOf(canvas.getContext('2d'));
    const times = [];
    let began = 0;
    /* A frame begins by painting the background and is over when the next task runs. */
    const fillRect = prototype.fillRect;
    prototype.fillRect = function fill(...sizes) {
      if (sizes[2] === canvas.width && sizes[3] === canvas.height) {
        began = performance.now();
      }
      fillRect.apply(this, sizes);
    };
    const gaps = [];
    let before = performance.now();
    for (let i = 0; i < 120; i++) {
      graph.dispatchEvent(new WheelEvent('wheel', { ctrlKey: true, deltaY: i < 60 ? -25 : 25, cancelable: true,
        clientX: box.x + 500, clientY: box.y + 100 }));
      await new Promise((resolve) => { requestAnimationFrame(() => { setTimeout(resolve); }); });
      times.push(performance.now() - began);
      gaps.push(performance.now() - before);
      before = performance.now();
    }
    prototype.fillRect = fillRect;
    const sorted = (list) => list.sort((a, b) => a - b);
    const pick = (list, share) => sorted(list)[Math.floor((list.length - 1) * share)].toFixed(1);
    return { draw: [pick(times, 0.5), pick(times, 0.99)], gap: [pick(gaps, 0.5), pick(gaps, 0.99)] };
  }, stage);
  console.log(`# 1,000,000 nodes, 1600x900: a frame's drawing ${frames.draw.join(' ms median, ')} ms p99; `
    + `frames ${frames.gap.join(' ms apart median, ')} ms p99`);
  await page.mouse.move(stage.x + 300, stage.y + 100);
  assert.equal(await page.locator('.hl-tooltip').isVisible(), true);
  await page.context().close();
});

/* The webview, its host and its rules. */

const script = buildSync({ entryPoints: [join(VIEWER, 'webview.js')], bundle: true, minify: true, format: 'iife',
  target: 'es2022', write: false }).outputFiles[0].text;
const style = readFileSync(join(VIEWER, 'viewer.css'), 'utf8');
const DARK = '--vscode-editor-background:#1e1e1e;--vscode-foreground:#cccccc;--vscode-sideBar-background:#252526;'
  + '--vscode-descriptionForeground:#b0b0b0;--vscode-focusBorder:#3794ff';

async function webview(answers, options = {}) {
  const page = options.page ?? await open(null, { bypassCSP: false, ...options });
  await page.addInitScript(({ flame, kept }) => {
    window.sent = [];
    window.state = kept;
    const answer = (message, result) => setTimeout(() => window.postMessage({ type: 'response', id: message.id, result }));
    window.acquireVsCodeApi = () => ({
      getState: () => window.state,
      setState: (state) => { window.state = state; },
      postMessage(message) {
        window.sent.push(message);
        if (message.type === 'request') {
          const { params } = message;
          if (window.askServer) {
            window.askServer(params).then((result) => {
              window.answered ??= result;
              answer(message, result);
            });
            return;
          }
          answer(message, params.root ? flame.part : params.search ? { ...flame.first, match: { samples: 4242, functions: [] } }
            : params.table ? { ...flame.first, tables: [{ id: ['a', 'b', 'c', 'd', 'e'], total: [90, 60, 60, 30, 10] }] }
            : params.view === 'sandwich' ? flame.sandwich : window.newer ?? flame.first);
        } else if (message.type === 'source') {
          answer(message, 'one\ntwo\n');
        }
      },
    });
  }, { flame: answers, kept: options.kept });
  const nonce = 'abc123';
  const html = '<!DOCTYPE html><html lang="en"><head><title>w</title><meta charset="utf-8">'
    + `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'">`
    + `<style nonce="${nonce}">${style}</style></head><body class="vscode-dark"><div id="hotlens"></div>`
    + `<script nonce="${nonce}">${script.replaceAll('</script', '<\\/script')}</script></body></html>`;
  const file = join(work, 'webview.html');
  writeFileSync(file, html);
  await page.goto(`file://${file}`);
  await page.evaluate((vars) => vars.split(';').forEach((pair) => {
    const [name, value] = pair.split(':');
    document.documentElement.style.setProperty(name, value);
  }), DARK);
  await (options.broken ? settle(page) : ready(page));
  return page;
}

function prunedAnswers() {
  const stacks = [{ stack: [0, 1, 2], count: 60 }, { stack: [0, 3], count: 30 }, { stack: [4], count: 10 }];
  const whole = flameOf(stacks, 5);
  const first = structuredClone(whole);
  const at = first.nodes.function.indexOf(2);
  first.nodes.function[at] = -2;
  const part = flameOf([{ stack: [2], count: 60 }], 5);
  part.nodes.function[0] = 1;
  const sandwich = { ...structuredClone(whole), nodes: undefined, callers: flameOf([{ stack: [0], count: 60 }], 5).nodes,
    callees: flameOf([{ stack: [2], count: 60 }], 5).nodes };
  sandwich.callers.function[0] = 1;
  sandwich.callees.function[0] = 1;
  return { first, part, sandwich };
}

await test('webview: the host is asked where the profile was pruned', async () => {
  const page = await webview(prunedAnswers());
  const requests = () => page.evaluate(() => window.sent.filter((message) => message.type === 'request').map((message) => message.params));
  await page.locator('.hl-graph').focus();
  await key(page, 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter');
  await page.waitForFunction(() => window.sent.some((message) => message.params?.root));
  const [first, second] = await requests();
  assert.deepEqual(first, { limit: 15000 });
  assert.ok(second.hide.includes('importlib._bootstrap'));
  await page.waitForFunction(() => window.sent.some((message) => message.type === 'focus' && message.node?.name === 'f1'));
  await settle(page);
  await key(page, 'ArrowDown');
  assert.match(await said(page), /^f2/);
  await key(page, 'o');
  assert.deepEqual(await page.evaluate(() => window.sent.find((message) => message.type === 'open')),
    { type: 'open', file: 'site-packages/c/d.py', line: 3 });
  await key(page, 'k', 's');
  await page.waitForFunction(() => window.sent.some((message) => message.params?.view === 'sandwich' && message.params.function === 'f1'));
  await key(page, 'i');
  await page.waitForFunction(() => window.sent.some((message) => message.params?.view === 'inverted'));
  await key(page, '/');
  await page.keyboard.type('f0');
  await page.waitForFunction(() => /42\.4 s|4242/.test(document.querySelector('.hl-matches').textContent));
  await page.context().close();
});

/* Pruned profiles: the numbers of the table and of a search are not those of the tree that is left. */

/** Stacks with far more nodes than a picture gets, of functions in three files, one of them the machinery's. */
function manyStacks() {
  const next = random(12);
  const files = ['/p/a.py', '/lib/b.py', '<frozen importlib._bootstrap>'];
  return Array.from({ length: 9000 }, () => ({
    stack: Array.from({ length: 3 + next(9) }, () => {
      const fn = next(60);
      return { name: `f${fn}`, file: files[fn % 3] };
    }),
    count: 1 + next(30),
  }));
}

const isMachinery = ({ file }) => file.startsWith('<frozen importlib');
const many = manyStacks();
const manyRaw = join(work, 'many.raw');
writeFileSync(manyRaw, many.map(({ stack, count }) => (
  `${stack.map(({ name, file }) => `${name} (${file}:1)`).join(';')} ${count}\n`)).join(''));
pages.many = exported('many', manyRaw, '--nodes', '300');

/** [own, total, calls out, name] as the table on the page says. */
async function tableOf(page) {
  const rows = page.locator('.hl-functions tbody tr');
  return rows.evaluateAll((list) => list.map((row) => {
    const cells = [...row.querySelectorAll('td')].map((cell) => parseInt(cell.textContent.replaceAll(',', ''), 10));
    return [row.querySelector('th button').textContent, cells[0], cells[2], cells[4]];
  }).sort((a, b) => (a[0] < b[0] ? -1 : 1)));
}

const tableReady = (page) => page.waitForFunction(() => document.querySelector('.hl-functions caption').textContent !== ''
  && document.querySelectorAll('.hl-functions tbody tr').length > 10);

await test('the table of a pruned page is exact', async () => {
  const page = await open(pages.many);
  assert.ok(await page.evaluate(() => JSON.parse(document.getElementById('hotlens-data').textContent).nodes.total.length <= 300));
  await key(page, 't');
  await tableReady(page);
  assert.deepEqual(await tableOf(page), functionRows(many, (frame) => !isMachinery(frame)));
  assert.doesNotMatch(await text(page, '.hl-functions caption'), /at least/);
  await page.getByRole('button', { name: 'show all' }).click();
  await settle(page);
  assert.deepEqual(await tableOf(page), functionRows(many, () => true));
  await page.getByRole('checkbox', { name: /^a / }).uncheck();
  await settle(page);
  assert.match(await text(page, '.hl-functions caption'), /at least/);
  await key(page, '/');
  await page.keyboard.type('f1');
  await page.waitForFunction(() => /at least/.test(document.querySelector('.hl-matches').textContent));
  await page.context().close();
});

await test('webview: table and search of a pruned profile are exact, from the server', async () => {
  const server = await startServer(HOTLENS, env);
  const { runs } = await server.request('hotlens/runs', {});
  const page = await open(null);
  await page.exposeFunction('askServer', (params) => server.request('hotlens/flamegraph', { run: runs[0].id, ...params }));
  const host = await webview(null, { page });
  assert.ok(await host.evaluate(() => window.answered.nodes.function.includes(-2)), 'it is pruned');
  await key(host, 't');
  await tableReady(host);
  assert.deepEqual(await tableOf(host), functionRows(many, (frame) => !isMachinery(frame)));
  assert.doesNotMatch(await text(host, '.hl-functions caption'), /at least/);
  for (const [pattern, regex] of [['f1', false], ['^f[1-3]$', true], ['^f(4|25)$', true]]) {
    await host.locator('.hl-search').fill('');
    await host.getByRole('button', { name: 'Regular expression' }).evaluate((button, on) => {
      if ((button.getAttribute('aria-pressed') === 'true') !== on) {
        button.click();
      }
    }, regex);
    await host.locator('.hl-search').fill(pattern);
    const test = regex ? (name) => new RegExp(pattern).test(name) : (name) => name.includes(pattern);
    const samples = many.filter(({ stack }) => stack.some((frame) => !isMachinery(frame) && test(frame.name)))
      .reduce((sum, { count }) => sum + count, 0).toLocaleString('en');
    await host.waitForFunction((wanted) => document.querySelector('.hl-matches').textContent.includes(` · ${wanted} samples`), samples);
  }
  await host.locator('.hl-search').fill('');
  await key(host, 'Escape', 'g');
  await host.locator('.hl-graph').focus();
  await key(host, 'ArrowDown', 'ArrowDown', 'Enter', 't');
  await host.waitForFunction(() => /within f\d/.test(document.querySelector('.hl-functions caption').textContent));
  const [, name] = /within (f\d+)/.exec(await text(host, '.hl-functions caption'));
  const inside = many.filter(({ stack }) => stack.find((frame) => !isMachinery(frame))?.name === name);
  assert.deepEqual(await tableOf(host), functionRows(inside, (frame) => !isMachinery(frame)));
  await host.context().close();
  await server.stop();
});

await test('webview: a tooltip stays over a live update while there is a node under the pointer', async () => {
  const flame = (count) => flameOf([{ stack: [0, 1], count }, { stack: [0, 2], count: count / 10 }], 5);
  const page = await webview({ first: flame(100), part: null, sandwich: null });
  const update = (json) => page.evaluate((newer) => {
    window.newer = newer;
    window.postMessage({ type: 'update' });
  }, json);
  const stage = await page.locator('.hl-stage').boundingBox();
  await page.mouse.move(stage.x + 100, stage.y + 50);
  const tooltip = page.locator('.hl-tooltip');
  assert.match(await tooltip.innerText(), /^f1\b[\s\S]*\b1\.00 s/);
  await update(flame(300));
  await page.waitForFunction(() => /3\.00 s/.test(document.querySelector('.hl-tooltip').textContent));
  assert.equal(await tooltip.isVisible(), true);
  assert.match(await tooltip.innerText(), /^f1\b/);
  await update(flameOf([{ stack: [3], count: 700 }], 5));
  await tooltip.waitFor({ state: 'hidden' });
  await page.context().close();
});

await test('webview: high contrast has edges, on swatches without a hue too, and no ground of buttons', async () => {
  const page = await webview(prunedAnswers());
  await page.evaluate(() => {
    document.body.className = 'vscode-high-contrast';
    const { style } = document.documentElement;
    Object.entries({ 'editor-background': '#000000', 'foreground': '#ffffff', 'contrastBorder': '#6fc3df',
      'button-secondaryBackground': '#ffffff' }).forEach(([name, colour]) => style.setProperty(`--vscode-${name}`, colour));
  });
  const looks = (selector) => page.locator(selector).first().evaluate((element) => {
    const { backgroundColor, color, borderTopColor } = getComputedStyle(element);
    return { backgroundColor, color, borderTopColor };
  });
  const edge = 'rgb(111, 195, 223)';
  assert.deepEqual(await looks('.hl-button:not([aria-pressed=true])'),
    { backgroundColor: 'rgb(0, 0, 0)', color: 'rgb(255, 255, 255)', borderTopColor: edge });
  assert.equal((await looks('.hl-swatch')).borderTopColor, edge);
  await page.context().close();
});

await test('webview: highlight, source lines, theme and kept state', async () => {
  const page = await webview(prunedAnswers(), { kept: { view: 'flame', legend: false } });
  assert.equal(await page.locator('.hl-legend').isVisible(), false);
  const before = await page.locator('.hl-canvas').first().screenshot();
  await page.evaluate(() => window.postMessage({ type: 'highlight', function: 'f1', file: '' }));
  await page.waitForTimeout(50);
  await settle(page);
  const marked = await page.locator('.hl-canvas').first().screenshot();
  assert.notDeepEqual(marked, before);
  await key(page, 'c');
  await page.waitForFunction(() => window.sent.some((message) => message.type === 'source'));
  const dark = await pixel(page, 300, 500);
  await page.evaluate(() => {
    document.body.className = 'vscode-light';
    document.documentElement.style.setProperty('--vscode-editor-background', '#ffffff');
  });
  await page.waitForTimeout(50);
  await settle(page);
  assert.equal(await pixel(page, 300, 500), '255,255,255');
  assert.notEqual(dark, '255,255,255');
  assert.equal((await page.evaluate(() => window.state)).source, true);
  await page.context().close();
});

await test('a flame graph that cannot be read is said', async () => {
  const page = await webview({ first: { name: [] }, part: null, sandwich: null }, { broken: true });
  await page.waitForFunction(() => /has no names|has no files/.test(document.querySelector('.hl-message').textContent));
  await key(page, 'ArrowDown', 'i', 't', 's', '/', 'Escape', '?');
  await page.context().close();
});

for (const [name, options, setup] of [['light', { colorScheme: 'light' }, []], ['dark', { colorScheme: 'dark' }, []],
  ['contrast', {}, ['contrast']], ['table', { colorScheme: 'light' }, ['t']], ['table-dark', { colorScheme: 'dark' }, ['t']],
  ['sandwich', { colorScheme: 'dark' }, ['s']], ['inverted', { colorScheme: 'light' }, ['i']],
  ['search', { colorScheme: 'light' }, ['/', 'search']], ['help', { colorScheme: 'dark' }, ['?']],
  ['narrow', { colorScheme: 'light', viewport: { width: 480, height: 640 } }, []]]) {
  await test(`axe finds nothing: ${name}`, async () => {
    const page = await open(pages.pandas, options);
    for (const step of setup) {
      if (step === 'contrast') {
        await page.evaluate(() => { document.documentElement.dataset.theme = 'contrast'; });
      } else if (step === 'search') {
        await page.keyboard.type('numpy');
      } else {
        await key(page, step);
      }
    }
    await settle(page);
    const stage = await page.locator('.hl-stage').boundingBox();
    if (stage && setup.length === 0) {
      await page.mouse.click(stage.x + 100, stage.y + 70);
      await page.mouse.move(stage.x + 90, stage.y + 130);
    }
    await page.waitForTimeout(100);
    await page.screenshot({ path: join(VIEWER_WORK, `${name}.png`) });
    assert.deepEqual(await broken(page), []);
    await page.context().close();
  });
}

await test('no violation of the policy, nothing loaded, no error', () => {
  assert.deepEqual(violations, []);
  assert.deepEqual(errors, []);
});

await browser.close();
process.exit(failures() > 0 ? 1 : 0);
