/** A run that is shown although there is a newer one. */
export interface Choice {
  run: number;
  /** The newest run of the folder when it was chosen. */
  newest: number;
  /** Milliseconds. */
  at: number;
}

/** As long as the server's own, see the setting showLastRun. */
const LASTS_MS = 24 * 3600 * 1000;

/** undefined when the newest is shown, which a server does by itself. */
export function choiceOf(run: number, newest: number | undefined, now: number): Choice | undefined {
  return newest === undefined || run === newest ? undefined : { run, newest, at: now };
}

/** Whether it is to be shown again: it is there, it is not long ago, and nothing was recorded since. */
export function mayReturn(choice: Choice, runs: readonly number[], now: number): boolean {
  return runs[0] === choice.newest && runs.includes(choice.run) && now - choice.at < LASTS_MS;
}
