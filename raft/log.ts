import type { Entry, LogIndex, LogPosition, Term } from './types.js';
import { logIndex } from './types.js';

export interface LogState {
  readonly base: LogPosition;
  readonly entries: readonly Entry[];
  readonly durableIndex: LogIndex;
}

/** About what an entry takes in a message, in bytes, its envelope included. */
export function entryBytes(entry: Entry): number {
  const { body } = entry;
  if (body.kind === 'command') return 64 + body.text.length;
  if (body.kind === 'membership') {
    return 128 + 12 * (body.membership.voters.length + body.membership.learners.length);
  }
  return 64;
}

/**
 * The entries after `base`, in memory. Indexes are contiguous and terms never fall.
 * Invariant: base.index <= durableIndex <= lastIndex.
 */
export class Log {
  /** The position before the first entry held: (0, 0), or one that a checkpoint covers. */
  base: LogPosition;
  /** Up to here the entries are on this node's disk. */
  durableIndex: LogIndex;
  private readonly entries: Entry[];
  /** The batch cut last: followers that are level get the same array. */
  private cut: readonly Entry[] = [];

  constructor(state: LogState) {
    this.base = state.base;
    this.entries = state.entries.slice();
    this.durableIndex = state.durableIndex;
  }

  dump(): LogState {
    return { base: this.base, entries: this.entries.slice(), durableIndex: this.durableIndex };
  }

  get firstIndex(): LogIndex {
    return logIndex(this.base.index + 1);
  }

  get lastIndex(): LogIndex {
    return logIndex(this.base.index + this.entries.length);
  }

  get lastTerm(): Term {
    return this.entries.at(-1)?.term ?? this.base.term;
  }

  get last(): LogPosition {
    return { index: this.lastIndex, term: this.lastTerm };
  }

  /** Null: not held, because it is compacted or not yet written. */
  termAt(index: LogIndex): Term | null {
    if (index === this.base.index) return this.base.term;
    return this.entries[index - this.base.index - 1]?.term ?? null;
  }

  at(index: LogIndex): Entry | null {
    return this.entries[index - this.base.index - 1] ?? null;
  }

  /** The entries behind `after`, up to and with `upTo`. Throws a RangeError if they are not held. */
  between(after: LogIndex, upTo: LogIndex): Entry[] {
    if (after < this.base.index || upTo > this.lastIndex) {
      throw new RangeError(
        `entries ${String(after + 1)} to ${String(upTo)} are not in memory, ` +
          `which holds ${String(this.firstIndex)} to ${String(this.lastIndex)}`,
      );
    }
    return this.entries.slice(after - this.base.index, upTo - this.base.index);
  }

  /** Entries from `from` on: at least one, if there is one, and then no more than `maxBytes`. */
  batch(from: LogIndex, maxBytes: number): readonly Entry[] {
    const first = from - this.base.index - 1;
    const held = this.entries;
    let end = first;
    let bytes = 0;
    for (; end < held.length; end++) {
      const entry = held[end];
      if (entry === undefined) break;
      bytes += entryBytes(entry);
      if (bytes > maxBytes && end > first) break;
    }
    const { cut } = this;
    const same = cut.length === end - first && cut.length > 0 && cut[0] === held[first];
    if (same && cut[cut.length - 1] === held[end - 1]) return cut;
    this.cut = held.slice(first, end);
    return this.cut;
  }

  bytesBetween(after: LogIndex, upTo: LogIndex): number {
    let bytes = 0;
    for (let at = after - this.base.index; at < upTo - this.base.index; at++) {
      const entry = this.entries[at];
      if (entry !== undefined) bytes += entryBytes(entry);
    }
    return bytes;
  }

  /**
   * The newest position at or before `index` whose term is at most `term`: two logs can't agree on
   * anything between it and `index`, if the other one's term there is `term`. Not before `base`,
   * which is committed, so that every leader has it.
   */
  newestAtMost(index: LogIndex, term: Term): LogPosition {
    let low = 0;
    let high = Math.min(index, this.lastIndex) - this.base.index;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const entry = this.entries[middle - 1];
      if (entry !== undefined && entry.term <= term) low = middle;
      else high = middle - 1;
    }
    const entry = this.entries[low - 1];
    return entry === undefined ? this.base : { index: entry.index, term: entry.term };
  }

  /** `entries` continue the log; the caller has seen to it. */
  append(entries: readonly Entry[]): void {
    for (const entry of entries) this.entries.push(entry);
  }

  /** Removes the entries from `from` on, which must not be committed. */
  truncateFrom(from: LogIndex): void {
    this.entries.length = from - this.base.index - 1;
    if (this.durableIndex >= from) this.durableIndex = logIndex(from - 1);
  }

  markDurable(index: LogIndex): void {
    if (index > this.durableIndex) this.durableIndex = index;
  }

  /** Drops entries up to `index` from memory; a checkpoint covers them. */
  dropTo(index: LogIndex): void {
    const term = this.termAt(index);
    if (index <= this.base.index || term === null) return;
    this.entries.splice(0, index - this.base.index);
    this.base = { index, term };
  }

  /** A checkpoint has taken the place of all entries. */
  reset(base: LogPosition): void {
    this.entries.length = 0;
    this.base = { index: base.index, term: base.term };
    this.durableIndex = base.index;
  }
}
