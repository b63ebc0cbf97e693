import fc from 'fast-check';
import { argumentBytes, keyAfter, shown, textOf } from './bytes.js';

const bytes = (...codes: number[]): Uint8Array => new Uint8Array(codes);
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('shown', () => {
  test.each([
    [encode('plain ä ✓'), 'plain ä ✓'],
    [encode('a\nb\tc\\d'), String.raw`a\nb\tc\\d`],
    [encode('\x1b[31m'), String.raw`\x1b[31m`],
    [encode('\u202Eevil'), String.raw`\u{202e}evil`],
    [bytes(0xff, 0x41, 0x0a), String.raw`\xffA\n`],
    [bytes(), ''],
  ])('%#', (value, text) => {
    expect(shown(value)).toBe(text);
  });

  test('never lets a control character through, and two values never look alike', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (one, other) => {
        expect(shown(one)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        if (textOf(one) !== null && textOf(other) !== null) {
          expect(shown(one) === shown(other)).toBe(Buffer.compare(one, other) === 0);
        }
      }),
    );
  });
});

describe('arguments', () => {
  test('base64 gives any bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (value) => {
        const text = Buffer.from(value).toString('base64');
        expect(argumentBytes(text, true)).toEqual(value);
      }),
    );
  });

  test('what is not base64 is refused by name', () => {
    expect(() => argumentBytes('a%', true)).toThrow('"a%" is not base64');
    expect(argumentBytes('a%', false)).toEqual(bytes(0x61, 0x25));
  });

  test('the key after a key is the very next', () => {
    expect(keyAfter(bytes(1, 2))).toEqual(bytes(1, 2, 0));
  });
});
