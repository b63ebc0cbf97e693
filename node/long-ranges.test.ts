import { encodeCommand, Store, type Range, type RangeCursor } from '#kv';
import { LongRanges } from './long-ranges.js';
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
});

function cursorOf(store: Store): RangeCursor {
  const cursor = store.beginRange(ALL);
  if ('kind' in cursor) throw new Error(cursor.message);
  return cursor;
}

describe('LongRanges', () => {
  test('parts come one at a time, in turn, with pauses between', () => {
    const store = filled();
    const ranges = new LongRanges(() => 0);
    ranges.begin(readOf(1, 1), cursorOf(store));
    ranges.begin(readOf(2, 2), cursorOf(store));
    const order: string[] = [];
    for (let now = 0; ranges.size > 0; now = ranges.deadline) {
      const part = ranges.next(now);
      if (part !== null) order.push(`${part.read.id}:${part.result.pairs.length}:${part.more}`);
      expect(ranges.next(now)).toBeNull();
    }
    expect(order).toEqual([
      '1:1000:true',
      '2:1000:true',
      '1:1000:true',
      '2:1000:true',
      '1:500:false',
      '2:500:false',
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
    for (let now = 0; now < 100; now += 10) served.push(ranges.next(now)?.read.id ?? 0);
    expect(served).toEqual([2, 2, 2, 0, 0, 0, 0, 0, 0, 0]);
    unread.clear();
    expect(ranges.next(200)?.read.id).toBe(1);
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
});
