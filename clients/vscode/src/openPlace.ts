import * as vscode from 'vscode';
import { ErrorCodes, ResponseError } from 'vscode-languageclient/node';
import type { LocationAnswer, SourceAnswer } from './protocol';
import type { Server } from './server';

const SCHEME = 'hotlens-source';

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

interface Target {
  uri: vscode.Uri;
  line: number;
}

/** Where the line is now, after whatever was edited since; undefined when the file is not here. */
async function find(server: Server, path: string, line: number, run: number | undefined): Promise<Target | undefined> {
  try {
    const answer = await server.request<LocationAnswer>('hotlens/location', { path, line, ...(run === undefined ? {} : { run }) });
    if (!answer.exact) {
      vscode.window.setStatusBarMessage('$(info) That line was changed since the recording: this is near it', 5000);
    }
    return { uri: vscode.Uri.parse(answer.uri), line: answer.range.start.line };
  } catch (error) {
    server.log.info(`${path}:${line}: ${String(error)}`);
    // A server that is older than this extension.
    const isUnknown = error instanceof ResponseError && error.code === ErrorCodes.MethodNotFound;
    const uri = vscode.Uri.file(path);
    return isUnknown && path.startsWith('/') && (await exists(uri)) ? { uri, line: line - 1 } : undefined;
  }
}

/** Beside the panel, where the file is open already or where editors are. */
function columnFor(uri: vscode.Uri, panel: vscode.ViewColumn | undefined): vscode.ViewColumn {
  const editors = vscode.window.visibleTextEditors.filter(editor => editor.viewColumn !== undefined);
  const same = editors.find(editor => editor.document.uri.toString() === uri.toString());
  const other = editors.find(editor => editor.viewColumn !== panel);
  const column = same?.viewColumn ?? other?.viewColumn;
  return column ?? (panel === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One);
}

/** Shows a place of the run: the file as it is now or, when it is not here, the text that ran. */
export async function openPlace(
  server: Server,
  file: string,
  line: number,
  run: number | undefined,
  panel: vscode.ViewColumn | undefined,
): Promise<void> {
  const target = (await find(server, file, line, run)) ?? {
    uri: vscode.Uri.from({ scheme: SCHEME, path: file.startsWith('/') ? file : `/${file}`, query: JSON.stringify({ run, file }) }),
    line: line - 1,
  };
  try {
    const document = await vscode.workspace.openTextDocument(target.uri);
    const at = new vscode.Position(Math.min(Math.max(target.line, 0), document.lineCount - 1), 0);
    await vscode.window.showTextDocument(document, {
      viewColumn: columnFor(target.uri, panel),
      selection: new vscode.Range(at, at),
    });
  } catch (error) {
    server.log.warn(String(error));
    void vscode.window.showWarningMessage(`${file} is not here, and its text is not in the run.`);
  }
}

/** Texts that ran, of files that are not here. */
export function registerSources(server: Server): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent(uri) {
      const { run, file } = JSON.parse(uri.query) as { run?: number; file: string };
      const answer = await server.request<SourceAnswer>('hotlens/source', { path: file, ...(run === undefined ? {} : { run }) });
      if (answer.text === null) {
        throw new Error(`the text of ${file} was not kept`);
      }
      return answer.text;
    },
  });
}
