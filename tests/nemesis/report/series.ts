/** A run in slices of time: how many calls came back, and how long they took. */
import type { RecordedCall } from '../load/record.js';

export interface Slice {
  /** From the run's beginning. */
  readonly atMs: number;
  ok: number;
  failed: number;
  unknown: number;
  /** Of the calls that went well; 0 without any. */
  medianMs: number;
  worstMs: number;
}

export function slicesOf(
  calls: readonly RecordedCall[],
  startMs: number,
  endMs: number,
  sliceMs: number,
): readonly Slice[] {
  const count = Math.max(1, Math.ceil((endMs - startMs) / sliceMs));
  const slices = Array.from({ length: count }, (_, i): Slice => {
    return { atMs: i * sliceMs, ok: 0, failed: 0, unknown: 0, medianMs: 0, worstMs: 0 };
  });
  const latencies: number[][] = slices.map(() => []);
  for (const { invokedAt, returnedAt, outcome } of calls) {
    const at = Math.floor((returnedAt - startMs) / sliceMs);
    const slice = slices[at];
    if (slice === undefined) continue;
    if (outcome === 'none') slice.failed += 1;
    else if (outcome === 'unknown') slice.unknown += 1;
    else {
      slice.ok += 1;
      latencies[at]?.push(returnedAt - invokedAt);
    }
  }
  slices.forEach((slice, i) => {
    const sorted = (latencies[i] ?? []).sort((a, b) => a - b);
    slice.medianMs = quantile(sorted, 0.5);
    slice.worstMs = sorted.at(-1) ?? 0;
  });
  return slices;
}

/** Of values in ascending order; 0 without any. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
