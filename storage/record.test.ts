import fc from 'fast-check';
import { logIndex, nodeId, term, type Entry, type EntryBody } from '#raft';
import { Mirror } from './mirror.js';
import { BEGINNING } from './note.js';
import { decodeLines, encodeEntries, LinesMalformed, StoredEntry } from './record.js';

const NO_CHAIN = '00000000';
const decoder = new TextDecoder();

const body: fc.Arbitrary<EntryBody> = fc.oneof(
  fc.constant<EntryBody>({ kind: 'empty' }),
  fc.constant<EntryBody>({ kind: 'checkpoint' }),
  fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 40 }), { maxLength: 5 }).map((ids): EntryBody => {
    const voters = ids.slice(0, 3).map(nodeId);
    return { kind: 'membership', membership: { voters, learners: ids.slice(3).map(nodeId) } };
  }),
  fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .map((value): EntryBody => ({ kind: 'command', text: `"put":${JSON.stringify(value)}` })),
);

const entries = (maxLength: number): fc.Arbitrary<Entry[]> =>
  fc
    .tuple(fc.integer({ min: 1, max: 2 ** 50 }), fc.array(fc.tuple(body, fc.nat(3)), { maxLength }))
    .map(([first, bodies]) =>
      bodies.map(([one, at], number) => ({
        index: logIndex(first + number),
        term: term(1 + at),
        body: one,
      })),
    );

test('the lines of every kind of entry (golden)', () => {
  const bodies: EntryBody[] = [
    { kind: 'empty' },
    { kind: 'command', text: '"put":{"key":"k","value":"é\\n"}' },
    { kind: 'membership', membership: { voters: [nodeId(1), nodeId(2)], learners: [nodeId(3)] } },
    { kind: 'checkpoint' },
  ];
  const { bytes } = encodeEntries(
    NO_CHAIN,
    bodies.map((one, at) => ({ index: logIndex(at + 1), term: term(2), body: one })),
  );

  expect(decoder.decode(bytes)).toMatchInlineSnapshot(`
   "{"index":1,"term":2,"empty":{},"crc":"f802469b"}
   {"index":2,"term":2,"put":{"key":"k","value":"é\\n"},"crc":"757a0ee8"}
   {"index":3,"term":2,"membership":{"voters":[1,2],"learners":[3]},"crc":"cd82b652"}
   {"index":4,"term":2,"checkpoint":{},"crc":"a63c1ca7"}
   "
  `);
});

test('R38: entries survive encoding and decoding, and are written again as the same bytes', () => {
  fc.assert(
    fc.property(entries(20), (list) => {
      const { bytes } = encodeEntries('deadbeef', list);
      const decoded = decodeLines('deadbeef', bytes);

      expect(JSON.stringify(decoded)).toBe(JSON.stringify(list));
      expect(encodeEntries('deadbeef', decoded).bytes).toEqual(bytes);
    }),
  );
});

test('R38: the lines do not depend on how the entries were batched, or where they were encoded', () => {
  const fromOne = entries(30).map((list) =>
    list.map((entry, at) => ({ ...entry, index: logIndex(at + 1) })),
  );
  fc.assert(
    fc.property(fromOne, fc.array(fc.nat(5)), fc.array(fc.nat(7)), (list, mine, others) => {
      const leader = new Mirror({ base: BEGINNING, pieces: [] });
      const follower = new Mirror({ base: BEGINNING, pieces: [] });
      for (const batch of batches(list, mine)) leader.append(batch);
      for (const [at, batch] of batches(list, others).entries()) {
        const first = batch[0]?.index ?? 1;
        const chain = leader
          .position(first - 1)
          .chain.toString(16)
          .padStart(8, '0');
        const received = decodeLines(chain, leader.lines(first, first + batch.length - 1).slice());
        // A follower may hold copies that do not know their lines.
        follower.append(
          at % 3 === 0
            ? received.map(({ index, term: of, body: what }) => ({ index, term: of, body: what }))
            : received,
        );
      }

      expect(follower.lines(1, list.length)).toEqual(leader.lines(1, list.length));
      expect(follower.last).toEqual(leader.last);
    }),
  );
});

function batches(list: readonly Entry[], sizes: readonly number[]): Entry[][] {
  const out: Entry[][] = [];
  for (let at = 0, turn = 0; at < list.length; turn++) {
    const size = 1 + (sizes[turn % Math.max(1, sizes.length)] ?? 3);
    out.push(list.slice(at, at + size));
    at += size;
  }
  return out;
}

describe('what is no line is refused', () => {
  const good = decoder.decode(
    encodeEntries(NO_CHAIN, [
      { index: logIndex(1), term: term(1), body: { kind: 'empty' } },
      { index: logIndex(2), term: term(1), body: { kind: 'command', text: '"put":{"key":"k"}' } },
      { index: logIndex(3), term: term(1), body: { kind: 'checkpoint' } },
    ]).bytes,
  );
  const lines = good.split('\n');
  const reason = (text: string, chain = NO_CHAIN): string => {
    try {
      decodeLines(chain, new TextEncoder().encode(text));
    } catch (error) {
      if (error instanceof LinesMalformed) return `${error.line}: ${error.reason}`;
      throw error;
    }
    return 'taken';
  };

  test.each([
    ['another chain', good, '00000001', /^1: its checksum/],
    ['no chain', good, 'xyz', /^1: the chain value/],
    [
      'no line feed at the end',
      good.slice(0, -1),
      NO_CHAIN,
      /^3: it does not end with a line feed/,
    ],
    ['a line dropped', `${lines[0]}\n${lines[2]}\n`, NO_CHAIN, /^2: its checksum/],
    ['lines swapped', `${lines[0]}\n${lines[2]}\n${lines[1]}\n`, NO_CHAIN, /^2: its checksum/],
    [
      'a line that is no entry',
      `${lines[0]}\n{}\n`,
      NO_CHAIN,
      /^2: it does not end with a checksum/,
    ],
    [
      'a carriage return',
      good.replace('\n', '\r\n'),
      NO_CHAIN,
      /^1: it does not end with a checksum/,
    ],
  ])('%s', (_name, text, chain, expected) => {
    expect(reason(text, chain)).toMatch(expected);
  });

  test('bytes that are no UTF-8', () => {
    const bytes = new TextEncoder().encode(good);
    bytes[good.indexOf('"k"') + 1] = 0xff;
    expect(() => decodeLines(NO_CHAIN, bytes)).toThrow('UTF-8');
  });

  test('any byte changed', () => {
    const bytes = new TextEncoder().encode(good);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => decodeLines(NO_CHAIN, changed)).toThrow(LinesMalformed);
    }
  });

  test.each([
    ['an index with a leading zero', '{"index":01,"term":1,"empty":{}', /whole number/],
    ['an index of 0', '{"index":0,"term":1,"empty":{}', /whole number/],
    ['an index beyond 2^53', '{"index":9007199254740993,"term":1,"empty":{}', /whole number/],
    ['no term', '{"index":1,"empty":{}', /no term/],
    ['nothing to do', '{"index":1,"term":1', /what it does/],
    [
      'a membership in other words',
      '{"index":1,"term":1,"membership":{"voters":[ 1],"learners":[]}',
      /in the way/,
    ],
  ])('%s, under a checksum that holds', (_name, start, expected) => {
    expect(reason(`${sealedAs(start)}\n`)).toMatch(expected);
  });
});

/** A line whose checksum holds, whatever it says. */
function sealedAs(start: string): string {
  const stand = {
    index: logIndex(1),
    term: term(1),
    body: { kind: 'command', text: '"x":1' },
  } as const;
  const line = decoder.decode(encodeEntries(NO_CHAIN, [stand]).bytes);
  const bytes = new TextEncoder().encode(`00000000${start}`);
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  const digits = (~crc >>> 0).toString(16).padStart(8, '0');
  return start + line.slice(-19, -1).replace(/[0-9a-f]{8}/, digits);
}

test('a command that looks like an entry of another kind is a mistake of the caller', () => {
  const wrong: Entry = {
    index: logIndex(1),
    term: term(1),
    body: { kind: 'command', text: '"empty":{}' },
  };
  expect(() => encodeEntries(NO_CHAIN, [wrong])).toThrow('another kind');
  const feed: Entry = { ...wrong, body: { kind: 'command', text: '"put":"a\nb"' } };
  expect(() => encodeEntries(NO_CHAIN, [feed])).toThrow('line feed');
});

test('an entry that knows its line looks like any other', () => {
  const { bytes } = encodeEntries(NO_CHAIN, [
    { index: logIndex(1), term: term(1), body: { kind: 'empty' } },
  ]);
  const [entry] = decodeLines(NO_CHAIN, bytes);

  expect(StoredEntry.runOf(entry)).not.toBeNull();
  expect(Object.keys(entry ?? {})).toEqual(['index', 'term', 'body']);
});
