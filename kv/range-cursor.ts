/**
 * Reads a long range as of one revision, in slices, while writes go on. What is visible at that revision
 * stays until the cursor is closed, which it is by itself at its end.
 */
import type { Keyspace } from './keyspace.js';
import type { ByteString, Pair, Range, RangeResult } from './types.js';

/** Keys looked at, and about the bytes of pairs gathered, in one slice: some 2 ms, encoding included. */
const KEYS_AT_ONCE = 1_000;
const BYTES_AT_ONCE = 256 * 1024;
/** What a pair takes besides its key and value, about. */
const BYTES_OF_NUMBERS = 40;

/** A range of fewer keys is read at once. */
export const LONG_RANGE_KEYS = KEYS_AT_ONCE;

export class RangeCursor {
  /** Versions visible from here on are kept as long as the cursor is open. */
  readonly compacted: number;
  readonly #keyspace: Keyspace;
  readonly #range: Range;
  /** Of the state when it was asked. */
  readonly #revision: number;
  readonly #closed: (cursor: RangeCursor) => void;
  #from: ByteString;
  /** Pairs given out so far. */
  #shown = 0;
  /** Pairs met so far. */
  #count = 0;
  /** Of the whole range, where the tree knows it: in the state as it is. */
  readonly #countAhead: number | null;
  #isOpen = true;

  constructor(keyspace: Keyspace, range: Range, closed: (cursor: RangeCursor) => void) {
    this.#keyspace = keyspace;
    this.#range = range;
    this.#revision = keyspace.revision;
    this.compacted = range.revision === 0 ? keyspace.revision : range.revision;
    this.#closed = closed;
    this.#from = range.key;
    this.#countAhead = range.revision === 0 ? keyspace.count(range) : null;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The next part; once `isOpen` is false it was the last, and only that one's `count` and `more` count. */
  next(keysAtOnce = KEYS_AT_ONCE): RangeResult {
    const pairs = this.#slice(keysAtOnce);
    const count = this.#countAhead ?? this.#count;
    const more = !this.#range.countOnly && count > this.#shown;
    return { kind: 'range', revision: this.#revision, pairs, more, count };
  }

  /** No more is wanted. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#closed(this);
  }

  #slice(keysAtOnce: number): Pair[] {
    const pairs: Pair[] = [];
    const items = this.#keyspace.within(this.#from, this.#range);
    let looked = 0;
    let bytes = 0;
    for (let item = items.next(); item !== null; item = items.next()) {
      if (looked++ === keysAtOnce || bytes >= BYTES_AT_ONCE) {
        this.#from = item.newest.key;
        return pairs;
      }
      const pair = item.asOf(this.compacted);
      if (pair === undefined) continue;
      this.#count++;
      if (!this.#shows()) {
        if (this.#countAhead !== null) break;
        continue;
      }
      this.#shown++;
      bytes += pair.key.length + pair.value.length + BYTES_OF_NUMBERS;
      pairs.push(this.#range.keysOnly ? { ...pair, value: '' } : pair);
    }
    this.close();
    return pairs;
  }

  #shows(): boolean {
    const { limit, countOnly } = this.#range;
    return !countOnly && (limit === 0 || this.#shown < limit);
  }
}
