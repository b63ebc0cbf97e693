/**
 * Entry lines: `{"index":12,"term":2,<what it does>,"crc":"0a1b2c3d"}`. The checksum covers the eight
 * digits of the entry before and this line's bytes up to `,"crc":"`: a chain, so that a lost, doubled or
 * misplaced line shows. FORMAT.md has the rest.
 */
import { logIndex, nodeId, term, type Entry, type EntryBody, type Membership } from '#raft';
import { crc32c, fromHex, hex, writeHex } from './crc32c.js';
import { checksumAt, LINE_FEED, TAIL_BYTES } from './sealed.js';

/** Lines of consecutive entries, without notes between: line `n` is bytes [starts[n], starts[n + 1]). */
export interface LineRun {
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];
}

/** An entry that knows its line; to everybody else, and to JSON, a plain entry. */
export class StoredEntry implements Entry {
  readonly #run: LineRun;
  readonly #at: number;

  constructor(
    readonly index: Entry['index'],
    readonly term: Entry['term'],
    readonly body: EntryBody,
    run: LineRun,
    at: number,
  ) {
    this.#run = run;
    this.#at = at;
  }

  /** The run that holds the entry's line, if it came with one. */
  static runOf(entry: Entry | undefined): LineRun | null {
    return entry !== undefined && #run in entry ? entry.#run : null;
  }

  /** Which line of its run. */
  static placeOf(entry: Entry | undefined): number {
    return entry !== undefined && #at in entry ? entry.#at : -1;
  }
}

/** Bytes that are not the lines of consecutive entries: which line, and why. */
export class LinesMalformed extends Error {
  constructor(
    /** From 1, in the bytes given. */
    readonly line: number,
    readonly reason: string,
  ) {
    super(`line ${line} is no log line that continues the one before: ${reason}`);
    this.name = 'LinesMalformed';
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const EMPTY = '"empty":{}';
const CHECKPOINT = '"checkpoint":{}';
const MEMBERSHIP = '"membership":';
const NO_CHECKSUM = ',"crc":"00000000"}\n';
const PREFIX = '{"index":';
const TERM = ',"term":';

const emptyBody: EntryBody = Object.freeze({ kind: 'empty' });
const checkpointBody: EntryBody = Object.freeze({ kind: 'checkpoint' });

/** The members that say what an entry does. Throws if a command's text could be taken for another kind. */
export function bodyText(body: EntryBody): string {
  switch (body.kind) {
    case 'empty':
      return EMPTY;
    case 'checkpoint':
      return CHECKPOINT;
    case 'membership':
      return membershipText(body.membership);
    case 'command':
      if (isReserved(body.text)) {
        throw new Error(
          'a command text starts like an entry of another kind: use another member name',
        );
      }
      return body.text;
  }
}

function isReserved(text: string): boolean {
  const second = text.charCodeAt(1);
  // Most commands begin with another letter than e, c and m, and are through here.
  if (second !== 101 && second !== 99 && second !== 109) return text.length === 0;
  return text.startsWith(EMPTY) || text.startsWith(CHECKPOINT) || text.startsWith(MEMBERSHIP);
}

export const membershipText = (membership: Membership): string =>
  `${MEMBERSHIP}{"voters":[${membership.voters.join()}],"learners":[${membership.learners.join()}]}`;

function bodyOf(text: string): EntryBody | null {
  if (!isReserved(text)) return { kind: 'command', text };
  if (text === EMPTY) return emptyBody;
  if (text === CHECKPOINT) return checkpointBody;
  const membership = membershipOf(text);
  return membership === null ? null : { kind: 'membership', membership };
}

/** Null unless writing it again gives the same text. */
export function membershipOf(text: string): Membership | null {
  const match = /^"membership":\{"voters":\[([0-9,]*)\],"learners":\[([0-9,]*)\]\}$/.exec(text);
  if (match === null) return null;
  const nodes = (list = ''): ReturnType<typeof nodeId>[] =>
    list === '' ? [] : list.split(',').map((digits) => nodeId(Number(digits)));
  const membership = { voters: nodes(match[1]), learners: nodes(match[2]) };
  return membershipText(membership) === text ? membership : null;
}

/** The lines of entries not encoded yet, with blank checksums. */
export function draft(entries: readonly Entry[], from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) {
    const entry = entries[at];
    if (entry === undefined) break;
    text += PREFIX + entry.index + TERM + entry.term + ',' + bodyText(entry.body) + NO_CHECKSUM;
  }
  return text;
}

/**
 * Fills in the checksums of `count` drafted lines in bytes [from, to), and gathers where they start
 * (`starts` begins with `from` and ends with `to`). Returns the last line's checksum.
 */
export function finish(
  bytes: Uint8Array,
  from: number,
  to: number,
  count: number,
  previousChain: number,
  starts: number[],
): number {
  let chain = previousChain;
  let start = from;
  for (let line = 0; line < count; line++) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const tail = feed - TAIL_BYTES;
    chain = chained(chain, bytes, start, tail);
    writeHex(bytes, tail + 8, chain);
    start = feed + 1;
    starts.push(start);
  }
  if (start !== to) throw new Error('a command text holds a line feed: it has to be escaped');
  return chain;
}

const previousDigits = new Uint8Array(8);

/** The checksum of a line whose bytes before its checksum member are [start, tail). */
export function chained(
  previousChain: number,
  bytes: Uint8Array,
  start: number,
  tail: number,
): number {
  writeHex(previousDigits, 0, previousChain);
  return crc32c(bytes, start, tail, crc32c(previousDigits));
}

/** Encodes entries that continue `previousChain`. */
export function encodeEntries(previousChain: string, entries: readonly Entry[]): LineRun {
  const bytes = encoder.encode(draft(entries, 0, entries.length));
  const starts = [0];
  finish(bytes, 0, bytes.length, entries.length, fromHex(previousChain), starts);
  return { bytes, starts };
}

/**
 * The entries of received lines. They keep `bytes`: nobody may change them any more. Throws
 * LinesMalformed unless the lines are whole, consecutive, and chained to `previousChain`.
 */
export function decodeLines(previousChain: string, bytes: Uint8Array): StoredEntry[] {
  const chain = fromHex(previousChain);
  if (chain < 0) throw new LinesMalformed(1, 'the chain value before it is not eight digits');
  const text = textOf(bytes);
  if (text === null) throw new LinesMalformed(1, 'the bytes are not UTF-8');
  const entries: StoredEntry[] = [];
  const starts = [0];
  const run: LineRun = { bytes, starts };
  const reader = new LineReader(bytes, text, chain);
  while (reader.at < bytes.length) {
    const line = reader.next();
    if (typeof line === 'string') throw new LinesMalformed(entries.length + 1, line);
    const before = entries[entries.length - 1];
    if (before !== undefined && line.index !== before.index + 1) {
      throw new LinesMalformed(
        entries.length + 1,
        `index ${line.index} follows index ${before.index}`,
      );
    }
    entries.push(
      new StoredEntry(logIndex(line.index), term(line.term), line.body, run, entries.length),
    );
    starts.push(reader.at);
  }
  return entries;
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

export interface EntryLine {
  readonly index: number;
  readonly term: number;
  readonly body: EntryBody;
}

/** Walks through entry lines. `text` is the same as `bytes`; if it is null, each line is decoded alone. */
export class LineReader {
  /** Where the next line starts, in bytes. */
  at = 0;
  /** Where the next line starts, in `text`. */
  #textAt = 0;
  readonly #ascii: boolean;

  constructor(
    readonly bytes: Uint8Array,
    readonly text: string,
    public chain: number,
  ) {
    this.#ascii = text.length === bytes.length;
  }

  /** Passes over a line that is no entry; there has to be one. */
  skip(): void {
    this.at = this.bytes.indexOf(LINE_FEED, this.at) + 1;
    this.#textAt = this.text.indexOf('\n', this.#textAt) + 1;
  }

  /** The next line, checked against the chain; or what is wrong with it, and nothing has moved. */
  next(): EntryLine | string {
    const { bytes, text, at } = this;
    const textAt = this.#textAt;
    const textFeed = text.indexOf('\n', textAt);
    if (textFeed < 0) return 'it does not end with a line feed';
    const feed = this.#ascii ? textFeed : bytes.indexOf(LINE_FEED, at);
    const written = checksumAt(bytes, at, feed);
    if (written < 0) return 'it does not end with a checksum';
    const chain = chained(this.chain, bytes, at, feed - TAIL_BYTES);
    if (chain !== written) return `its checksum is ${hex(written)}, and ${hex(chain)} was expected`;
    const line = envelope(text, textAt, textFeed - TAIL_BYTES);
    if (typeof line !== 'string') {
      this.at = feed + 1;
      this.#textAt = textFeed + 1;
      this.chain = chain;
    }
    return line;
  }
}

/** Takes `{"index":12,"term":2,<body>` in text [start, end) apart. */
function envelope(text: string, start: number, end: number): EntryLine | string {
  if (!text.startsWith(PREFIX, start)) return 'it does not begin with {"index":';
  const indexAt = start + PREFIX.length;
  const indexEnd = digitsEnd(text, indexAt);
  if (!text.startsWith(TERM, indexEnd)) return 'it has no term';
  const termAt = indexEnd + TERM.length;
  const termEnd = digitsEnd(text, termAt);
  const index = positive(text, indexAt, indexEnd);
  const entryTerm = positive(text, termAt, termEnd);
  if (index < 0 || entryTerm < 0)
    return 'its index or term is not a whole number from 1 to 2^53 - 1';
  if (text.charCodeAt(termEnd) !== 44 || termEnd + 1 >= end) return 'it does not say what it does';
  const body = bodyOf(text.slice(termEnd + 1, end));
  if (body === null) return 'it does not say what it does in the way that it would be written';
  return { index, term: entryTerm, body };
}

function digitsEnd(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(++at));
  return at;
}

/** -1 unless the digits are those of a positive safe integer, without leading zeros. */
function positive(text: string, start: number, end: number): number {
  if (start === end || end - start > 16 || text.charCodeAt(start) === 48) return -1;
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return Number.isSafeInteger(value) ? value : -1;
}
