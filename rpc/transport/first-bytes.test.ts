import { PREFACE, readFirstBytes, readFirstOfTls } from './first-bytes.js';

test("HTTP/2's preface is known at its last byte, with whatever comes behind it", () => {
  for (let length = 0; length < PREFACE.length; length += 1) {
    expect(readFirstBytes(PREFACE.subarray(0, length))).toEqual({ kind: 'incomplete' });
  }
  expect(readFirstBytes(PREFACE)).toEqual({ kind: 'right' });
  expect(readFirstBytes(Buffer.concat([PREFACE, Buffer.alloc(9)]))).toEqual({ kind: 'right' });
});

test.each([
  ['HTTP/1.1', 'GET / HTTP/1.1\r\n', /^HTTP\/1\.1 400 /],
  [
    'HTTP/1.1 with a method that begins as the preface does',
    'PRINT / HTTP/1.1',
    /^HTTP\/1\.1 400 /,
  ],
  ['TLS', '\x16\x03\x01\x02\x00', /^\x15\x03\x01\x00\x02\x02F$/],
  ['nothing known', '\xff\xfe\xfd', /it did not begin as HTTP\/2 does/],
  ['a preface with a wrong byte', 'PRI * HTTP/2.0\r\n\r\nSX', /^HTTP\/1\.1 400 /],
])('%s is answered in its own language', (_, text, answer) => {
  const first = readFirstBytes(Buffer.from(text, 'latin1'));
  expect(first.kind).toBe('foreign');
  if (first.kind === 'foreign') expect(first.answer.toString('latin1')).toMatch(answer);
});

test('what may yet become a method, or TLS, is waited for', () => {
  for (const text of ['G', 'GET', 'DELETE', '\x16']) {
    expect(readFirstBytes(Buffer.from(text, 'latin1'))).toEqual({ kind: 'incomplete' });
  }
});

describe('where TLS is spoken', () => {
  test('a handshake is known at its first byte', () => {
    expect(readFirstOfTls(Buffer.from([0x16]))).toEqual({ kind: 'right' });
  });

  test('plain HTTP/2 is known at the last byte of its preface, and told of TLS in its own language', () => {
    expect(readFirstOfTls(PREFACE.subarray(0, 9))).toEqual({ kind: 'incomplete' });
    const first = readFirstOfTls(PREFACE);
    if (first.kind !== 'foreign') throw new Error(`it is ${first.kind}`);
    expect(first.answer.toString('latin1')).toMatch(/speaks gRPC over TLS/);
  });

  test.each(['GET / HTTP/1.1\r\n', '\xff\xfe'])('%j is told of TLS', (text) => {
    const first = readFirstOfTls(Buffer.from(text, 'latin1'));
    if (first.kind !== 'foreign') throw new Error(`it is ${first.kind}`);
    expect(first.why).toMatch(/over TLS/);
  });
});
