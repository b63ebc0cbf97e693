/**
 * Which endpoint to dial, and when: after a loss the next one at once, each in turn; when all of them
 * failed, again after a pause that grows.
 */

export interface DialerDump {
  readonly endpoint: number;
  readonly failures: number;
  readonly random: number;
}

export class Dialer {
  readonly #endpoints: number;
  readonly #pauseMsMin: number;
  readonly #pauseMsMax: number;
  #endpoint = 0;
  /** Attempts that failed since the last connection. */
  #failures = 0;
  /** xorshift32; never 0. */
  #random: number;

  constructor(endpoints: number, pauseMsMin: number, pauseMsMax: number, seed: number) {
    this.#endpoints = endpoints;
    this.#pauseMsMin = pauseMsMin;
    this.#pauseMsMax = pauseMsMax;
    this.#random = seed >>> 0 || 1;
  }

  get endpoint(): number {
    return this.#endpoint;
  }

  connected(): void {
    this.#failures = 0;
  }

  /** Moves on, and gives the pause before the next dial, in milliseconds. */
  lost(wasConnected: boolean): number {
    this.#endpoint = (this.#endpoint + 1) % this.#endpoints;
    if (wasConnected) return 0;
    this.#failures += 1;
    if (this.#failures < this.#endpoints) return 0;
    const round = Math.floor(this.#failures / this.#endpoints) - 1;
    const pause = Math.min(this.#pauseMsMax, this.#pauseMsMin * 2 ** Math.min(round, 16));
    return pause * (0.75 + (0.5 * (this.#draw() % 1024)) / 1024);
  }

  dump(): DialerDump {
    return { endpoint: this.#endpoint, failures: this.#failures, random: this.#random };
  }

  load(dumped: DialerDump): void {
    this.#endpoint = dumped.endpoint;
    this.#failures = dumped.failures;
    this.#random = dumped.random;
  }

  #draw(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x >>> 0;
    return this.#random;
  }
}
