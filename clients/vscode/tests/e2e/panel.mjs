// The panel of the flame graph as a part of the window: where it opens, what it keeps, what it does with the editor.
import assert from 'node:assert/strict';
import { until } from './rig.mjs';
import { hintOf, newRun, percentOf, pointAt, recordSpin } from './steps.mjs';

export const tests = {};

const flameTabs = rig => rig.page.locator('.tab', { hasText: 'Flame graph: ' });
const groups = rig => rig.page.locator('.editor-group-container');

/** Only spin.py and, beside it, the graph of a run of it. */
async function showSpin(rig) {
  await rig.run('View: Close All Editor Groups');
  if (rig.json('runs').runs[0]?.title !== 'spin.py') {
    recordSpin(rig);
  }
  await rig.openFile('spin.py');
  await until('the run shown', async () => /^\s*spin\.py/.test(await rig.status('run').innerText()));
  await hintOf(rig, 'spin.py', 'burn(0.02)');
  await rig.run('Hotlens: Show Flame Graph');
  await rig.graph().locator('.hl-graph').waitFor();
}

/** The name in the lowest row at this share of the graph's width. */
async function nameAt(rig, share) {
  const graph = rig.graph();
  const box = await until('the graph', () => graph.locator('.hl-graph').boundingBox());
  let name;
  for (let y = 6; y < Math.min(box.height, 260); y += 9) {
    await rig.page.mouse.move(box.x + box.width * share, box.y + y);
    const tip = graph.locator('.hl-tooltip:not([hidden]) .hl-tip-name');
    name = (await tip.count()) > 0 ? await tip.innerText({ timeout: 1000 }).catch(() => name) : name;
  }
  return name;
}

/** The last third of a run of spin.py is `warm`, unless the graph is zoomed into `burn`. */
const isWhole = rig => until('the whole graph', async () => (await nameAt(rig, 0.95)) === 'warm');
const isZoomed = rig => until('a zoomed graph', async () => (await nameAt(rig, 0.95)) === 'burn');

async function clickOn(rig, name) {
  const position = await pointAt(rig, name);
  await rig.graph().locator('.hl-graph').click({ position });
}

tests['after a run the graph opens beside the editor, which keeps the focus; the next has the same panel'] = async rig => {
  await rig.run('View: Close All Editor Groups');
  await rig.withSettings({ 'hotlens.recordIn': 'background' }, async () => {
    await rig.openFile('brief.py');
    await rig.click('brief.py', 'import sys');
    const first = await newRun(rig, () => rig.run('Hotlens: Profile Python File'));
    await flameTabs(rig).waitFor();
    await rig.graph().locator('.hl-graph').waitFor();
    assert.equal(await groups(rig).count(), 2);
    assert.equal(await groups(rig).first().locator('.tab[data-resource-name="brief.py"]').count(), 1);
    assert.equal(await groups(rig).last().locator('.tab', { hasText: 'Flame graph: brief.py' }).count(), 1);
    await rig.page.keyboard.type('# typed');
    await until('what was typed', async () => (await rig.line('brief.py', 'import sys')).includes('# typed'));
    await rig.run('File: Revert File');
    await rig.picture('beside');
    const second = await newRun(rig, () => rig.run('Hotlens: Profile Python File'));
    assert.notEqual(second.id, first.id);
    await until('the second run', async () => (await rig.graph().locator('body').getAttribute('data-run')) !== null);
    assert.equal(await flameTabs(rig).count(), 1);
    assert.equal(await groups(rig).count(), 2);
  });
  await rig.run('View: Hide Panel');
};

tests['ctrl+click on the root opens the profiled file'] = async rig => {
  await showSpin(rig);
  await rig.openFile('spin.py');
  await rig.run('View: Close Editor');
  await until('no file', async () => (await rig.page.locator('.tab[data-resource-name="spin.py"]').count()) === 0);
  const box = await until('the graph', () => rig.graph().locator('.hl-graph').boundingBox());
  await until('the file', async () => {
    await rig.graph().locator('.hl-graph').click({ position: { x: box.width / 2, y: 6 }, modifiers: ['ControlOrMeta'], timeout: 2000 });
    await rig.page.locator('.tab.active[data-resource-name="spin.py"]').waitFor({ timeout: 3000 });
    return true;
  });
  await rig.picture('root');
};

tests['without "syncFocus" a click zooms and leaves the numbers as they are'] = async rig => {
  await showSpin(rig);
  const before = percentOf(await hintOf(rig, 'spin.py', 'burn(0.02)'));
  await rig.withSettings({ 'hotlens.syncFocus': false }, async () => {
    await clickOn(rig, 'burn');
    await isZoomed(rig);
    // What the server is told after the click it does after it.
    await rig.run('Hotlens: Toggle Inline Hints');
    await until('no hints', async () => !/%/.test(await rig.line('spin.py', 'burn(0.02)')));
    await rig.run('Hotlens: Toggle Inline Hints');
    assert.equal(percentOf(await hintOf(rig, 'spin.py', 'burn(0.02)')), before);
    assert.ok(!(await rig.status('focus').isVisible()));
  });
};

tests['the graph keeps its zoom when it is moved, hidden, or the window reloaded'] = async rig => {
  await showSpin(rig);
  await isWhole(rig);
  await clickOn(rig, 'burn');
  await isZoomed(rig);
  await flameTabs(rig).click();
  await rig.run('View: Move Editor into First Group');
  await until('one group', async () => (await groups(rig).count()) === 1);
  await isZoomed(rig);
  await rig.openFile('spin.py'); // the graph is behind it now
  await until('no graph', async () => !(await rig.page.locator('iframe.webview.ready').last().isVisible().catch(() => false)));
  await flameTabs(rig).click();
  await isZoomed(rig);
  await rig.reload();
  await rig.graph().locator('.hl-graph').waitFor();
  await isZoomed(rig);
  await rig.picture('zoom-kept');
};

/** The hue of a colour in OKLab, in degrees. */
function hueOf([r, g, b]) {
  const [x, y, z] = [r, g, b].map(value => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  const [l, m, s] = [
    0.4122214708 * x + 0.5363325363 * y + 0.0514459929 * z,
    0.2119034982 * x + 0.6806995451 * y + 0.1073969566 * z,
    0.0883024619 * x + 0.2817188376 * y + 0.6299787005 * z,
  ].map(Math.cbrt);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const blue = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return ((Math.atan2(blue, a) * 180) / Math.PI + 360) % 360;
}

const between = (a, b) => Math.min(Math.abs(a - b), 360 - Math.abs(a - b));

tests['a function has one hue in the bars of its lines and in the graph'] = async rig => {
  await rig.withSettings({ 'hotlens.heat.mode': 'scope' }, async () => {
    await showSpin(rig);
    await isWhole(rig);
    const hues = [];
    for (const name of ['burn', 'warm']) {
      const { x, y } = await pointAt(rig, name);
      await rig.page.mouse.move(5, 5); // what is pointed at is another colour
      const bar = await until(`the bar of ${name}`, async () => {
        const line = rig.editor('spin.py').locator('.view-line', { hasText: `def ${name}` }).first();
        const { y: top, height } = await line.boundingBox();
        const images = await rig.editor('spin.py').locator('.glyph-margin-widgets [class*="TextEditorDecorationType"]')
          .evaluateAll(all => all.map(each => [each.getBoundingClientRect().y, getComputedStyle(each).backgroundImage]));
        // The loop of the function, three lines below.
        const [, image] = images.find(([at]) => Math.abs(at - (top + 3 * height)) < height / 2) ?? [];
        const [, code] = /base64,([^")]+)/.exec(image ?? '') ?? [];
        return code && /fill="#(\w\w)(\w\w)(\w\w)"/.exec(Buffer.from(code, 'base64').toString())?.slice(1).map(hex => Number.parseInt(hex, 16));
      });
      hues.push(hueOf(bar));
      await until(`one hue of ${name}`, async () => {
        // Right of its label.
        const frame = await rig.graph().locator('.hl-graph canvas').first().evaluate((canvas, at) => {
          const scale = canvas.width / canvas.getBoundingClientRect().width;
          return [...canvas.getContext('2d').getImageData(Math.round(at.x * scale), Math.round(at.y * scale), 1, 1).data].slice(0, 3);
        }, { x, y });
        // A strong colour is as near as a screen can show it.
        if (between(hueOf(frame), hueOf(bar)) >= 20) {
          throw new Error(`${frame} in the graph, ${bar} beside the lines`);
        }
        return true;
      });
    }
    assert.ok(between(...hues) > 40, hues.join());
    await rig.picture('one-hue');
  });
};
