/** The traps of etcd's key-value semantics, in the order of its API's description. */
import { Driver, EVERYTHING, put, range, remove, txn } from './testing/driver.js';
import { prefixEnd } from './byte-string.js';
import type { Compare, RangeResult } from './types.js';
import { isReadOnly, validate } from './validation.js';

function filled(...keys: string[]): Driver {
  const driver = new Driver();
  for (const key of keys) driver.do(put(key, `v${key}`));
  return driver;
}

function keysIn(driver: Driver, key: string, end: string | null): string[] {
  const result = driver.read(range(key, end)) as RangeResult;
  return result.pairs.map((pair) => pair.key);
}

describe('trap 1: ranges', () => {
  const driver = filled('a', 'a\0', 'ab', 'ac', 'b', '\xff', '\xff\xff');

  test('without an end it is one key; with one, the end is not part of it', () => {
    expect(keysIn(driver, 'a', null)).toEqual(['a']);
    expect(keysIn(driver, 'a', 'b')).toEqual(['a', 'a\0', 'ab', 'ac']);
    expect(keysIn(driver, 'a', 'a\0')).toEqual(['a']);
  });

  test("end '\\0' is everything from the key on; key and end '\\0' are everything", () => {
    expect(keysIn(driver, 'ac', '\0')).toEqual(['ac', 'b', '\xff', '\xff\xff']);
    expect(keysIn(driver, '\0', '\0')).toHaveLength(7);
  });

  test('R57 a prefix, by its end', () => {
    expect(keysIn(driver, 'a', prefixEnd('a'))).toEqual(['a', 'a\0', 'ab', 'ac']);
    expect(keysIn(driver, '\xff', prefixEnd('\xff'))).toEqual(['\xff', '\xff\xff']);
  });

  test('a range that ends before its key is empty, and no error', () => {
    expect(keysIn(driver, 'b', 'a')).toEqual([]);
    expect(validate(range('b', 'a'))).toBeNull();
    expect(driver.do(remove('b', 'a'))).toMatchObject({ kind: 'delete', deleted: 0 });
  });
});

describe('trap 2: revisions and versions', () => {
  test('a fresh store is at revision 1, its first change makes 2', () => {
    const driver = new Driver();
    expect(driver.store.revision).toBe(1);
    expect(driver.do(put('a', '1'))).toEqual({ kind: 'put', revision: 2, previous: null });
    expect(driver.store.revision).toBe(2);
  });

  test('a delete that matches nothing does not raise the revision', () => {
    const driver = filled('a');
    expect(driver.do(remove('b'))).toEqual({
      kind: 'delete',
      revision: 2,
      deleted: 0,
      previous: [],
    });
    expect(driver.store.revision).toBe(2);
  });

  test('a transaction raises it once, whatever it changes; not at all if it changes nothing', () => {
    const driver = filled('a', 'b', 'c');
    driver.do(txn([], [put('x', '1'), put('y', '2'), remove('a', 'c'), range('c')]));
    expect(driver.store.revision).toBe(5);
    const result = driver.read(range('x', 'z')) as RangeResult;
    expect(result.pairs.map((pair) => pair.modRevision)).toEqual([5, 5]);
    driver.do(txn([], [range('c'), remove('nowhere')]));
    expect(driver.store.revision).toBe(5);
  });

  test('a key that is created again begins at version 1', () => {
    const driver = filled('a');
    driver.do(put('a', '2'));
    driver.do(remove('a'));
    driver.do(put('a', '3'));
    const pair = { key: 'a', value: '3', createRevision: 5, modRevision: 5, version: 1, lease: 0 };
    expect(driver.read(range('a'))).toMatchObject({ pairs: [pair] });
    expect(driver.read(range('a', null, { revision: 3 }))).toMatchObject({
      pairs: [{ value: '2', createRevision: 2, modRevision: 3, version: 2 }],
    });
    expect(driver.read(range('a', null, { revision: 4 }))).toMatchObject({ pairs: [], count: 0 });
  });
});

describe('trap 3: answers of a range', () => {
  const driver = filled('a', 'b', 'c');

  test("the answer's revision is the newest, not the one asked for", () => {
    const result = driver.read(range('a', '\0', { revision: 2 }));
    expect(result).toMatchObject({ revision: 4, count: 1 });
  });

  test('the count is of all, whatever the limit', () => {
    const result = driver.read(range('a', '\0', { limit: 2 })) as RangeResult;
    expect(result.pairs.map((pair) => pair.key)).toEqual(['a', 'b']);
    expect(result).toMatchObject({ count: 3, more: true });
    expect(driver.read(range('a', '\0', { limit: 3 }))).toMatchObject({ count: 3, more: false });
    const past = driver.read(range('a', '\0', { limit: 1, revision: 3 }));
    expect(past).toMatchObject({ count: 2, more: true });
  });

  test('keys only, count only', () => {
    const keys = driver.read(range('a', '\0', { keysOnly: true })) as RangeResult;
    expect(keys.pairs.map(({ key, value }) => [key, value])).toEqual([
      ['a', ''],
      ['b', ''],
      ['c', ''],
    ]);
    expect(driver.read(range('a', '\0', { countOnly: true, limit: 1 }))).toEqual({
      kind: 'range',
      revision: 4,
      pairs: [],
      more: false,
      count: 3,
    });
    expect(driver.read(range('b', null, { countOnly: true }))).toMatchObject({ count: 1 });
    // Reading keys alone leaves the values where they are.
    expect(driver.pairs()).toEqual(['a=va', 'b=vb', 'c=vc']);
  });

  test('R57 a missing key is told apart from an empty value', () => {
    const empty = filled();
    empty.do(put('a', ''));
    expect(empty.read(range('a'))).toMatchObject({ pairs: [{ value: '' }], count: 1 });
    expect(empty.read(range('b'))).toMatchObject({ pairs: [], count: 0 });
  });

  test('the compacted revision itself can be read, one below it can not', () => {
    const other = filled('a', 'b', 'c');
    other.compact(3);
    expect(other.pairs(3)).toEqual(['a=va', 'b=vb']);
    expect(other.read(range('a', null, { revision: 2 }))).toMatchObject({
      kind: 'refused',
      code: 'revision-compacted',
    });
    const future = other.read(range('a', null, { revision: 5 }));
    expect(future).toMatchObject({ kind: 'refused', code: 'revision-in-future' });
    expect(future).toMatchObject({ message: expect.stringContaining('revision 5') as string });
  });
});

describe('trap 4: transactions', () => {
  const is = (key: string, value: string): Compare => ({
    ...{ key, end: null, target: 'value', result: 'equal' },
    value,
  });

  test('all compares, those of nested transactions too, see the state before', () => {
    const driver = filled('a');
    const nested = txn([is('a', 'va')], [put('b', 'was va')], [put('b', 'was new')]);
    expect(driver.do(txn([is('a', 'va')], [put('a', 'new'), nested]))).toMatchObject({
      succeeded: true,
      results: [{ kind: 'put' }, { kind: 'txn', succeeded: true }],
    });
    expect(driver.pairs()).toEqual(['a=new', 'b=was va']);
  });

  test('what may refuse it is looked at before anything is written', () => {
    const driver = filled('a');
    for (const [wrong, code] of [
      [range('a', null, { revision: 99 }), 'revision-in-future'],
      [put('c', '1', { lease: 5 }), 'lease-not-found'],
    ] as const) {
      const before = driver.store.hash();
      expect(driver.do(txn([], [put('b', '1'), wrong]))).toMatchObject({ kind: 'refused', code });
      expect(driver.store.hash()).toBe(before);
    }
    // The branch that is not taken refuses nothing.
    const fine = txn([is('a', 'va')], [put('b', '1')], [put('c', '1', { lease: 5 })]);
    expect(driver.do(fine)).toMatchObject({ kind: 'txn', succeeded: true });
  });

  test('operations run in order and see what was written before them', () => {
    const driver = filled('a', 'b');
    const steps = [range('a', '\0'), put('a', 'new'), range('a', '\0'), remove('b'), range('b')];
    expect(driver.do(txn([], steps))).toMatchObject({
      revision: 4,
      results: [
        { revision: 3, pairs: [{ value: 'va' }, { value: 'vb' }] },
        { revision: 4 },
        { revision: 4, pairs: [{ value: 'new', version: 2 }, { value: 'vb' }] },
        { deleted: 1 },
        { pairs: [], count: 0 },
      ],
    });
  });

  test('a value of a missing key compares false even for not-equal; all else compares with 0', () => {
    const driver = new Driver();
    const value: Compare = {
      key: 'a',
      end: null,
      target: 'value',
      result: 'not-equal',
      value: 'x',
    };
    expect(driver.read(txn([value], []))).toMatchObject({ succeeded: false });
    for (const target of ['version', 'create', 'mod', 'lease'] as const) {
      const zero: Compare = { key: 'a', end: null, target, result: 'equal', number: 0 };
      expect(driver.read(txn([zero], []))).toMatchObject({ succeeded: true });
      expect(driver.read(txn([{ ...zero, result: 'less', number: 1 }], []))).toMatchObject({
        succeeded: true,
      });
    }
  });

  test('a compare of a range has to hold for every key in it', () => {
    const driver = filled('a', 'b');
    const created = (number: number): Compare => ({
      ...{ key: 'a', end: '\0', target: 'create', result: 'less' },
      number,
    });
    expect(driver.read(txn([created(4)], []))).toMatchObject({ succeeded: true });
    expect(driver.read(txn([created(3)], []))).toMatchObject({ succeeded: false });
  });

  test('a key put twice, or put and deleted, is refused; two deletes may overlap', () => {
    const driver = filled('a', 'b');
    for (const wrong of [
      txn([], [put('a', '1'), put('a', '2')]),
      txn([], [put('a', '1'), remove('a')]),
      txn([], [remove('\0', '\0'), put('a', '1')]),
      txn([], [put('a', '1'), txn([], [], [put('a', '2')])]),
      txn([], [remove('a', 'c'), txn([], [txn([], [put('b', '2')])])]),
      txn([], [], [txn([], [put('a', '1')]), txn([], [put('a', '2')])]),
    ]) {
      expect(validate(wrong)).toMatch(/^key "[ab]" is put twice/);
      expect(driver.do(wrong)).toMatchObject({ kind: 'refused', code: 'duplicate-key' });
    }
    expect(driver.store.revision).toBe(3);
    expect(driver.do(txn([], [remove('a'), remove('a', 'c')]))).toMatchObject({
      results: [{ deleted: 1 }, { deleted: 1 }],
    });
    // Only one of the two branches is done.
    const either = txn([is('a', 'va')], [put('a', '1')], [put('a', '2')]);
    expect(driver.do(txn([], [either]))).toMatchObject({ kind: 'txn', succeeded: true });
    expect(driver.pairs()).toEqual(['a=2']);
    const orDelete = txn([], [txn([is('a', '2')], [put('a', '3')], [remove('a')]), put('b', '1')]);
    expect(validate(orDelete)).toBeNull();
    expect(driver.do(orDelete)).toMatchObject({ kind: 'txn', succeeded: true });
    expect(driver.pairs()).toEqual(['a=3', 'b=1']);
  });
});

describe('trap 5: transactions that only read', () => {
  test('are known as such, nested ones too', () => {
    expect(isReadOnly(txn([], [range('a'), txn([], [], [range('b')])]))).toBe(true);
    expect(isReadOnly(txn([], [range('a')], [put('a', '1')]))).toBe(false);
    expect(isReadOnly(remove('a'))).toBe(false);
  });

  test('can be read; those that write are refused as reads', () => {
    const driver = filled('a', 'b');
    expect(driver.read(txn([], [range('a'), range('b', null, { revision: 2 })]))).toMatchObject({
      kind: 'txn',
      revision: 3,
      results: [{ count: 1 }, { count: 0 }],
    });
    expect(driver.read(put('a', '1'))).toMatchObject({ kind: 'refused', code: 'invalid' });
    expect(driver.read(txn([], [range('a', null, { revision: 9 })]))).toMatchObject({
      code: 'revision-in-future',
    });
    expect(driver.store.revision).toBe(3);
  });
});

describe('trap 6: what can be seen to be wrong before it is logged', () => {
  test.each([
    ['put', put('', '1')],
    ['range', range('', '\0')],
    ['delete', remove('')],
    ['put', txn([], [put('', '1')])],
    ['compare', txn([{ key: '', end: null, target: 'mod', result: 'equal', number: 1 }], [])],
  ])('an empty key in a %s', (kind, operation) => {
    expect(validate(operation)).toBe(
      `the ${kind} has an empty key; name one of at least one byte.`,
    );
    const driver = new Driver();
    expect(driver.do(operation)).toMatchObject({ kind: 'refused', code: 'invalid' });
  });

  test('transactions nested too deep', () => {
    let deep = txn([], [range('a')]);
    for (let depth = 1; depth < 128; depth++) deep = txn([], [deep]);
    expect(validate(deep)).toBeNull();
    expect(new Driver().do(deep)).toMatchObject({ kind: 'txn' });
    expect(validate(txn([], [deep]))).toMatch('128 deep');
  });
});

describe('trap 7: compaction', () => {
  test('of a compacted revision, and of a future one, is refused', () => {
    const driver = filled('a', 'b', 'c');
    expect(driver.compact(3)).toEqual({ kind: 'done' });
    for (const revision of [0, 2, 3]) {
      expect(driver.compact(revision)).toMatchObject({ code: 'revision-compacted' });
    }
    expect(driver.compact(5)).toMatchObject({ kind: 'refused', code: 'revision-in-future' });
    expect(driver.store.compactedRevision).toBe(3);
    expect(driver.compact(4)).toEqual({ kind: 'done' });
    expect(driver.pairs()).toEqual(['a=va', 'b=vb', 'c=vc']);
    expect(driver.read(range(EVERYTHING.key, EVERYTHING.end))).toMatchObject({ count: 3 });
  });
});
