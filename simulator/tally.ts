/** The figures of many runs together. */
import type { RunResult } from './run.js';

export class Tally {
  seeds = 0;
  events = 0;
  simulatedMs = 0;
  calls = 0;
  answered = 0;
  checked = 0;
  undecided = 0;
  readonly counts = new Map<string, number>();

  add({ figures }: RunResult): void {
    this.seeds += 1;
    this.events += figures.events;
    this.simulatedMs += figures.simulatedMs;
    this.calls += figures.calls;
    this.answered += figures.answered;
    this.checked += figures.checked;
    this.undecided += figures.undecided;
    for (const [what, count] of figures.counts)
      this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }

  /** One line; `elapsedMs` of real time. */
  line(elapsedMs: number): string {
    const seconds = elapsedMs / 1_000;
    const counts = [...this.counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, count]) => `${what} ${String(count)}`);
    return (
      `${String(this.seeds)} seeds, ${(this.simulatedMs / 3_600_000).toFixed(2)} simulated hours, ` +
      `${String(this.events)} events (${String(Math.round(this.events / seconds))} a second), ` +
      `${String(this.calls)} calls, ${String(this.answered)} answered, ${String(this.checked)} checked, ` +
      `${String(this.undecided)} keys undecided, ${(this.simulatedMs / elapsedMs).toFixed(0)} times real time; ` +
      counts.join(', ')
    );
  }
}
