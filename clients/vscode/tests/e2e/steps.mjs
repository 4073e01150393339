// What several of the tests do.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { BRIEF, SPIN } from './programs.mjs';
import { until } from './rig.mjs';

/** A run of spin.py in that folder, made outside of the window. */
export function recordSpin(rig, seconds = 2) {
  const folder = path.join(rig.out, 'project');
  const args = ['record', '--quiet', `--duration=${seconds}`, `--cwd=${folder}`, `--workspace=${folder}`, '--', 'python3', 'spin.py'];
  spawnSync(rig.program, args, { env: rig.env, stdio: 'ignore' });
  assert.equal(rig.json('runs').runs[0].title, 'spin.py');
}

/** The folder that most tests work in, open; with a run unless the tests begin with one. */
export async function prepare(rig, withRun) {
  rig.write('project/spin.py', SPIN);
  rig.write('project/brief.py', BRIEF);
  rig.write('project/pack/__init__.py', '');
  rig.write('project/pack/tool.py', BRIEF);
  rig.write('project/.vscode/tasks.json', JSON.stringify({
    version: '2.0.0',
    tasks: [{ type: 'hotlens', mode: 'record', label: 'profile shortly', file: '${workspaceFolder}/spin.py', rate: 200, duration: 2 }],
  }));
  const folder = path.join(rig.out, 'project');
  if (withRun) {
    recordSpin(rig);
  }
  await rig.open({ folder });
}

/** A program that runs while `work` is done. */
export async function withProgram(rig, work) {
  const program = spawn('python3', [path.join(rig.out, 'project/spin.py')], { env: rig.env, stdio: 'ignore' });
  try {
    await work(program);
  } finally {
    program.kill('SIGKILL');
  }
}

/** Chooses a process by its number from the list that is open. */
export async function choosePid(rig, pid) {
  const row = rig.page.locator('.quick-input-list .monaco-list-row', { hasText: String(pid) }).first();
  await rig.page.locator('.quick-input-widget input.input').fill(String(pid));
  await row.waitFor();
  return row;
}

/** The run that is made by `work`, once it is saved. */
export async function newRun(rig, work) {
  const newest = () => rig.json('runs').runs[0] ?? { id: 0 };
  const { id } = newest();
  await work();
  const run = await until('another run', () => newest().id > id && newest());
  await until('no recording', async () => !(await rig.status('recording').isVisible()));
  return run;
}

/** Types into the box that asks for one line. */
export async function answer(rig, title, text) {
  const box = rig.page.locator('.quick-input-widget', { hasText: title });
  await box.waitFor();
  await box.locator('input.input').fill(text);
  await rig.page.keyboard.press('Enter');
}

/** A notification and what its buttons say. */
export async function toastOf(rig, text, button) {
  const toast = rig.toast(text).first();
  await toast.waitFor();
  const choice = toast.locator('.monaco-button', { hasText: button });
  await choice.waitFor();
  return { text: await toast.innerText(), choose: () => choice.click() };
}

export function percentOf(text) {
  const [, percent] = /(\d+(?:\.\d+)?)%/.exec(text) ?? [];
  return Number(percent);
}

/** The hint of the line that contains `text`, once it is there. */
export async function hintOf(rig, file, text, fits = () => true) {
  return until(`a hint on ${text}`, async () => {
    const line = await rig.line(file, text);
    return /%/.test(line) && fits(percentOf(line)) && line;
  });
}

/** Those of the last run, which is of one of two files. */
export async function numbersAreShown(rig) {
  const [file, text] = /brief/.test(rig.json('runs').runs[0].title) ? ['brief.py', 'spin(2)'] : ['spin.py', 'burn(0.02)'];
  await rig.openFile(file);
  await hintOf(rig, file, text);
}

/** A hint or lens says what the command line says of the last run. */
export function isShareOf(text, total, samples) {
  const share = (100 * total) / samples;
  assert.ok(Math.abs(percentOf(text) - share) <= 0.5, `"${text}", but ${total} of ${samples} samples are ${share}%`);
}

/** Moves over the graph until its tooltip names the function; leaves the pointer there. */
export async function pointAt(rig, name) {
  const graph = rig.graph();
  const box = await until('the graph', () => graph.locator('.hl-graph').boundingBox());
  return until(`${name} in the graph`, async () => {
    for (let y = 6; y < Math.min(box.height, 260); y += 9) {
      for (const x of [0.2, 0.8]) {
        const position = { x: box.width * x, y };
        await rig.page.mouse.move(box.x + position.x, box.y + position.y);
        const tip = graph.locator('.hl-tooltip:not([hidden]) .hl-tip-name');
        // It goes when live numbers come.
        if ((await tip.count()) > 0 && (await tip.innerText({ timeout: 1000 }).catch(() => '')) === name) {
          return position;
        }
      }
    }
    return undefined;
  });
}

export async function record(rig, seconds = 3, file = 'spin.py') {
  await rig.openFile(file);
  await rig.run('Hotlens: Profile Python File');
  await until('the program in the terminal', async () => (await rig.terminalText()).includes('spinning'));
  await until('some seconds', async () => {
    const [, shown] = /(\d+) s/.exec(await rig.status('recording').innerText()) ?? [];
    return Number(shown) >= seconds;
  });
}

export async function ended(rig) {
  await until('the summary in the terminal', async () => /Saved as run \d+/.test(await rig.terminalText()));
  await until('no recording', async () => !(await rig.status('recording').isVisible()));
  await rig.run('View: Hide Panel');
}
