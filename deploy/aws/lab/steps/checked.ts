/** What a load has to have come to, whatever happened meanwhile. */
import assert from 'node:assert/strict';
import type { LoadResult } from '../load/load.js';

const ACKNOWLEDGED_MIN = 50;

/** Gives the figures in words. Throws if a request failed, or a write was lost or happened twice. */
export function checked(result: LoadResult): string {
  const { acknowledged, failed, lost, doubled, wrong, longestMs, firstError } = result;
  assert.deepEqual(
    { failed, lost, doubled, wrong, firstError },
    { failed: 0, lost: 0, doubled: 0, wrong: 0, firstError: '' },
  );
  assert.ok(acknowledged >= ACKNOWLEDGED_MIN, `only ${acknowledged} writes`);
  return `${acknowledged} writes: 0 failed, 0 lost, 0 doubled; longest wait ${longestMs} ms`;
}
