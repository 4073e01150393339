import * as vscode from 'vscode';

/** The part of the Python extension's interface that is used here. */
interface PythonApi {
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string } | undefined;
    resolveEnvironment(environment: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** The interpreter that is chosen in the Python extension, where that is installed. */
export class Interpreter implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private listener: vscode.Disposable | undefined;
  readonly onDidChange = this.changed.event;

  private async api(): Promise<PythonApi['environments']> {
    const extension = vscode.extensions.getExtension<PythonApi>('ms-python.python');
    if (!extension) {
      return undefined;
    }
    const api = extension.isActive ? extension.exports : await extension.activate();
    if (!this.listener && api.environments) {
      this.listener = api.environments.onDidChangeActiveEnvironmentPath(() => this.changed.fire());
    }
    return api.environments;
  }

  /** undefined when nobody chose one: the server then looks for it. */
  async path(resource: vscode.Uri | undefined): Promise<string | undefined> {
    try {
      const environments = await this.api();
      const chosen = environments?.getActiveEnvironmentPath(resource);
      if (!environments || !chosen) {
        return undefined;
      }
      const resolved = await environments.resolveEnvironment(chosen);
      const path = resolved?.executable.uri?.fsPath ?? chosen.path;
      // "python" is what the extension answers when it found nothing.
      return path.includes('/') || path.includes('\\') ? path : undefined;
    } catch {
      return undefined;
    }
  }

  dispose(): void {
    this.listener?.dispose();
    this.changed.dispose();
  }
}
