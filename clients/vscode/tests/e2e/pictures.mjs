// Makes images/ anew: the pictures of the README and the walkthrough. Not a test.
//   HOTLENS=… node tests/e2e/pictures.mjs CODE_SERVER VSIX PY_SPY
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Rig, until } from './rig.mjs';

const [codeServer, vsix, pySpy] = process.argv.slice(2).map(name => path.resolve(name));
const here = path.dirname(fileURLToPath(import.meta.url));
const images = path.join(here, '../../images');
// A place that looks like nobody's.
const rig = new Rig({
  codeServer,
  vsix,
  out: '/tmp/hotlens-pictures',
  program: process.env.HOTLENS,
  path: '/usr/local/bin:/usr/bin:/bin',
  always: { 'hotlens.pySpy': pySpy },
});
const take = async (name, options = {}) => {
  mkdirSync(images, { recursive: true });
  await rig.page.screenshot({ path: path.join(images, `${name}.png`), ...options });
};

try {
  mkdirSync(path.join(rig.out, 'galaxy'));
  copyFileSync(path.join(here, '../../../../examples/galaxy.py'), path.join(rig.out, 'galaxy/galaxy.py'));
  await rig.start();
  await rig.page.setViewportSize({ width: 1200, height: 760 });
  await rig.open({ folder: path.join(rig.out, 'galaxy') });
  await rig.openFile('galaxy.py');
  await rig.run('Hotlens: Profile Python File');
  await until('some output', async () => (await rig.terminalText()).includes('step 200'));
  await take('recording');
  await until('the summary', async () => /Saved as run \d+/.test(await rig.terminalText()));
  await rig.run('View: Hide Panel');
  await rig.run('View: Close Primary Side Bar');
  await rig.graph().locator('.hl-graph').waitFor();
  await rig.openFile('galaxy.py');
  await rig.page.keyboard.press('Control+g');
  await rig.page.locator('.quick-input-widget input.input').fill(':52');
  await rig.page.keyboard.press('Enter');
  await until('the hot loop', () => rig.editor('galaxy.py').locator('.view-line', { hasText: 'def pull' }).first().isVisible());
  await rig.click('galaxy.py', 'def pull');
  await until('hints', async () => /%/.test(await rig.line('galaxy.py', 'for other in others')));
  await until('lenses', async () => (await rig.lenses('galaxy.py').count()) > 1);
  await take('graph');
  await rig.run('Hotlens: Switch Heat Bars between Run and Function');
  await rig.click('galaxy.py', 'def pull');
  await rig.page.waitForTimeout(1500);
  await take('scope');
  await take('hints', { clip: { x: 48, y: 36, width: 620, height: 560 } });
  const program = spawn('python3', ['galaxy.py', '3000'], { env: rig.env, cwd: path.join(rig.out, 'galaxy'), stdio: 'ignore' });
  await rig.run('Hotlens: Record a Running Process');
  await rig.page.locator('.quick-input-widget input.input').fill('galaxy.py');
  await rig.page.locator('.quick-input-list .monaco-list-row', { hasText: String(program.pid) }).first().waitFor();
  await take('processes', { clip: { x: 250, y: 0, width: 700, height: 220 } });
  program.kill('SIGKILL');
} finally {
  await rig.stop();
}
