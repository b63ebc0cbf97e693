import fc from 'fast-check';
import { encodeCommand } from './command-encoding.js';
import { LONG_RANGE_KEYS } from './range-cursor.js';
import { Store } from './store.js';
import { Choices, someCommand } from './testing/commands.js';
import { Driver, put, range, remove, txn } from './testing/driver.js';
import type { Pair, Range, RangeResult } from './types.js';

const scripts = fc.array(fc.array(fc.nat(1 << 20), { minLength: 3, maxLength: 30 }), {
  minLength: 4,
  maxLength: 60,
  size: 'max',
});
const asked = fc.record({
  key: fc.constantFrom('\0', 'a', 'b'),
  end: fc.constantFrom('\0', 'c', 'b\xff'),
  limit: fc.constantFrom(0, 1, 3),
  age: fc.nat(3),
  keysOnly: fc.boolean(),
  countOnly: fc.boolean(),
});

/** Applies a made-up command and lets compaction work. */
function change(store: Store, numbers: readonly number[]): void {
  const choices = new Choices(numbers);
  const { revision, compactedRevision: compacted, appliedIndex } = store;
  const sessions = store.sessions().map(({ session }) => session);
  const around = { revision, compacted, appliedIndex, sessions, sequence: appliedIndex + 1 };
  store.apply(appliedIndex + 1, encodeCommand(someCommand(choices, around)));
  store.work(choices.below(4));
}

/** The parts as one answer: all pairs, and what the last part says. */
function inSlices(store: Store, query: Range, meanwhile: (slice: number) => void): RangeResult {
  const cursor = store.beginRange(query);
  if ('kind' in cursor) throw new Error(cursor.message);
  const pairs: Pair[] = [];
  for (let slice = 0; ; slice++) {
    const part = cursor.next(1 + (slice % 3));
    pairs.push(...part.pairs);
    if (!cursor.isOpen) return { ...part, pairs };
    meanwhile(slice);
  }
}

function filled(keys: number): Driver {
  const driver = new Driver();
  for (let at = 0; at < keys; at++) driver.do(put(`k${String(at).padStart(6, '0')}`, 'v'));
  return driver;
}

describe('RangeCursor', () => {
  test('in slices, while writes and compaction go on, as it would have been at once', () => {
    fc.assert(
      fc.property(scripts, asked, fc.nat(50), (script, { age, ...keys }, marker) => {
        const store = new Store();
        for (const numbers of script.slice(0, marker)) change(store, numbers);
        const past = Math.max(store.compactedRevision, store.revision - age);
        const query: Range = { kind: 'range', ...keys, revision: age === 0 ? 0 : past };
        const expected = store.read(query);
        const later = script.slice(marker);
        const found = inSlices(store, query, (slice) => {
          const numbers = later[slice];
          if (numbers !== undefined) change(store, numbers);
        });
        expect(found).toEqual(expected);
      }),
      { numRuns: 1500 },
    );
  });

  test('what it shows is kept while it is open, and let go when it is closed', () => {
    const driver = filled(3);
    const cursor = driver.store.beginRange(range('\0', '\0'));
    if ('kind' in cursor) throw new Error(cursor.message);
    driver.do(remove('k000001'));
    driver.do(put('k000002', 'new'));
    driver.compact(driver.store.revision);
    expect(driver.store.work(1000)).toBe(false);
    expect(cursor.next().pairs.map(({ key, value }) => key + value)).toEqual([
      'k000000v',
      'k000001v',
      'k000002v',
    ]);
    expect(cursor.isOpen).toBe(false);
    expect(driver.store.work(1)).toBe(true);
  });

  test('long is what walks over many keys, and nothing that the tree can count', () => {
    const { store } = filled(LONG_RANGE_KEYS + 1);
    const all = range('\0', '\0');
    expect(store.isLong(all)).toBe(true);
    expect(store.isLong({ ...all, limit: LONG_RANGE_KEYS + 1 })).toBe(true);
    expect(store.isLong({ ...all, limit: 10, revision: 2 })).toBe(true);
    expect(store.isLong({ ...all, countOnly: true, revision: 2 })).toBe(true);
    expect(store.isLong({ ...all, limit: 10 })).toBe(false);
    expect(store.isLong({ ...all, countOnly: true })).toBe(false);
    expect(store.isLong(range('k000001', '\0'))).toBe(false);
    expect(store.isLong(range('k000001'))).toBe(false);
    expect(store.isLong(txn([], [all]))).toBe(false);
  });

  test('a revision that can not be read is refused', () => {
    const driver = filled(3);
    driver.compact(3);
    expect(driver.store.beginRange(range('\0', '\0', { revision: 2 }))).toMatchObject({
      code: 'revision-compacted',
    });
    expect(driver.store.beginRange(range('\0', '\0', { revision: 9 }))).toMatchObject({
      code: 'revision-in-future',
    });
  });
});
