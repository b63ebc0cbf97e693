/**
 * How often a running cluster is told of. Under load each look costs the most and shows the least: numbers that run. So
 * two looks of three are left out then.
 */

/** Entries between two looks, 100 ms: 1,000 a second. */
const BUSY_ENTRIES = 100;
const LEFT_OUT = 2;

export class Pace {
  #index = 0;
  #left = 0;

  /** Whether a look that is due is left out, `index` being what the log has come to. */
  leavesOut(index: number): boolean {
    const isBusy = index - this.#index > BUSY_ENTRIES;
    this.#index = index;
    this.#left = isBusy && this.#left === 0 ? LEFT_OUT : Math.max(0, this.#left - 1);
    return this.#left > 0;
  }
}
