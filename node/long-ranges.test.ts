import { encodeCommand, Store, type Range, type RangeCursor } from '#kv';
import { LongRanges, type Part } from './long-ranges.js';
import type { WaitingRead } from './reads.js';

const KEYS = 2_500;
const ALL: Range = {
  kind: 'range',
  key: '\0',
  end: '\0',
  limit: 0,
  revision: 0,
  keysOnly: false,
  countOnly: false,
};

function filled(): Store {
  const store = new Store();
  for (let index = 1; index <= KEYS; index++) {
    const key = `k${String(index).padStart(6, '0')}`;
    const operation = { kind: 'put', key, value: 'v', lease: 0, returnPrevious: false } as const;
    const write = { kind: 'write', session: 0, sequence: 0, lowestAwaited: 0 } as const;
    store.apply(index, encodeCommand({ ...write, operation }));
  }
  return store;
}

const readOf = (connection: number, id: number): WaitingRead => ({
  connection,
  id,
  operation: ALL,
  linearizable: true,
  minRevision: 0,
  dueAt: 1_000,
  partsMax: 0,
});

function cursorOf(store: Store): RangeCursor {
  const cursor = store.beginRange(ALL);
  if ('kind' in cursor) throw new Error(cursor.message);
  return cursor;
}

const idsOf = (parts: readonly Part[]): number[] => parts.map(({ read }) => read.id);

describe('LongRanges', () => {
  test('parts come one at a time, in turn, with pauses between', () => {
    const store = filled();
    const ranges = new LongRanges(() => 0);
    ranges.begin(readOf(1, 1), cursorOf(store));
    ranges.begin(readOf(2, 2), cursorOf(store));
    const order: string[] = [];
    for (let now = 0; ranges.size > 0; now = ranges.deadline) {
      for (const { read, result, number, more } of ranges.next(now)) {
        order.push(`${read.id}:${number}:${result.pairs.length}:${more}`);
      }
      expect(ranges.next(now)).toEqual([]);
    }
    expect(order).toEqual([
      '1:0:1000:true',
      '2:0:1000:true',
      '1:1:1000:true',
      '2:1:1000:true',
      '1:2:500:false',
      '2:2:500:false',
    ]);
    expect(ranges.deadline).toBe(Infinity);
  });

  test('who does not take the parts is waited for, and holds up nobody else', () => {
    const store = filled();
    const unread = new Map([[1, 2 ** 30]]);
    const ranges = new LongRanges((connection) => unread.get(connection) ?? 0);
    ranges.begin(readOf(1, 1), cursorOf(store));
    ranges.begin(readOf(2, 2), cursorOf(store));
    const served: number[] = [];
    for (let now = 0; now < 100; now += 10) served.push(idsOf(ranges.next(now))[0] ?? 0);
    expect(served).toEqual([2, 2, 2, 0, 0, 0, 0, 0, 0, 0]);
    unread.clear();
    expect(idsOf(ranges.next(200))).toEqual([1]);
  });

  test('one that is given up holds nothing any more', () => {
    const store = filled();
    const ranges = new LongRanges(() => 0);
    const cursors = [1, 2, 3].map((id) => {
      const cursor = cursorOf(store);
      ranges.begin({ ...readOf(id, id), dueAt: id * 100 }, cursor);
      return cursor;
    });
    ranges.forget(3);
    expect(ranges.expire(100).map(({ id }) => id)).toEqual([1]);
    expect(ranges.abandon().map(({ id }) => id)).toEqual([2]);
    expect(cursors.map(({ isOpen }) => isOpen)).toEqual([false, false, false]);
    expect(ranges.size).toBe(0);
  });

  test('no more parts go out than were granted, until others are', () => {
    const ranges = new LongRanges(() => 0);
    ranges.begin({ ...readOf(1, 1), partsMax: 1 }, cursorOf(filled()));
    expect(ranges.next(0).map(({ number }) => number)).toEqual([0]);
    expect(ranges.next(10)).toEqual([]);
    ranges.grant(1, 2, 5);
    ranges.grant(2, 1, 5);
    expect(ranges.next(20)).toEqual([]);
    ranges.grant(1, 1, 2);
    expect(ranges.next(30).map(({ number, more }) => [number, more])).toEqual([[1, true]]);
    expect(ranges.next(40).map(({ number, more }) => [number, more])).toEqual([[2, false]]);
  });

  test('what was granted, and how many parts went out, survives a dump', () => {
    const store = filled();
    const ranges = new LongRanges(() => 0);
    ranges.begin({ ...readOf(1, 1), partsMax: 2 }, cursorOf(store));
    ranges.next(0);
    const again = new LongRanges(() => 0);
    again.load(ranges.dump(), Store.load(store.dump()));
    expect(again.dump()).toEqual(ranges.dump());
    expect(again.next(10).map(({ number }) => number)).toEqual([1]);
    expect(again.next(20)).toEqual([]);
  });

  test('one that is cancelled is told of once, and holds nothing any more', () => {
    const ranges = new LongRanges(() => 0);
    const cursor = cursorOf(filled());
    ranges.begin(readOf(1, 1), cursor);
    expect(ranges.cancel(1, 2)).toBeNull();
    expect(ranges.cancel(1, 1)).toMatchObject({ connection: 1, id: 1 });
    expect(ranges.cancel(1, 1)).toBeNull();
    expect(cursor.isOpen).toBe(false);
  });

  test('answers of one part each share a slice, up to a megabyte', () => {
    const store = filled();
    const ranges = new LongRanges(() => 0);
    const one: Range = { ...ALL, key: 'k000001', end: null };
    for (let id = 1; id <= 1_500; id++) {
      const cursor = store.beginRange(one);
      if ('kind' in cursor) throw new Error(cursor.message);
      ranges.begin({ ...readOf(1, id), operation: one }, cursor);
    }
    expect(ranges.next(0)).toHaveLength(1_000);
    expect(ranges.next(10)).toHaveLength(500);
    expect(ranges.size).toBe(0);
  });
});
