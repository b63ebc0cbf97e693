import type { OperationResult } from '#kv';
import { wirePayloads } from './wire-payloads.js';

const pair = { key: 'k', value: 'v', createRevision: 2, modRevision: 3, version: 2, lease: 0 };
const RESULTS: readonly OperationResult[] = [
  { kind: 'put', revision: 3, previous: null },
  { kind: 'put', revision: 3, previous: pair },
  { kind: 'range', revision: 3, more: true, count: 2, pairs: [pair] },
  { kind: 'delete', revision: 3, deleted: 1, previous: [pair] },
  {
    kind: 'txn',
    revision: 3,
    succeeded: false,
    results: [{ kind: 'put', revision: 3, previous: null }],
  },
];

test.each(RESULTS)('%j arrives as it was sent, also when what was read is gone', (result) => {
  const gone: OperationResult = { ...result, readGone: true };
  expect(wirePayloads.decodeResult(wirePayloads.encodeResult(result))).toEqual(result);
  expect(wirePayloads.decodeResult(wirePayloads.encodeResult(gone))).toEqual(gone);
});
