import { OperationResult } from '#rpc/generated/relevo/v1/kv';
import { protobufPayloads } from './payload-codec.js';

test('that what was read is gone travels, and costs nothing where it is not', () => {
  const written = { kind: 'put', revision: 3, previous: null } as const;
  const plain = protobufPayloads.encodeResult(written);
  const gone = protobufPayloads.encodeResult({ ...written, readGone: true });
  expect(OperationResult.decode(gone).kind?.value).toMatchObject({ revision: 3, readGone: true });
  expect(OperationResult.decode(plain).kind?.value).not.toHaveProperty('readGone', true);
  expect(gone.length - plain.length).toBe(2);
  const txn = { kind: 'txn', revision: 3, succeeded: false, results: [], readGone: true } as const;
  const decoded = OperationResult.decode(protobufPayloads.encodeResult(txn)).kind;
  expect(decoded?.value).toMatchObject({ succeeded: false, readGone: true });
});
