import fc from 'fast-check';
import { CommandMalformed, decodeAnyCommand, decodeCommand } from './command-decoding.js';
import { encodeCommand } from './command-encoding.js';
import { Malformed } from './json-members.js';
import { COUNT, numberOf, TEXT, textOf } from './plain-form.js';
import { keyLine, parseAnyLine, parseStateLine } from './state-lines.js';

/** What a reader makes of a text: a value, or that it is refused, and why. */
function outcome(read: (text: string) => unknown, text: string): unknown {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof CommandMalformed || error instanceof Malformed) return error.message;
    throw error;
  }
}

/** Bytes of every kind, most of them plain. */
const bytes = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', ' ', '~', '"', '\\', '\x7f', '\n', '\xff', '\xc3') }),
  fc.string({ unit: fc.constantFrom('k', '7'), minLength: 13, maxLength: 40 }),
);
const count = fc.oneof(fc.nat(3), fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER));

/** A text as it is, or with one place changed: cut, doubled, or another character put there. */
function spoilt(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const patch = fc.constantFrom('', '0', '-', '.', 'e9', '"', '\\', ',', '}', ' ', 'é', '00', '\t');
  return fc
    .tuple(text, fc.boolean(), fc.nat(200), fc.nat(2), patch)
    .map(([whole, spoil, place, cut, put]) => {
      const at = place % (whole.length + 1);
      return spoil ? whole.slice(0, at) + put + whole.slice(at + cut) : whole;
    });
}

describe('the plain form', () => {
  test('a command is read as by the reader of every form, and refused for the same reason', () => {
    const command = fc
      .record({ key: bytes, value: bytes, lease: count, flag: fc.boolean(), session: count })
      .chain((put) => fc.record({ put: fc.constant(put), sequence: count, low: count }))
      .map(({ put: { key, value, lease, flag, session }, sequence, low: lowestAwaited }) =>
        encodeCommand({
          kind: 'write',
          session,
          sequence,
          lowestAwaited,
          operation: { kind: 'put', key, value, lease, returnPrevious: flag },
        }),
      );
    fc.assert(
      fc.property(spoilt(command), (text) => {
        expect(outcome(decodeCommand, text)).toEqual(outcome(decodeAnyCommand, text));
      }),
      { numRuns: 3000 },
    );
  });

  test('a pair is read as by the reader of every form, and refused for the same reason', () => {
    const pair = fc.record({
      key: bytes,
      value: bytes,
      createRevision: count,
      modRevision: count,
      version: count,
      lease: count,
    });
    fc.assert(
      fc.property(spoilt(pair.map(keyLine)), (text) => {
        expect(outcome(parseStateLine, text)).toEqual(outcome(parseAnyLine, text));
      }),
      { numRuns: 3000 },
    );
  });

  test('reads what is plain, and nothing else', () => {
    const pattern = new RegExp(`^${TEXT}$`);
    const read = (text: string): unknown => pattern.exec(text)?.[1] ?? null;
    expect(read('"a key of more than a few letters"')).toBe('a key of more than a few letters');
    expect(['"a\\n"', '"é"', '"open', '"tab\t"', '"a"b"'].map(read)).toEqual(Array(5).fill(null));
    const count = new RegExp(`^${COUNT}$`);
    const number = (text: string): number => numberOf(count.exec(text)?.[1] ?? '-');
    expect(['0', '17', '9007199254740991'].map(number)).toEqual([0, 17, Number.MAX_SAFE_INTEGER]);
    expect(['', '-1', '01', 'x', '9007199254740992'].map(number)).toEqual([-1, -1, -1, -1, -1]);
  });

  test('a text is its group, short or long', () => {
    expect(textOf('a text of its own, of more than a few letters')).toBe(
      'a text of its own, of more than a few letters',
    );
    expect(textOf('')).toBe('');
  });
});
