// What menus, lists and settings offer.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SPIN } from './programs.mjs';
import { until } from './rig.mjs';
import { choosePid, hintOf, newRun, percentOf, pointAt, recordSpin, withProgram } from './steps.mjs';

export const tests = {};

async function opened(rig, file) {
  await rig.run('View: Close All Editor Groups');
  await rig.openFile(file);
}

tests['the menu of the editor profiles, and shows the graph'] = async rig => {
  await opened(rig, 'brief.py');
  const choose = async entry => {
    await rig.editor('brief.py').locator('.view-line', { hasText: 'import sys' }).first().click({ button: 'right' });
    await rig.takeEntry(entry);
  };
  await rig.withSettings({ 'hotlens.showFlamegraph': 'never' }, async () => {
    const made = await newRun(rig, () => choose('Profile Python File'));
    assert.equal(path.basename(made.argv[1]), 'brief.py');
    await until('the run shown', async () => /brief\.py/.test(await rig.status('run').innerText()));
    await rig.run('View: Hide Panel');
    await choose('Show Flame Graph');
  });
  await rig.graph().locator('.hl-graph').waitFor();
  await pointAt(rig, 'spin');
};

tests['the lens "Profile" records, and the palette stops it'] = async rig => {
  await opened(rig, 'spin.py');
  const run = await newRun(rig, async () => {
    await (await rig.lens('spin.py', 'Profile')).click();
    await until('two seconds', async () => /[2-9] s/.test(await rig.status('recording').innerText()));
    await rig.run('Hotlens: Stop Recording, Keep the Profile');
  });
  assert.equal(run.title, 'spin.py');
  assert.ok(run.samples > 0);
};

tests['the explorer loads a profile file'] = async rig => {
  rig.write('project/given.raw', 'main (given.py:1);leaf (given.py:2) 30\nmain (given.py:1) 10\n');
  await rig.run('View: Show Explorer');
  await rig.run('File: Refresh Explorer').catch(() => {});
  await rig.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'given.raw' }).click({ button: 'right' });
  await rig.takeEntry('Load Profile File');
  const run = await until('the run', () => rig.json('runs').runs.find(({ title }) => title === 'given.raw'));
  assert.equal(run.samples, 40);
  await until('it is shown', async () => /given\.raw/.test(await rig.status('run').innerText()));
};

/** From the list of runs that is open. */
async function chooseRun(rig, at) {
  const rows = rig.page.locator('.quick-input-list .monaco-list-row');
  await rows.first().waitFor();
  await rows.filter({ hasText: 'spin.py' }).nth(at).click();
}

tests['the palette shows another run, compares with one, and focuses on a function'] = async rig => {
  recordSpin(rig, 8); // far more than what chance can make of two
  recordSpin(rig, 2);
  await opened(rig, 'spin.py');
  await rig.run('Hotlens: Select Run');
  await chooseRun(rig, 1);
  await until('the other run', async () => /[89]\.\d+ s elapsed/.test(await rig.status('run').innerText()));
  await rig.run('Hotlens: Compare with Run');
  await chooseRun(rig, 0);
  await rig.toast(/Compared with run \d+ \(spin\.py\)/).first().waitFor();
  await rig.closeToasts();
  await hintOf(rig, 'spin.py', 'burn(0.02)');
  await until('a change', async () => /than \d\d:\d\d/.test(await rig.lenses('spin.py').allInnerTexts().then(all => all.join())));
  await rig.run('Hotlens: Focus on a Function');
  await rig.toast(/Restrict all numbers/).locator('.monaco-button', { hasText: 'warm' }).click();
  await rig.status('focus').waitFor();
  assert.match(await rig.status('focus').innerText(), /focused on warm/);
  await hintOf(rig, 'spin.py', 'warm(0.01)', percent => percent === 100);
  await rig.run('Hotlens: Clear Focus');
  await until('no focus', async () => !(await rig.status('focus').isVisible()));
};

tests['a number that is typed is a process that the list does not have; native frames for once'] = async rig => {
  await rig.run('Hotlens: Record a Running Process');
  await rig.page.locator('.quick-input-widget input.input').waitFor();
  await until('the list', async () => !(await rig.page.locator('.quick-input-progress.active').isVisible()));
  // Started after it was made.
  const program = spawn('python3', [path.join(rig.out, 'project/spin.py')], { env: rig.env, stdio: 'ignore' });
  try {
    const run = await newRun(rig, async () => {
      await rig.page.locator('.quick-input-widget [aria-label^="C, C++ and Cython frames too"]').first().click();
      const row = await choosePid(rig, program.pid);
      assert.match(await row.innerText(), /the process with this number/);
      await row.click();
      await until('two seconds', async () => /[2-9] s/.test(await rig.status('recording').innerText()));
      await rig.status('recording').click();
    });
    assert.ok(run.flags.includes('native'), run.flags.join());
    assert.ok(run.flags.includes('attached'));
  } finally {
    program.kill('SIGKILL');
  }
};

tests['the progress of a recording can be cancelled, which keeps what there is'] = async rig => {
  await withProgram(rig, async program => {
    const run = await newRun(rig, async () => {
      await rig.run('Hotlens: Record a Running Process');
      await (await choosePid(rig, program.pid)).click();
      const toast = rig.toast(/Profiling spin\.py/).first();
      await toast.waitFor();
      await until('samples', async () => /\d+ samples/.test(await toast.innerText()));
      await rig.picture('progress');
      await toast.locator('.monaco-button', { hasText: 'Cancel' }).click();
    });
    assert.ok(run.samples > 0);
    assert.equal(program.exitCode, null, 'the process goes on');
  });
};

tests['settings say what hints are, and whether there are lenses'] = async rig => {
  recordSpin(rig);
  await opened(rig, 'spin.py');
  const both = await hintOf(rig, 'spin.py', 'burn(0.02)');
  assert.match(both, /\d s.*%/);
  await rig.withSettings({ 'hotlens.inlayHints.content': 'time', 'hotlens.codeLenses.enabled': false }, async () => {
    await until('times', async () => /\d s/.test(await rig.line('spin.py', 'burn(0.02)')) && !/%/.test(await rig.line('spin.py', 'burn(0.02)')));
    await until('no lenses', async () => (await rig.lenses('spin.py').filter({ hasText: 's total' }).count()) === 0);
  });
  await rig.withSettings({ 'hotlens.inlayHints.content': 'percent' }, async () => {
    await until('shares', async () => /%/.test(await rig.line('spin.py', 'burn(0.02)')) && !/\d s/.test(await rig.line('spin.py', 'burn(0.02)')));
    await rig.lens('spin.py', '%');
  });
  await rig.withSettings({ 'hotlens.inlayHints.minimumPercent': 50, 'hotlens.heat.minimumPercent': 50 }, async () => {
    await until('no small ones', async () => !/%/.test(await rig.line('spin.py', 'warm(0.01)')));
    assert.ok(percentOf(await hintOf(rig, 'spin.py', 'burn(0.02)')) >= 50);
  });
  await hintOf(rig, 'spin.py', 'warm(0.01)');
};

tests['a task shows top'] = async rig => {
  rig.write('project/.vscode/tasks.json', JSON.stringify({
    version: '2.0.0',
    tasks: [
      { type: 'hotlens', mode: 'record', label: 'profile shortly', file: '${workspaceFolder}/spin.py', rate: 200, duration: 2 },
      { type: 'hotlens', mode: 'top', label: 'what is busy', file: '${workspaceFolder}/spin.py' },
    ],
  }));
  await until('the task', async () => {
    await rig.run('Tasks: Run Task');
    const row = rig.page.locator('.quick-input-list .monaco-list-row', { hasText: 'what is busy' }).first();
    await row.waitFor({ timeout: 5000 });
    await row.click();
    return true;
  });
  await until('functions', async () => {
    const text = await rig.terminalText();
    return ['q quit', 'burn', 'warm'].every(word => text.includes(word));
  });
  await rig.page.locator('.terminal-wrapper.active').first().click();
  await newRun(rig, () => rig.page.keyboard.press('q'));
  await rig.run('Terminal: Kill All Terminals');
};

tests['the list of runs says when, how long and which commit; a run is unpinned, revealed and exported'] = async rig => {
  const folder = path.join(rig.out, 'kept');
  rig.write('kept/spin.py', SPIN);
  const git = (...args) => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: folder, env: rig.env, encoding: 'utf8' });
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'spin');
  const commit = git('rev-parse', 'HEAD').slice(0, 7);
  for (let i = 0; i < 2; i++) {
    spawnSync(rig.program, ['record', '--quiet', '--duration=2', `--cwd=${folder}`, `--workspace=${folder}`, '--', 'python3', 'spin.py'],
      { env: rig.env, stdio: 'ignore' });
    rig.hotlens('label', 'last', `spin number ${i + 1}`);
  }
  rig.hotlens('pin', 'spin number 1');
  await rig.open({ folder });
  try {
    await rig.page.locator('.activitybar a[aria-label="Hotlens"]').click();
    const rows = rig.page.locator('.pane-body .monaco-list-row', { hasText: 'spin number' });
    await until('two runs', async () => (await rows.count()) === 2);
    const [second, first] = await rows.allInnerTexts();
    assert.match(second, /spin number 2/, 'the newest is first');
    assert.match(first, new RegExp(`spin number 1\\s*\\d\\d:\\d\\d · \\d+\\.\\d s · ${commit}$`));
    const choose = async (row, action) => {
      await row.click({ button: 'right' });
      await rig.takeEntry(action);
    };
    await choose(rows.nth(1), 'Unpin');
    await until('no pin', () => rig.json('runs').runs.every(({ label, pinned }) => label !== 'spin number 1' || !pinned));
    await choose(rows.nth(1), 'Open the Profiled File');
    await rig.page.locator('.tab.active[data-resource-name="spin.py"]').waitFor();
    await choose(rows.nth(1), 'Export');
    await rig.page.locator('.quick-input-list .monaco-list-row', { hasText: 'collapsed' }).first().click();
    const file = path.join(folder, 'first.collapsed');
    await rig.choosePath(file);
    await until('the file', () => existsSync(file));
    const counted = readFileSync(file, 'utf8').trimEnd().split('\n').reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1]), 0);
    assert.equal(counted, rig.json('show', 'spin number 1').run.samples, 'of the chosen run');
    await rig.picture('runs-of-a-repository');
  } finally {
    await rig.open({ folder: path.join(rig.out, 'project') });
  }
};
