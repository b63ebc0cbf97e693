/**
 * The one source of chance in a simulated world: xoshiro128** (Blackman and Vigna, 2018), seeded by
 * splitmix32. The same seed gives the same draws on every machine.
 */
// Looked up once: within a test's context, names of the global object are slow to reach.
const { imul, floor, log } = Math;

export type RandomState = readonly [number, number, number, number];

export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: number | RandomState) {
    [this.a, this.b, this.c, this.d] = typeof seed === 'number' ? expand(seed) : seed;
  }

  /** 32 random bits, as an unsigned integer. */
  bits(): number {
    const product = imul(this.b, 5);
    const result = imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** In [0, 1). */
  next(): number {
    return this.bits() / 4294967296;
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return floor(this.next() * bound);
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** An integer in [low, high], both included. */
  integer(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('Random.pick: the list is empty; check before drawing');
    return item;
  }

  /** Exponential with this mean: the time to the next of events that come at random. */
  exponential(mean: number): number {
    return -log(1 - this.next()) * mean;
  }

  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i -= 1) {
      const j = this.below(i + 1);
      const held = items[i] as T;
      items[i] = items[j] as T;
      items[j] = held;
    }
    return items;
  }

  /** A generator of its own, so that what draws from it does not shift what draws from this one. */
  fork(): Random {
    return new Random([this.bits(), this.bits(), this.bits(), this.bits() | 1]);
  }

  dump(): RandomState {
    return [this.a, this.b, this.c, this.d];
  }
}

function expand(seed: number): RandomState {
  let state = seed >>> 0;
  const draw = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = imul(z ^ (z >>> 16), 0x21f0aaad);
    z = imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  // Seeds beyond 32 bits differ too.
  state = (state ^ floor(seed / 4294967296)) >>> 0;
  return [draw(), draw(), draw(), draw() | 1];
}
