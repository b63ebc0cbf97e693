/**
 * A map from ids to values, for what comes and goes all the time, as requests do. A `Map` takes a new table every so
 * many changes, and the old one refers to the new: once one of them is old in the garbage collector's eyes, all that
 * passed through those after it is kept until the next whole collection. A third of a busy client's time went into that.
 * Here one table serves for good: open addressing with linear probing, and deletion that closes the gap (Knuth, The Art
 * of Computer Programming, vol. 3, 6.4, algorithms L and R).
 */

/** The table has 2 to the power of so many places at first. */
const BITS_MIN = 3;
const FREE = -1;
/**
 * 2^32 over the golden ratio (Knuth, 6.4: Fibonacci hashing). Ids that follow one another are spread, or they would
 * make one long run of places, all of which a deletion goes through.
 */
const SPREAD = 0x9e3779b1;

/** Ids are whole numbers from 0 on. */
export class IdMap<Value> {
  #ids = freeIds(BITS_MIN);
  #values = noValues<Value>(BITS_MIN);
  #bits = BITS_MIN;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): Value | undefined {
    return this.#values[this.#placeOf(id)];
  }

  has(id: number): boolean {
    return this.#ids[this.#placeOf(id)] === id;
  }

  set(id: number, value: Value): void {
    const at = this.#placeOf(id);
    if (this.#ids[at] === FREE) {
      if (2 * this.#size >= this.#ids.length) {
        this.#grow();
        this.set(id, value);
        return;
      }
      this.#ids[at] = id;
      this.#size += 1;
    }
    this.#values[at] = value;
  }

  /** Whether it was there. */
  delete(id: number): boolean {
    const ids = this.#ids;
    const values = this.#values;
    const mask = ids.length - 1;
    let gap = this.#placeOf(id);
    if (ids[gap] === FREE) return false;
    // What was pushed on past the gap moves into it, or it would not be found any more.
    for (let at = (gap + 1) & mask; ids[at] !== FREE; at = (at + 1) & mask) {
      const other = ids[at] ?? FREE;
      if (((at - this.#homeOf(other)) & mask) < ((at - gap) & mask)) continue;
      ids[gap] = other;
      values[gap] = values[at];
      gap = at;
    }
    ids[gap] = FREE;
    values[gap] = undefined;
    this.#size -= 1;
    return true;
  }

  clear(): void {
    this.#ids.fill(FREE);
    this.#values.fill(undefined);
    this.#size = 0;
  }

  /** By rising ids; what is removed meanwhile is passed over. */
  *[Symbol.iterator](): Generator<[id: number, value: Value]> {
    for (const id of this.#sorted()) {
      if (this.has(id)) yield [id, this.get(id) as Value];
    }
  }

  /** By rising ids. */
  values(): Value[] {
    return this.#sorted().map((id) => this.get(id) as Value);
  }

  #sorted(): number[] {
    const sorted: number[] = [];
    if (this.#size === 0) return sorted;
    for (let at = 0; at < this.#ids.length; at += 1) {
      const id = this.#ids[at] ?? FREE;
      if (id !== FREE) sorted.push(id);
    }
    return sorted.sort((a, b) => a - b);
  }

  /** Where the id stands, or else would. */
  #placeOf(id: number): number {
    const ids = this.#ids;
    const mask = ids.length - 1;
    let at = this.#homeOf(id);
    for (let found = ids[at]; found !== id && found !== FREE; found = ids[at]) at = (at + 1) & mask;
    return at;
  }

  /** Of the product's bits the upper ones are mixed best. */
  #homeOf(id: number): number {
    return Math.imul(id, SPREAD) >>> (32 - this.#bits);
  }

  #grow(): void {
    const entries = [...this];
    this.#bits += 1;
    this.#ids = freeIds(this.#bits);
    this.#values = noValues(this.#bits);
    this.#size = 0;
    for (const [id, value] of entries) this.set(id, value);
  }
}

function freeIds(bits: number): Float64Array {
  return new Float64Array(2 ** bits).fill(FREE);
}

function noValues<Value>(bits: number): (Value | undefined)[] {
  return new Array<Value | undefined>(2 ** bits).fill(undefined);
}
