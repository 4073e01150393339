// A session with the client library that VS Code is made with (vscode-languageserver-protocol): its parser,
// its connection, its idea of every object. Prints TAP.
//
// usage: node microsoft_client.js HOTLENS CAPABILITIES.json FOLDER
// CAPABILITIES is what a VS Code said in initialize; FOLDER is empty and holds the files of the session.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { spawn } = require('node:child_process');
const lsp = require('vscode-languageserver-protocol/node');

const [hotlens, capabilitiesFile, folder] = process.argv.slice(2);
const LIMIT = 60000;

const PROGRAM = `import sys, time

def hot(end):
    while time.time() < end:
        sum(i * i for i in range(1000))

def main():
    print("started", flush=True)
    try:
        hot(time.time() + float(sys.argv[1]))
    finally:
        open("finally", "w").close()

if __name__ == "__main__":
    main()
`;

// What VS Code says since 1.67 in addition to the recording, and what its hotlens extension would.
function capabilitiesOfToday() {
  const { capabilities } = JSON.parse(fs.readFileSync(capabilitiesFile, 'utf8'));
  capabilities.general = { ...capabilities.general, positionEncodings: ['utf-16'] };
  capabilities.textDocument.inlayHint = {
    dynamicRegistration: true,
    resolveSupport: {
      properties: ['tooltip', 'textEdits', 'label.tooltip', 'label.location', 'label.command'],
    },
  };
  capabilities.workspace.inlayHint = { refreshSupport: true };
  capabilities.workspace.diagnostics = { refreshSupport: true };
  return capabilities;
}

class Session {
  constructor() {
    this.process = spawn(hotlens, ['serve'], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
    this.errors = '';
    this.process.stderr.on('data', (data) => { this.errors += data; });
    this.exit = new Promise((resolve) => this.process.on('exit', resolve));
    this.connection = lsp.createProtocolConnection(
      new lsp.StreamMessageReader(this.process.stdout),
      new lsp.StreamMessageWriter(this.process.stdin));
    this.seen = []; // [method, params], in order
    this.waiting = [];
    this.problems = [];
    this.connection.onError(([error]) => this.problems.push(error.message));
    this.listen();
  }

  listen() {
    const { connection } = this;
    const keep = (method) => (params) => this.note(method, params);
    for (const method of ['window/showMessage', 'window/logMessage', 'hotlens/recording',
      'hotlens/didChange', 'hotlens/output', 'textDocument/publishDiagnostics']) {
      connection.onNotification(method, keep(method));
    }
    connection.onUnhandledNotification((message) => {
      // $/progress goes to those who know its token.
      if (message.method !== '$/progress') this.problems.push(`unexpected ${message.method}`);
    });
    connection.onRequest(lsp.WorkDoneProgressCreateRequest.type, ({ token }) => {
      this.note('create', token);
      connection.onProgress(lsp.WorkDoneProgress.type, token, keep('progress'));
    });
    connection.onRequest(lsp.ConfigurationRequest.type, ({ items }) => items.map(() => null));
    connection.onRequest('workspace/inlayHint/refresh', () => this.note('refresh', 'hints') ?? null);
    connection.onRequest('workspace/codeLens/refresh', () => this.note('refresh', 'lenses') ?? null);
    connection.onRequest(lsp.ShowDocumentRequest.type, (params) => {
      this.note('window/showDocument', params);
      return { success: true };
    });
    connection.onRequest(lsp.ShowMessageRequest.type, (params) => {
      this.note('window/showMessageRequest', params);
      return null;
    });
    connection.listen();
  }

  note(method, params) {
    this.seen.push([method, params]);
    for (const check of [...this.waiting]) check();
  }

  find(method, test = () => true) {
    return this.seen.find(([name, params]) => name === method && test(params))?.[1];
  }

  wait(method, test = () => true) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const tail = this.seen.slice(-8).map((item) => JSON.stringify(item).slice(0, 300));
        reject(new Error(`never came: ${method}\n${tail.join('\n')}\n${this.errors}`));
      }, LIMIT);
      const check = () => {
        const found = this.find(method, test);
        if (found !== undefined) {
          clearTimeout(timer);
          this.waiting = this.waiting.filter((item) => item !== check);
          resolve(found);
        }
      };
      this.waiting.push(check);
      check();
    });
  }
}

const file = path.join(folder, 'a programm ä.py');
const uri = pathToFileURL(file).toString();
const document = { uri };
const whole = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
let session;
let server;

const tests = {
  async 'initialize: what the server can do'() {
    fs.writeFileSync(file, PROGRAM);
    fs.utimesSync(file, 1, 1);
    session = new Session();
    const answer = await session.connection.sendRequest(lsp.InitializeRequest.type, {
      processId: process.pid,
      clientInfo: { name: 'Visual Studio Code', version: '1.105.0' },
      rootUri: pathToFileURL(folder).toString(),
      rootPath: folder,
      workspaceFolders: [{ uri: pathToFileURL(folder).toString(), name: 'box' }],
      capabilities: capabilitiesOfToday(),
      initializationOptions: { hotlens: { ui: true, rate: 200 } },
      trace: 'off',
    });
    server = answer.capabilities;
    assert.equal(server.positionEncoding, 'utf-16');
    assert.equal(server.textDocumentSync.change, lsp.TextDocumentSyncKind.Incremental);
    assert.equal(server.hoverProvider, true);
    assert.equal(server.codeLensProvider.resolveProvider, false);
    assert.ok(server.executeCommandProvider.commands.includes('hotlens.profileFile'));
    assert.ok(server.codeActionProvider.codeActionKinds.every((kind) => kind.startsWith('source.hotlens.')));
    await session.connection.sendNotification(lsp.InitializedNotification.type, {});
    await session.connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: 'python', version: 1, text: PROGRAM },
    });
  },

  async 'lenses and actions before there is a run'() {
    const { connection } = session;
    const lenses = await connection.sendRequest(lsp.CodeLensRequest.type, { textDocument: document });
    assert.ok(lenses.every(lsp.CodeLens.is));
    assert.deepEqual(lenses.map((lens) => [lens.range.start.line, lens.command.title]), [[13, '▶ Profile']]);
    assert.deepEqual(
      await connection.sendRequest(lsp.InlayHintRequest.type, { textDocument: document, range: whole }), []);
    const actions = await connection.sendRequest(lsp.CodeActionRequest.type, {
      textDocument: document,
      range: whole,
      context: { diagnostics: [], triggerKind: lsp.CodeActionTriggerKind.Invoked },
    });
    assert.ok(actions.every(lsp.CodeAction.is));
    assert.ok(actions.some((action) => action.title === 'Hotlens: Profile File (py-spy)'));
    // What a "fix on save" asks for must never start a recording.
    assert.deepEqual(await connection.sendRequest(lsp.CodeActionRequest.type, {
      textDocument: document,
      range: whole,
      context: { diagnostics: [], only: ['source.organizeImports'], triggerKind: lsp.CodeActionTriggerKind.Automatic },
    }), []);
  },

  async 'a real recording, with progress'() {
    const answer = await session.connection.sendRequest(lsp.ExecuteCommandRequest.type, {
      command: 'hotlens.profileFile',
      arguments: [{ uri, args: ['2.5'] }],
    });
    assert.equal(answer, null);
    await session.wait('create');
    await session.wait('progress', ({ kind }) => kind === 'begin');
    const ended = await session.wait('hotlens/recording', ({ state }) => state === 'ended');
    assert.equal(ended.problem, null);
    assert.equal(ended.exitStatus, 0);
    assert.ok(ended.samples > 100, `${ended.samples} samples`);
    await session.wait('progress', ({ kind }) => kind === 'end');
    await session.wait('hotlens/didChange', ({ shown }) => shown.some(({ run }) => run === ended.run));
    const output = session.seen.filter(([method]) => method === 'hotlens/output');
    assert.equal(output.map(([, { text }]) => text).join(''), 'started\n');
    assert.ok(fs.existsSync(path.join(folder, 'finally')));
  },

  async 'hints'() {
    const hints = await session.connection.sendRequest(
      lsp.InlayHintRequest.type, { textDocument: document, range: whole });
    assert.ok(hints.every(lsp.InlayHint.is));
    const hot = hints.find((hint) => hint.position.line === 4);
    assert.match(hot.label, /^(≥ )?\d.* · (>?9\d|100)(\.\d)?%/);
    assert.equal(hot.position.character, PROGRAM.split('\n')[4].length);
    assert.match(hot.tooltip, / ± \d+ samples? /);
    assert.ok(hints.every((hint) => hint.position.line !== 2), 'with lenses, none on the line of a def');
  },

  async 'lenses are complete'() {
    const { connection } = session;
    const lenses = await connection.sendRequest(lsp.CodeLensRequest.type, { textDocument: document });
    assert.ok(lenses.every(lsp.CodeLens.is));
    assert.ok(lenses.every((lens) => lsp.Command.is(lens.command) && lens.command.command));
    const hot = lenses.find((lens) => lens.range.start.line === 2);
    assert.match(hot.command.title, /total \((>?9\d|100)(\.\d)?%\)/);
    assert.ok(server.executeCommandProvider.commands.includes(hot.command.command));
    await assert.rejects(connection.sendRequest(lsp.CodeLensResolveRequest.type, hot), { code: -32601 });
  },

  async 'hover'() {
    const hover = await session.connection.sendRequest(
      lsp.HoverRequest.type, { textDocument: document, position: { line: 2, character: 5 } });
    assert.ok(lsp.Hover.is(hover));
    assert.equal(hover.contents.kind, 'markdown');
    assert.match(hover.contents.value, /\*\*hot\*\*[^]*\*\*Callers\*\*[^]*main/);
    const nothing = await session.connection.sendRequest(
      lsp.HoverRequest.type, { textDocument: document, position: { line: 1, character: 0 } });
    assert.equal(nothing, null);
  },

  async 'hints move with edits, and leave changed lines'() {
    const { connection } = session;
    const hints = async () => (await connection.sendRequest(
      lsp.InlayHintRequest.type, { textDocument: document, range: whole })).map((hint) => hint.position.line);
    const before = await hints();
    assert.ok(before.includes(4));
    const change = (version, line, text) => connection.sendNotification(
      lsp.DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version },
        contentChanges: [{ range: { start: { line, character: 0 }, end: { line, character: 0 } }, text }],
      });
    await change(2, 0, '"""😀 𝔸"""\n\n');
    assert.deepEqual(await hints(), before.map((line) => line + 2));
    await change(3, 6, '    ');
    assert.deepEqual(await hints(), before.filter((line) => line !== 4).map((line) => line + 2));
    const lenses = await connection.sendRequest(lsp.CodeLensRequest.type, { textDocument: document });
    assert.match(lenses.find((lens) => lens.range.start.line === 4).command.title, / · edited since$/);
  },

  async 'requests of hotlens'() {
    const { runs } = await session.connection.sendRequest('hotlens/runs', {});
    assert.equal(runs.length, 1);
    const { text } = await session.connection.sendRequest('hotlens/source', { run: runs[0].id, path: uri });
    assert.equal(text, PROGRAM);
    const flame = await session.connection.sendRequest('hotlens/flamegraph', { run: 'last' });
    assert.equal(flame.nodes.total[0], runs[0].samples);
  },

  async 'errors say what is expected'() {
    const { connection } = session;
    await assert.rejects(
      connection.sendRequest(lsp.ExecuteCommandRequest.type, { command: 'hotlens.stop', arguments: [{ id: 'x' }] }),
      { code: lsp.ErrorCodes.InvalidParams, message: /^id: / });
    await assert.rejects(
      connection.sendRequest(lsp.ExecuteCommandRequest.type, { command: 'pyright.organizeimports' }),
      { code: lsp.ErrorCodes.InvalidParams });
    await assert.rejects(
      connection.sendRequest('textDocument/rename', {
        textDocument: document, position: whole.start, newName: 'x' }),
      { code: lsp.ErrorCodes.MethodNotFound });
  },

  async 'cancelling the progress stops the program and keeps the profile'() {
    const { connection } = session;
    session.seen = [];
    await connection.sendRequest(lsp.ExecuteCommandRequest.type, {
      command: 'hotlens.profileFile', arguments: [{ uri, args: ['60'] }],
    });
    await session.wait('hotlens/recording', ({ samples }) => samples > 0);
    const token = await session.wait('create');
    await connection.sendNotification(lsp.WorkDoneProgressCancelNotification.type, { token });
    const ended = await session.wait('hotlens/recording', ({ state }) => state === 'ended');
    assert.equal(ended.run, 2);
  },

  async 'refreshes were asked for'() {
    await session.wait('refresh', (kind) => kind === 'hints');
    await session.wait('refresh', (kind) => kind === 'lenses');
  },

  async 'shutdown and exit'() {
    await session.connection.sendRequest(lsp.ShutdownRequest.type);
    await session.connection.sendNotification(lsp.ExitNotification.type);
    assert.equal(await session.exit, 0);
    assert.equal(session.errors, '');
    assert.deepEqual(session.problems, []);
  },
};

async function main() {
  const names = Object.keys(tests);
  console.log(`1..${names.length}`);
  let failed = 0;
  for (const [index, name] of names.entries()) {
    try {
      await tests[name]();
      console.log(`ok ${index + 1} - ${name}`);
    } catch (error) {
      failed++;
      console.log(`not ok ${index + 1} - ${name}`);
      console.log(String(error.stack).split('\n').map((line) => `# ${line}`).join('\n'));
      if (!session || !server) break; // nothing to go on with
    }
  }
  session?.process.kill();
  process.exitCode = failed ? 1 : 0;
}

main();
