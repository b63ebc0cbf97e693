/**
 * Which worlds were seen, by 64 bits of each, and from where each was reached first. A table of fixed
 * size: 12 bytes a place. A world's place is its name.
 */
const FULL = 0.85;

export class Visited {
  readonly capacity: number;
  size = 0;
  private readonly low: Uint32Array;
  private readonly high: Uint32Array;
  /** The place of the world before it, plus one; 0: the place is free. */
  private readonly from: Uint32Array;
  private readonly mask: number;

  /** `worlds`: at least so many fit. */
  constructor(worlds: number) {
    this.capacity = 2 ** Math.ceil(Math.log2(Math.max(16, worlds) / FULL));
    this.mask = this.capacity - 1;
    this.low = new Uint32Array(this.capacity);
    this.high = new Uint32Array(this.capacity);
    this.from = new Uint32Array(this.capacity);
  }

  get isFull(): boolean {
    return this.size >= FULL * this.capacity;
  }

  get bytes(): number {
    return 12 * this.capacity;
  }

  /** The world's place if it is new, else -1. `before`: the place it was reached from; -1: none. */
  add(low: number, high: number, before: number): number {
    let place = low & this.mask;
    while (this.from[place] !== 0) {
      if (this.low[place] === low && this.high[place] === high) return -1;
      place = (place + 1) & this.mask;
    }
    this.low[place] = low;
    this.high[place] = high;
    this.from[place] = before < 0 ? place + 1 : before + 1;
    this.size += 1;
    return place;
  }

  /** The places from the first world to this one. */
  path(place: number): number[] {
    const path = [place];
    for (let at = place; ;) {
      const before = (this.from[at] ?? 0) - 1;
      if (before === at || before < 0) break;
      path.push(before);
      at = before;
    }
    return path.reverse();
  }

  is(place: number, low: number, high: number): boolean {
    return this.low[place] === low && this.high[place] === high;
  }
}
