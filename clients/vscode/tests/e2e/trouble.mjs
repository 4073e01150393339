// What goes wrong, and what people are told.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import path from 'node:path';
import { until } from './rig.mjs';
import { choosePid, newRun, numbersAreShown, toastOf, withProgram } from './steps.mjs';

export const tests = {};

tests['a profile that cannot be read says why'] = async rig => {
  const file = rig.write('project/broken.raw', '{"this": "is no raw profile"}\n');
  await rig.run('Hotlens: Load Profile File');
  await rig.choosePath(file);
  await rig.toast(/broken\.raw/).waitFor();
  await rig.picture('unreadable');
  await rig.closeToasts();
};

tests['a py-spy that is configured and missing: a message names its path'] = async rig => {
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

tests['without py-spy one click installs it, and then it records'] = async rig => {
  execFileSync('python3', ['-m', 'venv', path.join(rig.out, 'bare')]);
  // Of the tools that the server finds by itself only those of the system are left.
  const program = rig.write('plain/hotlens', `#!/bin/sh\nPATH=/usr/bin:/bin exec ${rig.program} "$@"\n`);
  chmodSync(program, 0o755);
  const settings = {
    'hotlens.server.path': program, 'hotlens.python': path.join(rig.out, 'bare/bin/python'), 'hotlens.showFlamegraph': 'never',
  };
  await rig.withSettings(settings, async () => {
    await rig.openFile('brief.py');
    const run = await newRun(rig, async () => {
      await rig.run('Hotlens: Profile Python File');
      const toast = await toastOf(rig, /py-spy/, 'Install py-spy');
      await rig.picture('install');
      assert.match(toast.text, /bare/); // where it goes
      assert.ok(!existsSync(path.join(rig.out, 'bare/bin/py-spy')), 'nothing before a yes');
      await toast.choose();
    });
    assert.ok(existsSync(path.join(rig.out, 'bare/bin/py-spy')));
    assert.equal(run.argv[0], path.join(rig.out, 'bare/bin/python'));
  });
};

tests['a process that may not be looked into: a message says why, and what helps'] = async rig => {
  // The kernel refuses what a user without this right asks of a process that has it.
  const weak = rig.write('denied/hotlens', `#!/bin/sh\nexec setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace ${rig.program} "$@"\n`);
  chmodSync(weak, 0o755);
  await withProgram(rig, program => rig.withSettings({ 'hotlens.server.path': weak }, async () => {
    await rig.openFile('spin.py');
    await rig.run('Hotlens: Record a Running Process');
    await (await choosePid(rig, program.pid)).click();
    const toast = rig.toast(/py-spy was not allowed/).first();
    await toast.waitFor();
    await rig.picture('denied');
    assert.match(await toast.innerText(), /sudo setcap cap_sys_ptrace\+ep \S*\/py-spy/);
    assert.equal(program.exitCode, null);
  }));
};

/** Ends the server that runs, and waits for the next unless there is none. */
async function crash(rig, isLast = false) {
  const pids = await until('a server', () => rig.serverPids().length > 0 && rig.serverPids());
  pids.forEach(pid => process.kill(pid, 'SIGKILL'));
  await until('its end', () => rig.serverPids().every(pid => !pids.includes(pid)));
  if (!isLast) {
    await until('another server', () => rig.serverPids().length > 0);
  }
}

tests['a server that crashes is started again and says so; one that always does is not'] = async rig => {
  await rig.reload(); // nothing crashed in this window yet
  await numbersAreShown(rig);
  await crash(rig);
  const mild = await toastOf(rig, /ended unexpectedly/, 'Show Log');
  await rig.picture('crash');
  await mild.choose();
  await rig.page.locator('.panel .view-line', { hasText: /\[(info|error|warning)\]/ }).first().waitFor();
  await rig.run('View: Hide Panel');
  await numbersAreShown(rig);
  for (let i = 2; i < 6; i++) {
    await crash(rig);
  }
  await crash(rig, true);
  const toast = await toastOf(rig, /not started again/, 'Restart Server');
  await rig.picture('given-up');
  assert.match(toast.text, /Show Log/);
  await toast.choose();
  await numbersAreShown(rig);
};

tests['a server that is missing, or none at all, says what to do'] = async rig => {
  await rig.withSettings({ 'hotlens.server.path': '/nowhere/hotlens' }, async () => {
    await rig.openFile('spin.py');
    const toast = await toastOf(rig, /\/nowhere\/hotlens/, 'Open Settings');
    await rig.picture('missing');
    assert.match(toast.text, /Show Log/);
    const program = rig.write('broken/hotlens', '#!/bin/sh\nexit 1\n');
    chmodSync(program, 0o755);
    await rig.change({ 'hotlens.server.path': program });
    await toastOf(rig, /could not start/, 'Restart Server');
    await rig.picture('broken');
  });
  await numbersAreShown(rig);
};
