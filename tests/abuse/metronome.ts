/**
 * How long this process was kept from running: a machine that others use, or that is itself a guest, stands still now
 * and then. Nothing that is measured here can be quicker than that.
 */

const BEAT_MS = 10;

interface Stall {
  readonly atMs: number;
  readonly lateMs: number;
}

export class Metronome {
  readonly #stalls: Stall[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor() {
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#stalls.push({ atMs: now, lateMs: now - last - BEAT_MS });
      last = now;
    }, BEAT_MS);
  }

  /** The longest stall that ended in [fromMs, toMs), on the clock of `performance.now()`. */
  worstMs(fromMs: number, toMs: number): number {
    return this.#stalls
      .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
      .reduce((worst, { lateMs }) => Math.max(worst, lateMs), 0);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
