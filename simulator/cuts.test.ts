import { around, bridge, isolated, oneWay, parted, ring, type Cut, type Place } from './cuts.js';
import { Random } from './random.js';

const places = (count: number): Place[] =>
  Array.from({ length: count }, (_, number) => ({ number, name: `n${String(number)}` }));

/** Whom each place reaches both ways, itself included. */
function reach(nodes: readonly Place[], { links }: Cut): number[][] {
  const cut = new Set(links.map(([from, to]) => `${String(from)}-${String(to)}`));
  const meets = (a: number, b: number): boolean =>
    !cut.has(`${String(a)}-${String(b)}`) && !cut.has(`${String(b)}-${String(a)}`);
  return nodes.map((a) => nodes.filter((b) => meets(a.number, b.number)).map((b) => b.number));
}

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

test.each([5, 7])('a ring of %i: each reaches a majority, no two the same one', (count) => {
  for (const seed of SEEDS) {
    const nodes = places(count);
    const reached = reach(nodes, ring(new Random(seed), nodes));
    for (const some of reached) expect(some.length).toBeGreaterThan(count / 2);
    expect(new Set(reached.map((some) => some.join(' '))).size).toBe(count);
  }
});

test.each([3, 5, 7])('a bridge of %i: exactly one node reaches everybody', (count) => {
  for (const seed of SEEDS) {
    const nodes = places(count);
    const reached = reach(nodes, bridge(new Random(seed), nodes));
    expect(reached.filter((some) => some.length === count)).toHaveLength(1);
  }
});

test('a partition splits: whoever reaches another reaches the same', () => {
  for (const seed of SEEDS) {
    const everybody = places(7);
    const reached = reach(everybody, parted(new Random(seed), everybody));
    for (const some of reached) {
      for (const other of some) expect(reached[other]).toEqual(some);
    }
  }
});

test('an isolated leader reaches no other node', () => {
  const [leader, ...others] = places(5);
  for (const seed of SEEDS) {
    const nodes = [leader, ...others].filter((place) => place !== undefined);
    if (leader === undefined) throw new Error('there is no leader');
    const reached = reach(nodes, isolated(new Random(seed), leader, nodes, [...nodes]));
    expect(reached[leader.number]).toEqual([leader.number]);
  }
});

test('one way: for every link that is cut its reverse is whole', () => {
  for (const seed of SEEDS) {
    const nodes = places(5);
    const { links } = oneWay(new Random(seed), nodes, nodes);
    const cut = new Set(links.map(String));
    for (const [from, to] of links) expect(cut.has(String([to, from]))).toBe(false);
  }
});

test('around a node: its links both ways, and no others', () => {
  const nodes = places(4);
  const [node] = nodes;
  if (node === undefined) throw new Error('there is no node');
  const links = around(node, nodes);
  expect(links).toHaveLength(6);
  expect(links.every(([from, to]) => from === 0 || to === 0)).toBe(true);
});
