/** Changes of plain data that leave its shape: what a decoder may hand on, however hostile the numbers. */
import type { Random } from '../../../simulator/random.js';
import { bytesOf, textOf } from '../target.js';
import { noise, shuffleSome } from './bytes.js';
import { hostileNumber, hostileText } from './hostile.js';

/** One or two of its leaves, or the order of one of its lists; `type` and `kind` name the shape, and stay. */
export function mutateData<T>(random: Random, value: T): T {
  const once = change(random, value) as T;
  return random.chance(0.3) ? (change(random, once) as T) : once;
}

function change(random: Random, value: unknown): unknown {
  if (typeof value === 'number') return random.chance(0.3) ? value + 1 : hostileNumber(random);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return hostileText(random);
  if (value instanceof Uint8Array) return noise(random, 60);
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.3)) return shuffleSome(random, value as unknown[]);
    const at = random.below(value.length);
    return (value as unknown[]).with(at, change(random, value[at]));
  }
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).filter((name) => !['type', 'kind', 'success'].includes(name));
  if (names.length === 0) return value;
  const name = random.pick(names);
  return { ...value, [name]: change(random, (value as Record<string, unknown>)[name]) };
}

/** Plain data as a piece of an input, and back; numbers that JSON has no form for, and bytes, as texts. */
export const pieceOfData = (value: unknown): Uint8Array =>
  bytesOf(
    JSON.stringify(value, (_name, each: unknown) => {
      if (each instanceof Uint8Array) return `bytes:${Buffer.from(each).toString('hex')}`;
      if (typeof each === 'number' && !Number.isFinite(each)) return `number:${String(each)}`;
      return Object.is(each, -0) ? 'number:-0' : each;
    }),
  );

/** Null: it is no such piece (while an input is cut down, say). */
export function dataOfPiece(piece: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(textOf(piece), (_name, each: unknown) => {
      if (typeof each !== 'string') return each;
      if (each.startsWith('number:')) return Number(each.slice(7));
      return each.startsWith('bytes:') ? new Uint8Array(Buffer.from(each.slice(6), 'hex')) : each;
    });
  } catch {
    return null;
  }
}
