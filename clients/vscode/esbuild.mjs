// Bundles the extension and the script of the flame graph panel into dist/.
import * as esbuild from 'esbuild';
import { copyFile, mkdir } from 'node:fs/promises';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

const common = { bundle: true, minify: production, sourcemap: !production, logLevel: 'warning' };
const extension = {
  ...common,
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  platform: 'node',
  format: 'cjs',
  target: 'node18',
  external: ['vscode'],
};
const panel = {
  ...common,
  entryPoints: ['src/webview/panel.ts'],
  outfile: 'dist/panel.js',
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
};
// What has no VS Code in it, for the unit tests.
const parts = {
  ...common,
  entryPoints: ['src/pure.ts'],
  outfile: 'dist/pure.mjs',
  platform: 'node',
  format: 'esm',
  target: 'node18',
};

await mkdir('dist', { recursive: true });
await copyFile('../viewer/viewer.css', 'dist/panel.css');
const all = production ? [extension, panel] : [extension, panel, parts];
if (watch) {
  await Promise.all(all.map(async options => (await esbuild.context(options)).watch()));
} else {
  await Promise.all(all.map(options => esbuild.build(options)));
}
