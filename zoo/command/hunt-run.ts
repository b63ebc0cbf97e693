/** The hunt for one bug, from one start on: attempt after attempt until it is found, or the time is up. */
import type { Bug, Finding } from '../bug.js';
import { hasManyAttempts } from '../checkers/index.js';
import type { Outcome, Task } from './worker.js';

export class HuntRun {
  finding: Finding | null = null;
  /** Of what is kept. */
  fault: string | null = null;
  /** Until it was found. */
  attempts = 0;
  /** From the first attempt on. */
  ms = 0;
  private began: number | null = null;
  private given = 0;
  private keptGiven: boolean;
  private keptFound = false;

  /** `start`: the number of its first attempt. `limitMs`: no attempt begins later. */
  constructor(
    readonly bug: Bug,
    private readonly place: number,
    private readonly start: number,
    private readonly limitMs: number,
    withKept: boolean,
  ) {
    this.keptGiven = !withKept;
  }

  /** It is rare, and what is kept of it finds it: fresh seeds may do without. */
  get isExcused(): boolean {
    return this.bug.isRare === true && this.keptFound;
  }

  /** Null: there is none left. */
  next(now: number): Task | null {
    const { bug, place } = this;
    if (!this.keptGiven) {
      this.keptGiven = true;
      return { hunt: place, bug: bug.name, number: 'kept' };
    }
    if (this.finding !== null || (this.given > 0 && !hasManyAttempts(bug))) return null;
    this.began ??= now;
    if (now - this.began > this.limitMs) return null;
    return { hunt: place, bug: bug.name, number: this.start + this.given++ };
  }

  /** True if that ends it. */
  take({ task, finding, fault }: Outcome, now: number): boolean {
    if (task.number === 'kept') {
      this.fault = fault;
      this.keptFound = finding !== null;
      return false;
    }
    if (this.finding !== null) return false;
    this.attempts += 1;
    this.ms = now - (this.began ?? now);
    this.finding = finding;
    return finding !== null;
  }
}
