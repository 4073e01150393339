// What is seen: numbers in the editor, the flame graph, the list of runs.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './rig.mjs';
import { ended, hintOf, isShareOf, percentOf, pointAt, record } from './steps.mjs';

export const tests = {};

tests['a file is profiled in a terminal; hints and lenses have its numbers'] = async rig => {
  await rig.openFile('spin.py');
  await rig.editor('spin.py').locator('.codelens-decoration', { hasText: '▶ Profile' }).waitFor();
  await record(rig);
  await rig.picture('recording');
  await rig.page.keyboard.press('Control+c'); // the terminal has the focus
  await ended(rig);
  await rig.status('run').waitFor();
  assert.match(await rig.status('run').innerText(), /spin\.py · \d\d:\d\d · .* busy .*100 Hz/);
  const hint = await hintOf(rig, 'spin.py', 'burn(0.02)');
  const { run, lines, functions } = rig.json('show', 'last');
  assert.equal(run.exit_status, 130);
  isShareOf(hint, lines.find(({ line }) => line === 21).total, run.samples);
  assert.ok(percentOf(hint) > 40 && percentOf(hint) < 90, hint); // as it was written: two thirds
  const lens = await (await rig.lens('spin.py', 's total')).innerText();
  isShareOf(lens, functions.find(({ name }) => name === 'burn').total, run.samples);
  await rig.graph().locator('.hl-graph').waitFor();
  await rig.picture('hints');
};

tests['a lens opens the flame graph; ctrl+click in it opens the line'] = async rig => {
  await rig.run('View: Close All Editor Groups');
  await rig.openFile('spin.py');
  await rig.click('spin.py', 'import');
  await (await rig.lens('spin.py', 's total')).click();
  const position = await pointAt(rig, 'warm');
  await rig.picture('graph');
  await rig.graph().locator('.hl-graph').click({ position, modifiers: ['ControlOrMeta'] });
  await until('the cursor', async () => /Ln (12|15|16)\b/.test(await rig.page.locator('.statusbar').innerText()));
};

async function showGraph(rig) {
  await rig.openFile('spin.py');
  await rig.run('Hotlens: Show Flame Graph');
  await rig.graph().locator('.hl-graph').waitFor();
}

tests['a click focuses the numbers; the status bar shows it and ends it'] = async rig => {
  await showGraph(rig);
  const position = await pointAt(rig, 'burn');
  await rig.graph().locator('.hl-graph').click({ position });
  await rig.status('focus').waitFor();
  assert.match(await rig.status('focus').innerText(), /focused on burn/);
  await hintOf(rig, 'spin.py', 'burn(0.02)', percent => percent === 100);
  assert.doesNotMatch(await rig.line('spin.py', 'warm(0.01)'), /%/);
  await rig.picture('focus');
  await rig.status('focus').click();
  await hintOf(rig, 'spin.py', 'burn(0.02)', percent => percent < 90);
  await until('no focus', async () => !(await rig.status('focus').isVisible()));
};

tests['the function that the cursor is in is marked in the graph'] = async rig => {
  await showGraph(rig);
  const pixels = () => rig.graph().locator('.hl-graph').screenshot();
  await rig.click('spin.py', 'import');
  await until('a graph at rest', async () => (await pixels()).equals(await pixels()));
  const before = await pixels();
  await rig.click('spin.py', 'def warm');
  await until('another picture', async () => !(await pixels()).equals(before));
  await rig.picture('cursor');
};

tests['numbers move with edits; a changed line loses its own; the graph finds the others'] = async rig => {
  await showGraph(rig);
  await rig.openFile('spin.py');
  await rig.click('spin.py', 'import time');
  await rig.page.keyboard.press('Home');
  await rig.page.keyboard.type('# first\n');
  await hintOf(rig, 'spin.py', 'burn(0.02)');
  await rig.click('spin.py', 'warm(0.01)');
  await rig.page.keyboard.press('Home');
  await rig.page.keyboard.type('0 or ');
  await until('no hint', async () => !/%/.test(await rig.line('spin.py', 'warm(0.01)')));
  // A place in the graph is where its line is now: one line was added above.
  const position = await pointAt(rig, 'warm');
  const [, line] = /:(\d+)$/.exec(await rig.graph().locator('.hl-tooltip:not([hidden]) .hl-tip-place').first().innerText());
  await rig.graph().locator('.hl-graph').click({ position, modifiers: ['ControlOrMeta'] });
  await until('the cursor', async () => (await rig.page.locator('.statusbar').innerText()).includes(`Ln ${Number(line) + 1},`));
  await rig.openFile('spin.py');
  await rig.run('File: Revert File');
  await hintOf(rig, 'spin.py', 'warm(0.01)');
};

/** How many dots of a canvas have the colour of heat on white, strong or faint. */
async function orangesOf(canvas) {
  return canvas.evaluate(element => {
    const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      count += data[i + 3] > 60 && data[i] > data[i + 1] + 60 && data[i + 1] > data[i + 2] + 20 ? 1 : 0;
    }
    return count;
  });
}

tests['bars are of the run or, switched, of the function'] = async rig => {
  await rig.openFile('spin.py');
  const bars = rig.editor('spin.py').locator('.glyph-margin-widgets [class*="TextEditorDecorationType"]');
  const images = () => bars.evaluateAll(all => all.map(each => getComputedStyle(each).backgroundImage));
  const heat = await until('bars', async () => (await bars.count()) >= 3 && images());
  const ruler = rig.editor('spin.py').locator('canvas.decorationsOverviewRuler');
  await until('bars in the ruler', async () => (await orangesOf(ruler)) > 0);
  await rig.run('Hotlens: Switch Heat Bars between Run and Function');
  const scope = await until('other bars', async () => {
    const now = await images();
    return now.length >= 3 && JSON.stringify(now) !== JSON.stringify(heat) && now;
  });
  await rig.picture('scope');
  assert.ok(new Set(scope).size >= 2);
  await rig.run('Hotlens: Toggle Heat Bars');
  await until('no bars', async () => (await bars.count()) === 0 && (await orangesOf(ruler)) === 0);
  await rig.run('Hotlens: Toggle Heat Bars');
  await rig.run('Hotlens: Switch Heat Bars between Run and Function');
};

/** From the menu of a row. */
async function chooseIn(rig, row, action) {
  await row.click({ button: 'right' });
  await rig.takeEntry(action);
}

tests['runs can be named, pinned, opened and deleted'] = async rig => {
  await rig.openFile('spin.py');
  await rig.run('Hotlens: Profile Again');
  await until('the program in the terminal', async () => (await rig.terminalText()).includes('spinning'));
  await until('two seconds', async () => /[2-9] s/.test(await rig.status('recording').innerText()));
  await rig.status('recording').click(); // stops
  await ended(rig);
  await rig.page.locator('.activitybar a[aria-label="Hotlens"]').click();
  const rows = rig.page.locator('.pane-body .monaco-list-row', { hasText: /spin\.py|first run/ });
  await until('two runs', async () => (await rows.count()) === 2);
  const choose = (row, action) => chooseIn(rig, row, action);
  await choose(rows.nth(1), 'Rename');
  await rig.page.locator('.quick-input-widget input.input').fill('first run');
  await rig.page.keyboard.press('Enter');
  await until('its name', async () => /first run/.test(await rows.nth(1).innerText()));
  await choose(rows.nth(1), 'Pin');
  await until('the pin', () => rig.json('runs').runs.some(({ pinned, label }) => pinned && label === 'first run'));
  await rows.nth(1).click();
  await until('the first run shown', async () => /first run|Flame graph/.test(await rig.page.locator('.tab', { hasText: 'first run' }).innerText()));
  await rig.picture('runs');
  await choose(rows.nth(0), 'Delete');
  await rig.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Cancel' }).click();
  assert.equal(await rows.count(), 2);
};

/** The run that the side bar marks as shown. */
async function isShown(rig, name) {
  const row = rig.page.locator('.pane-body .monaco-list-row', { hasText: name });
  await until(`${name} shown`, async () => (await row.locator('.codicon-eye').count()) === 1);
}

tests['after a reload, and a crash, the chosen run is shown, not the newest'] = async rig => {
  await isShown(rig, 'first run');
  await rig.reload();
  await isShown(rig, 'first run');
  await rig.openFile('spin.py');
  await hintOf(rig, 'spin.py', 'burn(0.02)');
  await rig.page.locator('.tab', { hasText: 'Flame graph' }).click();
  await rig.graph().locator('.hl-graph').waitFor();
  await pointAt(rig, 'burn');
  await rig.picture('reloaded');
  rig.serverPids().forEach(pid => process.kill(pid, 'SIGKILL'));
  await rig.toast(/started again/).waitFor();
  await until('another server', () => rig.serverPids().length > 0);
  await isShown(rig, 'first run');
  await rig.closeToasts();
  const rows = rig.page.locator('.pane-body .monaco-list-row', { hasText: /spin\.py|first run/ });
  await chooseIn(rig, rows.nth(0), 'Delete');
  await rig.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Delete' }).click();
  await until('one run', async () => (await rows.count()) === 1);
  assert.equal(rig.json('runs').runs.length, 1);
};

tests['a run is exported and loaded again'] = async rig => {
  const file = path.join(rig.out, 'project', 'other.raw');
  await rig.openFile('spin.py');
  await rig.run('Hotlens: Export Run');
  await rig.page.locator('.quick-input-list .monaco-list-row', { hasText: 'raw' }).first().click();
  await rig.choosePath(file);
  await until('the file', () => existsSync(file) && readFileSync(file, 'utf8').includes('burn'));
  assert.match(readFileSync(file, 'utf8'), /burn \(\S*spin\.py:\d+\) \d+\n/, 'as py-spy writes it');
  await rig.run('Hotlens: Load Profile File');
  await rig.choosePath(file);
  const loaded = await until('the run', () => rig.json('runs').runs.find(({ title }) => title === 'other.raw'));
  assert.equal(loaded.samples, rig.json('show', 'last~1').run.samples);
  await until('it is shown', async () => /other\.raw/.test(await rig.status('run').innerText()));
};

/** WCAG's relative luminance. */
function luminance(rgb) {
  const [r, g, b] = rgb.map(value => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Text and ground of the buttons that can be used. */
async function buttonColoursOf(rig) {
  return rig.graph().locator('button:visible:enabled').evaluateAll(buttons => {
    const numbers = text => (/^rgba\(.*, 0\)$/.test(text) ? undefined : text.match(/\d+/g)?.slice(0, 3).map(Number));
    const groundOf = element => (element ? (numbers(getComputedStyle(element).backgroundColor) ?? groundOf(element.parentElement)) : [255, 255, 255]);
    return buttons.map(button => [numbers(getComputedStyle(button).color), groundOf(button)]);
  });
}

/** Of the canvas, below the frames. */
async function coloursOf(rig) {
  return rig.graph().locator('.hl-graph canvas').first().evaluate(canvas => {
    const context = canvas.getContext('2d');
    const at = (x, y) => [...context.getImageData(Math.round(x), Math.round(y), 1, 1).data].slice(0, 3);
    return { ground: at(canvas.width - 3, canvas.height - 3) };
  });
}

tests['the graph follows the theme of the window while it is open: dark, high contrast, light'] = async rig => {
  await showGraph(rig);
  for (const [name, theme, kind] of [
    ['dark', 'Default Dark Modern', 'vscode-dark'],
    ['contrast', 'Default High Contrast', 'vscode-high-contrast'],
    ['contrast-light', 'Default High Contrast Light', 'vscode-high-contrast-light'],
    ['light', 'Default Light Modern', 'vscode-light'],
  ]) {
    await rig.change({ 'workbench.colorTheme': theme });
    const page = rig.graph().locator(`body.${kind}`);
    await page.waitFor();
    const wanted = await page.evaluate(body => {
      const probe = document.createElement('canvas').getContext('2d');
      probe.fillStyle = getComputedStyle(body).getPropertyValue('--vscode-editor-background');
      probe.fillRect(0, 0, 1, 1);
      return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
    });
    await until(`the ground of ${name}`, async () => JSON.stringify((await coloursOf(rig)).ground) === JSON.stringify(wanted));
    assert.equal(luminance(wanted) < 0.5, !name.endsWith('light'), `${name} is ${wanted}`);
    await rig.picture(`theme-${name}`);
    for (const [text, ground] of await buttonColoursOf(rig)) {
      const [light, dark] = [luminance(text), luminance(ground)].sort((a, b) => b - a);
      assert.ok((light + 0.05) / (dark + 0.05) >= 4.5, `${name}: ${text} on ${ground}`);
    }
  }
};

tests['hints are hidden and shown again'] = async rig => {
  await rig.openFile('spin.py');
  await hintOf(rig, 'spin.py', 'burn(0.02)');
  await rig.run('Hotlens: Toggle Inline Hints');
  await until('no hints', async () => !/%/.test(await rig.line('spin.py', 'burn(0.02)')));
  await rig.run('Hotlens: Toggle Inline Hints');
  await hintOf(rig, 'spin.py', 'burn(0.02)');
};

tests['the doctor says what was found'] = async rig => {
  await rig.run('Hotlens: Doctor: What Was Found, and What Is Allowed');
  await rig.page.locator('.view-line', { hasText: /ok\s+py-spy\s+\S+/ }).first().waitFor();
  await rig.picture('doctor');
};

tests['the walkthrough leads to the flame graph'] = async rig => {
  await rig.run('View: Close All Editor Groups');
  await rig.run('Welcome: Open Walkthrough');
  await rig.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Find out where the time goes' }).click();
  const steps = rig.page.locator('.getting-started-step');
  await steps.first().waitFor();
  assert.equal(await steps.count(), 4);
  await rig.picture('walkthrough');
  await steps.filter({ hasText: 'Look at the flame graph' }).click();
  await rig.page.locator('.getting-started-step .monaco-button', { hasText: 'Show Flame Graph' }).click();
  await rig.graph().locator('.hl-graph').waitFor();
  await rig.run('View: Close All Editor Groups');
};
