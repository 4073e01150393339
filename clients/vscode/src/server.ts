import * as vscode from 'vscode';
import {
  type CancellationToken,
  CloseAction,
  ConnectionError,
  DidChangeConfigurationNotification,
  ErrorAction,
  type ErrorHandler,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  LSPErrorCodes,
  type MessageSignature,
  type Middleware,
  ResponseError,
  State,
  TransportKind,
  WorkDoneProgressCancelNotification,
} from 'vscode-languageclient/node';
import { Backoff } from './backoff';
import { findHotlens } from './binary';
import { CancellableProgress } from './progress';
import type { DidChange, Output, Recording, RunInTerminal, ShowFlamegraph } from './protocol';
import type { Interpreter } from './python';
import { collectSettings } from './serverSettings';

/** Documents that frames may name: Python, and what native frames come from. */
const DOCUMENTS = [
  { scheme: 'file', language: 'python' },
  { scheme: 'untitled', language: 'python' },
  { notebook: 'jupyter-notebook', language: 'python' },
  { scheme: 'file', pattern: '**/*.{pyx,pxd,pxi,c,cc,cpp,cxx,h,hpp,rs}' },
];

class Client extends LanguageClient {
  /** Commands are registered by this extension, which adds what only it knows, not by the client library. */
  override registerFeature(feature: Parameters<LanguageClient['registerFeature']>[0]): void {
    const isCommands = 'registrationType' in feature &&
      feature.registrationType.method === ExecuteCommandRequest.method;
    if (!isCommands) {
      super.registerFeature(feature);
    }
  }

  /** A server that has ended has a message of its own: not one more for each hint that was on its way. */
  override handleFailedRequest<T>(
    type: MessageSignature, token: CancellationToken | undefined, error: unknown, defaultValue: T,
    showNotification?: boolean, throwOnCancel?: boolean,
  ): T {
    return error instanceof ConnectionError
      ? defaultValue
      : super.handleFailedRequest(type, token, error, defaultValue, showNotification, throwOnCancel);
  }
}

/** The server and what it says. Starts when first needed; starts again, later each time, when it ends. */
export class Server implements vscode.Disposable {
  readonly log: vscode.LogOutputChannel;
  /** The program that is used; set when the server has started. */
  program = '';

  private client: Client | undefined;
  private starting: Promise<Client> | undefined;
  private readonly backoff = new Backoff();
  private readonly progress = new CancellableProgress(token => {
    void this.client?.sendNotification(WorkDoneProgressCancelNotification.type, { token });
  });
  private readonly disposables: vscode.Disposable[] = [];
  private readonly changed = this.emitter<DidChange>();
  private readonly recorded = this.emitter<Recording>();
  private readonly printed = this.emitter<Output>();
  private readonly asked = this.emitter<ShowFlamegraph>();
  private readonly started = this.emitter<undefined>();
  readonly onDidChange = this.changed.event;
  readonly onRecording = this.recorded.event;
  readonly onOutput = this.printed.event;
  readonly onShowFlamegraph = this.asked.event;
  readonly onDidStart = this.started.event;
  /** Set by the part that owns terminals; throws when the recording shall be made by the server. */
  runInTerminal: ((params: RunInTerminal) => Promise<void>) | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly interpreter: Interpreter,
  ) {
    this.log = vscode.window.createOutputChannel('Hotlens', { log: true });
    this.disposables.push(
      this.log,
      vscode.workspace.onDidChangeConfiguration(event => this.onConfiguration(event)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.tellSettings()),
      interpreter.onDidChange(() => this.tellSettings()),
    );
  }

  private emitter<T>(): vscode.EventEmitter<T> {
    const emitter = new vscode.EventEmitter<T>();
    this.disposables.push(emitter);
    return emitter;
  }

  /** The running client. What is wrong is shown to the user once, then thrown. */
  async ready(): Promise<Client> {
    if (this.client?.state === State.Running) {
      return this.client;
    }
    this.starting ??= this.start().finally(() => (this.starting = undefined));
    return this.starting;
  }

  get isRunning(): boolean {
    return this.client?.state === State.Running;
  }

  async request<T>(method: string, params: object): Promise<T> {
    const client = await this.ready();
    return client.sendRequest<T>(method, params);
  }

  async execute(command: string, argument?: object): Promise<void> {
    const client = await this.ready();
    await client.sendRequest(ExecuteCommandRequest.type, {
      command,
      arguments: argument === undefined ? [] : [argument],
    });
  }

  /** Of the server that runs. */
  get commands(): string[] {
    return this.client?.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
  }

  async restart(): Promise<void> {
    this.backoff.reset();
    await this.stop();
    await this.ready();
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      this.log.warn(String(error)); // it had ended already
    }
  }

  private async start(): Promise<Client> {
    try {
      if (this.client?.state === State.Starting) {
        await this.client.start();
        return this.client;
      }
      await this.stop();
      this.program = await findHotlens(this.context);
      const client = this.create(this.program);
      this.client = client;
      await client.start();
      return client;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.log.error(text);
      void this.complain(`Hotlens could not start. ${text}`);
      throw error;
    }
  }

  private create(program: string): Client {
    const run = { command: program, args: [], transport: TransportKind.stdio };
    const options: LanguageClientOptions = {
      documentSelector: DOCUMENTS,
      outputChannel: this.log,
      traceOutputChannel: this.log,
      initializationOptions: { hotlens: { ui: true, terminal: true, flameGraph: true, trusted: true } }, // trusted: restrictedConfigurations
      errorHandler: this.errorHandler(() => this.client === client),
      initializationFailedHandler: () => false,
      middleware: this.middleware(),
      connectionOptions: {},
      progressOnInitialization: false,
    };
    const client: Client = new Client('hotlens', 'Hotlens', { run, debug: run }, options);
    client.onNotification('hotlens/didChange', (params: DidChange) => this.changed.fire(params));
    client.onNotification('hotlens/recording', (params: Recording) => this.recorded.fire(params));
    client.onNotification('hotlens/output', (params: Output) => this.printed.fire(params));
    client.onNotification('hotlens/showFlamegraph', (params: ShowFlamegraph) => this.asked.fire(params));
    client.onRequest('hotlens/runInTerminal', async (params: RunInTerminal) => {
      if (!this.runInTerminal) {
        throw new ResponseError(LSPErrorCodes.RequestFailed, 'no terminal');
      }
      await this.runInTerminal(params);
      return {};
    });
    client.onDidChangeState(({ newState }) => {
      if (newState !== State.Running) {
        this.progress.clear();
      }
      if (newState === State.Running) {
        this.started.fire(undefined);
      }
    });
    return client;
  }

  private middleware(): Middleware {
    return {
      handleWorkDoneProgress: (token, step, next) => {
        if (!this.progress.take(token, step)) {
          next(token, step);
        }
      },
      workspace: {
        configuration: async params =>
          Promise.all(params.items.map(async item =>
            item.section === 'hotlens'
              ? this.settings(item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri))
              : null)),
      },
    };
  }

  private async settings(resource: vscode.Uri | undefined): Promise<Record<string, unknown>> {
    const scope = resource ?? vscode.window.activeTextEditor?.document.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri;
    const configuration = vscode.workspace.getConfiguration('hotlens', scope);
    return collectSettings(name => configuration.get(name), await this.interpreter.path(scope));
  }

  /** The interpreter of a folder: the setting, else the one chosen in the Python extension. */
  async pythonOf(resource: vscode.Uri | undefined): Promise<string | undefined> {
    const { python } = await this.settings(resource);
    return typeof python === 'string' && python !== '' ? python : undefined;
  }

  private onConfiguration(event: vscode.ConfigurationChangeEvent): void {
    if (event.affectsConfiguration('hotlens.server')) {
      void this.restart().catch(() => undefined); // said in start()
    } else if (event.affectsConfiguration('hotlens')) {
      this.tellSettings();
    }
  }

  /** The server then asks for them. */
  private tellSettings(): void {
    if (this.client?.state === State.Running) {
      void this.client.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
    }
  }

  private errorHandler(isInUse: () => boolean): ErrorHandler {
    return {
      error: (_error, _message, count) => ({
        action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
        handled: true,
      }),
      closed: async () => {
        if (!isInUse()) {
          return { action: CloseAction.DoNotRestart, handled: true }; // it was stopped by us
        }
        const delay = this.backoff.next(Date.now());
        if (delay === undefined) {
          void this.complain(`The Hotlens server ended ${this.backoff.count} times within three minutes and is not started again.`);
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        if (this.backoff.count === 1) {
          void this.complain('The Hotlens server ended unexpectedly and is started again. Recordings in terminals go on.', true);
        }
        await new Promise(resolve => setTimeout(resolve, delay));
        return { action: CloseAction.Restart, handled: true };
      },
    };
  }

  private async complain(text: string, isMild = false): Promise<void> {
    const show = isMild ? vscode.window.showWarningMessage : vscode.window.showErrorMessage;
    const choice = isMild
      ? await show(text, 'Show Log')
      : await show(text, 'Show Log', 'Restart Server', 'Open Settings');
    if (choice === 'Show Log') {
      this.log.show(true);
    } else if (choice === 'Restart Server') {
      await this.restart().catch(() => undefined); // said in start()
    } else if (choice === 'Open Settings') {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'hotlens.server.path');
    }
  }

  dispose(): void {
    void this.stop();
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
  }
}
