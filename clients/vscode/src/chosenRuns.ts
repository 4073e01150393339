import * as vscode from 'vscode';
import { type Choice, choiceOf, mayReturn } from './choice';
import type { RunsAnswer } from './protocol';
import type { Server } from './server';
import type { ShownRuns } from './shown';

const MOST_RUNS = 1000;

/** Keeps what was chosen to be shown when the window is reloaded or the server was started again. */
export class ChosenRuns implements vscode.Disposable {
  private readonly listeners: vscode.Disposable[];
  private restoring: Promise<void> | undefined;
  private isFirstStart = true;

  constructor(
    private readonly state: vscode.Memento,
    private readonly server: Server,
    private readonly shown: ShownRuns,
  ) {
    this.listeners = [
      server.onDidStart(() => {
        this.restoring = this.restore(this.isFirstStart).finally(() => (this.restoring = undefined));
        this.isFirstStart = false;
      }),
      shown.onDidChange(({ changed }) => {
        if (changed.includes('shown')) {
          void this.note();
        }
      }),
    ];
  }

  private get folders(): string[] {
    return vscode.workspace.workspaceFolders?.map(({ uri }) => uri.fsPath) ?? [];
  }

  private key(folder: string): string {
    return `chosenRun:${folder}`;
  }

  /** Ids, the newest first. */
  private async runs(folder: string, limit: number): Promise<number[]> {
    const { runs } = await this.server.request<RunsAnswer>('hotlens/runs', { folder, limit });
    return runs.map(({ id }) => id);
  }

  private async note(): Promise<void> {
    await this.restoring; // what a new server shows first is nobody's choice
    for (const folder of this.folders) {
      const run = this.shown.in(folder)?.run ?? undefined;
      if (run !== undefined) {
        try {
          const [newest] = await this.runs(folder, 1);
          await this.state.update(this.key(folder), choiceOf(run, newest, Date.now()));
        } catch (error) {
          this.server.log.debug(`the chosen run: ${String(error)}`); // the server has ended
        }
      }
    }
  }

  private async restore(isFirst: boolean): Promise<void> {
    const settings = vscode.workspace.getConfiguration('hotlens');
    const isWanted = !isFirst || settings.get<boolean>('showLastRun', true);
    const choices = this.folders.map(folder => ({ folder, choice: this.state.get<Choice>(this.key(folder)) }));
    for (const { folder, choice } of isWanted ? choices : []) {
      try {
        if (choice && mayReturn(choice, await this.runs(folder, MOST_RUNS), Date.now())) {
          await this.server.execute('hotlens.selectRun', { run: choice.run });
        }
      } catch (error) {
        this.server.log.warn(`the chosen run: ${String(error)}`);
      }
    }
  }

  dispose(): void {
    for (const listener of this.listeners) {
      listener.dispose();
    }
  }
}
