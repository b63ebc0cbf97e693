/** The figures of many runs together. */
import type { RunResult } from './run.js';
import { ANSWERED_MIN, SOMETIMES } from './sometimes.js';

export class Tally {
  seeds = 0;
  events = 0;
  simulatedMs = 0;
  calls = 0;
  answered = 0;
  checked = 0;
  undecided = 0;
  readonly counts = new Map<string, number>();
  /** Of all traces, in whatever order they came. */
  private high = 0;
  private low = 0;

  add({ figures, hash }: RunResult): void {
    this.seeds += 1;
    this.events += figures.events;
    this.simulatedMs += figures.simulatedMs;
    this.calls += figures.calls;
    this.answered += figures.answered;
    this.checked += figures.checked;
    this.undecided += figures.undecided;
    this.high ^= Number.parseInt(hash.slice(0, 8), 16);
    this.low ^= Number.parseInt(hash.slice(8), 16);
    for (const [what, count] of figures.counts)
      this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }

  /** The same for the same seeds. */
  get hash(): string {
    return [this.high, this.low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  /** What should have happened sometimes, and did not. */
  never(): readonly string[] {
    const never = SOMETIMES.filter((what) => (this.counts.get(what) ?? 0) === 0);
    const enough = this.answered > ANSWERED_MIN * this.calls;
    return enough ? never : [...never, 'enough calls that succeed'];
  }

  /** One line; `elapsedMs` of real time, 0 if it is of no interest. */
  line(elapsedMs: number): string {
    const seconds = elapsedMs / 1_000;
    const counts = [...this.counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, count]) => `${what} ${String(count)}`);
    const speed =
      elapsedMs === 0
        ? ''
        : `${seconds.toFixed(0)} s, ${(this.seeds / seconds).toFixed(1)} seeds a second, ` +
          `${(this.simulatedMs / elapsedMs).toFixed(0)} times real time; `;
    return (
      `${String(this.seeds)} seeds, ${(this.simulatedMs / 3_600_000).toFixed(2)} simulated hours, ` +
      `${String(this.events)} events, ${String(this.calls)} calls, ${String(this.answered)} answered, ` +
      `${String(this.checked)} operations checked, ${String(this.undecided)} keys undecided, ` +
      `traces ${this.hash}; ${speed}${counts.join(', ')}`
    );
  }
}
