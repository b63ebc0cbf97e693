/** The hunt for one bug, from one start on: attempt after attempt until it is found, or patience ends. */
import type { Bug, Finding } from '../bug.js';
import { hasManyAttempts } from '../checkers/index.js';
import type { Outcome, Task } from './worker.js';

/** A hunt ends when it has had both. */
export interface Patience {
  readonly ms: number;
  readonly attempts: number;
}

/** `undecided`: the run ended before its patience did. */
export type Verdict = 'caught' | 'missed' | 'undecided';

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
  private keptGiven = false;
  private isPatient = true;

  /** `start`: the number of its first attempt. */
  constructor(
    readonly bug: Bug,
    private readonly place: number,
    private readonly start: number,
    readonly patience: Patience,
  ) {}

  get verdict(): Verdict {
    if (this.finding !== null) return 'caught';
    return this.isPatient ? 'undecided' : 'missed';
  }

  /** It took longer than it was to take. */
  get isLate(): boolean {
    return this.finding !== null && this.ms > this.patience.ms;
  }

  /** What is kept is tried once. */
  nextKept(): Task | null {
    if (this.keptGiven) return null;
    this.keptGiven = true;
    return { hunt: this.place, bug: this.bug.name, number: 'kept' };
  }

  /** Null: there is none left. */
  next(now: number): Task | null {
    const { bug, place, patience } = this;
    // What is kept of a search is that search.
    if (this.finding !== null || !hasManyAttempts(bug)) return null;
    this.began ??= now;
    this.isPatient = now - this.began <= patience.ms || this.given < patience.attempts;
    if (!this.isPatient) return null;
    return { hunt: place, bug: bug.name, number: this.start + this.given++ };
  }

  /** True if that ends it. */
  take({ task, finding, fault, ms }: Outcome, now: number): boolean {
    const isKept = task.number === 'kept';
    if (isKept) this.fault = fault;
    if (this.finding !== null || (isKept && hasManyAttempts(this.bug))) return false;
    this.attempts += 1;
    this.ms = isKept ? ms : now - (this.began ?? now);
    this.finding = finding;
    if (isKept) this.isPatient = false;
    return finding !== null;
  }
}
