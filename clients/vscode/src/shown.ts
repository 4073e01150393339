import * as vscode from 'vscode';
import type { DidChange, Shown } from './protocol';
import type { Server } from './server';

/** Which run each folder shows, and whether hints are on. */
export class ShownRuns implements vscode.Disposable {
  private shown: Shown[] = [];
  private readonly changed = new vscode.EventEmitter<DidChange>();
  private readonly listeners: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(server: Server) {
    this.listeners = [
      this.changed,
      server.onDidChange(change => {
        this.shown = change.shown;
        this.setContext();
        this.changed.fire(change);
      }),
    ];
  }

  private setContext(): void {
    const { executeCommand } = vscode.commands;
    void executeCommand('setContext', 'hotlens.hasRun', this.shown.length > 0);
    void executeCommand('setContext', 'hotlens.focused', this.shown.some(({ focus }) => focus !== null));
  }

  /** Of the folder of a file, by default of the active editor; else of the first folder that has one. */
  of(resource = vscode.window.activeTextEditor?.document.uri): Shown | undefined {
    const folder = resource && vscode.workspace.getWorkspaceFolder(resource);
    return (folder && this.shown.find(shown => shown.folder === folder.uri.fsPath)) ?? this.shown[0];
  }

  withRun(run: number): Shown | undefined {
    return this.shown.find(shown => shown.run === run);
  }

  in(folder: string): Shown | undefined {
    return this.shown.find(shown => shown.folder === folder);
  }

  dispose(): void {
    for (const listener of this.listeners) {
      listener.dispose();
    }
  }
}
