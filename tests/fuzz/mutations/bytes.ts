/** Changes that know nothing of what the bytes mean. */
import type { Random } from '../../../simulator/random.js';

const FILLERS = [0x00, 0xff, 0x0a, 0x22, 0x7b, 0x7d, 0x80, 0xc0, 0xed, 0xf8] as const;
const GROWTH_MAX = 1 << 16;

/** One to four changes. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  let changed = bytes;
  for (let left = random.integer(1, 4); left > 0; left -= 1) changed = change(random, changed);
  return changed;
}

function change(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const until = at + random.below(Math.min(bytes.length - at, random.pick([1, 4, 64])) + 1);
  switch (random.below(8)) {
    case 0:
      return altered(bytes, at, (byte) => byte ^ (1 << random.below(8)));
    case 1:
      return altered(bytes, at, () => random.pick(FILLERS));
    case 2:
      return altered(bytes, at, () => random.below(256));
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(until));
    case 4:
      return bytes.slice(0, at);
    case 5:
      return joined(bytes.subarray(0, at), noise(random), bytes.subarray(at));
    case 6: {
      if (bytes.length > GROWTH_MAX) return bytes;
      const again = Array.from({ length: random.integer(1, 3) }, () => bytes.subarray(at, until));
      return joined(bytes.subarray(0, until), ...again, bytes.subarray(until));
    }
    default:
      return bytes.slice().fill(random.pick(FILLERS), at, until);
  }
}

function altered(bytes: Uint8Array, at: number, to: (byte: number) => number): Uint8Array {
  const changed = bytes.slice();
  if (at < changed.length) changed[at] = to(changed[at] ?? 0);
  return changed;
}

export function noise(random: Random, lengthMax = 12): Uint8Array {
  return Uint8Array.from({ length: random.below(lengthMax + 1) }, () => random.below(256));
}

/** The beginning of one, the end of another. */
export function splice(random: Random, one: Uint8Array, other: Uint8Array): Uint8Array {
  const [until, from] = [random.below(one.length + 1), random.below(other.length + 1)];
  return joined(one.subarray(0, until), other.subarray(from));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Doubled, dropped, swapped or moved ones of a list. */
export function shuffleSome<T>(random: Random, items: readonly T[]): T[] {
  const [one, other] = [random.below(items.length), random.below(items.length)];
  const [first, second] = [items[one], items[other]];
  if (first === undefined || second === undefined) return [...items];
  switch (random.below(4)) {
    case 0:
      return items.toSpliced(one, 1);
    case 1:
      return items.toSpliced(other, 0, first);
    case 2:
      return items.with(one, second).with(other, first);
    default:
      return items.toSpliced(one, 1).toSpliced(other, 0, first);
  }
}
