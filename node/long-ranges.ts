/**
 * Reads of many keys, answered part by part: one slice at a time, those who wait in turn, with pauses in
 * which everything else goes on. Whoever does not take the parts is waited for, and delays itself alone.
 */
import type { RangeCursor, RangeCursorState, RangeResult, Store } from '#kv';
import type { ConnectionId } from './ports.js';
import type { WaitingRead } from './reads.js';

/** A slice takes some 2 ms. */
const SLICE_EVERY_MS = 4;
/** A connection that has so many bytes of replies to take gets no further part. */
const UNREAD_BYTES_MAX = 4 * 1024 * 1024;

interface LongRange {
  readonly read: WaitingRead;
  readonly cursor: RangeCursor;
}

/** As plain data. */
export interface LongRangesState {
  readonly waiting: readonly { readonly read: WaitingRead; readonly cursor: RangeCursorState }[];
  readonly sliceAt: number;
}

/** What a slice came to. */
export interface Part {
  readonly read: WaitingRead;
  readonly result: RangeResult;
  /** Others follow. */
  readonly more: boolean;
}

export class LongRanges {
  readonly #unread: (connection: ConnectionId) => number;
  /** The first is next. */
  #waiting: LongRange[] = [];
  #sliceAt = 0;

  /** `unread`: bytes of replies that the connection has not taken. */
  constructor(unread: (connection: ConnectionId) => number) {
    this.#unread = unread;
  }

  dump(): LongRangesState {
    const waiting = this.#waiting.map(({ read, cursor }) => ({ read, cursor: cursor.dump() }));
    return { waiting, sliceAt: this.#sliceAt };
  }

  /** Goes on with what was dumped, in a `store` that was loaded with it. */
  load({ waiting, sliceAt }: LongRangesState, store: Store): void {
    this.#waiting = waiting.map(({ read, cursor }) => ({
      read,
      cursor: store.resumeRange(cursor),
    }));
    this.#sliceAt = sliceAt;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** When the next slice is due, ms. */
  get deadline(): number {
    return this.#waiting.length === 0 ? Infinity : this.#sliceAt;
  }

  begin(read: WaitingRead, cursor: RangeCursor): void {
    this.#waiting.push({ read, cursor });
  }

  /** The next part, if it is time for one. */
  next(now: number): Part | null {
    if (now < this.deadline) return null;
    this.#sliceAt = now + SLICE_EVERY_MS;
    const at = this.#waiting.findIndex(
      ({ read }) => this.#unread(read.connection) <= UNREAD_BYTES_MAX,
    );
    const [taken] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (taken === undefined) return null;
    const { read, cursor } = taken;
    const result = cursor.next();
    if (cursor.isOpen) this.#waiting.push(taken);
    return { read, result, more: cursor.isOpen };
  }

  /** Gives up those whose time has passed. */
  expire(now: number): WaitingRead[] {
    return this.#drop(({ dueAt }) => dueAt <= now);
  }

  /** Forgets the reads of a connection that is gone. */
  forget(connection: ConnectionId): void {
    this.#drop((read) => read.connection === connection);
  }

  /** Everything that waits; the reads are no longer held here. */
  abandon(): WaitingRead[] {
    return this.#drop(() => true);
  }

  #drop(goes: (read: WaitingRead) => boolean): WaitingRead[] {
    const gone = this.#waiting.filter(({ read }) => goes(read));
    if (gone.length === 0) return [];
    this.#waiting = this.#waiting.filter(({ read }) => !goes(read));
    for (const { cursor } of gone) cursor.close();
    return gone.map(({ read }) => read);
  }
}
