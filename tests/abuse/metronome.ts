/**
 * How long this process was kept from running, and how long its disk took: a machine that others use, or that is
 * itself a guest, stands still now and then. Nothing that is measured here can be quicker than that.
 */
import { closeSync, fdatasync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const BEAT_MS = 10;
const SYNC_EVERY_MS = 50;

interface Late {
  readonly atMs: number;
  readonly lateMs: number;
}

export class Metronome {
  readonly #stalls: Late[] = [];
  readonly #syncs: Late[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #syncTimer: NodeJS.Timeout;
  readonly #file: string;
  readonly #descriptor: number;
  #isSyncing = false;

  /** `folder`: on the disk that is measured. */
  constructor(folder: string) {
    this.#file = join(folder, 'metronome');
    this.#descriptor = openSync(this.#file, 'w');
    this.#syncTimer = setInterval(() => {
      this.#sync();
    }, SYNC_EVERY_MS);
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#stalls.push({ atMs: now, lateMs: now - last - BEAT_MS });
      last = now;
    }, BEAT_MS);
  }

  /** The longest stall that ended in [fromMs, toMs), on the clock of `performance.now()`. */
  worstMs(fromMs: number, toMs: number): number {
    return worstIn(this.#stalls, fromMs, toMs);
  }

  /** The longest sync, likewise. A process that stands still hears of its sync late: the two are not to be added. */
  worstSyncMs(fromMs: number, toMs: number): number {
    return worstIn(this.#syncs, fromMs, toMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearInterval(this.#syncTimer);
    // One on its way keeps the descriptor until it is done.
    if (!this.#isSyncing) closeSync(this.#descriptor);
    rmSync(this.#file, { force: true });
  }

  #sync(): void {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    const begun = performance.now();
    writeSync(this.#descriptor, '.', 0);
    fdatasync(this.#descriptor, () => {
      const now = performance.now();
      this.#isSyncing = false;
      this.#syncs.push({ atMs: now, lateMs: now - begun });
    });
  }
}

function worstIn(all: readonly Late[], fromMs: number, toMs: number): number {
  const within = all.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  return within.reduce((worst, { lateMs }) => Math.max(worst, lateMs), 0);
}
