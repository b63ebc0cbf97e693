import fc from 'fast-check';
import { Operation, OperationResult, type KeyValue } from '#rpc/generated/relevo/v1/kv';
import { endOfPrefix, encodeGet, encodePut, isReadOnly, wireRange } from './operations.js';
import {
  deleteResult,
  getResult,
  parseRequestId,
  putResult,
  rangeResult,
  txnResult,
  type Done,
} from './results.js';
import { RelevoError } from './error.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const data = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.uint8Array({ maxLength: 300 }),
);
const toBytes = (either: string | Uint8Array) =>
  typeof either === 'string' ? bytes(either) : either;
const natural = fc.maxSafeNat();

const keyValue: fc.Arbitrary<KeyValue> = fc.record({
  key: fc.uint8Array({ maxLength: 20 }),
  value: fc.uint8Array({ maxLength: 200 }),
  createRevision: natural,
  modRevision: natural,
  version: natural,
  lease: natural,
});

function done(result: OperationResult['kind'], parts: Uint8Array[] = []): Done {
  const payload = OperationResult.encode({ kind: result }).finish();
  return { outcome: 'ok', payload, parts, servedBy: 2, linearizable: true, requestId: null };
}

test('a put and a read by hand are the generated codec’s bytes', () => {
  const property = fc.property(data, data, (key, value) => {
    const fields = { key: toBytes(key), value: toBytes(value), lease: 0, returnPrevious: false };
    const put = Operation.encode({ kind: { $case: 'put', value: fields } }).finish();
    expect(Buffer.from(encodePut(key, value))).toEqual(Buffer.from(put));
    expect(Operation.decode(encodeGet(key)).kind).toMatchObject({
      $case: 'range',
      value: { rangeEnd: { length: 0 }, limit: 0, revision: 0, keysOnly: false },
    });
    const { kind } = Operation.decode(encodeGet(key));
    const found = kind?.$case === 'range' ? kind.value.key : null;
    expect(Buffer.from(found ?? [1])).toEqual(Buffer.from(toBytes(key)));
  });
  fc.assert(property, { numRuns: 300 });
});

test('answers by hand are what the generated codec wrote', () => {
  const property = fc.property(fc.array(keyValue, { maxLength: 5 }), natural, (pairs, revision) => {
    const range = { revision, pairs, more: pairs.length % 2 === 1, count: revision };
    const read = rangeResult(done({ $case: 'range', value: range }));
    expect(read).toMatchObject({ revision, more: range.more, count: revision, servedBy: 2 });
    expect(read.pairs.map((pair) => ({ ...pair }))).toEqual(pairs);
    const [previous] = pairs;
    const put = putResult(done({ $case: 'put', value: { revision, previous } }));
    expect(put.revision).toBe(revision);
    expect(put.previous && { ...put.previous }).toEqual(previous);
  });
  fc.assert(property, { numRuns: 300 });
});

test('a repeated write whose answer is compacted is done, and says what is left out', () => {
  const put = putResult(done({ $case: 'put', value: { revision: 7, readGone: true } }));
  expect(put).toMatchObject({ revision: 7, readGone: true });
  expect(put).not.toHaveProperty('previous');
  const gone = { revision: 7, deleted: 2, previous: [], readGone: true };
  expect(deleteResult(done({ $case: 'delete', value: gone }))).toMatchObject({
    deleted: 2,
    readGone: true,
  });
  const branch = { revision: 7, succeeded: false, results: [], readGone: true };
  const txn = txnResult(done({ $case: 'txn', value: branch }));
  expect(txn).toMatchObject({ succeeded: false, readGone: true });
  const whole = putResult(done({ $case: 'put', value: { revision: 7 } }));
  expect(whole).not.toHaveProperty('readGone');
});

test('whatever the bytes of an answer are, they are read or refused by name', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 60 }), (payload) => {
    for (const read of [putResult, getResult, rangeResult]) {
      try {
        read({ ...done(undefined), payload });
      } catch (error) {
        expect(error).toBeInstanceOf(RelevoError);
      }
    }
  });
  fc.assert(property, { numRuns: 1_000 });
});

test('parts of a long range come out as one, in order', () => {
  const one = (text: string) => ({
    ...{ key: bytes(text), value: bytes(''), createRevision: 1, modRevision: 1, version: 1 },
    lease: 0,
  });
  const part = (text: string) =>
    done({ $case: 'range', value: { revision: 7, pairs: [one(text)], more: true, count: 3 } });
  const last = part('c');
  const whole = rangeResult({ ...last, parts: [part('a').payload, part('b').payload] });
  expect(whole.pairs.map(({ keyText }) => keyText)).toEqual(['a', 'b', 'c']);
});

test('R54 R57 text is there for what is text, and bytes for everything', () => {
  const pair = (value: Uint8Array) =>
    getResult(
      done({
        $case: 'range',
        value: {
          ...{ revision: 1, more: false, count: 1 },
          pairs: [
            {
              ...{ key: bytes('ключ'), value, createRevision: 1, modRevision: 1, version: 1 },
              lease: 0,
            },
          ],
        },
      }),
    ).pair;
  expect(pair(bytes('naïve 🙂'))?.text).toBe('naïve 🙂');
  expect(pair(bytes('x'))?.keyText).toBe('ключ');
  expect(pair(new Uint8Array(0))?.text).toBe('');
  expect(pair(new Uint8Array([0xff, 0xfe]))?.text).toBeNull();
  const missing = done({
    $case: 'range',
    value: { revision: 1, pairs: [], more: false, count: 0 },
  });
  expect(getResult(missing).pair).toBeNull();
});

test('a prefix ends where the first key behind it begins, and is not changed', () => {
  const prefix = Buffer.from('big');
  expect([...endOfPrefix(prefix)]).toEqual([...bytes('bih')]);
  expect(prefix.toString()).toBe('big');
  expect([...endOfPrefix(new Uint8Array([1, 0xff]))]).toEqual([2]);
  expect([...endOfPrefix(new Uint8Array([0xff]))]).toEqual([0]);
  expect(wireRange({ prefix: '' })).toEqual(wireRange({ all: true }));
  expect(() => wireRange({ key: 'a', end: '' })).toThrow(/end is empty/);
  expect(() => wireRange({ key: 7 as never })).toThrow(/text or bytes, not number/);
});

test('a transaction is read-only if nothing in it, at any depth, changes anything', () => {
  const read = { kind: 'range', key: 'a' } as const;
  const write = { kind: 'put', key: 'a', value: 'b' } as const;
  expect(isReadOnly({ success: [read], failure: [{ kind: 'txn', success: [read] }] })).toBe(true);
  expect(isReadOnly({ success: [{ kind: 'txn', failure: [write] }] })).toBe(false);
});

test('a request id is session:sequence, and nothing else', () => {
  expect(parseRequestId('42:7')).toEqual({ session: 42, sequence: 7 });
  for (const text of ['', '42', '0:1', '1:0', '-1:2', '1:2:3', ' 1:2']) {
    expect(() => parseRequestId(text)).toThrow(/not session:sequence/);
  }
});

test('a number that does not end is no number, and is not read for ever', () => {
  for (const length of [10, 11, 150, 10_000]) {
    const endless = new Uint8Array([0x12, ...Array.from({ length }, () => 0x80)]);
    expect(() => rangeResult({ ...done(undefined), payload: endless })).toThrow(
      /does not end|ends within a number/,
    );
  }
});
