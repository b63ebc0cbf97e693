import { Operation } from '#rpc/generated/relevo/v1/kv';
import { admit, type Inadmissible } from './admission.js';
import { protobufPayloads } from './wire/payload-codec.js';

const LIMITS = { keyBytesMax: 10, valueBytesMax: 100, requestBytesMax: 200, txnOperationsMax: 4 };

type Kind = NonNullable<Operation['kind']>;

function put(keyBytes: number, valueBytes: number): Kind {
  const key = new Uint8Array(keyBytes).fill(97);
  const value = new Uint8Array(valueBytes).fill(98);
  return { $case: 'put', value: { key, value, lease: 0, returnPrevious: false } };
}

function txn(...kinds: Kind[]): Kind {
  const success = kinds.map((kind) => ({ kind }));
  return { $case: 'txn', value: { compares: [], success, failure: [] } };
}

function refusalOf(kind: Kind): Inadmissible {
  const admitted = admit(Operation.encode({ kind }).finish(), protobufPayloads, LIMITS);
  if (admitted.kind !== 'inadmissible') throw new Error('it is let in');
  return admitted;
}

describe('what is too large is named, with its size and its limit', () => {
  test.each([
    ['a value', put(1, 101), 'the value has 101 bytes, the limit is MAX_VALUE_BYTES 100'],
    [
      'a value that fills its request',
      put(1, 900),
      'the value has 900 bytes, the limit is MAX_VAL',
    ],
    ['a key', put(11, 1), 'the key has 11 bytes, the limit is MAX_KEY_BYTES 10'],
    ['a value in a transaction', txn(put(1, 300)), 'the value has 300 bytes'],
    [
      'a request whose parts all are within their limits',
      txn(put(1, 90), put(2, 90), put(3, 90)),
      'the limit is MAX_REQUEST_BYTES 200. Split it.',
    ],
    [
      'a transaction',
      txn(...Array.from({ length: 5 }, (_, at) => put(at + 1, 1))),
      'the transaction has 5 operations, the limit is MAX_TXN_OPS 4',
    ],
  ])('%s', (_what, kind, words) => {
    const refusal = refusalOf(kind);
    expect(refusal.code).toBe('too-large');
    expect(refusal.message).toContain(words);
  });

  test('and what is at its limit is let in', () => {
    for (const kind of [put(10, 100), txn(put(1, 40), put(2, 40))]) {
      const admitted = admit(Operation.encode({ kind }).finish(), protobufPayloads, LIMITS);
      expect(admitted.kind).not.toBe('inadmissible');
    }
  });
});

test('what is no operation is malformed, however large it is', () => {
  const garbage = new Uint8Array(500).fill(0xff);
  const admitted = admit(garbage, protobufPayloads, LIMITS);
  expect(admitted).toMatchObject({ kind: 'inadmissible', code: 'malformed' });
});
