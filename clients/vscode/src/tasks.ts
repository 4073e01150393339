import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { Interpreter } from './python';
import { commandLine, type HotlensTask, type Tools } from './recordArguments';
import type { Server } from './server';

interface Findings {
  findings: { topic: string; ok: boolean; value: string }[];
}

/** What hotlens itself would use, from `hotlens doctor`: "/usr/bin/python3 (PATH)". */
async function ask(server: Server, folder: string | undefined): Promise<Map<string, string>> {
  const { stdout } = await promisify(execFile)(server.program, ['doctor', '--json'], { cwd: folder }).catch(
    (error: unknown) => error as { stdout: string },
  );
  const { findings } = JSON.parse(stdout) as Findings;
  return new Map(findings.filter(({ ok }) => ok).map(({ topic, value }) => [topic, value.replace(/ \([^()]*\)$/, '')]));
}

export async function findTools(server: Server, interpreter: Interpreter, folder: vscode.Uri | undefined): Promise<Tools> {
  await server.ready();
  const settings = vscode.workspace.getConfiguration('hotlens', folder);
  const setting = (name: string) => {
    const value = settings.get<string>(name, '');
    return value === '' ? undefined : value;
  };
  const found = await ask(server, folder?.fsPath).catch(() => new Map<string, string>());
  return {
    hotlens: server.program,
    python: setting('python') ?? (await interpreter.path(folder)) ?? found.get('python') ?? 'python3',
    pySpy: setting('pySpy'),
  };
}

/** Makes the task runnable; what is wrong with it appears in its terminal. */
function execution(task: HotlensTask, tools: Tools): vscode.ProcessExecution {
  const words = commandLine(task, tools);
  const options: vscode.ProcessExecutionOptions = { env: task.env ?? {} };
  if (task.cwd !== undefined) {
    options.cwd = task.cwd;
  }
  const [program, ...args] = typeof words === 'string' ? ['sh', '-c', 'printf "%s\\n" "$1"; exit 2', 'hotlens', `hotlens task: ${words}`] : words;
  return new vscode.ProcessExecution(program ?? '', args, options);
}

function nameOf(task: HotlensTask): string {
  return task.mode === 'top' ? 'top' : 'profile the open file';
}

export function makeTask(task: HotlensTask, tools: Tools, scope: vscode.Task['scope'], name = nameOf(task)): vscode.Task {
  return new vscode.Task(task, scope ?? vscode.TaskScope.Workspace, name, 'hotlens', execution(task, tools), []);
}

/** Tasks of type "hotlens" in tasks.json, and one that profiles the open file. */
export function registerTasks(server: Server, interpreter: Interpreter): vscode.Disposable {
  const folderOf = (task: vscode.Task) =>
    typeof task.scope === 'object' ? task.scope.uri : vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.tasks.registerTaskProvider('hotlens', {
    async provideTasks() {
      try {
        const tools = await findTools(server, interpreter, vscode.workspace.workspaceFolders?.[0]?.uri);
        return [makeTask({ type: 'hotlens', mode: 'record', file: '${file}' }, tools, vscode.TaskScope.Workspace)];
      } catch {
        return []; // the server has said what is wrong
      }
    },
    async resolveTask(task) {
      const tools = await findTools(server, interpreter, folderOf(task));
      // The definition must stay the object that was given.
      return new vscode.Task(
        task.definition,
        task.scope ?? vscode.TaskScope.Workspace,
        task.name,
        'hotlens',
        execution(task.definition as HotlensTask, tools),
        [],
      );
    },
  });
}
