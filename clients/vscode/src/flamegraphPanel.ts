import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { openPlace } from './openPlace';
import type { Place, Shown, SourceAnswer } from './protocol';
import type { DocumentNumbers } from './numbers';
import type { Server } from './server';
import type { ShownRuns } from './shown';

export const VIEW_TYPE = 'hotlens.flamegraph';

/** What the viewer says (clients/viewer/host_webview.js). */
type Message =
  | { type: 'ready' }
  | { type: 'request'; id: number; params: Record<string, unknown> }
  | { type: 'source'; id: number; path: string }
  | { type: 'open'; file: string; line: number }
  | { type: 'focus'; node: GraphNode | null };

interface GraphNode {
  /** Empty in views whose nodes are not those of the run's tree. */
  id: string;
  name: string;
  file: string;
}

interface State {
  /** Absent: what the folder shows, a recording that goes on. */
  run?: number;
  folder?: string;
  title?: string | null;
}

/** A recording that goes on has no number yet. */
export function stateOf({ run, folder, title }: Shown): State {
  return run === null ? { folder, title } : { run, title };
}

function page(webview: vscode.Webview, resources: vscode.Uri, state: State): string {
  const nonce = randomBytes(16).toString('base64');
  const script = webview.asWebviewUri(vscode.Uri.joinPath(resources, 'panel.js')).toString();
  const style = webview.asWebviewUri(vscode.Uri.joinPath(resources, 'panel.css')).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flame graph</title>
<link rel="stylesheet" href="${style}">
</head>
<body data-run="${state.run ?? ''}">
<div id="hotlens"></div>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}

/** The flame graph beside the editor: one, which follows the run that is shown. */
export class FlamegraphPanel implements vscode.Disposable, vscode.WebviewPanelSerializer<State> {
  private panel: vscode.WebviewPanel | undefined;
  private state: State = {};
  private isReady = false;
  private place: Place | undefined;
  private cursor: NodeJS.Timeout | undefined;
  private pointedAt = '';
  private focused = false;
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
    private readonly shown: ShownRuns,
    private readonly numbers: DocumentNumbers,
  ) {
    this.disposables = [
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this),
      server.onShowFlamegraph(run => this.show(run, true)),
      server.onDidStart(() => this.update()),
      shown.onDidChange(({ changed }) => {
        if (changed.includes('focus') && this.focused && this.focusNow === null) {
          this.post({ type: 'zoom', node: null }); // cleared elsewhere
        }
        this.focused = this.focusNow !== null;
        if (changed.includes('shown')) {
          this.follow();
        } else if (changed.includes('numbers') && this.shownNow?.live) {
          this.update();
        }
      }),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('hotlens.heat.mode')) {
          this.postColours();
        }
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.pointLater(textEditor)),
    ];
  }

  /** Opens the panel, or shows another run in the one that is open. */
  show(what: State, takeFocus: boolean, place?: Place): void {
    const isOther = this.state.run !== what.run || this.state.folder !== what.folder;
    this.state = what;
    this.place = place?.function === undefined ? undefined : place;
    if (this.panel) {
      this.panel.title = this.title;
      if (!this.panel.visible || takeFocus) {
        this.panel.reveal(undefined, !takeFocus);
      }
      if (isOther) {
        this.update();
      }
    } else {
      this.adopt(vscode.window.createWebviewPanel(
        VIEW_TYPE,
        this.title,
        { viewColumn: vscode.ViewColumn.Beside, preserveFocus: !takeFocus },
        { enableScripts: true },
      ));
    }
    this.pointAtPlace();
  }

  /** A panel of the window before it was reloaded. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: State | undefined): Promise<void> {
    this.state = { ...(typeof state?.run === 'number' ? { run: state.run } : {}), title: state?.title ?? panel.title };
    this.adopt(panel);
    this.follow(); // hints and graph are of one run
    return Promise.resolve();
  }

  /** What the run that is open here is called. */
  titleOf(run: number): string | null {
    return this.state.run === run ? (this.state.title ?? null) : null;
  }

  private get title(): string {
    return `Flame graph: ${this.state.title ?? 'run'}`;
  }

  private get resources(): vscode.Uri {
    return vscode.Uri.joinPath(this.context.extensionUri, 'dist');
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    this.isReady = false;
    panel.webview.options = { enableScripts: true, localResourceRoots: [this.resources] };
    panel.iconPath = new vscode.ThemeIcon('flame') as unknown as vscode.Uri;
    panel.webview.onDidReceiveMessage((message: Message) => void this.onMessage(message));
    panel.onDidDispose(() => {
      if (this.panel === panel) {
        this.panel = undefined;
        this.isReady = false;
      }
    });
    panel.webview.html = page(panel.webview, this.resources, this.state);
  }

  private post(message: object): void {
    if (this.isReady) {
      void this.panel?.webview.postMessage(message);
    }
  }

  private async onMessage(message: Message): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.isReady = true;
        this.postRun();
        this.pointAtPlace();
        if (this.isByFunction) {
          this.postColours(); // by module it is without being told
        }
        break;
      case 'request':
        await this.answer(message.id, () =>
          this.server.request('hotlens/flamegraph', { ...message.params, ...this.runParameter }));
        break;
      case 'source':
        await this.answer(message.id, () => this.source(message.path));
        break;
      case 'open':
        await openPlace(this.server, message.file, message.line, this.state.run, this.panel?.viewColumn);
        break;
      case 'focus':
        await this.focus(message.node);
        break;
    }
  }

  private get focusNow(): string | null {
    return this.shownNow?.focus ?? null;
  }

  private get shownNow(): Shown | undefined {
    const { run, folder } = this.state;
    return run === undefined ? (folder === undefined ? undefined : this.shown.in(folder)) : this.shown.withRun(run);
  }

  private get runParameter(): { run?: number; folder?: string } {
    const { run, folder } = this.state;
    return run === undefined ? (folder === undefined ? {} : { folder }) : { run };
  }

  private async answer(id: number, work: () => Promise<unknown>): Promise<void> {
    try {
      this.post({ type: 'response', id, result: await work() });
    } catch (error) {
      this.post({ type: 'response', id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  private async source(path: string): Promise<string | null> {
    try {
      const { text } = await this.server.request<SourceAnswer>('hotlens/source', { path, ...this.runParameter });
      return text;
    } catch {
      return null; // the run does not have that file's text
    }
  }

  /** The editor's numbers become those of the node; null: of the whole run again. */
  private async focus(node: GraphNode | null): Promise<void> {
    if (!vscode.workspace.getConfiguration('hotlens').get<boolean>('syncFocus', true)) {
      return;
    }
    try {
      if (node) {
        await this.server.execute('hotlens.focus', node.id === '' ? { function: node.name, file: node.file } : { node: node.id });
      } else {
        await this.server.execute('hotlens.clearFocus');
      }
    } catch (error) {
      this.server.log.warn(`focus: ${String(error)}`);
    }
  }

  private postRun(): void {
    this.post({ type: 'run', run: this.state.run ?? null, title: this.state.title ?? null });
  }

  /** Bars in the hues of functions and a graph in the hues of functions go together. */
  private postColours(): void {
    this.post({ type: 'show', state: { colour: this.isByFunction ? 'function' : 'module' } });
  }

  private get isByFunction(): boolean {
    return vscode.workspace.getConfiguration('hotlens').get<string>('heat.mode') === 'scope';
  }

  private update(): void {
    this.postRun();
    this.post({ type: 'update' });
  }

  /** When the folder shows another run, so does the panel. */
  private follow(): void {
    const shown = this.shown.of();
    if (!this.panel || !shown) {
      return;
    }
    const next = stateOf(shown);
    if (next.run === this.state.run && next.folder === this.state.folder) {
      return;
    }
    this.state = next;
    this.panel.title = this.title;
    this.update();
  }

  private pointAtPlace(): void {
    if (this.place && this.isReady) {
      this.post({ type: 'highlight', function: this.place.function, file: this.place.file });
      this.place = undefined;
    }
  }

  /** The function that the cursor is in. */
  private pointLater(editor: vscode.TextEditor): void {
    clearTimeout(this.cursor);
    if (!this.panel?.visible) {
      return;
    }
    this.cursor = setTimeout(() => {
      const around = this.numbers.functionAt(editor.document, editor.selection.active.line);
      const file = this.numbers.of(editor.document)?.file;
      const place = `${file ?? ''}\n${around?.name ?? ''}`;
      if (file !== undefined && place !== this.pointedAt) {
        this.pointedAt = place;
        this.post(around
          ? { type: 'highlight', function: around.name, file, line: around.line + 1 }
          : { type: 'highlight' });
      }
    }, 150);
  }

  dispose(): void {
    clearTimeout(this.cursor);
    this.panel?.dispose();
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
  }
}
