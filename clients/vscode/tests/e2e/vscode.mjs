// The extension in a real VS Code, with a real py-spy. Prints TAP.
//   node tests/e2e/vscode.mjs CODE_SERVER VSIX OUT [NAME|NUMBER…]
import path from 'node:path';
import { Rig } from './rig.mjs';
import { prepare } from './steps.mjs';
import { all } from './tests.mjs';

const [codeServer, vsix, out, ...wanted] = process.argv.slice(2);
const rig = new Rig({
  codeServer: path.resolve(codeServer),
  vsix: path.resolve(vsix),
  out: path.resolve(out),
  program: process.env.HOTLENS,
  path: process.env.PATH,
});
const isNumber = /^\d+$/;
const names = Object.keys(all)
  .filter((name, i) => wanted.length === 0 || wanted.some(word => (isNumber.test(word) ? Number(word) === i + 1 : name.includes(word))));
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => void rig.stop().then(() => process.exit(1)));
}
let count = 0;
let failed = 0;
console.log(`1..${names.length}`);
try {
  await rig.start();
  await prepare(rig, names[0] !== Object.keys(all)[0]);
  for (const name of names) {
    const since = Date.now();
    count++;
    try {
      await all[name](rig);
      console.log(`ok ${count} - ${name}`);
    } catch (error) {
      failed++;
      await rig.picture(`failed-${count}`).catch(() => {});
      console.log(`not ok ${count} - ${name}`);
      console.log(`# ${String(error.stack ?? error).replace(/\u001b\[\d*m/g, '').replaceAll('\n', '\n# ')}`);
    }
    console.error(`${name}: ${((Date.now() - since) / 1000).toFixed(1)} s`);
  }
} catch (error) {
  console.log(`Bail out! ${error.message}`);
  failed++;
} finally {
  if (failed > 0) {
    console.error(rig.logs());
  }
  await rig.stop();
}
process.exitCode = failed > 0 ? 1 : 0;
