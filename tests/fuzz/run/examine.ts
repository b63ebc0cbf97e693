/** One input given to its target, under the eyes of whatever can be seen from outside. */
import { getHeapStatistics } from 'node:v8';
import { Random } from '../../../simulator/random.js';
import { Violation, type Input, type Target, type Verdict } from '../target.js';

/** What one input may leave allocated when it is done, besides a multiple of its own size; in bytes. */
const ALLOCATED_MAX = 48 * 1024 * 1024;
const ALLOCATED_PER_BYTE = 256;

export type Outcome =
  | { readonly kind: Verdict }
  | { readonly kind: 'failed'; readonly reason: string; readonly stack: string };

export function inputOf(target: Target, seed: number): Input {
  return target.make(new Random(seed));
}

/** Never throws; never ends if the target does not. */
export function examine(target: Target, input: Input): Outcome | Promise<Outcome> {
  const before = allocated();
  try {
    const verdict = target.take(input);
    if (!(verdict instanceof Promise)) return judged(verdict, input, before);
    return verdict.then((late) => judged(late, input, before), failed);
  } catch (error) {
    return failed(error);
  }
}

function judged(verdict: Verdict, input: Input, before: number): Outcome {
  const size = input.reduce((sum, { length }) => sum + length, 0);
  const grown = allocated() - before;
  if (grown > ALLOCATED_MAX + ALLOCATED_PER_BYTE * size) {
    const mib = Math.round(grown / 1024 / 1024);
    return failed(new Violation(`${mib} MiB were allocated for ${size} bytes`));
  }
  for (const name in {}) return failed(new Violation(`every object has a member ${name} now`));
  return { kind: verdict };
}

/** Heap and what stands outside of it, buffers above all; garbage counts until it is collected. */
export function allocated(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

function failed(error: unknown): Outcome {
  const isError = error instanceof Error;
  const reason = isError ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
  return { kind: 'failed', reason, stack: isError ? (error.stack ?? '') : '' };
}

/** Failures of one kind: the same words, but for numbers and what is quoted. */
export function kindOf(reason: string): string {
  return reason
    .split('\n', 1)
    .join('')
    .replace(/\d+/g, '#')
    .replace(/"[^"]*"/g, '"…"')
    .slice(0, 60);
}
