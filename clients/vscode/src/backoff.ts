const MOST = 5;
const WITHIN_MS = 180_000;
const FIRST_MS = 500;

/** When a server that ended unexpectedly is started again: later each time, and not for ever. */
export class Backoff {
  private ends: number[] = [];

  /** Milliseconds to wait, or undefined to give up. */
  next(now: number): number | undefined {
    this.ends = this.ends.filter(end => now - end < WITHIN_MS);
    this.ends.push(now);
    return this.ends.length > MOST ? undefined : FIRST_MS * 2 ** (this.ends.length - 1);
  }

  get count(): number {
    return this.ends.length;
  }

  reset(): void {
    this.ends = [];
  }
}
