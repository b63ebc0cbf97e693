/**
 * What a bad disk does to what was written long ago: a bit turns, or a sector of another place stands
 * here. Only where the files can vouch for themselves: damage behind the last note of the log looks like
 * a tail that was never synced (storage/FORMAT.md, "What can't be told apart").
 */
import type { Random } from './random.js';

export interface Damage {
  readonly path: string;
  readonly at: number;
  readonly data: Uint8Array;
}

const SECTOR_BYTES = 512;
const LINE_FEED = 10;
const NOTE = new TextEncoder().encode('{"note":');

/** Null: there is nothing to damage. */
export function drawDamage(
  random: Random,
  files: readonly (readonly [string, Uint8Array])[],
): Damage | null {
  const places = files.flatMap(([path, bytes]) => {
    const vouched = vouchedFor(path, files);
    const length = vouched ?? bytes.length;
    return length > 0 ? [{ path, bytes: bytes.subarray(0, length) }] : [];
  });
  if (places.length === 0) return null;
  const { path, bytes } = random.pick(places);
  if (random.chance(0.3)) return misdirected(random, path, bytes, files);
  const at = random.below(bytes.length);
  return { path, at, data: Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))) };
}

function misdirected(
  random: Random,
  path: string,
  bytes: Uint8Array,
  files: readonly (readonly [string, Uint8Array])[],
): Damage {
  const sectors = Math.ceil(bytes.length / SECTOR_BYTES);
  const at = random.below(sectors) * SECTOR_BYTES;
  const [, other] = random.pick(files);
  const from = random.below(Math.max(1, other.length - SECTOR_BYTES));
  const length = Math.min(SECTOR_BYTES, bytes.length - at);
  return { path, at, data: other.slice(from, from + length) };
}

/** How many of its bytes are vouched for by something that stands behind them; null: all. */
function vouchedFor(
  path: string,
  files: readonly (readonly [string, Uint8Array])[],
): number | null {
  if (path.startsWith('data/') || path === 'vote.json' || path === 'identity.json') return null;
  if (!path.startsWith('log/') || !path.endsWith('.jsonl')) return 0;
  const segments = files.filter(([name]) => name.startsWith('log/') && name.endsWith('.jsonl'));
  const behind = segments.filter(([name]) => name > path);
  if (behind.some(([, bytes]) => lastNote(bytes) > 0)) return null;
  const own = segments.find(([name]) => name === path);
  return own === undefined ? 0 : Math.max(0, lastNote(own[1]));
}

/** Where the last line that is a note begins; -1 if there is none. */
function lastNote(bytes: Uint8Array): number {
  let end = bytes.lastIndexOf(LINE_FEED);
  while (end > 0) {
    const start = bytes.lastIndexOf(LINE_FEED, end - 1) + 1;
    if (NOTE.every((code, i) => bytes[start + i] === code)) return start;
    end = start - 1;
  }
  return -1;
}
