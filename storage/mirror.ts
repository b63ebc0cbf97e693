/**
 * The log's lines in memory, as they stand in the files (notes excepted), so that replication sends
 * bytes that are there already. Encodes what has no line yet.
 */
import type { Entry } from '#raft';
import { readHex } from './crc32c.js';
import type { ChainPosition, MirrorState, Piece } from './log-state.js';
import { chained, draft, finish, StoredEntry, type LineRun } from './record.js';
import { TAIL_BYTES } from './sealed.js';

const ARENA_BYTES = 256 * 1024;
const encoder = new TextEncoder();

const countOf = (piece: Piece): number => piece.starts.length - 1;
const endOf = (piece: Piece): number => piece.starts[piece.starts.length - 1] ?? 0;

export class Mirror {
  /** The position before the first line that is kept. */
  #base: ChainPosition;
  #last: ChainPosition;
  /** Contiguous: each begins behind the one before. */
  #pieces: Piece[];
  #arena = new Uint8Array(0);
  /** Bytes of the arena before here are written, and never change again. */
  #arenaAt = 0;

  constructor(state: MirrorState) {
    this.#base = state.base;
    this.#pieces = state.pieces.map((piece) => ({ ...piece, starts: [...piece.starts] }));
    this.#last = state.base;
    this.#last = this.position(this.#end());
  }

  get base(): ChainPosition {
    return this.#base;
  }

  get last(): ChainPosition {
    return this.#last;
  }

  dump(): MirrorState {
    const copy = (piece: Piece): Piece => {
      const from = piece.starts[0] ?? 0;
      return {
        first: piece.first,
        bytes: piece.bytes.slice(from, endOf(piece)),
        starts: piece.starts.map((start) => start - from),
      };
    };
    return { base: this.#base, pieces: this.#pieces.map(copy) };
  }

  /** Adds entries behind the last. Throws if they do not continue the log. */
  append(entries: readonly Entry[]): void {
    for (let at = 0; at < entries.length;) {
      const run = StoredEntry.runOf(entries[at]);
      let end = at + 1;
      if (run === null) {
        while (end < entries.length && StoredEntry.runOf(entries[end]) === null) end++;
        this.#checkIndexes(entries, at, end);
        this.#encode(entries, at, end);
      } else {
        const shift = StoredEntry.placeOf(entries[at]) - at;
        while (
          StoredEntry.runOf(entries[end]) === run &&
          StoredEntry.placeOf(entries[end]) === end + shift
        ) {
          end++;
        }
        this.#checkIndexes(entries, at, end);
        this.#adopt(run, at + shift, end - at, entries[end - 1]);
      }
      at = end;
    }
  }

  #checkIndexes(entries: readonly Entry[], from: number, to: number): void {
    for (let at = from, expected = this.#last.index + 1; at < to; at++, expected++) {
      if (entries[at]?.index !== expected) {
        throw new Error(`entry ${entries[at]?.index} was appended where ${expected} has to stand`);
      }
    }
  }

  #encode(entries: readonly Entry[], from: number, to: number): void {
    const text = draft(entries, from, to);
    const first = this.#last.index + 1;
    const room = this.#room(text.length * 3);
    let start = 0;
    let bytes = room;
    if (room === null) bytes = encoder.encode(text);
    else start = this.#arenaAt;
    if (bytes === null) return;
    const written =
      room === null ? bytes.length : encoder.encodeInto(text, bytes.subarray(start)).written;
    const end = start + written;
    if (room !== null) this.#arenaAt = end;
    const piece = this.#pieceAt(first, bytes, start);
    const chain = finish(bytes, start, end, to - from, this.#last.chain, piece.starts);
    this.#last = { index: first + to - from - 1, term: entries[to - 1]?.term ?? 0, chain };
  }

  /** The arena, if `most` bytes fit; a new one if they fit at all. */
  #room(most: number): Uint8Array | null {
    if (most > ARENA_BYTES) return null;
    if (most > this.#arena.length - this.#arenaAt) {
      this.#arena = new Uint8Array(ARENA_BYTES);
      this.#arenaAt = 0;
    }
    return this.#arena;
  }

  #adopt(run: LineRun, from: number, count: number, last: Entry | undefined): void {
    const start = run.starts[from] ?? 0;
    const second = run.starts[from + 1] ?? 0;
    const tail = second - 1 - TAIL_BYTES;
    const chain = chained(this.#last.chain, run.bytes, start, tail);
    const first = this.#last.index + 1;
    if (chain !== readHex(run.bytes, tail + 8)) {
      throw new Error(`the line of entry ${first} does not continue this log's chain`);
    }
    const piece = this.#pieceAt(first, run.bytes, start);
    for (let at = from + 1; at <= from + count; at++) piece.starts.push(run.starts[at] ?? 0);
    this.#last = {
      index: first + count - 1,
      term: last?.term ?? 0,
      chain: readHex(run.bytes, endOf(piece) - 11),
    };
  }

  /** The last piece, if the bytes at `start` go on where it ends; else a new one. */
  #pieceAt(first: number, bytes: Uint8Array, start: number): Piece {
    const last = this.#pieces[this.#pieces.length - 1];
    if (last !== undefined && last.bytes === bytes && endOf(last) === start) return last;
    const piece: Piece = { first, bytes, starts: [start] };
    this.#pieces.push(piece);
    return piece;
  }

  #end(): number {
    const last = this.#pieces[this.#pieces.length - 1];
    return last === undefined ? this.#base.index : last.first + countOf(last) - 1;
  }

  /** Drops the lines of `from` and all that follow. */
  truncate(from: number): void {
    if (from <= this.#base.index) throw new Error(`entry ${from} is no longer in memory to be cut`);
    for (let last = this.#pieces.at(-1); last !== undefined; last = this.#pieces.at(-1)) {
      const keep = from - last.first;
      if (keep > 0) {
        if (keep < countOf(last)) last.starts.length = keep + 1;
        break;
      }
      this.#pieces.pop();
    }
    this.#last = this.position(this.#end());
  }

  /** Forgets all lines; the next entry follows `base`. */
  reset(base: ChainPosition): void {
    this.#base = base;
    this.#last = base;
    this.#pieces = [];
  }

  /** Lets go of lines up to `index`, as far as whole pieces allow. */
  drop(index: number): void {
    let pieces = 0;
    for (const piece of this.#pieces) {
      if (piece.first + countOf(piece) - 1 > index) break;
      pieces++;
    }
    const next = this.#pieces[pieces - 1];
    if (next === undefined) return;
    this.#base = this.position(next.first + countOf(next) - 1);
    this.#pieces.splice(0, pieces);
  }

  /** Which piece holds the entry's line; -1 if none does. */
  #find(index: number): number {
    let low = 0;
    let high = this.#pieces.length - 1;
    // Nearly all questions are about the newest lines.
    if ((this.#pieces[high]?.first ?? Infinity) <= index) return index <= this.#end() ? high : -1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle]?.first ?? Infinity) <= index) low = middle;
      else high = middle - 1;
    }
    return (this.#pieces[low]?.first ?? Infinity) <= index && index <= this.#end() ? low : -1;
  }

  /** The entry's term and chain value. Throws if it is not in memory. */
  position(index: number): ChainPosition {
    if (index === this.#base.index) return this.#base;
    const piece = this.#pieces[this.#find(index)];
    if (piece === undefined) throw new Error(`entry ${index} is not in memory`);
    const line = index - piece.first;
    const start = piece.starts[line] ?? 0;
    const end = piece.starts[line + 1] ?? 0;
    return { index, term: termAt(piece.bytes, start), chain: readHex(piece.bytes, end - 11) };
  }

  /** Null if the entry is neither in memory nor the one before all that are. */
  positionOrNull(index: number): ChainPosition | null {
    return index < this.#base.index || index > this.#last.index ? null : this.position(index);
  }

  /** The lines of entries [first, last]. Throws if one of them is not in memory. Nobody may change them. */
  lines(first: number, last: number): Uint8Array {
    if (last < first) return new Uint8Array(0);
    const at = this.#find(first);
    const piece = this.#pieces[at];
    if (piece === undefined || last > this.#last.index) {
      throw new Error(`entries ${first} to ${last} are not all in memory`);
    }
    const start = piece.starts[first - piece.first] ?? 0;
    const end = piece.starts[last - piece.first + 1];
    return end === undefined ? this.#joined(at, start, last) : piece.bytes.subarray(start, end);
  }

  #joined(firstPiece: number, start: number, last: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let size = 0;
    let from: number | null = start;
    for (let at = firstPiece; at < this.#pieces.length; at++) {
      const piece = this.#pieces[at];
      if (piece === undefined || piece.first > last) break;
      const end = piece.starts[last - piece.first + 1] ?? endOf(piece);
      const part = piece.bytes.subarray(from ?? piece.starts[0], end);
      parts.push(part);
      size += part.length;
      from = null;
    }
    return concatenate(parts, size);
  }

  /**
   * Where the lines from `first` on come to stand if they are written from `offset` on: adds each one's
   * start to `positions`. Ends with `last`, or before the first line that would start at `limit` or
   * behind. Returns the last one placed (first - 1: none).
   */
  place(first: number, last: number, offset: number, limit: number, positions: number[]): number {
    let at = offset;
    let index = first;
    for (let number = this.#find(first); index <= last; number++) {
      const piece = this.#pieces[number];
      if (piece === undefined) break;
      for (
        let line = index - piece.first;
        line < countOf(piece) && index <= last;
        line++, index++
      ) {
        if (at >= limit) return index - 1;
        positions.push(at);
        at += (piece.starts[line + 1] ?? 0) - (piece.starts[line] ?? 0);
      }
    }
    return index - 1;
  }
}

export function concatenate(
  parts: readonly Uint8Array[],
  size = parts.reduce((sum, part) => sum + part.length, 0),
): Uint8Array {
  const only = parts[0];
  if (parts.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The term in a line `{"index":12,"term":2,…`, which is known to be one. */
function termAt(bytes: Uint8Array, start: number): number {
  const comma = bytes.indexOf(44, start);
  let value = 0;
  for (let at = comma + 8; ; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
  }
}
