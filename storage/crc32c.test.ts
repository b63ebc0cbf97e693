import fc from 'fast-check';
import { crc32c, fromHex, hex, readHex, writeHex } from './crc32c.js';

/** One bit after another, as the definition says. */
function slow(bytes: Uint8Array, before = 0): number {
  let crc = ~before >>> 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

test.each([
  ['the empty string', new Uint8Array(0), '00000000'],
  ['123456789 (the check value)', new TextEncoder().encode('123456789'), 'e3069283'],
  ['32 zeros (RFC 3720, B.4)', new Uint8Array(32), '8a9136aa'],
  ['32 ones (RFC 3720, B.4)', new Uint8Array(32).fill(0xff), '62a8ab43'],
  ['32 ascending (RFC 3720, B.4)', Uint8Array.from({ length: 32 }, (_, at) => at), '46dd794e'],
  [
    '32 descending (RFC 3720, B.4)',
    Uint8Array.from({ length: 32 }, (_, at) => 31 - at),
    '113fdb5c',
  ],
])('the checksum of %s', (_name, bytes, expected) => {
  expect(hex(crc32c(bytes))).toBe(expected);
});

test('is the same as the slow one, for any bytes, at any place, in any parts', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), fc.nat(9), (bytes, cut, shift) => {
      const at = Math.min(cut, bytes.length);
      const shifted = new Uint8Array(shift + bytes.length);
      shifted.set(bytes, shift);
      const first = crc32c(shifted, shift, shift + at);

      expect(crc32c(bytes)).toBe(slow(bytes));
      expect(crc32c(shifted, shift + at, shift + bytes.length, first)).toBe(slow(bytes));
    }),
  );
});

test('eight digits and back', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (value) => {
      const bytes = new Uint8Array(8);
      writeHex(bytes, 0, value);

      expect(new TextDecoder().decode(bytes)).toBe(hex(value));
      expect(readHex(bytes, 0)).toBe(value);
      expect(fromHex(hex(value))).toBe(value);
    }),
  );
  expect(readHex(new TextEncoder().encode('0A1b2c3d'), 0)).toBe(-1);
  expect(fromHex('0a1b2c3')).toBe(-1);
});
