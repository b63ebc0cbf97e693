import { Random } from './random.js';

const draw = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => random.bits());

test('the same seed gives the same draws, another seed others', () => {
  expect(draw(new Random(1), 100)).toEqual(draw(new Random(1), 100));
  expect(draw(new Random(1), 5)).not.toEqual(draw(new Random(2), 5));
});

test('goes on from its dumped state', () => {
  const random = new Random(9);
  draw(random, 10);
  const copy = new Random(random.dump());
  expect(draw(copy, 20)).toEqual(draw(random, 20));
});

test('draws evenly enough, and within bounds', () => {
  const random = new Random(4);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i += 1) {
    const drawn = random.integer(0, 9);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  expect(counts).toHaveLength(10);
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test('what is drawn from a fork does not shift what follows', () => {
  const a = new Random(5);
  const b = new Random(5);
  draw(a.fork(), 50);
  b.fork();
  expect(draw(a, 5)).toEqual(draw(b, 5));
});
