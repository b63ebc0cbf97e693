/**
 * Protobuf fields by hand, for the calls that programs make most: a put, a read, and their answers. The
 * generated codec makes several times as much garbage on them, and the garbage is most of their cost.
 */
import type { Data } from './types.js';

/** Wire types. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Of 64 bits, seven in each byte. */
const VARINT_BYTES_MAX = 10;

/** Bytes are not a message of the expected kind. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/** Walks over the fields of a message: `next()`, then one of the others for what it found. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #end: number;
  #type = VARINT;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = bytes.length;
  }

  /** The next field's number; 0 at the end of the message. */
  next(): number {
    if (this.#at >= this.#end) return 0;
    const tag = this.number();
    this.#type = tag & 7;
    return tag >>> 3;
  }

  /** A varint; throws above 2^53 rather than lose precision. */
  number(): number {
    let value = 0;
    let factor = 1;
    for (let left = VARINT_BYTES_MAX; ; left -= 1) {
      if (left === 0) throw new MalformedAnswer('a number does not end');
      const byte = this.#at < this.#end ? (this.#bytes[this.#at] ?? 0) : -1;
      if (byte < 0) throw new MalformedAnswer('it ends within a number');
      this.#at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 0x80;
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new MalformedAnswer('a number is above 2^53');
    return value;
  }

  /** A copy: nothing of the message stays alive with it. */
  bytes(): Uint8Array {
    const start = this.#skip(this.#length());
    return new Uint8Array(this.#bytes.subarray(start, this.#at));
  }

  /** Enters a message within this one; `leave` with what this gives. */
  enter(): number {
    const length = this.#length();
    const outer = this.#end;
    this.#end = this.#at + length;
    return outer;
  }

  leave(outer: number): void {
    this.#at = this.#end;
    this.#end = outer;
  }

  /** Over a field that is not known here. */
  skip(): void {
    if (this.#type === VARINT) this.number();
    else if (this.#type === FIXED64) this.#skip(8);
    else if (this.#type === BYTES) this.#skip(this.#length());
    else if (this.#type === FIXED32) this.#skip(4);
    else throw new MalformedAnswer(`wire type ${this.#type} is unknown`);
  }

  #length(): number {
    const length = this.number();
    if (this.#at + length > this.#end) throw new MalformedAnswer('it ends within a field');
    return length;
  }

  #skip(length: number): number {
    const start = this.#at;
    if (start + length > this.#end) throw new MalformedAnswer('it ends within a field');
    this.#at += length;
    return start;
  }
}

/** A message of one field, which is a message of these two byte fields; empty ones are left out. */
export function encodeFields(field: number, first: Data, second: Data): Uint8Array {
  const firstLength = lengthOf(first);
  const secondLength = lengthOf(second);
  const inner = fieldSize(firstLength) + fieldSize(secondLength);
  const bytes = Buffer.allocUnsafe(1 + varintSize(inner) + inner);
  bytes[0] = (field << 3) | BYTES;
  const at = writeField(bytes, writeVarint(bytes, 1, inner), 1, first, firstLength);
  writeField(bytes, at, 2, second, secondLength);
  return bytes;
}

function lengthOf(data: Data): number {
  return typeof data === 'string' ? Buffer.byteLength(data, 'utf8') : data.length;
}

function fieldSize(length: number): number {
  return length === 0 ? 0 : 1 + varintSize(length) + length;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= 0x80) {
    bytes[at] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
    at += 1;
  }
  bytes[at] = rest;
  return at + 1;
}

function writeField(
  bytes: Buffer,
  start: number,
  field: number,
  data: Data,
  length: number,
): number {
  if (length === 0) return start;
  bytes[start] = (field << 3) | BYTES;
  const at = writeVarint(bytes, start + 1, length);
  if (typeof data === 'string') bytes.write(data, at, length, 'utf8');
  else bytes.set(data, at);
  return at + length;
}
