/**
 * Sequences of integers to 64 bits, in two lanes of 32 that share nothing. Two different sequences get
 * the same hash as seldom as chance allows; not against an adversary. After MurmurHash3 (A. Appleby).
 */
const CAPACITY = 4096;

export class Hasher {
  private readonly words = new Int32Array(CAPACITY);
  private length = 0;
  /** The two lanes of the last `finish`, as unsigned numbers of 32 bits. */
  low = 0;
  high = 0;

  begin(): this {
    this.length = 0;
    return this;
  }

  /** An integer; what is longer than 32 bits would lose its upper ones, and is refused. */
  put(word: number): this {
    if (word !== (word | 0) || this.length === CAPACITY) {
      throw new RangeError(`word ${word}, number ${this.length}: too large for a small world`);
    }
    this.words[this.length++] = word;
    return this;
  }

  /** -1 stands for null: nothing that is put is negative. */
  putOrNull(word: number | null): this {
    return this.put(word ?? -1);
  }

  finish(): this {
    this.low = this.lane(0x9747b28c, 0xcc9e2d51, 0x1b873593);
    this.high = this.lane(0x3c6ef372, 0x239b961b, 0xab0e9789);
    return this;
  }

  private lane(seed: number, first: number, second: number): number {
    const { words, length } = this;
    let hash = seed;
    for (let at = 0; at < length; at++) {
      let word = Math.imul(words[at] ?? 0, first);
      word = Math.imul((word << 15) | (word >>> 17), second);
      hash ^= word;
      hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    }
    return mixed(hash ^ length);
  }
}

function mixed(hash: number): number {
  let all = hash;
  all = Math.imul(all ^ (all >>> 16), 0x85ebca6b);
  all = Math.imul(all ^ (all >>> 13), 0xc2b2ae35);
  return (all ^ (all >>> 16)) >>> 0;
}

/** Two lanes for each of the six orders of the nodes, for each thing that was numbered. */
export class Lanes {
  private held = new Uint32Array(12 * 1024);

  get(thing: number, lane: number): number {
    return this.held[12 * thing + lane] ?? 0;
  }

  set(thing: number, lane: number, value: number): void {
    if (12 * thing + 12 > this.held.length) {
      const larger = new Uint32Array(2 * this.held.length);
      larger.set(this.held);
      this.held = larger;
    }
    this.held[12 * thing + lane] = value;
  }

  addTo(sums: Uint32Array, thing: number): void {
    const at = 12 * thing;
    for (let lane = 0; lane < 12; lane++)
      sums[lane] = (sums[lane] ?? 0) + (this.held[at + lane] ?? 0);
  }

  takeFrom(sums: Uint32Array, thing: number): void {
    const at = 12 * thing;
    for (let lane = 0; lane < 12; lane++)
      sums[lane] = (sums[lane] ?? 0) - (this.held[at + lane] ?? 0);
  }
}
