/** What is said between the server and its clients beside LSP: docs/protocol.md. */

export interface Run {
  id: number;
  target: string | null;
  title: string | null;
  cwd: string | null;
  workspace: string | null;
  /** ISO 8601 with the offset of the machine that recorded. */
  start: string;
  /** Seconds. */
  elapsed: number | null;
  busy: number | null;
  rate: number | null;
  samples: number;
  errors: number;
  exit_status: number | null;
  processes: number;
  threads: number;
  python_version: string | null;
  git: { commit: string | null; branch: string | null; dirty: boolean | null };
  label: string | null;
  pinned: boolean;
  argv: string[];
  flags: string[];
}

export interface RunsAnswer {
  runs: Run[];
}

export interface ProcessInfo {
  pid: number;
  command: string | null;
  cwd: string | null;
  user: string | null;
  version: string | null;
  threads: number;
  python: boolean;
  mayRecord: boolean;
}

export interface ProcessesAnswer {
  processes: ProcessInfo[];
}

/** One line of an open document; line numbers are those of LSP, from 0. */
export interface LineNumbers {
  line: number;
  self: number;
  total: number;
  /** Of what is shown, 0 to 1. */
  share: number;
  /** Of the function around it, 0 to 1; absent outside of functions. */
  functionShare?: number;
  text?: string;
}

export interface FunctionNumbers {
  name: string;
  kind: 'function' | 'class';
  line: number;
  endLine: number;
  self: number;
  total: number;
  share: number;
  edited: boolean;
  text?: string;
}

export interface LinesAnswer {
  uri: string;
  version: number;
  state: 'shown' | 'loading' | 'none';
  hints: boolean;
  run: Run | null;
  summary?: string;
  focus?: string | null;
  samples?: number;
  file?: string;
  problem?: string | null;
  lines: LineNumbers[];
  functions: FunctionNumbers[];
}

export interface SourceAnswer {
  run: number;
  path: string;
  state: string;
  text: string | null;
}

/** Where a line of the text that ran is now. */
export interface LocationAnswer {
  uri: string;
  range: { start: { line: number; character: number } };
  /** false: that line was changed or is gone, and this is the nearest that is left. */
  exact: boolean;
}

export interface Shown {
  folder: string;
  /** null while it is live. */
  run: number | null;
  title: string | null;
  /** One line for people; absent from a server that is older than this extension. */
  summary?: string;
  live: boolean;
  focus: string | null;
}

export interface DidChange {
  changed: ('runs' | 'shown' | 'focus' | 'numbers' | 'hints')[];
  hints: boolean;
  shown: Shown[];
}

export interface Recording {
  id: number;
  state: 'started' | 'progress' | 'stopping' | 'ended';
  title: string;
  message: string | null;
  folder: string | null;
  attached: boolean;
  pid: number | null;
  /** Seconds. */
  elapsed: number;
  samples: number;
  /** At the end. */
  run?: number | null;
  exitStatus?: number | null;
  problem?: string | null;
  remedy?: string | null;
}

export interface Output {
  id: number;
  stream: 'stdout' | 'stderr';
  text: string;
}

export interface ShowFlamegraph {
  run: number;
  title: string | null;
}

export interface RunInTerminal {
  argv: string[];
  cwd: string | null;
  env: Record<string, string>;
  title: string | null;
}

/** What `hotlens.showFlamegraph` is given by lenses. */
export interface Place {
  run?: number;
  file?: string;
  function?: string;
}

/** What a graph, a table or a person restricts all numbers to. */
export interface Focus {
  node?: string;
  function?: string;
  file?: string;
  module?: string;
  thread?: number;
  process?: number;
}
