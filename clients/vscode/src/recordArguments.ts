/** A task of type "hotlens" in tasks.json. */
export interface HotlensTask {
  type: string;
  mode: 'record' | 'top';
  file?: string;
  module?: string;
  command?: string[];
  pid?: number | string;
  args?: string[];
  cwd?: string;
  env?: Record<string, string>;
  python?: string;
  pySpy?: string;
  rate?: number;
  duration?: number;
  subprocesses?: boolean;
  threads?: boolean;
  idle?: boolean;
  gil?: boolean;
  native?: boolean;
  nonblocking?: boolean;
  sudo?: boolean;
  runLabel?: string;
}

export interface Tools {
  hotlens: string;
  python: string;
  pySpy: string;
}

/** The program of the task and its arguments; or what is missing. */
function program(task: HotlensTask, python: string): string[] | string {
  const args = task.args ?? [];
  if (task.file) {
    return [python, task.file, ...args];
  }
  if (task.module) {
    return [python, '-m', task.module, ...args];
  }
  if (task.command && task.command.length > 0) {
    return [...task.command, ...args];
  }
  return 'one of "file", "module", "command" and "pid" is needed';
}

/** `--duration=3` and the like, for whatever is set. */
function valueFlags(task: HotlensTask): string[] {
  const flags: string[] = [];
  const add = (name: string, value: string | number | undefined) => {
    if (value !== undefined && value !== '') {
      flags.push(`--${name}=${value}`);
    }
  };
  add('rate', task.rate);
  if (task.mode === 'record') {
    add('duration', task.duration);
    add('py-spy', task.pySpy);
    add('label', task.runLabel);
  }
  return flags;
}

function switches(task: HotlensTask): string[] {
  const isTop = task.mode === 'top';
  const known: [boolean, string][] = [
    [isTop ? task.subprocesses === true : false, '--subprocesses'],
    [!isTop && task.subprocesses === false, '--no-subprocesses'],
    [!isTop && task.threads === false, '--no-threads'],
    [task.idle === true, '--idle'],
    [task.gil === true, '--gil'],
    [task.native === true, '--native'],
    [task.nonblocking === true, '--nonblocking'],
    [!isTop && task.sudo === true, '--sudo'],
  ];
  return known.filter(([isOn]) => isOn).map(([, name]) => name);
}

/** The command line of a task, or a sentence that says what is wrong with it. */
export function commandLine(task: HotlensTask, tools: Tools): string[] | string {
  const flags = [...valueFlags(task), ...switches(task)];
  const python = task.python ?? tools.python;
  const start = task.mode === 'top' ? [task.pySpy ?? tools.pySpy, 'top'] : [tools.hotlens, 'record'];
  if (task.mode === 'top' && task.sudo) {
    start.unshift('sudo');
  }
  if (task.pid !== undefined && task.pid !== '') {
    return [...start, ...flags, '--pid', String(task.pid)];
  }
  const words = program(task, python);
  return typeof words === 'string' ? words : [...start, ...flags, '--', ...words];
}
