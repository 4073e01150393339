import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { LSPErrorCodes, ResponseError } from 'vscode-languageclient/node';
import type { Output, Recording, Run, RunInTerminal, RunsAnswer } from './protocol';
import type { Server } from './server';

/** A recording that goes on, in a terminal or made by the server. */
export interface Active {
  readonly title: string;
  /** Date.now() at its start. */
  readonly since: number;
  readonly attached: boolean;
  stop(): Promise<void>;
}

export interface Ended {
  title: string;
  /** undefined when nothing was recorded. */
  run: number | undefined;
}

/** Runs newer than this are of the recording that began then; clocks of one machine, but in other units. */
const SLACK_MS = 1500;

/** A window without a folder starts tasks at home only: hotlens itself goes to the folder. */
function withFolder({ argv: [program, verb, ...rest], cwd }: RunInTerminal): string[] {
  const words = program === undefined || verb === undefined ? [] : [program, verb];
  return cwd === null ? [...words, ...rest] : [...words, `--cwd=${cwd}`, `--workspace=${cwd}`, ...rest];
}

/** Follows all recordings of this window. */
export class Recordings implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[] = [];
  private readonly tasks = new Map<vscode.TaskExecution, Active & { pid?: number }>();
  private readonly remote = new Map<number, Active>();
  private readonly channels = new Map<number, vscode.OutputChannel>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly ended = new vscode.EventEmitter<Ended>();
  readonly onDidChange = this.changed.event;
  readonly onDidEnd = this.ended.event;
  private count = 0;

  constructor(private readonly server: Server) {
    server.runInTerminal = params => this.runInTerminal(params);
    this.disposables.push(
      this.changed,
      this.ended,
      server.onRecording(recording => this.onRecording(recording)),
      server.onOutput(output => this.onOutput(output)),
      server.onDidStart(() => this.onServerStart()),
      vscode.tasks.onDidStartTaskProcess(event => this.onTaskStart(event)),
      vscode.tasks.onDidEndTaskProcess(event => void this.onTaskEnd(event)),
      vscode.tasks.onDidEndTask(event => this.forget(event.execution)),
    );
  }

  get active(): Active[] {
    return [...this.tasks.values(), ...this.remote.values()];
  }

  private update(): void {
    void vscode.commands.executeCommand('setContext', 'hotlens.recording', this.active.length > 0);
    this.changed.fire();
  }

  /** In terminals: a task that is a process, so that no shell reads the command line. */
  private async runInTerminal(params: RunInTerminal): Promise<void> {
    const isHomeless = !vscode.workspace.workspaceFolders;
    const [program, ...args] = isHomeless ? withFolder(params) : params.argv;
    const isBackground = vscode.workspace.getConfiguration('hotlens').get('recordIn') === 'background';
    if (isBackground || program === undefined) {
      throw new ResponseError(LSPErrorCodes.RequestFailed, 'the server shall record');
    }
    this.server.log.info(`in a terminal: ${params.argv.join(' ')}`);
    const options: vscode.ProcessExecutionOptions = { env: params.env };
    const cwd = isHomeless ? homedir() : params.cwd;
    if (cwd !== null) {
      options.cwd = cwd;
    }
    // The same task again is offered among recent ones once; two at a time need two names.
    const title = params.title ?? 'recording';
    const isSecond = this.active.some(active => active.title === title);
    const definition = { type: 'hotlens', mode: 'record', recording: isSecond ? `${title} ${++this.count}` : title };
    const folder = params.cwd === null ? undefined : vscode.workspace.getWorkspaceFolder(vscode.Uri.file(params.cwd));
    const task = new vscode.Task(
      definition,
      folder ?? vscode.TaskScope.Workspace,
      title,
      'hotlens',
      new vscode.ProcessExecution(program, args, options),
      [],
    );
    task.presentationOptions = {
      reveal: vscode.TaskRevealKind.Always,
      focus: true,
      panel: vscode.TaskPanelKind.Shared,
      showReuseMessage: false,
      clear: true,
      echo: false,
    };
    await vscode.tasks.executeTask(task);
  }

  private onTaskStart(event: vscode.TaskProcessStartEvent): void {
    const { task } = event.execution;
    if (task.definition.type !== 'hotlens' || task.definition['mode'] !== 'record') {
      return;
    }
    this.tasks.set(event.execution, {
      title: task.name,
      since: Date.now(),
      attached: task.definition['pid'] !== undefined,
      pid: event.processId,
      // As another process stops it: the program gets SIGINT, its clean-up is in the profile.
      stop: () => {
        process.kill(event.processId, 'SIGINT');
        return Promise.resolve();
      },
    });
    this.update();
  }

  private forget(execution: vscode.TaskExecution): (Active & { pid?: number }) | undefined {
    const active = this.tasks.get(execution);
    if (active) {
      this.tasks.delete(execution);
      this.update();
    }
    return active;
  }

  private async onTaskEnd(event: vscode.TaskProcessEndEvent): Promise<void> {
    const active = this.forget(event.execution);
    if (!active) {
      return;
    }
    const { execution } = event.execution.task;
    const argv = execution instanceof vscode.ProcessExecution ? execution.args : [];
    const run = await this.findRun(active.since, argv);
    if (!run) {
      void vscode.window.showWarningMessage(`Nothing was recorded of ${active.title}: its terminal says why.`);
    }
    this.ended.fire({ title: active.title, run: run?.id });
  }

  /** The newest run since then of the program that stands behind `--`. */
  private async findRun(since: number, argv: readonly string[]): Promise<Run | undefined> {
    try {
      const program = argv.includes('--') ? argv.slice(argv.indexOf('--') + 1) : [];
      // Variables of tasks.json are not replaced here.
      const words = program.some(word => word.includes('${')) || program.length === 0 ? undefined : program;
      const { runs } = await this.server.request<RunsAnswer>('hotlens/runs', { limit: 10 });
      return runs.find(run =>
        Date.parse(run.start) >= since - SLACK_MS &&
        (!words || JSON.stringify(run.argv.slice(1)) === JSON.stringify(words.slice(1))));
    } catch (error) {
      this.server.log.warn(`which run it was: ${String(error)}`);
      return undefined;
    }
  }

  private onRecording(recording: Recording): void {
    const known = this.remote.get(recording.id);
    if (recording.state === 'ended') {
      this.remote.delete(recording.id);
      this.channels.delete(recording.id);
      this.ended.fire({ title: recording.title, run: recording.run ?? undefined });
    } else if (!known) {
      this.remote.set(recording.id, {
        title: recording.title,
        since: Date.now() - recording.elapsed * 1000,
        attached: recording.attached,
        stop: () => this.server.execute('hotlens.stop', { id: recording.id }),
      });
    } else {
      return;
    }
    this.update();
  }

  /** A channel for each program; one that prints nothing has none. */
  private onOutput(output: Output): void {
    let channel = this.channels.get(output.id);
    if (!channel) {
      const title = this.remote.get(output.id)?.title ?? 'program';
      channel = vscode.window.createOutputChannel(`Hotlens: ${title}`);
      channel.clear();
      channel.show(true);
      this.channels.set(output.id, channel);
      this.disposables.push(channel);
    }
    channel.append(output.text);
  }

  /** A new server knows nothing of what the last one recorded; that has ended with it. */
  private onServerStart(): void {
    this.remote.clear();
    this.channels.clear();
    this.update();
  }

  dispose(): void {
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
  }
}
