/** Cuts a failing input down: pieces and bytes that it can do without go, the rest becomes plainer. */
import type { Input, Target } from '../target.js';
import { examine, kindOf } from './examine.js';

export interface Shrunk {
  readonly input: Input;
  readonly reason: string;
  readonly tried: number;
}

const TRIES_MAX = 4_000;
/** A slow target's input is cut down as far as that goes. */
const MS_MAX = 20_000;
const PLAIN = 0x61;

export async function shrink(target: Target, failing: Input, reason: string): Promise<Shrunk> {
  const kind = kindOf(reason);
  let best: Shrunk = { input: failing, reason, tried: 0 };
  let tried = 0;
  const end = performance.now() + MS_MAX;
  const isOver = (): boolean => tried >= TRIES_MAX || performance.now() >= end;
  const improves = async (input: Input): Promise<boolean> => {
    tried += 1;
    const outcome = await examine(target, input);
    if (outcome.kind !== 'failed' || kindOf(outcome.reason) !== kind) return false;
    best = { input, reason: outcome.reason, tried };
    return true;
  };
  for (let isBetter = true; isBetter && !isOver();) {
    isBetter = false;
    for (const candidate of candidates(best.input)) {
      if (isOver()) break;
      if (!(await improves(candidate))) continue;
      isBetter = true;
      break;
    }
  }
  return { ...best, tried };
}

/** Each is simpler than `input`: fewer pieces, fewer bytes, or plainer ones. Large steps first. */
function* candidates(input: Input): Generator<Input> {
  for (const [from, count] of ranges(input.length)) yield input.toSpliced(from, count);
  for (const [at, piece] of input.entries()) {
    for (const [from, count] of ranges(piece.length)) {
      yield input.with(at, without(piece, from, count));
    }
  }
  for (const [at, piece] of input.entries()) {
    for (const [place, byte] of piece.entries()) {
      if (byte === PLAIN || byte === 0) continue;
      yield input.with(at, piece.with(place, byte > 0x7f ? PLAIN : 0));
    }
  }
}

/** Halves, quarters, and so on down to single ones. */
function* ranges(length: number): Generator<readonly [from: number, count: number]> {
  for (let count = length; count >= 1; count = Math.floor(count / 2)) {
    for (let from = 0; from + count <= length; from += count) yield [from, count];
  }
}

function without(piece: Uint8Array, from: number, count: number): Uint8Array {
  return new Uint8Array([...piece.subarray(0, from), ...piece.subarray(from + count)]);
}
