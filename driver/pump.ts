/** Drives a pure machine by the monotonic clock: hands it events, and ticks when its deadline comes. */
import { performance } from 'node:perf_hooks';

/** A deterministic machine; times are ms of one monotonic clock. */
export interface Machine<Event> {
  handle(event: Event | { readonly type: 'tick' }, now: number): void;
  /** When the next tick is due; at or before now when work is waiting. */
  deadline(): number;
}

/** The longest that a timer of Node's can wait, ms; a longer one fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class Pump<Event> {
  readonly #machine: Machine<Event>;
  /** A broken invariant or a bug of ours: the process must not go on. */
  readonly #broken: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Infinity;
  #immediate = false;
  #closed = false;

  constructor(machine: Machine<Event>, broken: (error: unknown) => void) {
    this.#machine = machine;
    this.#broken = broken;
  }

  handle(event: Event | { readonly type: 'tick' }): void {
    if (this.#closed) return;
    try {
      this.#machine.handle(event, performance.now());
    } catch (error) {
      this.close();
      this.#broken(error);
      return;
    }
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** A timer is moved only when it would fire too late; one that fires early just looks again. */
  #schedule(): void {
    const deadline = this.#machine.deadline();
    const now = performance.now();
    if (deadline <= now) {
      this.#tickSoon();
      return;
    }
    if (deadline >= this.#timerAt) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAt = deadline;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#timerAt = Infinity;
        if (this.#machine.deadline() <= performance.now()) this.handle({ type: 'tick' });
        else this.#schedule();
      },
      Math.min(Math.ceil(deadline - now), TIMER_MS_MAX),
    );
  }

  #tickSoon(): void {
    if (this.#immediate) return;
    this.#immediate = true;
    setImmediate(() => {
      this.#immediate = false;
      this.handle({ type: 'tick' });
    });
  }
}
