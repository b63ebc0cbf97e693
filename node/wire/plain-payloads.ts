/**
 * The payloads that most requests carry, read and written without the generated codec: a put of a key and
 * a value, a read of keys, and what a put or a read of one key comes to. The generated codec makes several
 * objects and buffers of each, which is most of what such a request costs here. It stands for everything
 * else, and is this file's check (plain-payloads.test.ts).
 */
import type { ByteString, OperationResult, Pair, Put, Range } from '#kv';

/** Tags of fields 1 and 2, of wire type "length-delimited". */
const FIRST = 0x0a;
const SECOND = 0x12;

/**
 * An Operation that is a put or a range with a key, and perhaps a second field of bytes (value,
 * range_end), and nothing else, in their order; null for any other bytes.
 */
export function decodePlain(payload: Uint8Array): Put | Range | null {
  const kind = payload[0];
  if (kind !== FIRST && kind !== SECOND) return null;
  const body = lengthAt(payload, 1);
  if (body.from + body.length !== payload.length || payload[body.from] !== FIRST) return null;
  const key = lengthAt(payload, body.from + 1);
  const keyEnd = key.from + key.length;
  // Also where a length is broken, which makes it NaN.
  if (!(keyEnd <= payload.length)) return null;
  let second = '';
  if (keyEnd < payload.length) {
    if (payload[keyEnd] !== SECOND) return null;
    const field = lengthAt(payload, keyEnd + 1);
    if (field.from + field.length !== payload.length) return null;
    second = latin1(payload, field.from, payload.length);
  }
  const keyText = latin1(payload, key.from, keyEnd);
  return kind === FIRST ? putOf(keyText, second) : rangeOf(keyText, second);
}

function putOf(key: ByteString, value: ByteString): Put {
  return { kind: 'put', key, value, lease: 0, returnPrevious: false };
}

function rangeOf(key: ByteString, end: ByteString): Range {
  return {
    kind: 'range',
    key,
    end: end === '' ? null : end,
    limit: 0,
    revision: 0,
    keysOnly: false,
    countOnly: false,
  };
}

/** A length, and where what it measures begins; the length is NaN if it is cut short or above 2^28. */
function lengthAt(bytes: Uint8Array, at: number): { from: number; length: number } {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) break;
    length |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return { from: at + i + 1, length };
  }
  return { from: at, length: NaN };
}

/** A copy: nothing kept refers to the message. */
function latin1(bytes: Uint8Array, from: number, to: number): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}

/** What a put without its previous pair, or a read of at most one key, came to; null for other results. */
export function encodePlain(result: OperationResult): Uint8Array | null {
  if (result.kind === 'txn' || result.readGone === true) return null;
  if (result.kind === 'put' && result.previous === null) return putResult(result.revision);
  if (result.kind === 'range' && result.pairs.length <= 1) return rangeResult(result);
  return null;
}

function putResult(revision: number): Uint8Array {
  const inner = numberSize(revision);
  const bytes = new Uint8Array(2 + inner);
  bytes[0] = FIRST;
  bytes[1] = inner;
  writeNumber(bytes, 2, 0x08, revision);
  return bytes;
}

function rangeResult(result: Extract<OperationResult, { kind: 'range' }>): Uint8Array {
  const { revision, more, count } = result;
  const pair = result.pairs[0];
  const pairSize = pair === undefined ? 0 : sizeOfPair(pair);
  const pairField = pair === undefined ? 0 : 1 + varintSize(pairSize) + pairSize;
  const inner = numberSize(revision) + pairField + (more ? 2 : 0) + numberSize(count);
  const bytes = Buffer.allocUnsafe(1 + varintSize(inner) + inner);
  let at = writeVarint(bytes, writeByte(bytes, 0, SECOND), inner);
  at = writeNumber(bytes, at, 0x08, revision);
  if (pair !== undefined) {
    at = writeVarint(bytes, writeByte(bytes, at, SECOND), pairSize);
    at = writePair(bytes, at, pair);
  }
  at = writeNumber(bytes, at, 0x18, more ? 1 : 0);
  writeNumber(bytes, at, 0x20, count);
  return bytes;
}

function sizeOfPair(pair: Pair): number {
  return (
    bytesSize(pair.key.length) +
    bytesSize(pair.value.length) +
    numberSize(pair.createRevision) +
    numberSize(pair.modRevision) +
    numberSize(pair.version) +
    numberSize(pair.lease)
  );
}

function writePair(bytes: Buffer, from: number, pair: Pair): number {
  let at = writeBytes(bytes, from, FIRST, pair.key);
  at = writeBytes(bytes, at, SECOND, pair.value);
  at = writeNumber(bytes, at, 0x18, pair.createRevision);
  at = writeNumber(bytes, at, 0x20, pair.modRevision);
  at = writeNumber(bytes, at, 0x28, pair.version);
  return writeNumber(bytes, at, 0x30, pair.lease);
}

// proto3 leaves out fields of their default; the writers give the place behind what they wrote.

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

const numberSize = (value: number): number => (value === 0 ? 0 : 1 + varintSize(value));
const bytesSize = (length: number): number => (length === 0 ? 0 : 1 + varintSize(length) + length);

function writeByte(bytes: Uint8Array, at: number, byte: number): number {
  bytes[at] = byte;
  return at + 1;
}

function writeVarint(bytes: Uint8Array, from: number, value: number): number {
  let at = from;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
  bytes[at] = rest;
  return at + 1;
}

function writeNumber(bytes: Uint8Array, at: number, tag: number, value: number): number {
  return value === 0 ? at : writeVarint(bytes, writeByte(bytes, at, tag), value);
}

function writeBytes(bytes: Buffer, from: number, tag: number, text: ByteString): number {
  if (text === '') return from;
  const at = writeVarint(bytes, writeByte(bytes, from, tag), text.length);
  return at + bytes.write(text, at, 'latin1');
}
