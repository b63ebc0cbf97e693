import { LoadRecord } from './load-record.js';
import { judge, type Replica } from './verdict.js';

/** Three acknowledged puts, one each of the other ends, and a counter raised twice. */
function record(): LoadRecord {
  const load = new LoadRecord('p/');
  for (const key of ['p/a', 'p/b', 'p/c']) load.putEnded(key, 'acknowledged');
  load.putEnded('p/not-done', 'not-done');
  load.putEnded('p/unknown', 'unknown');
  load.counters.set('p/counter', { acknowledged: 2, unknown: 0 });
  return load;
}

/** What a replica has when all went well, with changes. */
function replica(changes: Record<string, { text: string; version: number } | null> = {}): Replica {
  const pairs = new Map(['p/a', 'p/b', 'p/c'].map((key) => [key, { text: key, version: 1 }]));
  pairs.set('p/counter', { text: '2', version: 2 });
  for (const [key, pair] of Object.entries(changes)) {
    if (pair === null) pairs.delete(key);
    else pairs.set(key, pair);
  }
  return { name: 'bob', pairs };
}

const clean = { lost: [], doubled: [], unasked: [] };

describe('the verdict', () => {
  test('is clean when every replica has what was acknowledged, once', () => {
    expect(judge(record(), [replica(), replica()])).toEqual(clean);
  });

  test('R50 allows a write of unknown outcome to be there or not', () => {
    const there = replica({ 'p/unknown': { text: 'p/unknown', version: 1 } });
    expect(judge(record(), [there])).toEqual(clean);
  });

  test('R50 finds a write that is lost on one replica, and one with another value', () => {
    const found = judge(record(), [
      replica(),
      replica({ 'p/a': null, 'p/b': { text: 'else', version: 1 } }),
    ]);
    expect(found).toEqual({ ...clean, lost: ['p/a on bob', 'p/b on bob (another value)'] });
  });

  test('R50 finds a write that happened twice, also one of unknown outcome', () => {
    const found = judge(record(), [
      replica({
        'p/c': { text: 'p/c', version: 2 },
        'p/unknown': { text: 'p/unknown', version: 2 },
      }),
    ]);
    expect(found.doubled).toEqual(['p/c on bob (version 2)', 'p/unknown on bob (version 2)']);
  });

  test('R50 finds a counter below and above its acknowledgements', () => {
    const below = judge(record(), [replica({ 'p/counter': { text: '1', version: 1 } })]);
    const above = judge(record(), [replica({ 'p/counter': { text: '3', version: 3 } })]);
    expect(below.lost).toEqual(['p/counter on bob (1, acknowledged 2)']);
    expect(above.doubled).toEqual(['p/counter on bob (3, acknowledged 2)']);
  });

  test('finds what was reported as not done, or never sent, and is there', () => {
    const found = judge(record(), [
      replica({
        'p/not-done': { text: 'p/not-done', version: 1 },
        'p/ghost': { text: 'p/ghost', version: 1 },
      }),
    ]);
    expect(found).toEqual({ ...clean, unasked: ['p/not-done on bob', 'p/ghost on bob'] });
  });
});

describe('the record of a load', () => {
  test('knows the longest time without an acknowledged write, and the rate', () => {
    let now = 0;
    const load = new LoadRecord('p/', () => now);
    for (const at of [10, 20, 120, 130]) {
      now = at;
      load.acknowledged();
    }

    expect(load.longestGap()).toEqual({ fromMs: 20, lengthMs: 100 });
    expect(load.longestGap(125)).toEqual({ fromMs: 120, lengthMs: 10 });
    expect(load.rate(0, 100)).toBe(20);
  });

  test('refuses to write a key twice, which would hide a doubled write', () => {
    const load = record();
    expect(() => {
      load.putEnded('p/a', 'acknowledged');
    }).toThrow('twice');
  });
});
