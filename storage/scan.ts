/** Reads a log's segments: what holds, the first line that does not, and what the notes confirm. */
import { logIndex, term } from '#raft';
import type { ChainPosition, Piece, Segment } from './log-state.js';
import { isOtherFormat, readHeader, readNote, type SegmentHeader } from './note.js';
import { segmentPath } from './paths.js';
import { LineReader, StoredEntry } from './record.js';
import { LINE_FEED, TAIL_BYTES } from './sealed.js';

export interface SegmentFile {
  /** From its name. */
  readonly first: number;
  readonly bytes: Uint8Array;
}

/** The first line that is not what it has to be. */
export interface BadLine {
  readonly path: string;
  /** Which of the files. */
  readonly file: number;
  /** From 1. */
  readonly line: number;
  /** Where it starts, in bytes. */
  readonly offset: number;
  /** The index of the entry that had to stand there, or next behind it. */
  readonly expected: number;
  readonly why: string;
  /** It can't be what a crash leaves, whatever the notes say. */
  readonly isImpossible: boolean;
  /** A cut of this and what follows was under way. */
  readonly isCut: boolean;
}

export interface Scan {
  readonly base: ChainPosition;
  readonly last: ChainPosition;
  /** Those that hold; the last one up to the bad line. */
  readonly segments: readonly Segment[];
  readonly pieces: readonly Piece[];
  readonly entries: readonly StoredEntry[];
  readonly bad: BadLine | null;
  /** By valid notes and headers, wherever they stand. */
  readonly confirmed: number;
  readonly committed: number;
  /** Files of a log that a checkpoint has replaced: how many, from the first. */
  readonly superseded: number;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Null if the file does not begin with a header of this format whose checksum holds. */
export function headerOf({ bytes }: SegmentFile): SegmentHeader | null {
  const feed = bytes.indexOf(LINE_FEED);
  return feed < 0 ? null : readHeader(bytes, 0, feed);
}

/**
 * `files` in order of their names, at least one; `checkpoint` is the newest valid one's position; entries
 * from `cutFrom` on are being cut, null if none are.
 */
export function scanLog(
  files: readonly SegmentFile[],
  checkpoint: ChainPosition | null,
  cutFrom: number | null,
): Scan {
  const scanner = new Scanner(checkpoint, cutFrom);
  for (const [number, file] of files.entries()) {
    if (scanner.bad === null || scanner.isReplacedBy(file)) scanner.read(number, file);
    else if (!scanner.bad.isCut) scanner.confirm(file.bytes, 0);
  }
  return scanner.result();
}

class Scanner {
  readonly #checkpoint: ChainPosition | null;
  readonly #cutFrom: number | null;
  #base: ChainPosition | null = null;
  #last: ChainPosition = { index: 0, term: 0, chain: 0 };
  #segments: Segment[] = [];
  #pieces: Piece[] = [];
  #entries: StoredEntry[] = [];
  #confirmed = 0;
  #committed = 0;
  #superseded = 0;
  bad: BadLine | null = null;

  constructor(checkpoint: ChainPosition | null, cutFrom: number | null) {
    this.#checkpoint = checkpoint;
    this.#cutFrom = cutFrom;
  }

  result(): Scan {
    return {
      base: this.#base ?? this.#last,
      last: this.#last,
      segments: this.#segments,
      pieces: this.#pieces,
      entries: this.#entries,
      bad: this.bad,
      confirmed: this.#confirmed,
      committed: this.#committed,
      superseded: this.#superseded,
    };
  }

  /**
   * What is bad stands in a log that a checkpoint had replaced when its removal was cut short: `file` begins
   * the new log, right behind that checkpoint. The old tail may be torn if no note of its own confirms it.
   */
  isReplacedBy(file: SegmentFile): boolean {
    const [after, checkpoint] = [headerOf(file)?.after ?? null, this.#checkpoint];
    if (this.bad === null || this.bad.isImpossible || this.bad.isCut) return false;
    if (this.#confirmed >= this.bad.expected) return false;
    if (after === null || checkpoint === null || after.index + 1 !== file.first) return false;
    return after.index > this.#last.index && samePosition(after, checkpoint);
  }

  read(number: number, file: SegmentFile): void {
    this.bad = null;
    const feed = file.bytes.indexOf(LINE_FEED);
    const after = headerOf(file)?.after ?? null;
    const why = this.#faultOfHeader(file, feed, after);
    if (why !== null) {
      // A later segment is made in one write, which may be torn; the lowest was synced long ago.
      const isImpossible = this.#base === null || after !== null;
      this.#reject(number, file, 0, 1, why, isImpossible);
      return;
    }
    if (after === null) return;
    this.#begin(number, after);
    this.#confirmed = Math.max(this.#confirmed, after.index);
    this.#readLines(number, file, feed + 1);
  }

  #faultOfHeader(file: SegmentFile, feed: number, after: ChainPosition | null): string | null {
    if (after === null) {
      return isOtherFormat(file.bytes, 0, feed)
        ? 'its format is of another version of this program'
        : 'it is no segment header whose checksum holds';
    }
    if (after.index + 1 !== file.first) return `it begins with entry ${after.index + 1}`;
    const last = this.#last;
    if (this.#base === null || samePosition(after, last) || this.#supersedes(after)) return null;
    if (after.index > last.index) return `entries ${last.index + 1} to ${after.index} are missing`;
    if (after.index < last.index) return `entry ${file.first} stands in the segment before too`;
    return `it continues another entry ${last.index} than the segment before ends with`;
  }

  /** Left-overs before a checkpoint: a removal that was cut short, or a log that was replaced. */
  #supersedes(after: ChainPosition): boolean {
    const checkpoint = this.#checkpoint;
    // Which checkpoint it was may be gone: a newer one stands for all that the older one stood for.
    if (checkpoint === null || after.index > checkpoint.index) return false;
    return after.index < checkpoint.index || samePosition(after, checkpoint);
  }

  #begin(number: number, after: ChainPosition): void {
    if (this.#base !== null && samePosition(after, this.#last)) return;
    this.#base = after;
    this.#last = after;
    this.#superseded = number;
    this.#segments = [];
    this.#pieces = [];
    this.#entries = [];
  }

  #readLines(number: number, file: SegmentFile, header: number): void {
    const { bytes } = file;
    const reader = new LineReader(bytes, decoder.decode(bytes), this.#last.chain);
    reader.skip();
    const segment: Segment = { first: file.first, size: header, header, positions: [] };
    const run = { bytes: new Uint8Array(bytes.length), starts: [0] };
    this.#segments.push(segment);
    let filled = 0;
    for (let line = 2; reader.at < bytes.length; line++) {
      const start = reader.at;
      if (this.#isCutAt(bytes, start)) {
        this.#reject(number, file, start, line, underWay(this.#last.index + 1), false);
        break;
      }
      if (isNoteAt(bytes, start)) {
        if (!this.#takeNote(bytes, start, reader)) {
          this.#reject(number, file, start, line, 'it is no note whose checksum holds', false);
          break;
        }
      } else {
        const entry = reader.next();
        const why = typeof entry === 'string' ? entry : this.#faultOfIndex(entry.index);
        if (typeof entry === 'string' || why !== null) {
          this.#reject(number, file, start, line, why ?? '', false);
          break;
        }
        run.bytes.set(bytes.subarray(start, reader.at), filled);
        filled += reader.at - start;
        this.#entries.push(
          new StoredEntry(
            logIndex(entry.index),
            term(entry.term),
            entry.body,
            run,
            run.starts.length - 1,
          ),
        );
        run.starts.push(filled);
        segment.positions.push(start);
        this.#last = { index: entry.index, term: entry.term, chain: reader.chain };
      }
      segment.size = reader.at;
    }
    if (run.starts.length > 1) this.#pieces.push({ first: file.first, ...run });
  }

  /** What is being cut may be half cleared; a note that still stands before it may be kept. */
  #isCutAt(bytes: Uint8Array, start: number): boolean {
    if (this.#last.index + 1 !== this.#cutFrom) return false;
    const feed = bytes.indexOf(LINE_FEED, start);
    return feed < 0 || readNote(bytes, start, feed) === null;
  }

  #faultOfIndex(index: number): string | null {
    const expected = this.#last.index + 1;
    return index === expected ? null : `it is entry ${index}, and entry ${expected} has to follow`;
  }

  #takeNote(bytes: Uint8Array, start: number, reader: LineReader): boolean {
    const feed = bytes.indexOf(LINE_FEED, start);
    const note = feed < 0 ? null : readNote(bytes, start, feed);
    if (note === null || note.synced > this.#last.index) return false;
    this.#confirmed = Math.max(this.#confirmed, note.synced);
    this.#committed = Math.max(this.#committed, note.committed);
    reader.skip();
    return true;
  }

  #reject(
    file: number,
    { first, bytes }: SegmentFile,
    offset: number,
    line: number,
    why: string,
    isImpossible: boolean,
  ): void {
    const expected = this.#last.index + 1;
    const path = segmentPath(first);
    const isCut = expected === this.#cutFrom;
    this.bad = { path, file, line, offset, expected, why, isImpossible, isCut };
    if (!isCut) this.confirm(bytes, offset);
  }

  /** Looks for notes and headers wherever they may begin: a line before them may have lost its end. */
  confirm(bytes: Uint8Array, from: number): void {
    for (let at = bytes.indexOf(BRACE, from); at >= 0; at = bytes.indexOf(BRACE, at + 1)) {
      const isNote = isNoteAt(bytes, at);
      if (!isNote && !isHeaderAt(bytes, at)) continue;
      const end = endOfSealed(bytes, at);
      const synced = isNote
        ? readNote(bytes, at, end)?.synced
        : readHeader(bytes, at, end)?.after.index;
      this.#confirmed = Math.max(this.#confirmed, synced ?? 0);
    }
  }
}

const underWay = (from: number): string => `a cut of the entries from ${from} on was under way`;

const BRACE = 123;
const encoder = new TextEncoder();
const NOTE_START = encoder.encode('{"note":');
const HEADER_START = encoder.encode('{"log":');
const CHECKSUM_START = encoder.encode(',"crc":"');
/** More than any note or header has. */
const SEALED_BYTES_MAX = 512;

function startsWith(bytes: Uint8Array, at: number, start: Uint8Array): boolean {
  for (let place = 0; place < start.length; place++) {
    if (bytes[at + place] !== start[place]) return false;
  }
  return true;
}

const isNoteAt = (bytes: Uint8Array, at: number): boolean => startsWith(bytes, at, NOTE_START);
const isHeaderAt = (bytes: Uint8Array, at: number): boolean => startsWith(bytes, at, HEADER_START);

/** Where a sealed line that starts at `at` would end, its line feed excepted. */
function endOfSealed(bytes: Uint8Array, at: number): number {
  const limit = Math.min(bytes.length, at + SEALED_BYTES_MAX);
  for (let place = at; place < limit; place++) {
    if (startsWith(bytes, place, CHECKSUM_START)) return place + TAIL_BYTES;
  }
  return at;
}

const samePosition = (one: ChainPosition, other: ChainPosition): boolean =>
  one.index === other.index && one.term === other.term && one.chain === other.chain;
