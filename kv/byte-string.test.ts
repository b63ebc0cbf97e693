import fc from 'fast-check';
import { fromBase64, toBase64 } from './base64.js';
import { fromBytes, fromText, prefixEnd, shownKey, toBytes, toText } from './byte-string.js';

const byteStrings = fc.uint8Array({ maxLength: 40 }).map((bytes) => String.fromCharCode(...bytes));

describe('byte-strings', () => {
  test('bytes come back as they were, however many', () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => i % 256);
    expect(toBytes(fromBytes(bytes))).toEqual(bytes);
  });

  test('R54 any text has its bytes, and bytes are text only if they are exactly its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fromText(text)).toBe(Buffer.from(text, 'utf8').toString('latin1'));
        expect(toText(fromText(text))).toBe(text);
      }),
    );
    fc.assert(
      fc.property(byteStrings, (bytes) => {
        const text = toText(bytes);
        const decoded = Buffer.from(bytes, 'latin1').toString('utf8');
        const isText = Buffer.from(decoded, 'utf8').toString('latin1') === bytes;
        expect(text).toBe(isText ? decoded : null);
      }),
    );
  });

  test('a byte order mark is kept, overlong and surrogate forms are no text', () => {
    expect(toText('\xef\xbb\xbfa')).toBe('\ufeffa');
    expect(toText('\xc0\x80')).toBeNull();
    expect(toText('\xed\xa0\x80')).toBeNull();
  });

  test('the end of a prefix', () => {
    expect(prefixEnd('ab')).toBe('ac');
    expect(prefixEnd('a\xff\xff')).toBe('b');
    expect(prefixEnd('\xff\xff')).toBe('\0');
    expect(prefixEnd('')).toBe('\0');
  });

  test('a key in a message is readable and short', () => {
    expect(shownKey('a"b')).toBe('"a\\"b"');
    expect(shownKey('\xff\x00')).toBe('ff00 (hexadecimal)');
    expect(shownKey('k'.repeat(5000)).length).toBeLessThan(100);
  });
});

describe('base64', () => {
  test('the vectors of RFC 4648, section 10', () => {
    const vectors = ['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy'];
    expect([0, 1, 2, 3, 4, 5, 6].map((n) => toBase64('foobar'.slice(0, n)))).toEqual(vectors);
    expect(vectors.map(fromBase64)).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => 'foobar'.slice(0, n)));
  });

  test('any bytes come back', () => {
    fc.assert(
      fc.property(byteStrings, (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes, 'latin1').toString('base64'));
        expect(fromBase64(toBase64(bytes))).toBe(bytes);
      }),
    );
  });

  test('each byte-string has one text: every other is refused', () => {
    for (const text of [
      'Zg',
      'Zg=',
      'Zh==',
      'Zm9=',
      'Z===',
      '====',
      'Zg==Zg==',
      'Zm9v\n',
      'Zm-_',
    ]) {
      expect(fromBase64(text)).toBeNull();
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const bytes = fromBase64(text);
        if (bytes !== null) expect(toBase64(bytes)).toBe(text);
        else expect(Buffer.from(text, 'base64').toString('base64')).not.toBe(text);
      }),
    );
  });
});
