import fc from 'fast-check';
import { Keyspace } from './keyspace.js';
import { Driver, EVERYTHING, put, range, remove, txn } from './testing/driver.js';
import type { Pair } from './types.js';

/** All versions that are in memory, visible or not. */
function versionsIn(keyspace: Keyspace): Pair[] {
  const versions: Pair[] = [];
  const items = keyspace.items('', null);
  for (let item = items.next(); item !== null; item = items.next()) {
    for (let at = 0; at < item.count; at++) versions.push(item.versionAt(at));
  }
  return versions;
}

describe('compaction', () => {
  test('memory stays bounded: what is compacted and worked off is gone, all the rest is there', () => {
    // Each number is a change: which key, and whether it is deleted.
    fc.assert(
      fc.property(
        fc.array(fc.nat(9), { maxLength: 60, size: 'max' }),
        fc.nat(),
        fc.integer({ min: 1, max: 4 }),
        (changes, upTo, steps) => {
          const keyspace = new Keyspace();
          for (const change of changes) {
            const revision = keyspace.revision + 1;
            const key = `k${change % 5}`;
            if (change < 5) keyspace.put(key, '', 0, revision);
            else if (keyspace.remove(key, revision) === undefined) continue;
            keyspace.changed(revision, 1);
          }
          const all = versionsIn(keyspace);
          const compacted = 1 + (upTo % keyspace.revision);
          keyspace.compact(compacted);
          while (keyspace.work(steps, compacted));
          const visible = all.filter((version) => {
            if (version.modRevision > compacted) return true;
            const next = all.find(
              (v) => v.key === version.key && v.modRevision > version.modRevision,
            );
            return version.version > 0 && (next?.modRevision ?? Infinity) > compacted;
          });
          expect(versionsIn(keyspace)).toEqual(visible);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a slice does as many steps as it is told, and says whether there is more', () => {
    const keyspace = new Keyspace();
    for (let revision = 2; revision <= 11; revision++) {
      keyspace.put('a', '', 0, revision);
      keyspace.changed(revision, 1);
    }
    expect(keyspace.work(5, Infinity)).toBe(false);
    keyspace.compact(11);
    expect(keyspace.work(4, 11)).toBe(true);
    expect(versionsIn(keyspace)).toHaveLength(7);
    expect(keyspace.work(4, 8)).toBe(false);
    expect(versionsIn(keyspace)).toHaveLength(4);
    expect(keyspace.work(3, 11)).toBe(false);
    expect(versionsIn(keyspace)).toHaveLength(1);
  });

  test('the history is small again as soon as it is compacted, before anything is removed', () => {
    const driver = new Driver();
    expect(driver.store.historySize).toEqual({ changes: 0, bytes: 0 });
    for (let i = 0; i < 100; i++) driver.do(put('a', 'x'.repeat(1000)));
    const { changes, bytes } = driver.store.historySize;
    expect(changes).toBe(100);
    expect(bytes).toBeGreaterThan(99_000);
    expect(bytes).toBeLessThan(120_000);
    driver.compact(51);
    expect(driver.store.historySize.changes).toBe(50);
    driver.compact(101);
    expect(driver.store.historySize).toEqual({ changes: 0, bytes: 0 });
    driver.do(put('b', '1'));
    expect(driver.store.historySize.changes).toBe(1);
    while (driver.store.work(7));
    expect(driver.store.historySize.changes).toBe(1);
  });

  test('200,000 overwrites and re-creations, compacted as they go, leave nothing behind', () => {
    const keyspace = new Keyspace();
    for (let i = 0; i < 200_000; i++) {
      const revision = keyspace.revision + 1;
      const key = `k${i % 7}`;
      if (i % 3 === 2 && keyspace.remove(key, revision) !== undefined) {
        keyspace.changed(revision, 1);
      } else {
        keyspace.put(key, 'x', 0, revision);
        keyspace.changed(revision, 1);
      }
      if (i % 100 === 99) keyspace.compact(keyspace.revision);
      keyspace.work(2, Infinity);
    }
    keyspace.compact(keyspace.revision);
    while (keyspace.work(1000, Infinity));
    expect(versionsIn(keyspace).length).toBe(keyspace.size);
    expect(keyspace.size).toBeLessThanOrEqual(7);
    expect(keyspace.history).toEqual({ changes: 0, bytes: 0 });
  });
});

describe('the history as a watch wants it', () => {
  test('changes after a revision, in order, whole revisions', () => {
    const driver = new Driver();
    driver.do(put('a', '1'));
    driver.do(txn([], [put('c', '3'), put('b', '2'), remove('a')]));
    driver.do(put('a', '4'));
    const all = driver.store.historyAfter(1, 100);
    expect(all).toMatchObject({
      kind: 'changes',
      revision: 4,
      changes: [
        { kind: 'put', pair: { key: 'a', value: '1', modRevision: 2 } },
        { kind: 'delete', key: 'a', modRevision: 3 },
        { kind: 'put', pair: { key: 'b', modRevision: 3 } },
        { kind: 'put', pair: { key: 'c', modRevision: 3 } },
        { kind: 'put', pair: { key: 'a', value: '4', modRevision: 4, version: 1 } },
      ],
    });
    expect(driver.store.historyAfter(2, 1)).toMatchObject({
      changes: [{ key: 'a' }, { pair: { key: 'b' } }, { pair: { key: 'c' } }],
    });
    expect(driver.store.historyAfter(4, 10)).toEqual({ kind: 'changes', revision: 4, changes: [] });
  });

  test('is refused before the compacted revision and after the newest', () => {
    const driver = new Driver();
    for (const value of ['1', '2', '3']) driver.do(put('a', value));
    driver.compact(3);
    expect(driver.store.historyAfter(2, 10)).toMatchObject({ code: 'revision-compacted' });
    expect(driver.store.historyAfter(3, 10)).toMatchObject({ changes: [{ pair: { value: '3' } }] });
    expect(driver.store.historyAfter(5, 10)).toMatchObject({ code: 'revision-in-future' });
    expect(driver.read(range(EVERYTHING.key, EVERYTHING.end))).toMatchObject({ count: 1 });
  });
});
