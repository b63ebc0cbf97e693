/** Gives each different thing a number, and keeps its hash under each order of the nodes. */
import { Hasher, Lanes } from './hash.js';
import type { Permutation } from './permutation.js';
import { PERMUTATIONS } from './permutation.js';

const CELL = 2 ** 21;

export class Catalogue<Thing> {
  readonly things: Thing[] = [];
  readonly lanes = new Lanes();
  /** By the high part of the hash, then the rest: 53 bits are as much as a number holds. */
  private readonly numbers = new Map<number, number[]>();
  private readonly hasher = new Hasher();

  constructor(
    private readonly encode: (to: Hasher, thing: Thing, order: Permutation) => void,
    /** What is kept of a thing that is new. */
    private readonly kept: (thing: Thing) => Thing = (thing) => thing,
  ) {}

  /** The number of a thing; things of the same encoding have the same one. */
  number(thing: Thing): number {
    const [first] = PERMUTATIONS;
    if (first === undefined) throw new RangeError('there is one order at least');
    this.encode(this.hasher, thing, first);
    const { low, high } = this.hasher.finish();
    const key = low * CELL + (high >>> 11);
    const alike = this.numbers.get(key);
    for (const known of alike ?? []) if (this.lanes.get(known, 1) === high) return known;
    const number = this.things.length;
    this.things.push(this.kept(thing));
    if (alike === undefined) this.numbers.set(key, [number]);
    else alike.push(number);
    for (const [at, order] of PERMUTATIONS.entries()) {
      this.encode(this.hasher, thing, order);
      this.hasher.finish();
      this.lanes.set(number, 2 * at, this.hasher.low);
      this.lanes.set(number, 2 * at + 1, this.hasher.high);
    }
    return number;
  }

  get(number: number): Thing {
    const thing = this.things[number];
    if (thing === undefined) throw new RangeError(`there is no thing number ${number}`);
    return thing;
  }

  get size(): number {
    return this.things.length;
  }
}
