import fc from 'fast-check';
import { IdMap } from './id-map.js';

/** Neighbours, ids far apart, and the largest there are. */
const id = fc.oneof(
  fc.nat(80),
  fc.nat(200).map((n) => n * 1024),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER),
);

type Change = readonly ['set' | 'delete', number] | readonly ['clear'];

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 60, arbitrary: fc.tuple(fc.constantFrom('set' as const, 'delete' as const), id) },
  { weight: 1, arbitrary: fc.constant(['clear'] as const) },
);

test('does what a Map does, and goes through its ids in order', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 400 }), (changes) => {
      const map = new IdMap<string>();
      const model = new Map<number, string>();
      for (const [at, [what, id = 0]] of changes.entries()) {
        const value = `${what} ${at}`;
        if (what === 'set') {
          map.set(id, value);
          model.set(id, value);
        } else if (what === 'delete') expect(map.delete(id)).toBe(model.delete(id));
        else {
          map.clear();
          model.clear();
        }
        expect([map.size, map.get(id), map.has(id)]).toEqual([
          model.size,
          model.get(id),
          model.has(id),
        ]);
      }
      const inOrder = [...model].sort(([a], [b]) => a - b);
      expect([...map]).toEqual(inOrder);
      expect([...map.values()]).toEqual(inOrder.map(([, value]) => value));
      for (const [id, value] of model) expect(map.get(id)).toBe(value);
    }),
    { numRuns: 500 },
  );
});

test('what is removed while it is gone through is passed over', () => {
  const map = new IdMap<string>();
  for (const id of [3, 1, 2]) map.set(id, `n${id}`);
  const seen: number[] = [];
  for (const [id] of map) {
    seen.push(id);
    map.delete(id);
    map.delete(2);
    map.set(9, 'later');
  }
  expect(seen).toEqual([1, 3]);
  expect([...map]).toEqual([[9, 'later']]);
});

test('of a million that come and go, the thousand that are there are found', () => {
  const map = new IdMap<number>();
  let deleted = 0;
  for (let id = 1; id <= 1_000_000; id += 1) {
    map.set(id, id);
    if (id > 1_000 && map.delete(id - 1_000)) deleted += 1;
  }
  expect(deleted).toBe(999_000);
  expect([...map.values()]).toEqual(Array.from({ length: 1_000 }, (_, at) => 999_001 + at));
});
