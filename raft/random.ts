/**
 * A small seeded generator (mulberry32). Its whole state is one number of 32 bits, so that a machine
 * that holds one can be dumped, loaded and replayed. Good for timers; of no use for secrets.
 */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  dump(): number {
    return this.state;
  }

  /** At least 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A number from `min` to `max`, both included if they are the same. */
  between(min: number, max: number): number {
    return min + this.next() * (max - min);
  }
}
