import type { Run } from './protocol';

/** "12 s", "3 min 5 s", "1 h 2 min" */
export function durationText(seconds: number): string {
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    const rest = whole % 60;
    return `${Math.floor(whole / 60)} min${rest > 0 ? ` ${rest} s` : ''}`;
  }
  const minutes = Math.floor((whole % 3600) / 60);
  return `${Math.floor(whole / 3600)} h${minutes > 0 ? ` ${minutes} min` : ''}`;
}

/** "12", "1:05", "1:01:01": of a recording that goes on. */
export function clockText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** "14:02" today, "Mon 14:02" within a week, else "2026-11-02 14:02"; in the time of the recording. */
export function whenText(start: string, now: Date): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(start);
  const date = new Date(start);
  if (!match || Number.isNaN(date.getTime())) {
    return start;
  }
  const [, day, time] = match;
  const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (days === 0) {
    return time ?? start;
  }
  return days > 0 && days < 7
    ? `${date.toLocaleDateString('en', { weekday: 'short' })} ${time}`
    : `${day} ${time}`;
}

export function titleOf(run: Run): string {
  return run.label ?? run.title ?? run.target ?? `run ${run.id}`;
}

/** "a1b2c3d", with a star for uncommitted changes. */
export function commitText(run: Run): string {
  return run.git.commit ? run.git.commit.slice(0, 7) + (run.git.dirty ? '*' : '') : '';
}

export function descriptionOf(run: Run, now: Date): string {
  return [
    whenText(run.start, now),
    run.elapsed === null ? '' : durationText(run.elapsed),
    commitText(run),
  ].filter(part => part !== '').join(' · ');
}

/** The Python file that was run, when the command line names one. */
export function fileOf(run: Run): string | undefined {
  return run.argv.slice(1).find(word => /\.pyw?$/i.test(word));
}
