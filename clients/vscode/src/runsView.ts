import * as vscode from 'vscode';
import type { Run, RunsAnswer } from './protocol';
import { commitText, descriptionOf, durationText, fileOf, titleOf } from './runText';
import type { Server } from './server';
import type { ShownRuns } from './shown';

export class RunItem extends vscode.TreeItem {
  constructor(
    readonly run: Run,
    isShown: boolean,
  ) {
    super(titleOf(run), vscode.TreeItemCollapsibleState.None);
    this.id = String(run.id);
    this.description = descriptionOf(run, new Date());
    this.tooltip = tooltipOf(run);
    this.iconPath = new vscode.ThemeIcon(isShown ? 'eye' : run.pinned ? 'pinned' : 'flame');
    this.contextValue = ['run', run.pinned ? 'pinned' : 'loose', ...(fileOf(run) === undefined ? [] : ['file'])].join(' ');
    this.command = { command: 'hotlens.openRun', title: 'Show This Run', arguments: [this] };
    this.accessibilityInformation = {
      label: `${titleOf(run)}, ${this.description}${isShown ? ', shown' : ''}${run.pinned ? ', pinned' : ''}`,
    };
  }
}

function tooltipOf(run: Run): string {
  const lines = [
    run.argv.length > 0 ? run.argv.join(' ') : (run.target ?? ''),
    run.start.replace('T', ' '),
    run.elapsed === null ? '' : `${durationText(run.elapsed)} elapsed`,
    run.busy === null ? '' : `${durationText(run.busy)} busy`,
    `${run.samples.toLocaleString('en')} samples${run.rate === null ? '' : ` at ${run.rate} Hz`}`,
    run.processes > 1 ? `${run.processes} processes` : '',
    run.threads > 1 ? `${run.threads} threads` : '',
    run.python_version === null ? '' : `Python ${run.python_version}`,
    run.git.commit === null ? '' : `commit ${commitText(run)}${run.git.branch === null ? '' : ` on ${run.git.branch}`}`,
    run.exit_status === null ? '' : `exit status ${run.exit_status}`,
  ];
  return lines.filter(line => line !== '').join('\n');
}

/** The runs of the workspace folders, newest first; without a folder, all. */
export class RunsView implements vscode.TreeDataProvider<RunItem>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly listeners: vscode.Disposable[];
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly server: Server,
    private readonly shown: ShownRuns,
  ) {
    this.listeners = [
      this.changed,
      vscode.window.createTreeView('hotlens.runs', { treeDataProvider: this }),
      shown.onDidChange(({ changed }) => {
        if (changed.includes('runs') || changed.includes('shown')) {
          this.refresh();
        }
      }),
      server.onDidStart(() => this.refresh()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.refresh()),
    ];
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  getTreeItem(item: RunItem): RunItem {
    return item;
  }

  async getChildren(item?: RunItem): Promise<RunItem[]> {
    if (item) {
      return [];
    }
    try {
      const runs = await this.runs();
      return runs.map(run => new RunItem(run, this.shown.withRun(run.id) !== undefined));
    } catch {
      return []; // the server has said what is wrong
    }
  }

  async runs(): Promise<Run[]> {
    const folders = vscode.workspace.workspaceFolders?.map(({ uri }) => uri.toString()) ?? [];
    const questions = folders.length > 0 ? folders.map(folder => ({ folder })) : [{}];
    const answers = await Promise.all(questions.map(question => this.server.request<RunsAnswer>('hotlens/runs', question)));
    const byId = new Map(answers.flatMap(({ runs }) => runs).map(run => [run.id, run]));
    return [...byId.values()].sort((a, b) => Date.parse(b.start) - Date.parse(a.start) || b.id - a.id);
  }

  dispose(): void {
    for (const listener of this.listeners) {
      listener.dispose();
    }
  }
}
