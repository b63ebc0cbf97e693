/** As plain data. */
export interface DiskWatchState {
  readonly durable: number;
  readonly progressAt: number;
}

/** Notices a log that does not become durable: a disk that hangs or crawls. */
export class DiskWatch {
  readonly #stallMs: number;
  #durable = 0;
  #progressAt: number;

  constructor(stallMs: number, now: number) {
    this.#stallMs = stallMs;
    this.#progressAt = now;
  }

  dump(): DiskWatchState {
    return { durable: this.#durable, progressAt: this.#progressAt };
  }

  load(state: DiskWatchState): void {
    this.#durable = state.durable;
    this.#progressAt = state.progressAt;
  }

  /** True when entries have waited for longer than the limit without any becoming durable. */
  stalled(durableIndex: number, lastIndex: number, now: number): boolean {
    if (durableIndex !== this.#durable || durableIndex >= lastIndex) {
      this.#durable = durableIndex;
      this.#progressAt = now;
    }
    return now - this.#progressAt > this.#stallMs;
  }
}
