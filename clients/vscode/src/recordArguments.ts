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
  sampler?: string;
  grace?: number;
  storeSources?: boolean;
  installPySpy?: boolean;
  workspace?: string;
  db?: string;
  quiet?: boolean;
  runLabel?: string;
}

export interface Tools {
  hotlens: string;
  python: string;
  /** The setting; without it hotlens looks for py-spy. */
  pySpy: string | undefined;
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
function valueFlags(task: HotlensTask, pySpy: string | undefined): string[] {
  const known: [string, string | number | undefined][] = [
    ['rate', task.rate],
    ['duration', task.duration],
    ['py-spy', task.pySpy ?? pySpy],
    ['label', task.runLabel],
    ['sampler', task.sampler],
    ['grace', task.grace],
    ['workspace', task.workspace],
    ['db', task.db],
  ];
  return known.filter(([, value]) => value !== undefined && value !== '').map(([name, value]) => `--${name}=${value}`);
}

function switches(task: HotlensTask): string[] {
  const known: [boolean, string][] = [
    [task.subprocesses === false, '--no-subprocesses'],
    [task.threads === false, '--no-threads'],
    [task.idle === true, '--idle'],
    [task.gil === true, '--gil'],
    [task.native === true, '--native'],
    [task.nonblocking === true, '--nonblocking'],
    [task.sudo === true, '--sudo'],
    [task.storeSources === false, '--no-sources'],
    [task.installPySpy === true, '--install-py-spy'],
    [task.quiet === true, '--quiet'],
  ];
  return known.filter(([isOn]) => isOn).map(([, name]) => name);
}

/** What only a recording takes. */
function recordOnly(task: HotlensTask): string | undefined {
  const known = ['duration', 'runLabel', 'gil', 'native', 'nonblocking', 'sudo', 'sampler', 'grace', 'workspace',
    'installPySpy', 'quiet'] as const;
  const switchedOff = ['subprocesses', 'threads', 'storeSources'] as const;
  return known.find(name => Boolean(task[name])) ?? switchedOff.find(name => task[name] === false);
}

/** The command line of a task, or a sentence that says what is wrong with it. */
export function commandLine(task: HotlensTask, tools: Tools): string[] | string {
  const isTop = task.mode === 'top';
  const wrong = isTop ? recordOnly(task) : undefined;
  if (wrong) {
    return `"${wrong}" is for the mode "record" only`;
  }
  const start = [tools.hotlens, task.mode, ...valueFlags(task, tools.pySpy), ...switches(task)];
  if (task.pid !== undefined && task.pid !== '') {
    return [...start, ...(isTop ? [] : ['--pid']), String(task.pid)];
  }
  const words = program(task, task.python ?? tools.python);
  return typeof words === 'string' ? words : [...start, '--', ...words];
}
