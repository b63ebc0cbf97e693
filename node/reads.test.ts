import { Reads, type WaitingRead } from './reads.js';

const read = (id: number, more: Partial<WaitingRead> = {}): WaitingRead => ({
  connection: 1,
  id,
  operation: {
    ...{ kind: 'range', key: 'a', end: null, limit: 0 },
    ...{ revision: 0, keysOnly: false, countOnly: false },
  },
  linearizable: true,
  minRevision: 0,
  dueAt: 1_000,
  partsMax: 0,
  ...more,
});

const ids = (reads: readonly WaitingRead[]): number[] => reads.map(({ id }) => id);

describe('rule 30: a read waits until its index is applied', () => {
  test('rule 30: not before, at once then, and once', () => {
    const reads = new Reads();
    reads.collect(read(1));
    reads.collect(read(2));
    const question = reads.question() ?? 0;
    expect(reads.question()).toBeNull();
    expect(reads.answerable(99, 99)).toEqual([]);
    reads.confirmed(question, 7);
    expect(reads.answerable(6, 99)).toEqual([]);
    expect(ids(reads.answerable(7, 3))).toEqual([1, 2]);
    expect(reads.answerable(8, 9)).toEqual([]);
    expect(reads.size).toBe(0);
  });

  test('rule 30: each question has an index of its own, and the later one does not hold up the other', () => {
    const reads = new Reads();
    reads.collect(read(1));
    const first = reads.question() ?? 0;
    reads.collect(read(2));
    const second = reads.question() ?? 0;
    reads.confirmed(second, 9);
    reads.confirmed(first, 7);
    expect(ids(reads.answerable(8, 1))).toEqual([1]);
    expect(ids(reads.answerable(9, 1))).toEqual([2]);
  });

  test('rule 30: a least revision is waited for as well', () => {
    const reads = new Reads();
    reads.collect(read(1, { minRevision: 5 }));
    reads.confirmed(reads.question() ?? 0, 7);
    expect(reads.answerable(7, 4)).toEqual([]);
    expect(ids(reads.answerable(8, 5))).toEqual([1]);
  });
});

test('what is dumped goes on, in every kind of waiting', () => {
  const reads = new Reads();
  reads.collect(read(1));
  const asked = reads.question() ?? 0;
  reads.collect(read(2));
  reads.confirmed(reads.question() ?? 0, 7);
  reads.awaitRevision(read(3, { minRevision: 5 }));
  reads.collect(read(4));
  const copy = Reads.load(reads.dump());
  expect(copy.dump()).toEqual(reads.dump());
  expect(copy.size).toBe(4);
  copy.confirmed(asked, 6);
  expect(ids(copy.answerable(7, 5)).sort()).toEqual([1, 2, 3]);
  expect(copy.question()).toBe(reads.question());
  expect(reads.size).toBe(4);
});
