/** Callers that each wait for their answer before they ask again. */
import { createHistogram, performance } from 'node:perf_hooks';

export interface LoopResult {
  readonly operations: number;
  readonly failed: number;
  readonly seconds: number;
  /** Per second. */
  readonly rate: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface LoopOptions {
  readonly callers: number;
  /** Not counted. */
  readonly warmUpMs: number;
  readonly measureMs: number;
}

const NANOSECONDS = 1e6;

/** Runs `operation` from each caller in turn, `n` being a number that no other call gets. */
export async function closedLoop(
  options: LoopOptions,
  operation: (n: number) => Promise<unknown>,
): Promise<LoopResult> {
  const histogram = createHistogram();
  const begin = performance.now() + options.warmUpMs;
  const end = begin + options.measureMs;
  let next = 0;
  let operations = 0;
  let failed = 0;
  const caller = async (): Promise<void> => {
    for (;;) {
      const start = performance.now();
      if (start >= end) return;
      const counted = start >= begin;
      try {
        await operation(next++);
        const now = performance.now();
        if (!counted || now > end) continue;
        operations++;
        histogram.record(Math.max(1, Math.round((now - start) * NANOSECONDS)));
      } catch {
        if (counted) failed++;
      }
    }
  };
  await Promise.all(Array.from({ length: options.callers }, caller));
  const seconds = options.measureMs / 1000;
  return {
    operations,
    failed,
    seconds,
    rate: operations / seconds,
    p50: histogram.percentile(50) / NANOSECONDS,
    p99: histogram.percentile(99) / NANOSECONDS,
  };
}
