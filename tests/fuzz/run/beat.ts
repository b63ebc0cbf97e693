/** What a worker shows of itself while it works, in memory that the watchdog shares. */

const BEATS = 0;
const TARGET = 1;
const SEED = 2;
const PEAK = 3;
const FIELDS = 4;

export class Beat {
  readonly memory: SharedArrayBuffer;
  readonly #fields: Float64Array;

  constructor(memory = new SharedArrayBuffer(FIELDS * Float64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#fields = new Float64Array(memory);
  }

  /** Before each input. */
  begins(target: number, seed: number): void {
    this.#fields[TARGET] = target;
    this.#fields[SEED] = seed;
    this.#fields[BEATS] = this.beats + 1;
  }

  /** Bytes of heap and buffers. */
  holdsBytes(bytes: number): void {
    if (bytes > this.peakBytes) this.#fields[PEAK] = bytes;
  }

  get beats(): number {
    return this.#fields[BEATS] ?? 0;
  }

  /** Its place in the list. */
  get target(): number {
    return this.#fields[TARGET] ?? 0;
  }

  get seed(): number {
    return this.#fields[SEED] ?? 0;
  }

  get peakBytes(): number {
    return this.#fields[PEAK] ?? 0;
  }
}
