import * as vscode from 'vscode';
import { ChosenRuns } from './chosenRuns';
import { registerCommands } from './commands';
import { FlamegraphPanel } from './flamegraphPanel';
import { HeatBars } from './heat';
import { DocumentNumbers } from './numbers';
import { registerSources } from './openPlace';
import { Interpreter } from './python';
import { type Ended, Recordings } from './recordings';
import { RunsView } from './runsView';
import { Server } from './server';
import { ShownRuns } from './shown';
import { StatusBar } from './statusBar';
import { registerTasks } from './tasks';

/** After a recording its flame graph opens, as the setting says. */
function onRecorded(panel: FlamegraphPanel, { title, run }: Ended): void {
  const wish = vscode.workspace.getConfiguration('hotlens').get<string>('showFlamegraph', 'show');
  if (run !== undefined && wish !== 'never') {
    panel.show({ run, title }, wish === 'focus');
  }
}

export function activate(context: vscode.ExtensionContext): void {
  const interpreter = new Interpreter();
  const server = new Server(context, interpreter);
  const shown = new ShownRuns(server);
  const recordings = new Recordings(server);
  const numbers = new DocumentNumbers(server, shown);
  const panel = new FlamegraphPanel(context, server, shown, numbers);
  const runs = new RunsView(server, shown);
  context.subscriptions.push(
    interpreter,
    server,
    shown,
    new ChosenRuns(context.workspaceState, server, shown),
    recordings,
    numbers,
    panel,
    runs,
    new StatusBar(recordings, shown),
    new HeatBars(numbers),
    registerSources(server),
    registerTasks(server, interpreter),
    recordings.onDidEnd(ended => onRecorded(panel, ended)),
    ...registerCommands({ context, server, interpreter, recordings, shown, panel, runs }),
  );
  void server.ready().catch(() => undefined); // said there
}
