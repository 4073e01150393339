// The ways to record.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './rig.mjs';
import { answer, choosePid, newRun, pointAt, withProgram } from './steps.mjs';

export const tests = {};

/** Of processes of this window: `hotlens record …` as it was really started. */
function recorders(rig) {
  return readdirSync('/proc').filter(pid => /^\d+$/.test(pid)).flatMap(pid => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
      return words[0]?.startsWith(rig.out) && words[1] === 'record' ? [words] : [];
    } catch {
      return []; // it has ended
    }
  });
}

const flameTabs = rig => rig.page.locator('.tab', { hasText: 'Flame graph: ' });

tests['the arrow menu profiles; a program that ends has its run'] = async rig => {
  await rig.openFile('brief.py');
  const run = await newRun(rig, async () => {
    await rig.page.locator('.editor-actions .monaco-dropdown-with-default, .editor-actions .monaco-dropdown').first()
      .locator('.codicon-chevron-down, .codicon-drop-down-button, .action-label').last().click();
    await rig.page.locator('.monaco-menu .action-label', { hasText: 'Profile Python File' }).first().waitFor();
    await rig.picture('arrow-menu');
    await rig.takeEntry('Profile Python File');
  });
  assert.equal(path.basename(run.argv[1]), 'brief.py');
  assert.equal(run.exit_status, 0);
  assert.match(await rig.terminalText(), /arguments: \[\] folder: project/);
};

tests['the explorer profiles a file'] = async rig => {
  await rig.run('View: Show Explorer');
  const run = await newRun(rig, async () => {
    await rig.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'brief.py' }).click({ button: 'right' });
    await rig.takeEntry('Profile Python File');
  });
  assert.equal(path.basename(run.argv[1]), 'brief.py');
};

tests['a file with arguments, which are offered again'] = async rig => {
  await rig.openFile('brief.py');
  const run = await newRun(rig, async () => {
    await rig.run('Hotlens: Profile Python File with Arguments');
    await answer(rig, 'Arguments of brief.py', "--fast 'two words' \"it's\"");
  });
  assert.deepEqual(run.argv.slice(2), ['--fast', 'two words', "it's"]);
  await until('its output', async () => (await rig.terminalText()).includes(`['--fast', 'two words', "it's"]`));
  await rig.run('Hotlens: Profile Python File with Arguments');
  const input = rig.page.locator('.quick-input-widget', { hasText: 'Arguments of brief.py' }).locator('input.input');
  await until('the same again', async () => (await input.inputValue()) === `--fast 'two words' 'it'\\''s'`);
  await rig.page.keyboard.press('Escape');
};

tests['the module of the open file'] = async rig => {
  await rig.openFile('tool.py');
  const run = await newRun(rig, () => rig.run('Hotlens: Profile Python Module'));
  assert.deepEqual(run.argv.slice(1), ['-m', 'pack.tool']);
};

tests['any command, or a target that has a name'] = async rig => {
  const typed = await newRun(rig, async () => {
    await rig.run('Hotlens: Profile a Command or Target');
    await answer(rig, 'Profile a Command', "python3 -X utf8 brief.py 'a b'");
  });
  assert.deepEqual(typed.argv.slice(1), ['-X', 'utf8', 'brief.py', 'a b']);
  rig.write('project/pyproject.toml', '[tool.hotlens.targets.small]\nfile = "brief.py"\nargs = ["--small"]\n');
  const named = await newRun(rig, async () => {
    await rig.run('Hotlens: Profile a Command or Target');
    await answer(rig, 'Profile a Command', '');
    await rig.toast(/Which target/).locator('.monaco-button', { hasText: 'small' }).click();
  });
  assert.deepEqual(named.argv.slice(2), ['--small']);
  assert.equal(path.basename(named.argv[1]), 'brief.py');
};

tests['a recording ends after the time that is set; the setting "never" opens no graph'] = async rig => {
  await rig.run('View: Close All Editor Groups');
  await rig.withSettings({ 'hotlens.duration': 2, 'hotlens.showFlamegraph': 'never' }, async () => {
    await rig.openFile('spin.py');
    let argv;
    const run = await newRun(rig, async () => {
      await rig.run('Hotlens: Profile Python File');
      argv = await until('the recorder', () => recorders(rig)[0]);
    });
    assert.ok(argv.includes('--duration=2'), argv.join(' '));
    assert.equal(path.basename(run.argv[1]), 'spin.py'); // which never ends by itself
    await until('the run shown', () => rig.status('run').isVisible());
    assert.equal(await flameTabs(rig).count(), 0);
  });
};

tests['the setting "focus" opens the graph and goes there'] = async rig => {
  await rig.withSettings({ 'hotlens.duration': 2, 'hotlens.showFlamegraph': 'focus' }, async () => {
    await rig.openFile('spin.py');
    await newRun(rig, () => rig.run('Hotlens: Profile Python File'));
    await flameTabs(rig).waitFor();
    await rig.graph().locator('.hl-graph').waitFor();
    await until('the focus there', () => rig.page.evaluate(() => document.activeElement?.matches('iframe.webview')));
  });
};

tests['py-spy runs through sudo'] = async rig => {
  await rig.withSettings({ 'hotlens.duration': 2, 'hotlens.sudo': true, 'hotlens.showFlamegraph': 'never' }, async () => {
    await rig.openFile('spin.py');
    let argv;
    const run = await newRun(rig, async () => {
      await rig.run('Hotlens: Profile Python File');
      argv = await until('the recorder', () => recorders(rig)[0]);
      await until('sudo', () => readdirSync('/proc').some(pid => {
        try {
          return /^sudo\0(.*\0)?[^\0]*py-spy\0/s.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
        } catch {
          return false;
        }
      }));
    });
    assert.ok(argv.includes('--sudo'), argv.join(' '));
    assert.ok(run.samples > 0);
  });
};

tests['a running process is recorded by its number, and let go'] = async rig => {
  await withProgram(rig, async program => {
    await rig.run('Hotlens: Record a Running Process');
    const row = await choosePid(rig, program.pid);
    await rig.picture('processes');
    const run = await newRun(rig, async () => {
      await row.click();
      await rig.status('recording').waitFor();
      await until('live numbers', async () => /\(live\)/.test(await rig.status('run').innerText()));
      await rig.status('run').click();
      await pointAt(rig, 'burn'); // in the graph of what goes on
      const elapsed = async () => /[\d.]+ (s|min).* elapsed/.exec(await rig.graph().locator('body').innerText())?.[0];
      const before = await until('the time so far', elapsed);
      await until('a later time', async () => ![before, undefined].includes(await elapsed()));
      await rig.picture('live');
      await rig.status('recording').click();
    });
    await pointAt(rig, 'burn');
    await until('the summary', async () => (await rig.graph().locator('body').innerText()).includes('elapsed'));
    assert.ok(run.flags.includes('attached'));
    assert.equal(program.exitCode, null, 'the process goes on');
  });
};

tests['top shows what is busy, in a terminal, until q'] = async rig => {
  await withProgram(rig, async program => {
    await rig.run('Hotlens: Top: Live Functions of a Running Process');
    await (await choosePid(rig, program.pid)).click();
    await until('functions', async () => {
      const text = await rig.terminalText();
      return ['q quit', 'burn', 'warm'].every(word => text.includes(word));
    });
    await rig.picture('top');
    assert.match(await rig.terminalText(), /own/);
    await newRun(rig, () => rig.page.keyboard.press('q')); // the terminal has the focus; the run is kept
    assert.equal(program.exitCode, null, 'the process goes on');
    await rig.run('Terminal: Kill All Terminals');
  });
};

tests['without a terminal the output has a channel'] = async rig => {
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

tests['a task records'] = async rig => {
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
