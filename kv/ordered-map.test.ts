import fc from 'fast-check';
import { OrderedMap } from './ordered-map.js';

/** The map as it could be written on the back of an envelope: sorted whenever it is looked at. */
class SortedOnDemand extends Map<string, number> {
  between(from: string, to: string | null): [string, number][] {
    return [...this]
      .filter(([key]) => key >= from && (to === null || key < to))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

function walked(map: OrderedMap<number>, from: string, to: string | null): [string, number][] {
  const found: [string, number][] = [];
  const walk = map.walk(from, to);
  for (let { key, value } = walk; key !== undefined; { key, value } = walk) {
    found.push([key, value ?? NaN]);
    walk.advance();
  }
  return found;
}

const keyOf = (number: number) => String.fromCharCode(number >> 8, number & 255);

describe('OrderedMap', () => {
  test.each([0, 1, 64, 65, 128, 4096, 4097, 20_000])(
    'made of %i sorted entries at once, it is as one that grew, and goes on so',
    (size) => {
      const keys = Array.from({ length: size }, (_, number) => keyOf(number * 2));
      const map = OrderedMap.ofSorted(
        keys,
        keys.map((_, number) => number),
      );
      const dumb = new SortedOnDemand(keys.map((key, number) => [key, number]));
      expect(walked(map, '', null)).toEqual(dumb.between('', null));
      for (let number = 0; number < size; number += 3) {
        const odd = keyOf(number * 2 + 1);
        map.set(odd, number);
        dumb.set(odd, number);
        const even = keyOf(number * 2);
        expect(map.delete(even)).toBe(dumb.delete(even));
      }
      expect(map.size).toBe(dumb.size);
      expect(walked(map, '', null)).toEqual(dumb.between('', null));
      for (const [from, to] of [
        ['', null],
        [keyOf(70), keyOf(9_000)],
        [keyOf(9_000), keyOf(70)],
        [keyOf(35_000), null],
      ] as const) {
        expect(map.count(from, to)).toBe(dumb.between(from, to).length);
      }
    },
  );

  test('is as a sorted list, through growth and decline', () => {
    // Runs of keys set or deleted together, so that nodes split and merge; looked for, so that they are remembered.
    const runs = fc.array(
      fc.record({
        act: fc.constantFrom('set', 'delete', 'look'),
        first: fc.nat(600),
        step: fc.constantFrom(1, 1, 7, -1),
        count: fc.nat(150),
      }),
      { maxLength: 12, size: 'max' },
    );
    fc.assert(
      fc.property(runs, fc.nat(600), fc.nat(600), (script, from, to) => {
        const map = new OrderedMap<number>();
        const dumb = new SortedOnDemand();
        for (const { act, first, step, count } of script) {
          for (let i = 0; i < count; i++) {
            const key = keyOf(Math.abs(first + i * step));
            if (act === 'set') {
              map.set(key, i);
              dumb.set(key, i);
            } else if (act === 'look') {
              if (map.get(key) !== dumb.get(key)) throw new Error(`look at ${key}`);
            } else if (map.delete(key) !== dumb.delete(key)) throw new Error(`deletion of ${key}`);
          }
        }
        expect(map.size).toBe(dumb.size);
        expect(walked(map, '', null)).toEqual(dumb.between('', null));
        for (const end of [keyOf(to), null]) {
          const expected = dumb.between(keyOf(from), end);
          expect(walked(map, keyOf(from), end)).toEqual(expected);
          expect(map.count(keyOf(from), end)).toBe(expected.length);
        }
        expect([...dumb].every(([key, value]) => map.get(key) === value)).toBe(true);
        expect(map.get('nowhere')).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  test('holds 100,000 keys in any order of arrival, and none after their deletion', () => {
    for (const stride of [1, 99_991, 7919]) {
      const map = new OrderedMap<number>();
      const keys = Array.from({ length: 100_000 }, (_, i) =>
        String((i * stride) % 100_000).padStart(6, '0'),
      );
      keys.forEach((key, i) => map.set(key, i));
      expect(map.size).toBe(100_000);
      expect(map.count('', null)).toBe(100_000);
      expect(map.count('020000', '030000')).toBe(10_000);
      expect(walked(map, '', null).map(([key]) => key)).toEqual([...keys].sort());
      expect(keys.every((key) => map.delete(key))).toBe(true);
      expect(map.size).toBe(0);
      expect(walked(map, '', null)).toEqual([]);
    }
  });

  test('nodes are well filled, by keys in order as by others, and merge as keys go', () => {
    const count = 64 * 1000;
    for (const [stride, nodesMax] of [
      [1, 1050],
      [40_503, 1700],
    ] as const) {
      const map = new OrderedMap<number>();
      for (let i = 0; i < count; i++) map.set(keyOf((i * stride) % count), i);
      expect(map.size).toBe(count);
      expect(map.nodeCount).toBeLessThan(nodesMax);
      for (let i = 0; i < count; i++) if (i % 64 !== 0) map.delete(keyOf(i));
      expect(map.size).toBe(1000);
      expect(map.nodeCount).toBeLessThan(80);
    }
  });

  test('a range that ends before it begins is empty', () => {
    const map = new OrderedMap<number>();
    for (let i = 0; i < 500; i++) map.set(keyOf(i), i);
    expect(map.count(keyOf(400), keyOf(100))).toBe(0);
    expect(walked(map, keyOf(400), keyOf(100))).toEqual([]);
  });
});
