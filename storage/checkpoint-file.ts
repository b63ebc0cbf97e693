/**
 * The format of a checkpoint: a sealed header, the state's lines, and a footer that counts the lines and
 * carries the checksum of everything before it. Read as it arrives, in parts of any size.
 */
import { logIndex, term, type CheckpointMeta, type Membership } from '#raft';
import { crc32c, fromHex, hex } from './crc32c.js';
import { concatenate } from './mirror.js';
import type { ChainPosition } from './log-state.js';
import { FORMAT, isCount, members, readPosition } from './note.js';
import { membershipOf } from './record.js';
import { LINE_FEED, seal, unseal } from './sealed.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What a header says: whose state it is, where in the log it stands, and who were members there. */
export interface CheckpointHeader {
  readonly clusterId: string;
  readonly at: ChainPosition;
  readonly membership: Membership;
}

export interface CheckpointContents {
  readonly header: CheckpointHeader;
  readonly meta: CheckpointMeta;
  readonly stateLines: readonly string[];
}

export const checkpointHeader = (header: CheckpointHeader): Uint8Array => {
  const { clusterId, at, membership } = header;
  return seal('checkpoint', {
    format: FORMAT,
    clusterId,
    index: at.index,
    term: at.term,
    chain: hex(at.chain),
    membership: { voters: membership.voters, learners: membership.learners },
  });
};

export const checkpointFooter = (lines: number, crc: number): Uint8Array =>
  encoder.encode(`{"end":{"lines":${lines},"crc":"${hex(crc)}"}}\n`);

export interface ReaderState {
  readonly rest: Uint8Array;
  readonly crc: number;
  readonly size: number;
  readonly lines: readonly string[];
  readonly header: CheckpointHeader | null;
  readonly fault: string | null;
}

export class CheckpointReader {
  /** From the start of the newest whole line on: it may be the footer. */
  #rest: Uint8Array;
  /** Of all bytes before `rest`. */
  #crc: number;
  #size: number;
  #lines: string[];
  #header: CheckpointHeader | null;
  /** The first thing that was wrong. */
  #fault: string | null;

  constructor(state?: ReaderState) {
    this.#rest = state?.rest ?? new Uint8Array(0);
    this.#crc = state?.crc ?? 0;
    this.#size = state?.size ?? 0;
    this.#lines = [...(state?.lines ?? [])];
    this.#header = state?.header ?? null;
    this.#fault = state?.fault ?? null;
  }

  dump(): ReaderState {
    return {
      rest: this.#rest,
      crc: this.#crc,
      size: this.#size,
      lines: [...this.#lines],
      header: this.#header,
      fault: this.#fault,
    };
  }

  feed(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#fault !== null) return;
    const joined = concatenate([this.#rest, bytes]);
    const end = joined.lastIndexOf(LINE_FEED);
    const start = end <= 0 ? 0 : joined.lastIndexOf(LINE_FEED, end - 1) + 1;
    this.#take(joined.subarray(0, start));
    this.#rest = joined.slice(start);
  }

  /** Whole lines, of which none is the footer. */
  #take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#crc = crc32c(bytes, 0, bytes.length, this.#crc);
    let from = 0;
    if (this.#header === null) {
      from = bytes.indexOf(LINE_FEED) + 1;
      this.#header = readCheckpointHeader(bytes, 0, from - 1);
      if (this.#header === null) {
        this.#fault = 'line 1 is no checkpoint header of this format whose checksum holds';
        return;
      }
    }
    const text = textOf(bytes.subarray(from));
    if (text === null) this.#fault = `a line from ${this.#lines.length + 2} on is not UTF-8`;
    else for (const line of linesOf(text)) this.#lines.push(line);
  }

  /** The whole file, or the sentence that says what is wrong with it. */
  finish(): CheckpointContents | string {
    if (this.#fault !== null) return this.#fault;
    const count = this.#lines.length;
    const header = this.#header;
    if (header === null) return 'it has no footer: its end is missing';
    const footer = textOf(this.#rest);
    const expected = checkpointFooter(count, this.#crc);
    if (footer !== textOf(expected)) return faultOfFooter(footer, count, this.#crc);
    const meta = metaOf(header, this.#size);
    return { header, meta, stateLines: this.#lines };
  }
}

function faultOfFooter(footer: string | null, lines: number, crc: number): string {
  const match = /^\{"end":\{"lines":([0-9]+),"crc":"([0-9a-f]{8})"\}\}\n$/.exec(footer ?? '');
  if (match === null) return `line ${lines + 2} is no footer: the end of the file is missing`;
  if (Number(match[1]) !== lines) return `its footer counts ${match[1]} lines, and it has ${lines}`;
  const written = match[2] ?? '';
  if (fromHex(written) === crc)
    return `its footer (line ${lines + 2}) is not written as it has to be`;
  return `its checksum is ${hex(crc)}, and its footer (line ${lines + 2}) says ${written}`;
}

export const metaOf = (header: CheckpointHeader, size: number): CheckpointMeta => ({
  index: logIndex(header.at.index),
  term: term(header.at.term),
  membership: header.membership,
  size,
});

/** Null if bytes [start, end) are no valid header of this format. */
export function readCheckpointHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
): CheckpointHeader | null {
  const value = members(unseal('checkpoint', bytes, start, end));
  const at = readPosition(value);
  const { format, clusterId } = value;
  if (format !== FORMAT || at === null || typeof clusterId !== 'string') return null;
  const membership = membershipOf(`"membership":${textOfJson(value['membership'])}`);
  if (membership === null) return null;
  return isCount(at.index) && at.index > 0 ? { clusterId, at, membership } : null;
}

/** Empty if it is nested deeper than the stack goes: then it is no membership either. */
function textOfJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return '';
    throw error;
  }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  // What stands behind the last line feed: nothing.
  lines.pop();
  return lines;
}
