/**
 * Lines with a checksum of their own: `{"note":{…},"crc":"0a1b2c3d"}`. The checksum covers the bytes
 * before `,"crc":"`; what stands behind it has a fixed width, so that it can be cut off unparsed.
 */
import { crc32c, hex, readHex, writeHex } from './crc32c.js';

export const LINE_FEED = 10;
/** Bytes of `,"crc":"0a1b2c3d"}`: from the checksum's member to the line's end. */
export const TAIL_BYTES = 18;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const TAIL_START = encoder.encode(',"crc":"');
const TAIL_END = encoder.encode('"}');

/** A line with its line feed, from its one member. */
export function seal(name: string, value: object): Uint8Array {
  const body = encoder.encode(`{"${name}":${JSON.stringify(value)}`);
  const line = new Uint8Array(body.length + TAIL_BYTES + 1);
  line.set(body);
  writeTail(line, body.length, crc32c(body));
  line[line.length - 1] = LINE_FEED;
  return line;
}

/** Writes `,"crc":"…"}`. */
export function writeTail(bytes: Uint8Array, at: number, crc: number): void {
  bytes.set(TAIL_START, at);
  writeHex(bytes, at + TAIL_START.length, crc);
  bytes.set(TAIL_END, at + TAIL_START.length + 8);
}

/** The checksum that a line [start, end) carries; -1 if its end is not that of a line. */
export function checksumAt(bytes: Uint8Array, start: number, end: number): number {
  const tail = end - TAIL_BYTES;
  if (tail < start) return -1;
  for (let at = 0; at < 8; at++) if (bytes[tail + at] !== TAIL_START[at]) return -1;
  if (bytes[end - 2] !== TAIL_END[0] || bytes[end - 1] !== TAIL_END[1]) return -1;
  return readHex(bytes, tail + 8);
}

/** The value of the one member of a sealed line [start, end), line feed excepted; null if it is none. */
export function unseal(name: string, bytes: Uint8Array, start: number, end: number): unknown {
  const expected = checksumAt(bytes, start, end);
  const body = end - TAIL_BYTES;
  if (expected < 0 || crc32c(bytes, start, body) !== expected) return null;
  const value = parse(bytes.subarray(start, body));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
  const members = Object.entries(value);
  return members.length === 1 ? members[0]?.[1] : null;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body) + '}');
  } catch {
    return null;
  }
}

/** A whole file that is one sealed line; null if it is anything else. */
export function unsealFile(name: string, bytes: Uint8Array): unknown {
  if (bytes.length === 0 || bytes.indexOf(LINE_FEED) !== bytes.length - 1) return null;
  return unseal(name, bytes, 0, bytes.length - 1);
}

/** What a fresh line would carry, for people: `crc of N bytes`. */
export const checksumOf = (bytes: Uint8Array): string => hex(crc32c(bytes));
