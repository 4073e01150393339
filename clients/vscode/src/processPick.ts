import * as vscode from 'vscode';
import type { ProcessesAnswer } from './protocol';
import type { Server } from './server';

export interface Choice {
  pid: number;
  native: boolean;
}

interface Item extends vscode.QuickPickItem {
  pid: number;
}

const SHOW_ALL = { iconPath: new vscode.ThemeIcon('list-unordered'), tooltip: 'Show all processes, not only Python' };
const PYTHON_ONLY = { iconPath: new vscode.ThemeIcon('snake'), tooltip: 'Show Python processes only' };
const NATIVE = { iconPath: new vscode.ThemeIcon('circle-large-outline'), tooltip: 'C, C++ and Cython frames too: off' };
const NATIVE_ON = { iconPath: new vscode.ThemeIcon('pass-filled'), tooltip: 'C, C++ and Cython frames too: on' };

async function list(server: Server, all: boolean): Promise<Item[]> {
  const { processes } = await server.request<ProcessesAnswer>('hotlens/processes', { all });
  return processes.map(process => ({
    pid: process.pid,
    label: `${process.pid} ${process.command ?? ''}`,
    description: [process.version ? `Python ${process.version}` : '', process.user ?? ''].filter(part => part !== '').join(' · '),
    detail: `${process.mayRecord ? '' : '$(lock) may not be recorded by you · '}${process.cwd ?? ''}`,
  }));
}

/** A number that is typed is a process, whether it is in the list or not. */
function withTyped(items: readonly Item[], text: string): Item[] {
  const pid = /^\s*\d+\s*$/.test(text) ? Number(text) : 0;
  const isNew = Number.isSafeInteger(pid) && pid > 0 && !items.some(item => item.pid === pid);
  return isNew ? [{ pid, label: `${pid}`, description: 'the process with this number', alwaysShow: true }, ...items] : [...items];
}

/** Asks for a running process; a number may be typed. */
export async function pickProcess(server: Server, title: string, withNative: boolean): Promise<Choice | undefined> {
  const pick = vscode.window.createQuickPick<Item>();
  let all = false;
  let native = vscode.workspace.getConfiguration('hotlens').get<boolean>('native', false);
  let items: Item[] = [];
  const showButtons = () => {
    pick.buttons = [...(withNative ? [native ? NATIVE_ON : NATIVE] : []), all ? PYTHON_ONLY : SHOW_ALL];
  };
  const load = async () => {
    pick.busy = true;
    try {
      items = await list(server, all);
    } catch (error) {
      server.log.warn(String(error));
    }
    pick.items = withTyped(items, pick.value);
    pick.busy = false;
  };
  pick.title = title;
  pick.placeholder = 'Choose a process, or type its number';
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  showButtons();
  try {
    return await new Promise<Choice | undefined>(resolve => {
      pick.onDidChangeValue(text => (pick.items = withTyped(items, text)));
      pick.onDidTriggerButton(button => {
        if (button === NATIVE || button === NATIVE_ON) {
          native = !native;
        } else {
          all = !all;
          void load();
        }
        showButtons();
      });
      pick.onDidAccept(() => {
        const [item] = pick.selectedItems;
        if (item) {
          resolve({ pid: item.pid, native });
        }
      });
      pick.onDidHide(() => resolve(undefined));
      pick.show();
      void load();
    });
  } finally {
    pick.dispose();
  }
}
