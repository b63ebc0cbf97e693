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

/** An open cursor as plain data. */
export interface RangeCursorState {
  readonly range: Range;
  readonly revision: number;
  readonly compacted: number;
  readonly from: ByteString;
  readonly shown: number;
  readonly count: number;
  readonly countAhead: number | null;
}

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
  #shown: number;
  /** Pairs met so far. */
  #count: number;
  /** Of the whole range, where the tree knows it: in the state as it is. */
  readonly #countAhead: number | null;
  #isOpen = true;

  constructor(keyspace: Keyspace, state: RangeCursorState, closed: (cursor: RangeCursor) => void) {
    this.#keyspace = keyspace;
    this.#range = state.range;
    this.#revision = state.revision;
    this.compacted = state.compacted;
    this.#closed = closed;
    this.#from = state.from;
    this.#shown = state.shown;
    this.#count = state.count;
    this.#countAhead = state.countAhead;
  }

  /** At the beginning of the range as it is now. */
  static at(keyspace: Keyspace, range: Range): RangeCursorState {
    const { revision } = keyspace;
    return {
      range,
      revision,
      compacted: range.revision === 0 ? revision : range.revision,
      from: range.key,
      shown: 0,
      count: 0,
      countAhead: range.revision === 0 ? keyspace.count(range) : null,
    };
  }

  dump(): RangeCursorState {
    return {
      range: this.#range,
      revision: this.#revision,
      compacted: this.compacted,
      from: this.#from,
      shown: this.#shown,
      count: this.#count,
      countAhead: this.#countAhead,
    };
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
