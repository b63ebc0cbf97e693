import fc from 'fast-check';
import { Operation } from '#rpc/generated/relevo/v1/kv';
import { valueBytesOf } from './put-size.js';

const put = (key: Uint8Array, value: Uint8Array, lease: number): Uint8Array =>
  Operation.encode({
    kind: { $case: 'put', value: { key, value, lease, returnPrevious: true } },
  }).finish();

test("a put's value, of whatever size", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(bytes, bytes, fc.nat(), (key, value, lease) => {
      expect(valueBytesOf(put(key, value, lease))).toBe(value.length);
    }),
  );
  expect(valueBytesOf(put(new Uint8Array(1), new Uint8Array(3_000_000), 0))).toBe(3_000_000);
});

test('nothing else has one, and nothing makes it fail', () => {
  const range = { key: new Uint8Array(5), rangeEnd: new Uint8Array(5), returnPrevious: false };
  const removal = Operation.encode({ kind: { $case: 'delete', value: range } }).finish();
  expect(valueBytesOf(removal)).toBeNull();
  expect(valueBytesOf(put(new Uint8Array(3), new Uint8Array(0), 0))).toBeNull();
  const whole = put(new Uint8Array(3), new Uint8Array(200), 0);
  for (let length = 0; length < whole.length; length += 1) {
    expect(valueBytesOf(whole.subarray(0, length))).toBeNull();
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (garbage) => {
      const found = valueBytesOf(garbage);
      expect(found === null || found < garbage.length).toBe(true);
    }),
  );
});
