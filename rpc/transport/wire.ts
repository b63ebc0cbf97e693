/**
 * Protobuf's wire format for messages of small numbers and byte strings, without its generality: sizes
 * are counted first, so that a message is written once, into a buffer that fits. Source: the Protocol
 * Buffers encoding guide. The generated codecs are its check (session/codec.test.ts).
 */

/** What arrived is not the message that it should be. The text says what is wrong, never the content. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** The largest values of the 32-bit types. */
export const UINT32_MAX = 2 ** 32 - 1;
export const ENUM_MAX = 2 ** 31 - 1;

const TWO_TO_28 = 2 ** 28;
const CONTINUED = 0x80;

/** Bytes that a varint of this number takes; the number is an integer from 0 to 2^53 - 1. */
export function varintBytes(value: number): number {
  if (value < 0x80 && value >= 0) return 1;
  if (value < 0x4000 && value >= 0) return 2;
  if (value < 0x20_0000 && value >= 0) return 3;
  if (value < TWO_TO_28 && value >= 0) return 4;
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${value} can't be sent: it is no integer from 0 to 2^53 - 1`);
  }
  return 4 + varintBytes(Math.floor(value / TWO_TO_28));
}

/** Writes into a buffer that is known to be large enough. */
export class WireWriter {
  readonly bytes: Buffer;
  position = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= TWO_TO_28) {
      this.bytes[this.position++] = (rest % 0x80) | CONTINUED;
      rest = Math.floor(rest / 0x80);
    }
    while (rest >= 0x80) {
      this.bytes[this.position++] = (rest & 0x7f) | CONTINUED;
      rest >>>= 7;
    }
    this.bytes[this.position++] = rest;
  }

  /** A field of type varint; left out when 0, as proto3 does. `tag` is one byte. */
  number(tag: number, value: number): void {
    if (value === 0) return;
    this.bytes[this.position++] = tag;
    this.varint(value);
  }

  /** A field of type bytes; left out when empty. */
  data(tag: number, value: Uint8Array): void {
    if (value.length === 0) return;
    this.bytes[this.position++] = tag;
    this.varint(value.length);
    this.bytes.set(value, this.position);
    this.position += value.length;
  }

  /** A field of type string, whose length in bytes is known; left out when empty. */
  text(tag: number, value: string, length: number): void {
    if (length === 0) return;
    this.bytes[this.position++] = tag;
    this.varint(length);
    this.position += this.bytes.write(value, this.position, length, 'utf8');
  }
}

/** Size of a `number` field with a tag of one byte. */
export const numberBytes = (value: number): number => (value === 0 ? 0 : 1 + varintBytes(value));

/** Size of a `data` or `text` field, or of a nested message, with a tag of one byte. */
export const fieldBytes = (length: number): number =>
  length === 0 ? 0 : 1 + varintBytes(length) + length;

export class WireReader {
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #text: Buffer;

  constructor(message: Buffer) {
    this.#text = message;
    // Not the Buffer itself: a `slice` of what is read here has to be a copy, as of any Uint8Array.
    this.#bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Refuses what is above 2^53 - 1, rather than lose digits. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let read = 0; read < 10; read += 1) {
      const byte = this.#bytes[this.position++];
      if (byte === undefined) throw new MalformedMessage('it ends within a number');
      value += (byte & 0x7f) * scale;
      if (byte < CONTINUED) {
        if (value > Number.MAX_SAFE_INTEGER) {
          throw new MalformedMessage('a number in it is above 2^53 - 1');
        }
        return value;
      }
      scale *= 0x80;
    }
    throw new MalformedMessage('a number in it has more than ten bytes');
  }

  /** Of a field whose type has 32 bits; refused above `max` rather than cut to what fits. */
  narrow(max: number): number {
    const value = this.varint();
    if (value > max) throw new MalformedMessage(`a number in it is above ${max}`);
    return value;
  }

  /** Where the field ends whose length comes next. */
  end(): number {
    const length = this.varint();
    const end = this.position + length;
    if (end > this.#bytes.length) {
      throw new MalformedMessage(
        `a field of ${length} bytes begins at byte ${this.position} of ${this.#bytes.length}`,
      );
    }
    return end;
  }

  /** A view of the message, not a copy. */
  data(): Uint8Array {
    const end = this.end();
    const view = this.#bytes.subarray(this.position, end);
    this.position = end;
    return view;
  }

  text(): string {
    const end = this.end();
    const text = this.#text.toString('utf8', this.position, end);
    this.position = end;
    return text;
  }

  /** Passes over a field that this version does not know. */
  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.varint();
        return;
      case 1:
        this.#advance(8);
        return;
      case 2:
        this.position = this.end();
        return;
      case 5:
        this.#advance(4);
        return;
      default:
        throw new MalformedMessage(`field ${tag >>> 3} in it has wire type ${tag & 7}`);
    }
  }

  #advance(count: number): void {
    this.position += count;
    if (this.position > this.#bytes.length) throw new MalformedMessage('it ends within a field');
  }
}
