import * as vscode from 'vscode';
import type { Recordings } from './recordings';
import { clockText } from './runText';
import type { ShownRuns } from './shown';

/** What is being recorded (click: stop), and what is shown (click: flame graph). */
export class StatusBar implements vscode.Disposable {
  private readonly recording = vscode.window.createStatusBarItem('recording', vscode.StatusBarAlignment.Left, 20);
  private readonly run = vscode.window.createStatusBarItem('run', vscode.StatusBarAlignment.Left, 19);
  private readonly focus = vscode.window.createStatusBarItem('focus', vscode.StatusBarAlignment.Left, 18);
  private readonly listeners: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly recordings: Recordings,
    private readonly shown: ShownRuns,
  ) {
    this.recording.name = 'Hotlens: Recording';
    this.recording.command = 'hotlens.stop';
    this.recording.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    this.run.name = 'Hotlens: Run';
    this.run.command = 'hotlens.showFlamegraph';
    this.focus.name = 'Hotlens: Focus';
    this.focus.command = 'hotlens.clearFocus';
    this.listeners = [
      recordings.onDidChange(() => this.showRecordings()),
      shown.onDidChange(() => this.showRun()),
      vscode.window.onDidChangeActiveTextEditor(() => this.showRun()),
    ];
  }

  private showRecordings(): void {
    const { active } = this.recordings;
    clearTimeout(this.timer);
    const [first] = active;
    if (!first) {
      this.recording.hide();
      return;
    }
    const more = active.length > 1 ? ` (+${active.length - 1})` : '';
    this.recording.text = `$(record) ${first.title} ${clockText(Date.now() - first.since)}${more}`;
    this.recording.tooltip = first.attached
      ? 'Recording. Click: detach and keep the profile; the process goes on.'
      : 'Recording. Click: stop the program and keep the profile.';
    this.recording.show();
    this.timer = setTimeout(() => this.showRecordings(), 1000);
  }

  private showRun(): void {
    const shown = this.shown.of();
    if (!shown) {
      this.run.hide();
      this.focus.hide();
      return;
    }
    this.run.text = `$(flame) ${shown.summary ?? shown.title ?? 'run'}${shown.live ? ' (live)' : ''}`;
    this.run.tooltip = 'The run whose times are shown. Click: flame graph.';
    this.run.show();
    if (shown.focus === null) {
      this.focus.hide();
      return;
    }
    this.focus.text = `$(filter) focused on ${shown.focus} $(close)`;
    this.focus.tooltip = `All times are of the stacks through ${shown.focus}. Click: show all again.`;
    this.focus.show();
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of [this.recording, this.run, this.focus, ...this.listeners]) {
      disposable.dispose();
    }
  }
}
