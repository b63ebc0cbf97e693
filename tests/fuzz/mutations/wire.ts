/** Changes of protobuf messages that leave most of the message whole: its fields, numbers and lengths. */
import type { Random } from '../../../simulator/random.js';
import { joined, mutateBytes, noise, shuffleSome } from './bytes.js';
import { hostileText, hostileWide } from './hostile.js';

/** A field as it stands. `inner` are its fields, if its bytes can be read as a message. */
interface Field {
  readonly number: number;
  readonly type: number;
  readonly number64: bigint;
  readonly data: Uint8Array;
  readonly inner: readonly Field[] | null;
  /** What its length claims to be, if that is not what it is. */
  readonly claimed: bigint | null;
}

const DEPTH_MAX = 6;

/** One to three changes; bytes that are no message are changed as bytes. */
export function mutateWire(random: Random, message: Uint8Array): Uint8Array {
  if (random.chance(0.15)) return mutateBytes(random, message);
  let fields = read(message, 0);
  if (fields === null) return mutateBytes(random, message);
  for (let left = random.integer(1, 3); left > 0; left -= 1) fields = change(random, fields);
  return write(fields);
}

function change(random: Random, fields: readonly Field[]): Field[] {
  if (fields.length === 0) return [strange(random)];
  const at = random.below(fields.length);
  const field = fields[at] as Field;
  if (field.inner !== null && random.chance(0.7)) {
    return fields.with(at, { ...field, inner: change(random, field.inner) });
  }
  if (random.chance(0.3)) return shuffleSome(random, fields);
  return random.chance(0.15)
    ? fields.toSpliced(at, 0, strange(random))
    : fields.with(at, altered(random, field));
}

function altered(random: Random, field: Field): Field {
  switch (random.below(6)) {
    case 0:
      return {
        ...field,
        number: random.pick([0, 1, 2, 3, 15, 16, 2047, 536_870_911, field.number + 1]),
      };
    case 1:
      return { ...field, type: random.below(8) };
    case 2:
      if (field.type === 2) return { ...field, claimed: hostileWide(random) };
      return { ...field, number64: hostileWide(random) };
    case 3:
      return { ...field, inner: null, data: Buffer.from(hostileText(random), 'utf8') };
    case 4:
      return { ...field, inner: null, data: mutateBytes(random, content(field)) };
    default:
      return { ...field, number64: hostileWide(random) };
  }
}

function strange(random: Random): Field {
  const number = random.pick([0, 1, 2, 3, 4, 5, 7, 100]);
  const common = {
    number,
    type: random.pick([0, 0, 1, 2, 2, 3, 4, 5]),
    number64: hostileWide(random),
  };
  return { ...common, data: noise(random), inner: null, claimed: null };
}

const content = ({ inner, data }: Field): Uint8Array => (inner === null ? data : write(inner));

function write(fields: readonly Field[]): Uint8Array {
  return joined(...fields.flatMap(writeField));
}

function writeField(field: Field): Uint8Array[] {
  const tag = varint(BigInt(field.number) * 8n + BigInt(field.type));
  switch (field.type) {
    case 0:
      return [tag, varint(field.number64)];
    case 1:
      return [tag, fixed(field.number64, 8)];
    case 2: {
      const data = content(field);
      return [tag, varint(field.claimed ?? BigInt(data.length)), data];
    }
    case 5:
      return [tag, fixed(field.number64, 4)];
    default:
      return [tag, field.data];
  }
}

export function varint(value: bigint): Uint8Array {
  if (value < 128n) return Uint8Array.of(Number(value));
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}

function fixed(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => Number((value >> BigInt(8 * at)) & 255n));
}

/** Null: the bytes are no message. */
function read(bytes: Uint8Array, depth: number): Field[] | null {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = readVarint(bytes, at);
    if (tag === null || tag.value >= 2n ** 32n || tag.value < 8n) return null;
    const [number, type] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
    const found = readBody(bytes, tag.end, type, depth);
    if (found === null) return null;
    fields.push({ number, type, ...found.body, claimed: null });
    at = found.end;
  }
  return fields;
}

type Body = Pick<Field, 'number64' | 'data' | 'inner'>;
const NOTHING: Body = { number64: 0n, data: new Uint8Array(0), inner: null };

function readBody(
  bytes: Uint8Array,
  at: number,
  type: number,
  depth: number,
): { readonly body: Body; readonly end: number } | null {
  if (type === 1 || type === 5) {
    const end = at + (type === 1 ? 8 : 4);
    return end > bytes.length ? null : { body: { ...NOTHING, number64: 0n }, end };
  }
  const first = readVarint(bytes, at);
  if (first === null || (type !== 0 && type !== 2)) return null;
  if (type === 0) return { body: { ...NOTHING, number64: first.value }, end: first.end };
  const end = first.end + Number(first.value);
  if (end > bytes.length) return null;
  const data = bytes.slice(first.end, end);
  const inner = depth < DEPTH_MAX && data.length > 1 ? read(data, depth + 1) : null;
  return { body: { ...NOTHING, data, inner }, end };
}

function readVarint(bytes: Uint8Array, from: number): { value: bigint; end: number } | null {
  let value = 0n;
  for (let at = from; at < Math.min(bytes.length, from + 10); at += 1) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 127) << BigInt(7 * (at - from));
    if (byte < 128) return { value, end: at + 1 };
  }
  return null;
}
