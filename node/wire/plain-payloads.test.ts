import fc from 'fast-check';
import type { Operation, OperationResult, Pair } from '#kv';
import { Operation as WireOperation } from '#rpc/generated/relevo/v1/kv';
import { decodeAny, encodeAny, protobufPayloads } from './payload-codec.js';
import { decodePlain, encodePlain } from './plain-payloads.js';

const byteString = fc
  .uint8Array({ maxLength: 300 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
const count = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.maxSafeNat());

const pair: fc.Arbitrary<Pair> = fc.record({
  key: byteString,
  value: byteString,
  createRevision: count,
  modRevision: count,
  version: count,
  lease: count,
});
const result: fc.Arbitrary<OperationResult> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), revision: count, previous: fc.constant(null) }),
  fc.record({
    kind: fc.constant('range' as const),
    revision: count,
    more: fc.boolean(),
    count,
    pairs: fc.array(pair, { maxLength: 1 }),
  }),
);

const bytes = fc.uint8Array({ maxLength: 300 });
const put = fc.record({ key: bytes, value: bytes }).map((value) => ({
  $case: 'put' as const,
  value: { ...value, lease: 0, returnPrevious: false },
}));
const range = fc.record({ key: bytes, rangeEnd: bytes }).map((keys) => ({
  $case: 'range' as const,
  value: { ...keys, limit: 0, revision: 0, keysOnly: false, countOnly: false, stale: false },
}));
const encoded = fc.oneof(put, range).map((kind) => WireOperation.encode({ kind }).finish());

/** By the generated codec, or null where it refuses. */
function decodedByAny(payload: Uint8Array): Operation | null {
  try {
    return decodeAny(payload);
  } catch {
    return null;
  }
}

describe('plain payloads are what the generated codec makes of them', () => {
  test('puts and ranges of every key and value are read the same', () => {
    let plain = 0;
    fc.assert(
      fc.property(encoded, (payload) => {
        if (decodePlain(payload) !== null) plain++;
        expect(protobufPayloads.decodeOperation(payload)).toEqual(decodeAny(payload));
      }),
      { numRuns: 1000 },
    );
    expect(plain).toBeGreaterThan(500);
  });

  test('results are the same bytes', () => {
    fc.assert(
      fc.property(result, (each) => {
        const written = encodePlain(each);
        expect(written).not.toBeNull();
        expect(Buffer.from(written ?? [])).toEqual(Buffer.from(encodeAny(each)));
      }),
      { numRuns: 1000 },
    );
  });

  test('what is not plain is left to the generated codec', () => {
    const none = { revision: 3, readGone: true } as const;
    expect(encodePlain({ ...none, kind: 'put', previous: null })).toBeNull();
    expect(encodePlain({ ...none, kind: 'range', more: false, count: 0, pairs: [] })).toBeNull();
    expect(encodePlain({ kind: 'delete', revision: 3, deleted: 0, previous: [] })).toBeNull();
  });

  test('a message that was changed anywhere is read as the generated codec reads it, or left to it', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(
        encoded,
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.nat(),
        (payload, changes, cut) => {
          const changed = Uint8Array.from(payload);
          for (const { at, byte } of changes) changed[at % Math.max(1, changed.length)] = byte;
          const cutOff = changed.subarray(0, cut % (changed.length + 1));
          for (const message of [changed, cutOff]) {
            const plain = decodePlain(message);
            if (plain !== null) expect(plain).toEqual(decodedByAny(message));
          }
        },
      ),
      { numRuns: 5000 },
    );
  });

  test('what has more than two fields is left to the generated codec', () => {
    const kind = {
      $case: 'put' as const,
      value: { key: Buffer.from('k'), value: Buffer.from('v'), lease: 7, returnPrevious: false },
    };
    const leased = WireOperation.encode({ kind }).finish();
    expect(decodePlain(leased)).toBeNull();
    expect(protobufPayloads.decodeOperation(leased)).toMatchObject({ key: 'k', lease: 7 });
    expect(decodePlain(new Uint8Array(0))).toBeNull();
  });
});
