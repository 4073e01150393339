import * as vscode from 'vscode';
import type { ProgressToken, WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport } from 'vscode-languageclient/node';

type Step = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

interface Shown {
  /** Absent until the notification is there. */
  progress?: vscode.Progress<{ message?: string }>;
  message: string | undefined;
  end: () => void;
}

/** What the server does and can be cancelled, as notifications with a button; the library's own have none. */
export class CancellableProgress {
  private readonly shown = new Map<ProgressToken, Shown>();

  constructor(private readonly cancel: (token: ProgressToken) => void) {}

  /** Whether this step is shown here. */
  take(token: ProgressToken, step: Step): boolean {
    if (step.kind === 'begin' && step.cancellable === true) {
      this.begin(token, step);
      return true;
    }
    const shown = this.shown.get(token);
    if (shown && step.kind === 'report') {
      shown.message = step.message ?? shown.message;
      this.report(shown);
    } else if (shown && step.kind === 'end') {
      this.shown.delete(token);
      shown.end();
    }
    return shown !== undefined;
  }

  private begin(token: ProgressToken, { title, message }: WorkDoneProgressBegin): void {
    const shown: Shown = { message, end: () => undefined };
    const ended = new Promise<void>(resolve => (shown.end = resolve));
    this.shown.set(token, shown);
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, (progress, cancellation) => {
      shown.progress = progress;
      this.report(shown);
      cancellation.onCancellationRequested(() => this.cancel(token));
      return ended;
    });
  }

  private report({ progress, message }: Shown): void {
    if (message !== undefined) {
      progress?.report({ message });
    }
  }

  /** A server that has ended tells no ends. */
  clear(): void {
    for (const { end } of this.shown.values()) {
      end();
    }
    this.shown.clear();
  }
}
