// An extension with the identity and the public interface of the Python extension, which is not to be had here: its
// active environment is the path in a file.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const VSCE = fileURLToPath(new URL('../../node_modules/.bin/vsce', import.meta.url));

const MAIN = file => `const fs = require('node:fs');
const vscode = require('vscode');
const read = () => fs.readFileSync(${JSON.stringify(file)}, 'utf8').trim();
exports.activate = () => {
  const changed = new vscode.EventEmitter();
  fs.watch(${JSON.stringify(file)}, () => changed.fire({ path: read() }));
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ id: read(), path: read() || 'python' }),
      resolveEnvironment: async ({ path }) => (path.includes('/') ? { executable: { uri: vscode.Uri.file(path) } } : undefined),
      onDidChangeActiveEnvironmentPath: changed.event,
    },
  };
};
`;

/** A .vsix of it. */
export async function packPythonExtension(rig, file) {
  const folder = path.join(rig.out, 'python-extension');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'main.js'), MAIN(file));
  writeFileSync(path.join(folder, 'README.md'), 'For tests.\n');
  writeFileSync(path.join(folder, 'LICENSE'), 'For tests.\n');
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({
    name: 'python', publisher: 'ms-python', version: '2026.1.0', engines: { vscode: '^1.91.0' }, main: 'main.js',
    activationEvents: [], extensionKind: ['workspace'], repository: { type: 'git', url: 'file:///' },
  }));
  const vsix = path.join(rig.out, 'python.vsix');
  const flags = ['--no-dependencies', '--allow-missing-repository', '--out', vsix];
  execFileSync(VSCE, ['package', ...flags], { cwd: folder, stdio: ['ignore', 2, 2] });
  return vsix;
}
