import * as vscode from 'vscode';
import type { FunctionNumbers, LinesAnswer } from './protocol';
import type { Server } from './server';
import type { ShownRuns } from './shown';

const AFTER_EDIT_MS = 250;

/** The numbers of the visible documents, asked again when they or the run change. */
export class DocumentNumbers implements vscode.Disposable {
  private readonly answers = new Map<string, LinesAnswer>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly changed = new vscode.EventEmitter<vscode.TextDocument>();
  private readonly listeners: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly server: Server,
    shown: ShownRuns,
  ) {
    this.listeners = [
      this.changed,
      shown.onDidChange(() => this.askForAll()),
      server.onDidStart(() => this.askForAll()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.askForAll()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.askLater(document, AFTER_EDIT_MS)),
      vscode.workspace.onDidCloseTextDocument(document => this.answers.delete(document.uri.toString())),
    ];
  }

  of(document: vscode.TextDocument): LinesAnswer | undefined {
    return this.answers.get(document.uri.toString());
  }

  /** The innermost function around a position. */
  functionAt(document: vscode.TextDocument, line: number): FunctionNumbers | undefined {
    return this.of(document)
      ?.functions.filter(({ line: first, endLine }) => first <= line && line <= endLine)
      .at(-1);
  }

  private askForAll(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      this.askLater(editor.document, 0);
    }
  }

  private askLater(document: vscode.TextDocument, delay: number): void {
    const key = document.uri.toString();
    if (!this.server.isRunning || document.languageId !== 'python') {
      return;
    }
    clearTimeout(this.timers.get(key));
    this.timers.set(key, setTimeout(() => {
      this.timers.delete(key);
      void this.ask(document, key);
    }, delay));
  }

  private async ask(document: vscode.TextDocument, uri: string): Promise<void> {
    if (document.isClosed) {
      return;
    }
    try {
      const answer = await this.server.request<LinesAnswer>('hotlens/lines', { uri });
      // An answer for another text is stale; the edit that made it so asks again.
      if (answer.version === document.version) {
        this.answers.set(uri, answer);
        this.changed.fire(document);
      }
    } catch (error) {
      this.server.log.debug(`hotlens/lines ${uri}: ${String(error)}`);
    }
  }

  dispose(): void {
    for (const timer of this.timers.values()) {
      clearTimeout(timer);
    }
    for (const listener of this.listeners) {
      listener.dispose();
    }
  }
}
