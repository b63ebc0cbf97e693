import { Random } from '../../../simulator/random.js';
import { planHosts } from './hosts.js';
import { partition, SHAPES, shapesFor, type Partition, type Shape } from './partitions.js';

const HOSTS = planHosts({ nodes: 5, proxies: 2, clients: 4 });
const NODES = HOSTS.filter(({ role }) => role === 'node').map(({ name }) => name);
const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

function shaped(shape: Shape, seed: number, leader: string | null = 'bob'): Partition {
  return partition(shape, HOSTS, leader, new Random(seed));
}

/** Whom the node hears, and is heard by. */
function neighbours({ broken }: Partition, node: string): string[] {
  const isBroken = (from: string, to: string): boolean =>
    broken.some((pair) => pair.from === from && pair.to === to);
  return NODES.filter((other) => !isBroken(node, other) && !isBroken(other, node));
}

describe('partitions', () => {
  test.each(SHAPES)(
    '%s breaks something between hosts that are there, and never with itself',
    (shape) => {
      const names = new Set(HOSTS.map(({ name }) => name));
      for (const seed of SEEDS) {
        const { broken } = shaped(shape, seed, seed % 2 === 0 ? null : 'cy');
        expect(broken.length).toBeGreaterThan(0);
        expect(
          broken.every(({ from, to }) => names.has(from) && names.has(to) && from !== to),
        ).toBe(true);
      }
    },
  );

  test('a split leaves a majority together', () => {
    for (const seed of SEEDS) {
      const parts = NODES.map((node) => neighbours(shaped('split', seed), node).length);
      expect(Math.max(...parts)).toBeGreaterThanOrEqual(3);
      expect(Math.max(...parts)).toBeLessThan(5);
    }
  });

  test('a leader in the minority keeps a follower', () => {
    for (const seed of SEEDS) {
      const parts = NODES.map((node) => neighbours(shaped('leader-in-minority', seed), node));
      expect(parts[NODES.indexOf('bob')]).toHaveLength(2);
      expect(parts.filter((names) => names.length === 3)).toHaveLength(3);
    }
  });

  test('one way is one way', () => {
    const into = shaped('one-way-in', 1).broken;
    const out = shaped('one-way-out', 1).broken;
    expect(into.every(({ to }) => to === 'bob')).toBe(true);
    expect(out.every(({ from }) => from === 'bob')).toBe(true);
    expect(into).toHaveLength(4);
  });

  test('in a ring each hears a majority, and no two the same', () => {
    for (const seed of SEEDS) {
      const seen = NODES.map((node) =>
        neighbours(shaped('ring-of-majorities', seed), node).sort().join(),
      );
      expect(seen.every((names) => names.split(',').length === 3)).toBe(true);
      expect(new Set(seen).size).toBe(5);
    }
  });

  test('a bridge alone hears all', () => {
    for (const seed of SEEDS) {
      const whole = NODES.filter((node) => neighbours(shaped('bridge', seed), node).length === 5);
      expect(whole).toHaveLength(1);
    }
  });

  test('without proxies no shape speaks of them', () => {
    const hosts = planHosts({ nodes: 5, proxies: 0, clients: 2 });
    expect(shapesFor(hosts)).toHaveLength(SHAPES.length - 3);
    expect(shapesFor(HOSTS)).toEqual(SHAPES);
  });

  test('the same seed gives the same partition', () => {
    for (const shape of SHAPES) expect(shaped(shape, 7)).toEqual(shaped(shape, 7));
  });
});
