import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SPIN } from './programs.mjs';
import { until } from './rig.mjs';

export const all = {};

function percentOf(text) {
  const [, percent] = /(\d+(?:\.\d+)?)%/.exec(text) ?? [];
  return Number(percent);
}

/** The hint of the line that contains `text`, once it is there. */
async function hintOf(rig, file, text, fits = () => true) {
  return until(`a hint on ${text}`, async () => {
    const line = await rig.line(file, text);
    return /%/.test(line) && fits(percentOf(line)) && line;
  });
}

/** A hint or lens says what the command line says of the last run. */
function isShareOf(text, total, samples) {
  const share = (100 * total) / samples;
  assert.ok(Math.abs(percentOf(text) - share) <= 0.5, `"${text}", but ${total} of ${samples} samples are ${share}%`);
}

/** Moves over the graph until its tooltip names the function; leaves the pointer there. */
async function pointAt(rig, name) {
  const graph = rig.graph();
  const box = await until('the graph', () => graph.locator('.hl-graph').boundingBox());
  return until(`${name} in the graph`, async () => {
    for (let y = 6; y < Math.min(box.height, 260); y += 9) {
      for (const x of [0.2, 0.8]) {
        const position = { x: box.width * x, y };
        await rig.page.mouse.move(box.x + position.x, box.y + position.y);
        const tip = graph.locator('.hl-tooltip:not([hidden]) .hl-tip-name');
        if ((await tip.count()) > 0 && (await tip.innerText()) === name) {
          return position;
        }
      }
    }
    return undefined;
  });
}

async function record(rig, seconds = 3) {
  await rig.run('Hotlens: Profile Python File');
  await until('the program in the terminal', async () => (await rig.terminalText()).includes('spinning'));
  await until('some seconds', async () => {
    const [, shown] = /(\d+) s/.exec(await rig.status('recording').innerText()) ?? [];
    return Number(shown) >= seconds;
  });
}

async function ended(rig) {
  await until('the summary in the terminal', async () => /Saved as run \d+/.test(await rig.terminalText()));
  await until('no recording', async () => !(await rig.status('recording').isVisible()));
  await rig.run('View: Hide Panel');
}

all['a file is profiled in a terminal; hints and lenses have its numbers'] = async rig => {
  rig.write('project/spin.py', SPIN);
  rig.write('project/.vscode/tasks.json', JSON.stringify({
    version: '2.0.0',
    tasks: [{ type: 'hotlens', mode: 'record', label: 'profile shortly', file: '${workspaceFolder}/spin.py', rate: 200, duration: 2 }],
  }));
  await rig.open({ folder: path.join(rig.out, 'project') });
  await rig.openFile('spin.py');
  await rig.editor('spin.py').locator('.codelens-decoration', { hasText: '▶ Profile' }).waitFor();
  await record(rig);
  await rig.picture('recording');
  await rig.page.keyboard.press('Control+c'); // the terminal has the focus
  await ended(rig);
  await rig.status('run').waitFor();
  const hint = await hintOf(rig, 'spin.py', 'burn(0.02)');
  const { run, lines, functions } = rig.json('show', 'last');
  assert.equal(run.exit_status, 130);
  isShareOf(hint, lines.find(({ line }) => line === 21).total, run.samples);
  assert.ok(percentOf(hint) > 50 && percentOf(hint) < 80, hint);
  const lens = await (await rig.lens('spin.py', 's total')).innerText();
  isShareOf(lens, functions.find(({ name }) => name === 'burn').total, run.samples);
  await rig.graph().locator('.hl-graph').waitFor();
  await rig.picture('hints');
};

all['a lens opens the flame graph; ctrl+click in it opens the line'] = async rig => {
  await rig.run('View: Close All Editor Groups');
  await rig.openFile('spin.py');
  await rig.click('spin.py', 'import');
  await (await rig.lens('spin.py', 's total')).click();
  const position = await pointAt(rig, 'warm');
  await rig.picture('graph');
  await rig.graph().locator('.hl-graph').click({ position, modifiers: ['ControlOrMeta'] });
  await until('the cursor', async () => /Ln (12|15|16)\b/.test(await rig.page.locator('.statusbar').innerText()));
};

all['a click focuses the numbers; the status bar shows it and ends it'] = async rig => {
  const position = await pointAt(rig, 'burn');
  await rig.graph().locator('.hl-graph').click({ position });
  await rig.status('focus').waitFor();
  assert.match(await rig.status('focus').innerText(), /burn/);
  await hintOf(rig, 'spin.py', 'burn(0.02)', percent => percent === 100);
  assert.doesNotMatch(await rig.line('spin.py', 'warm(0.01)'), /%/);
  await rig.picture('focus');
  await rig.status('focus').click();
  await hintOf(rig, 'spin.py', 'burn(0.02)', percent => percent < 80);
  await until('no focus', async () => !(await rig.status('focus').isVisible()));
};

all['the function that the cursor is in is marked in the graph'] = async rig => {
  const pixels = () => rig.graph().locator('.hl-graph').screenshot();
  await rig.click('spin.py', 'import');
  await until('a graph at rest', async () => (await pixels()).equals(await pixels()));
  const before = await pixels();
  await rig.click('spin.py', 'def warm');
  await until('another picture', async () => !(await pixels()).equals(before));
  await rig.picture('cursor');
};

all['numbers move with edits; a changed line loses its own'] = async rig => {
  await rig.click('spin.py', 'import time');
  await rig.page.keyboard.press('Home');
  await rig.page.keyboard.type('# first\n');
  await hintOf(rig, 'spin.py', 'burn(0.02)');
  await rig.click('spin.py', 'warm(0.01)');
  await rig.page.keyboard.press('Home');
  await rig.page.keyboard.type('0 or ');
  await until('no hint', async () => !/%/.test(await rig.line('spin.py', 'warm(0.01)')));
  await rig.run('File: Revert File');
  await hintOf(rig, 'spin.py', 'warm(0.01)');
};

all['bars are of the run or, switched, of the function'] = async rig => {
  const bars = rig.editor('spin.py').locator('.glyph-margin-widgets [class*="TextEditorDecorationType"]');
  const images = () => bars.evaluateAll(all => all.map(each => getComputedStyle(each).backgroundImage));
  const heat = await until('bars', async () => (await bars.count()) >= 3 && images());
  await rig.run('Hotlens: Switch Heat Bars');
  const scope = await until('other bars', async () => {
    const now = await images();
    return now.length >= 3 && JSON.stringify(now) !== JSON.stringify(heat) && now;
  });
  await rig.picture('scope');
  assert.ok(new Set(scope).size >= 2);
  await rig.run('Hotlens: Toggle Heat Bars');
  await until('no bars', async () => (await bars.count()) === 0);
  await rig.run('Hotlens: Toggle Heat Bars');
  await rig.run('Hotlens: Switch Heat Bars');
};

all['runs can be named, pinned, opened and deleted'] = async rig => {
  await rig.openFile('spin.py');
  await rig.run('Hotlens: Profile Again');
  await until('the program in the terminal', async () => (await rig.terminalText()).includes('spinning'));
  await until('two seconds', async () => /[2-9] s/.test(await rig.status('recording').innerText()));
  await rig.status('recording').click(); // stops
  await ended(rig);
  await rig.page.locator('.activitybar a[aria-label="Hotlens"]').click();
  const rows = rig.page.locator('.pane-body .monaco-list-row', { hasText: /spin\.py|first run/ });
  await until('two runs', async () => (await rows.count()) === 2);
  const choose = async (row, action) => {
    const entry = rig.page.locator('.monaco-menu .action-label', { hasText: action }).first();
    await row.click({ button: 'right' });
    // A menu that has just opened does not take clicks yet.
    await until(`${action} taken`, async () => {
      await entry.click({ timeout: 1000 }).catch(() => {});
      return (await entry.count()) === 0;
    });
  };
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
  await rig.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Delete' }).click();
  await until('one run', async () => (await rows.count()) === 1);
  assert.equal(rig.json('runs').runs.length, 1);
};

all['after a reload the numbers and the flame graph are there'] = async rig => {
  await rig.reload();
  await rig.openFile('spin.py');
  await hintOf(rig, 'spin.py', 'burn(0.02)');
  await rig.page.locator('.tab', { hasText: 'Flame graph' }).click();
  await rig.graph().locator('.hl-graph').waitFor();
  await pointAt(rig, 'burn');
  await rig.picture('reloaded');
};

all['a run is exported and loaded again'] = async rig => {
  const file = path.join(rig.out, 'project', 'other.raw');
  await rig.openFile('spin.py');
  await rig.run('Hotlens: Export Run');
  await rig.page.locator('.quick-input-list .monaco-list-row', { hasText: 'raw' }).first().click();
  await rig.choosePath(file);
  await until('the file', () => existsSync(file) && readFileSync(file, 'utf8').includes('burn'));
  await rig.run('Hotlens: Load Profile File');
  await rig.choosePath(file);
  await until('the run', () => rig.json('runs').runs.some(({ title }) => title === 'other.raw'));
  await until('it is shown', async () => /other\.raw/.test(await rig.status('run').innerText()));
};

all['a profile that cannot be read says why'] = async rig => {
  const file = rig.write('project/broken.raw', '{"this": "is no raw profile"}\n');
  await rig.run('Hotlens: Load Profile File');
  await rig.choosePath(file);
  await rig.toast(/broken\.raw/).waitFor();
  await rig.picture('unreadable');
  await rig.closeToasts();
};

all['a running process is recorded by its number, and let go'] = async rig => {
  const program = spawn('python3', [path.join(rig.out, 'project/spin.py')], { env: rig.env, stdio: 'ignore' });
  try {
    await rig.run('Hotlens: Record a Running Process');
    const row = rig.page.locator('.quick-input-list .monaco-list-row', { hasText: String(program.pid) }).first();
    await rig.page.locator('.quick-input-widget input.input').fill(String(program.pid));
    await row.waitFor();
    await rig.picture('processes');
    await row.click();
    await rig.status('recording').waitFor();
    await until('three seconds', async () => /[3-9] s/.test(await rig.status('recording').innerText()));
    await rig.status('recording').click();
    await until('the run', () => rig.json('runs').runs.some(({ flags }) => flags.includes('attached')));
    await until('no recording', async () => !(await rig.status('recording').isVisible()));
    assert.equal(program.exitCode, null, 'the process goes on');
  } finally {
    program.kill('SIGKILL');
  }
};

all['without a terminal the output has a channel'] = async rig => {
  await rig.withSettings({ 'hotlens.recordIn': 'background' }, async () => {
    await rig.openFile('spin.py');
    await rig.run('Hotlens: Profile Python File');
    await rig.page.locator('.panel .view-line', { hasText: 'spinning' }).first().waitFor();
    await until('two seconds', async () => /[2-9] s/.test(await rig.status('recording').innerText()));
    await rig.picture('background');
    await rig.status('recording').click();
    await until('no recording', async () => !(await rig.status('recording').isVisible()));
    await rig.page.locator('.panel .view-line', { hasText: 'cleaned up' }).first().waitFor();
  });
};

all['a task records'] = async rig => {
  await until('the task', async () => {
    await rig.run('Tasks: Run Task');
    const row = rig.page.locator('.quick-input-list .monaco-list-row', { hasText: 'profile shortly' }).first();
    await row.waitFor({ timeout: 5000 }); // the list closes when it is asked for too early
    await row.click();
    return true;
  });
  await until('the run', () => rig.json('runs').runs.some(({ title, rate }) => title === 'spin.py' && rate === 200));
  await until('its flame graph', () => rig.page.locator('.tab', { hasText: 'Flame graph: ' }).first().isVisible());
};

all['a py-spy that is configured and missing: a message names its path'] = async rig => {
  await rig.withSettings({ 'hotlens.pySpy': '/nowhere/py-spy' }, async () => {
    await rig.openFile('spin.py');
    await rig.run('Hotlens: Profile Python File');
    const toast = rig.toast(/py-spy/).first();
    await toast.waitFor();
    assert.match(await toast.innerText(), /\/nowhere\/py-spy/);
    assert.doesNotMatch(await toast.innerText(), /Install/);
    await rig.picture('no-py-spy');
  });
};

all['a process that may not be looked into: a message says why'] = async rig => {
  const pySpy = rig.write('denied/py-spy', '#!/bin/sh\n[ "$1" = --version ] && { echo py-spy 0.4.3; exit 0; }\n' +
    'echo "Error: Failed to open process 1 - check if it is running." >&2\n' +
    'echo "Permission Denied: Try running again with elevated permissions by going \'sudo env \\"PATH=\\$PATH\\" !!\'" >&2\nexit 1\n');
  chmodSync(pySpy, 0o755);
  const program = spawn('python3', [path.join(rig.out, 'project/spin.py')], { env: rig.env, stdio: 'ignore' });
  try {
    await rig.withSettings({ 'hotlens.pySpy': pySpy }, async () => {
      await rig.openFile('spin.py');
      await rig.run('Hotlens: Record a Running Process');
      const row = rig.page.locator('.quick-input-list .monaco-list-row', { hasText: String(program.pid) }).first();
      await rig.page.locator('.quick-input-widget input.input').fill(String(program.pid));
      await row.click();
      await rig.toast(/permission|sudo|denied|may not/i).first().waitFor();
      await rig.picture('denied');
    });
  } finally {
    program.kill('SIGKILL');
  }
};

all['a server that crashes is started again and says so'] = async rig => {
  await rig.openFile('spin.py');
  await hintOf(rig, 'spin.py', 'burn(0.02)');
  const first = rig.serverPids();
  first.forEach(pid => process.kill(pid, 'SIGKILL'));
  await rig.toast(/ended unexpectedly/).waitFor();
  await rig.picture('crash');
  await until('another server', () => rig.serverPids().some(pid => !first.includes(pid)));
  await rig.closeToasts();
  await rig.openFile('spin.py');
  await hintOf(rig, 'spin.py', 'burn(0.02)');
};

all['a server that is missing says what to do'] = async rig => {
  await rig.withSettings({ 'hotlens.server.path': '/nowhere/hotlens' }, async () => {
    await rig.openFile('spin.py');
    const toast = rig.toast(/\/nowhere\/hotlens/).first();
    await toast.waitFor();
    await rig.picture('missing');
    assert.match(await toast.innerText(), /Show Log/);
  });
  await rig.openFile('spin.py');
  await hintOf(rig, 'spin.py', 'burn(0.02)');
};

all['two folders have their own runs'] = async rig => {
  rig.write('second/twice.py', SPIN);
  const workspace = rig.write('two.code-workspace', JSON.stringify({ folders: [{ path: 'project' }, { path: 'second' }] }));
  await rig.open({ workspace });
  await rig.openFile('twice.py');
  await record(rig, 2);
  await rig.page.keyboard.press('Control+c');
  await ended(rig);
  await hintOf(rig, 'twice.py', 'burn(0.02)');
  assert.match(await rig.status('run').innerText(), /twice\.py/);
  assert.equal(rig.json('runs').runs[0].workspace, path.join(rig.out, 'second'));
  await rig.openFile('spin.py');
  await hintOf(rig, 'spin.py', 'burn(0.02)');
  await until('the other run', async () => !/twice\.py/.test(await rig.status('run').innerText()));
};

all['a file without a workspace is profiled too'] = async rig => {
  const file = rig.write('alone/alone.py', SPIN);
  await rig.open({ file });
  await rig.page.locator('.tab.active', { hasText: 'alone.py' }).waitFor();
  await rig.run('Hotlens: Profile Python File');
  await rig.page.locator('.panel .view-line', { hasText: 'spinning' }).first().waitFor();
  await until('two seconds', async () => /[2-9] s/.test(await rig.status('recording').innerText()));
  await rig.status('recording').click();
  await until('no recording', async () => !(await rig.status('recording').isVisible()));
  await hintOf(rig, 'alone.py', 'burn(0.02)');
  await rig.graph().locator('.hl-graph').waitFor();
  await rig.picture('alone');
};
