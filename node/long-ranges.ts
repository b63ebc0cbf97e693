/**
 * Reads of much, answered part by part: one slice at a time, those who wait in turn, with pauses in which
 * everything else goes on. Whoever does not take the parts, or grants no further ones, is waited for, and
 * delays itself alone.
 */
import type { RangeCursor, RangeCursorState, RangeResult, Store } from '#kv';
import type { ConnectionId } from './ports.js';
import type { WaitingRead } from './reads.js';

/** A slice takes some 2 ms. */
const SLICE_EVERY_MS = 4;
const SLICE_ANSWERS_MAX = 1_000;
const SLICE_BYTES_MAX = 1024 * 1024;
/** A connection that has so many bytes of replies to take gets no further part. */
const UNREAD_BYTES_MAX = 4 * 1024 * 1024;

interface LongRange {
  readonly read: WaitingRead;
  readonly cursor: RangeCursor;
  /** Parts that went out. */
  parts: number;
  /** Parts that may have gone out by now, where that is limited (`read.partsMax`). */
  granted: number;
}

/** As plain data. */
export interface LongRangesState {
  readonly waiting: readonly {
    readonly read: WaitingRead;
    readonly cursor: RangeCursorState;
    readonly parts: number;
    readonly granted: number;
  }[];
  readonly sliceAt: number;
}

/** What a slice came to. */
export interface Part {
  readonly read: WaitingRead;
  readonly result: RangeResult;
  /** So many came before it. */
  readonly number: number;
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
    const waiting = this.#waiting.map((range) => ({ ...range, cursor: range.cursor.dump() }));
    return { waiting, sliceAt: this.#sliceAt };
  }

  /** Goes on with what was dumped, in a `store` that was loaded with it. */
  load({ waiting, sliceAt }: LongRangesState, store: Store): void {
    this.#waiting = waiting.map((range) => ({
      ...range,
      cursor: store.resumeRange(range.cursor),
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
    this.#waiting.push({ read, cursor, parts: 0, granted: read.partsMax });
  }

  /** So many further parts of the answer are wanted. Nothing happens if there are none. */
  grant(connection: ConnectionId, id: number, parts: number): void {
    for (const range of this.#waiting) {
      if (isOf(range, connection, id)) range.granted += parts;
    }
  }

  /** The rest of the answer is not wanted; null if there is none. */
  cancel(connection: ConnectionId, id: number): WaitingRead | null {
    const [gone] = this.#drop((range) => isOf(range, connection, id));
    return gone ?? null;
  }

  /** The next slice, if it is time for one: a part of a long answer, or several answers of one part each. */
  next(now: number): Part[] {
    if (now < this.deadline) return [];
    this.#sliceAt = now + SLICE_EVERY_MS;
    const slice: Part[] = [];
    for (let bytes = 0; slice.length < SLICE_ANSWERS_MAX && bytes < SLICE_BYTES_MAX;) {
      const part = this.#nextPart();
      if (part === null) break;
      slice.push(part);
      if (part.more || part.number > 0) break;
      bytes += bytesOfPairs(part.result);
    }
    return slice;
  }

  /** Gives up those whose time has passed. */
  expire(now: number): WaitingRead[] {
    return this.#drop(({ read }) => read.dueAt <= now);
  }

  /** Forgets the reads of a connection that is gone. */
  forget(connection: ConnectionId): void {
    this.#drop(({ read }) => read.connection === connection);
  }

  /** Everything that waits; the reads are no longer held here. */
  abandon(): WaitingRead[] {
    return this.#drop(() => true);
  }

  #nextPart(): Part | null {
    const at = this.#waiting.findIndex((range) => this.#mayGoOn(range));
    const [taken] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (taken === undefined) return null;
    const { read, cursor } = taken;
    const result = cursor.next();
    const number = taken.parts++;
    if (cursor.isOpen) this.#waiting.push(taken);
    return { read, result, number, more: cursor.isOpen };
  }

  #mayGoOn({ read, parts, granted }: LongRange): boolean {
    if (read.partsMax > 0 && parts >= granted) return false;
    return this.#unread(read.connection) <= UNREAD_BYTES_MAX;
  }

  #drop(goes: (range: LongRange) => boolean): WaitingRead[] {
    const gone = this.#waiting.filter(goes);
    if (gone.length === 0) return [];
    this.#waiting = this.#waiting.filter((range) => !gone.includes(range));
    for (const { cursor } of gone) cursor.close();
    return gone.map(({ read }) => read);
  }
}

function isOf({ read }: LongRange, connection: ConnectionId, id: number): boolean {
  return read.connection === connection && read.id === id;
}

export function bytesOfPairs({ pairs }: RangeResult): number {
  let bytes = 0;
  for (const { key, value } of pairs) bytes += key.length + value.length;
  return bytes;
}
