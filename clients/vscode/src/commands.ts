import * as path from 'node:path';
import * as vscode from 'vscode';
import { type FlamegraphPanel, stateOf } from './flamegraphPanel';
import { pickProcess } from './processPick';
import type { Place, Run } from './protocol';
import type { Interpreter } from './python';
import type { Recordings } from './recordings';
import { fileOf, titleOf } from './runText';
import { RunItem, type RunsView } from './runsView';
import type { Server } from './server';
import type { ShownRuns } from './shown';
import { findTools, makeTask } from './tasks';
import { joinWords, splitWords } from './words';

const FORMATS = [
  { label: 'HTML', description: 'the interactive flame graph in one file', format: 'html', extension: 'html' },
  { label: 'SVG', description: 'the flame graph as a picture', format: 'svg', extension: 'svg' },
  { label: 'raw', description: 'as py-spy writes it', format: 'raw', extension: 'raw' },
  { label: 'collapsed', description: 'for flame graph tools', format: 'collapsed', extension: 'collapsed' },
  { label: 'JSON', description: 'everything that is known', format: 'json', extension: 'json' },
];

export interface Parts {
  context: vscode.ExtensionContext;
  server: Server;
  interpreter: Interpreter;
  recordings: Recordings;
  shown: ShownRuns;
  panel: FlamegraphPanel;
  runs: RunsView;
}

/** From menus a Uri, from lenses {uri}, from the palette nothing. */
function uriOf(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) {
    return argument;
  }
  const uri = typeof argument === 'object' && argument !== null ? (argument as { uri?: unknown }).uri : undefined;
  return typeof uri === 'string' ? vscode.Uri.parse(uri) : vscode.window.activeTextEditor?.document.uri;
}

function argumentsOf(argument: unknown): Record<string, unknown> {
  const isPlain = typeof argument === 'object' && argument !== null && !(argument instanceof vscode.Uri);
  return isPlain ? { ...argument } : {};
}

/** What is profiled is what is on disk. */
async function save(uri: vscode.Uri | undefined): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find(each => each.uri.toString() === uri?.toString());
  if (!document?.isDirty) {
    return true;
  }
  return document.save();
}

/** Lenses are there in windows that are not trusted, where menus have nothing that starts a program. */
async function isTrusted(): Promise<boolean> {
  if (!vscode.workspace.isTrusted) {
    const manage = 'Manage Workspace Trust';
    const text = 'Hotlens starts no programs of a workspace that you do not trust.';
    if ((await vscode.window.showWarningMessage(text, manage)) === manage) {
      await vscode.commands.executeCommand('workbench.trust.manage');
    }
  }
  return vscode.workspace.isTrusted;
}

class Commands {
  constructor(private readonly parts: Parts) {}

  private async profile(command: string, uri: vscode.Uri | undefined, argument: Record<string, unknown>): Promise<void> {
    const { server } = this.parts;
    if (!(await isTrusted())) {
      return;
    }
    if (uri?.scheme === 'untitled') {
      void vscode.window.showWarningMessage('Save the file first: Python runs what is on disk.');
      return;
    }
    if (!(await save(uri))) {
      return;
    }
    const python = await server.pythonOf(uri); // folders of one window may have chosen different ones
    await server.execute(command, { ...(python === undefined ? {} : { python }), ...argument });
  }

  profileFile = async (argument: unknown): Promise<void> => {
    const uri = uriOf(argument);
    await this.profile('hotlens.profileFile', uri, { ...argumentsOf(argument), ...(uri ? { uri: uri.toString() } : {}) });
  };

  profileFileWithArguments = async (argument: unknown): Promise<void> => {
    const uri = uriOf(argument);
    if (!uri) {
      return;
    }
    const key = `arguments:${uri.toString()}`;
    const { workspaceState } = this.parts.context;
    const text = await vscode.window.showInputBox({
      title: `Arguments of ${path.basename(uri.fsPath)}`,
      prompt: 'As in a shell: quotes keep words together, nothing is expanded',
      value: joinWords(workspaceState.get<string[]>(key, [])),
    });
    if (text !== undefined) {
      const args = splitWords(text);
      await workspaceState.update(key, args);
      await this.profile('hotlens.profileFile', uri, { uri: uri.toString(), args });
    }
  };

  profileModule = async (argument: unknown): Promise<void> =>
    this.profile('hotlens.profileModule', uriOf(undefined), argumentsOf(argument));

  profileCommand = async (argument: unknown): Promise<void> => {
    const given = argumentsOf(argument);
    if (given['command'] === undefined && given['target'] === undefined) {
      const text = await vscode.window.showInputBox({
        title: 'Profile a Command',
        placeHolder: 'pytest -x tests, or empty to choose a named target',
        prompt: 'Any command line that runs Python',
      });
      if (text === undefined) {
        return;
      }
      if (text.trim() !== '') {
        given['command'] = splitWords(text);
      }
    }
    await this.profile('hotlens.profileCommand', uriOf(undefined), given);
  };

  profileAgain = async (argument: unknown): Promise<void> =>
    this.profile('hotlens.profileAgain', uriOf(undefined), argumentsOf(argument));

  attach = async (argument: unknown): Promise<void> => {
    const { server } = this.parts;
    const given = argumentsOf(argument);
    if (given['pid'] === undefined) {
      const choice = await pickProcess(server, 'Record a Running Process', true);
      if (!choice) {
        return;
      }
      given['pid'] = choice.pid;
      given['native'] = choice.native; // of this recording, not of those that follow
    }
    await server.execute('hotlens.attach', given);
  };

  stop = async (argument: unknown): Promise<void> => {
    const { active } = this.parts.recordings;
    if (Object.keys(argumentsOf(argument)).length > 0) {
      await this.parts.server.execute('hotlens.stop', argumentsOf(argument));
      return;
    }
    const items = active.map(recording => ({ label: recording.title, recording }));
    const choice = items.length > 1
      ? await vscode.window.showQuickPick(items, { title: 'Which recording shall end?' })
      : items[0];
    if (choice) {
      await choice.recording.stop();
    } else if (items.length === 0) {
      void vscode.window.showInformationMessage('Nothing is being recorded by this window.');
    }
  };

  top = async (): Promise<void> => {
    const { server, interpreter } = this.parts;
    const choice = await pickProcess(server, 'Live Functions of a Running Process', false);
    if (!choice) {
      return;
    }
    const folder = vscode.workspace.workspaceFolders?.[0];
    const tools = await findTools(server, interpreter, folder?.uri);
    const task = makeTask(
      { type: 'hotlens', mode: 'top', pid: choice.pid },
      tools,
      folder,
      `top ${choice.pid}`,
    );
    task.presentationOptions = { focus: true, showReuseMessage: false };
    await vscode.tasks.executeTask(task);
  };

  load = async (argument: unknown): Promise<void> => {
    const given = argumentsOf(argument);
    const uri = argument instanceof vscode.Uri ? argument : undefined;
    if (given['path'] !== undefined) {
      await this.parts.server.execute('hotlens.load', given);
      return;
    }
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const files = uri ? [uri] : await vscode.window.showOpenDialog({
      title: 'Load a Profile',
      openLabel: 'Load',
      ...(folder ? { defaultUri: folder } : {}),
    });
    const [file] = files ?? [];
    if (file) {
      await this.parts.server.execute('hotlens.load', { path: file.toString() });
    }
  };

  showFlamegraph = async (argument: unknown): Promise<void> => {
    const { panel, shown, server } = this.parts;
    const place = argumentsOf(argument) as Place;
    const current = place.run === undefined ? shown.of() : shown.withRun(place.run);
    if (current) {
      panel.show(stateOf(current), false, place);
    } else if (place.run !== undefined) {
      panel.show({ run: place.run, title: panel.titleOf(place.run) }, false, place);
    } else {
      await server.execute('hotlens.showFlamegraph'); // asks which
    }
  };

  selectRun = async (argument: unknown): Promise<void> => {
    const given = argumentsOf(argument);
    if (given['run'] !== undefined) {
      await this.parts.server.execute('hotlens.selectRun', given);
      return;
    }
    const run = await this.pickRun('Which run shall be shown?');
    if (run) {
      await this.parts.server.execute('hotlens.selectRun', { run: run.id });
    }
  };

  compareWith = async (argument: unknown): Promise<void> => {
    const given = argumentsOf(argument);
    const isChosen = given['run'] !== undefined || given['default'] !== undefined;
    const run = isChosen ? undefined : await this.pickRun('With which run shall times be compared?');
    if (run || isChosen) {
      await this.parts.server.execute('hotlens.compareWith', run ? { run: run.id } : given);
    }
  };

  private async pickRun(title: string): Promise<Run | undefined> {
    const { runs, shown } = this.parts;
    const items = (await runs.runs()).map(run => {
      const item = new RunItem(run, shown.withRun(run.id) !== undefined);
      return { label: titleOf(run), description: String(item.description), iconPath: item.iconPath as vscode.ThemeIcon, run };
    });
    if (items.length === 0) {
      void vscode.window.showInformationMessage('There are no runs yet: profile a file first.');
      return undefined;
    }
    return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.run;
  }

  exportRun = async (argument: unknown): Promise<void> => {
    const given = argumentsOf(argument);
    if (given['format'] !== undefined) {
      await this.parts.server.execute('hotlens.export', given);
      return;
    }
    const run = argument instanceof RunItem ? argument.run.id : (this.parts.shown.of()?.run ?? (await this.pickRun('Which run shall be exported?'))?.id);
    if (run === undefined) {
      return;
    }
    const format = await vscode.window.showQuickPick(FORMATS, { title: 'In which format?' });
    if (!format) {
      return;
    }
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(process.env['HOME'] ?? '/');
    const file = await vscode.window.showSaveDialog({
      title: 'Export Run',
      defaultUri: vscode.Uri.joinPath(folder, `hotlens-${run}.${format.extension}`),
      filters: { [format.label]: [format.extension] },
    });
    if (file) {
      await this.parts.server.execute('hotlens.export', { run, format: format.format, path: file.fsPath });
    }
  };

  openRun = async (item: unknown): Promise<void> => {
    if (item instanceof RunItem) {
      await this.parts.server.execute('hotlens.selectRun', { run: item.run.id });
      this.parts.panel.show({ run: item.run.id, title: titleOf(item.run) }, false);
    }
  };

  renameRun = async (item: unknown): Promise<void> => {
    if (!(item instanceof RunItem)) {
      return;
    }
    const label = await vscode.window.showInputBox({
      title: `Rename ${titleOf(item.run)}`,
      value: item.run.label ?? '',
      prompt: 'A run with a name is not deleted by age. Empty: no name.',
    });
    if (label !== undefined) {
      await this.parts.server.execute('hotlens.renameRun', { run: item.run.id, label: label.trim() === '' ? null : label.trim() });
      this.parts.runs.refresh();
    }
  };

  private pin = (pinned: boolean) => async (item: unknown): Promise<void> => {
    if (item instanceof RunItem) {
      await this.parts.server.execute('hotlens.pinRun', { run: item.run.id, pinned });
      this.parts.runs.refresh();
    }
  };

  deleteRun = async (item: unknown): Promise<void> => {
    if (!(item instanceof RunItem)) {
      return;
    }
    const what = `${titleOf(item.run)} (${String(item.description)})`;
    const choice = await vscode.window.showWarningMessage(`Delete ${what}?`, { modal: true, detail: 'It cannot be brought back.' }, 'Delete');
    if (choice === 'Delete') {
      await this.parts.server.execute('hotlens.deleteRun', { run: item.run.id });
      this.parts.runs.refresh();
    }
  };

  revealRun = async (item: unknown): Promise<void> => {
    const file = item instanceof RunItem ? fileOf(item.run) : undefined;
    if (item instanceof RunItem && file !== undefined) {
      const whole = path.resolve(item.run.cwd ?? '/', file);
      await vscode.window.showTextDocument(vscode.Uri.file(whole));
    }
  };

  private setting = (name: string, next: (value: unknown) => unknown) => async (): Promise<void> => {
    const settings = vscode.workspace.getConfiguration('hotlens');
    await settings.update(name, next(settings.get(name)), vscode.ConfigurationTarget.Global);
  };

  private pass = (command: string) => async (argument: unknown): Promise<void> =>
    this.parts.server.execute(command, argumentsOf(argument));

  /** Errors of the server are sentences for people; those of its start it has shown itself. */
  private guard = (run: (argument: unknown) => Promise<void>) => async (argument: unknown): Promise<void> => {
    const { server } = this.parts;
    try {
      await server.ready();
    } catch {
      return;
    }
    try {
      await run(argument);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      server.log.error(text);
      const choice = await vscode.window.showErrorMessage(`Hotlens: ${text}`, 'Show Log');
      if (choice === 'Show Log') {
        server.log.show(true);
      }
    }
  };

  register(): vscode.Disposable[] {
    const guarded: Record<string, (argument: unknown) => Promise<void>> = {
      profileFile: this.profileFile,
      profileFileWithArguments: this.profileFileWithArguments,
      profileModule: this.profileModule,
      profileCommand: this.profileCommand,
      profileAgain: this.profileAgain,
      attach: this.attach,
      stop: this.stop,
      top: this.top,
      load: this.load,
      showFlamegraph: this.showFlamegraph,
      selectRun: this.selectRun,
      export: this.exportRun,
      openRun: this.openRun,
      renameRun: this.renameRun,
      pinRun: this.pin(true),
      unpinRun: this.pin(false),
      deleteRun: this.deleteRun,
      exportRun: this.exportRun,
      revealRun: this.revealRun,
      focus: this.pass('hotlens.focus'),
      clearFocus: this.pass('hotlens.clearFocus'),
      toggleHints: this.pass('hotlens.toggleHints'),
      doctor: this.pass('hotlens.doctor'),
      compareWith: this.compareWith,
    };
    const { server, runs } = this.parts;
    const plain: Record<string, () => unknown> = {
      toggleHeat: this.setting('heat.enabled', value => value !== true),
      switchHeatMode: this.setting('heat.mode', value => (value === 'scope' ? 'heat' : 'scope')),
      showLog: () => server.log.show(),
      restartServer: () => server.restart().catch(() => undefined), // said there
      refreshRuns: () => runs.refresh(),
    };
    const known = new Set([...Object.keys(guarded), ...Object.keys(plain)].map(name => `hotlens.${name}`));
    const others = new vscode.Disposable(() => {
      for (const command of passed) {
        command.dispose();
      }
    });
    const passed: vscode.Disposable[] = [];
    return [
      others,
      // What the server has and this extension adds nothing to: its lenses and actions may name it.
      server.onDidStart(() => {
        for (const name of server.commands.filter(command => !known.has(command))) {
          known.add(name);
          passed.push(vscode.commands.registerCommand(name, this.guard(this.pass(name))));
        }
      }),
      ...Object.entries(guarded).map(([name, run]) => vscode.commands.registerCommand(`hotlens.${name}`, this.guard(run))),
      ...Object.entries(plain).map(([name, run]) => vscode.commands.registerCommand(`hotlens.${name}`, run)),
    ];
  }
}

export function registerCommands(parts: Parts): vscode.Disposable[] {
  return new Commands(parts).register();
}
