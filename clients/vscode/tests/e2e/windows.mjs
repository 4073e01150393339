// Windows of other kinds: several folders, none, one that is not trusted, one with the Python extension.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packPythonExtension } from './extension.mjs';
import { SPIN } from './programs.mjs';
import { until } from './rig.mjs';
import { choosePid, ended, hintOf, newRun, pointAt, record, withProgram } from './steps.mjs';

export const tests = {};

tests['two folders have their own runs'] = async rig => {
  rig.write('second/twice.py', SPIN);
  const workspace = rig.write('two.code-workspace', JSON.stringify({ folders: [{ path: 'project' }, { path: 'second' }] }));
  await rig.open({ workspace });
  await rig.openFile('twice.py');
  await record(rig, 2, 'twice.py');
  await rig.page.keyboard.press('Control+c');
  await ended(rig);
  await hintOf(rig, 'twice.py', 'burn(0.02)');
  assert.match(await rig.status('run').innerText(), /twice\.py/);
  assert.equal(rig.json('runs').runs[0].workspace, path.join(rig.out, 'second'));
  await rig.openFile('spin.py');
  await hintOf(rig, 'spin.py', 'burn(0.02)');
  await until('the other run', async () => !/twice\.py/.test(await rig.status('run').innerText()));
  // One of the first folder, chosen while a file of the second is looked at, is shown in the first.
  const first = rig.json('runs').runs.findLast(({ workspace, title }) => workspace === path.join(rig.out, 'project') && title === 'spin.py');
  await rig.openFile('twice.py');
  await rig.page.locator('.activitybar a[aria-label="Hotlens"]').click();
  await rig.page.locator('.pane-body .monaco-list-row', { hasText: first.label ?? 'spin.py' }).last().click();
  await hintOf(rig, 'twice.py', 'burn(0.02)');
  assert.match(await rig.status('run').innerText(), /twice\.py/);
};

tests['a file without a workspace is profiled in a terminal too, in its folder'] = async rig => {
  const file = rig.write('alone/alone.py', SPIN.replace('import time', 'import os\nimport time\nprint("in", os.getcwd())'));
  await rig.open({ file });
  await rig.page.locator('.tab.active', { hasText: 'alone.py' }).waitFor();
  await record(rig, 2, 'alone.py');
  assert.match(await rig.terminalText(), /in \S*\/alone\s/);
  await rig.page.keyboard.press('Control+c');
  await ended(rig);
  assert.equal(rig.json('runs').runs[0].exit_status, 130);
  await hintOf(rig, 'alone.py', 'burn(0.02)');
  await rig.graph().locator('.hl-graph').waitFor();
  await pointAt(rig, 'burn');
  await rig.picture('alone');
};

tests['a folder that is not trusted: its settings name no program, and nothing of it is started'] = async rig => {
  const trap = rig.write('stranger/py-spy', `#!/bin/sh\n: > ${rig.out}/stranger/ran\nexec py-spy "$@"\n`);
  chmodSync(trap, 0o755);
  rig.write('stranger/spin.py', SPIN);
  rig.write('stranger/.vscode/settings.json', JSON.stringify({ 'hotlens.pySpy': trap, 'hotlens.rate': 50 }));
  rig.settings({ 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.emptyWindow': true });
  try {
    await rig.open({ folder: path.join(rig.out, 'stranger') });
    await rig.page.locator('.statusbar', { hasText: 'Restricted Mode' }).waitFor();
    await rig.openFile('spin.py');
    await (await rig.lens('spin.py', 'Profile')).click();
    await rig.toast(/do not trust/).waitFor();
    await rig.picture('untrusted');
    await rig.page.keyboard.press('F1');
    const input = rig.page.locator('.quick-input-widget input.input');
    await input.fill('>Hotlens: ');
    const rows = rig.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'Record a Running Process' }).waitFor();
    assert.equal(await rows.filter({ hasText: 'Profile Python File' }).count(), 0);
    await rig.page.keyboard.press('Escape');
    await withProgram(rig, async program => {
      await rig.run('Hotlens: Record a Running Process');
      const run = await newRun(rig, async () => {
        await (await choosePid(rig, program.pid)).click();
        await until('two seconds', async () => /[2-9] s/.test(await rig.status('recording').innerText()));
        await rig.status('recording').click();
      });
      assert.equal(run.rate, 50, 'what names no program is taken');
    });
    assert.ok(!existsSync(path.join(rig.out, 'stranger/ran')));
  } finally {
    rig.settings({});
  }
};

tests['the interpreter that is chosen in the Python extension runs the program'] = async rig => {
  const interpreter = rig.write('chosen/bin/python', `#!/bin/sh\nexec ${rig.which('python3')} "$@"\n`);
  chmodSync(interpreter, 0o755);
  const choice = path.join(rig.out, 'interpreter.txt');
  writeFileSync(choice, '');
  rig.install(await packPythonExtension(rig, choice));
  await rig.open({ folder: path.join(rig.out, 'project') });
  await rig.openFile('brief.py');
  const none = await newRun(rig, () => rig.run('Hotlens: Profile Python File'));
  assert.notEqual(none.argv[0], interpreter);
  writeFileSync(choice, interpreter);
  const chosen = await newRun(rig, () => rig.run('Hotlens: Profile Python File'));
  assert.equal(chosen.argv[0], interpreter);
};
