import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

async function inPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    if (path.isAbsolute(file) && (await isProgram(file))) {
      return file;
    }
  }
  return undefined;
}

/** The hotlens program: the setting, the one that came with the extension, the one in PATH. */
export async function findHotlens(context: vscode.ExtensionContext): Promise<string> {
  const name = process.platform === 'win32' ? 'hotlens.exe' : 'hotlens';
  const setting = vscode.workspace.getConfiguration('hotlens').get<string>('server.path', '');
  if (setting !== '') {
    if (await isProgram(setting)) {
      return setting;
    }
    throw new Error(`The setting hotlens.server.path names ${setting}, which is not a program.`);
  }
  const bundled = context.asAbsolutePath(path.join('bin', name));
  const found = (await isProgram(bundled)) ? bundled : await inPath(name);
  if (!found) {
    throw new Error('The hotlens program is neither in the extension nor in PATH. Install it (pip install hotlens), ' +
      'or name it in the setting hotlens.server.path.');
  }
  return found;
}
