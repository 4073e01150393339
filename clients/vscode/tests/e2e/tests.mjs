import assert from 'node:assert/strict';
import path from 'node:path';
import { SPIN } from './programs.mjs';
import { until } from './rig.mjs';

export const all = {};

/** "1.2 s" and "12.3%" of a hint or lens. */
function numbersIn(text) {
  const [, seconds] = /(\d+(?:\.\d+)?) s\b/.exec(text) ?? [];
  const [, percent] = /(\d+(?:\.\d+)?)%/.exec(text) ?? [];
  return { seconds: Number(seconds), percent: Number(percent) };
}

all['a file is profiled in a terminal; hints and lenses have its numbers'] = async rig => {
  rig.write('project/spin.py', SPIN);
  await rig.open({ folder: path.join(rig.out, 'project') });
  await rig.openFile('spin.py');
  await rig.run('Hotlens: Profile Python File');
  await until('the program in the terminal', async () => (await rig.terminalText()).includes('spinning'));
  await rig.status('recording').waitFor();
  await until('three seconds', async () => /[3-9] s/.test(await rig.status('recording').innerText()));
  await rig.picture('recording');
  await rig.page.keyboard.press('Control+c');
  await until('the end', async () => (await rig.terminalText()).includes('Saved as run'));
  await rig.status('run').waitFor();
  await until('no recording', async () => !(await rig.status('recording').isVisible()));
  const hint = await until('a hint', async () => {
    const text = await rig.line('spin.py', 'burn(0.02)');
    return /%/.test(text) && text;
  });
  const run = rig.json('show', 'last');
  const row = run.lines.find(({ line, file }) => file.endsWith('spin.py') && line === 21);
  const { percent } = numbersIn(hint);
  assert.ok(Math.abs(percent - (100 * row.total) / run.run.samples) <= 0.5, `${hint} but ${row.total} of ${run.run.samples}`);
  assert.ok(percent > 50 && percent < 80, hint);
  await rig.lens('spin.py', 'spin.py');
  const lens = await (await rig.lens('spin.py', 's total')).allInnerTexts();
  await rig.picture('hints');
  console.error(lens, hint);
};
