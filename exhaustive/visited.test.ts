import { Frontier } from './frontier.js';
import { Visited } from './visited.js';

describe('what was visited', () => {
  test('a world is new once, also where others have its place', () => {
    const visited = new Visited(100);
    const { capacity } = visited;
    const first = visited.add(7, 1, -1);
    const second = visited.add(7 + capacity, 1, first);
    const third = visited.add(7, 2, second);
    expect(new Set([first, second, third]).size).toBe(3);
    expect([visited.add(7, 1, -1), visited.add(7, 2, first)]).toEqual([-1, -1]);
    expect(visited.size).toBe(3);
    expect(visited.path(third)).toEqual([first, second, third]);
    expect(visited.is(second, 7 + capacity, 1)).toBe(true);
    expect(visited.is(second, 7, 1)).toBe(false);
  });

  test('a world whose hash is zero is one as well', () => {
    const visited = new Visited(100);
    expect(visited.add(0, 0, -1)).toBe(0);
    expect(visited.add(0, 0, -1)).toBe(-1);
  });
});

test('what waits comes out in its order, over many blocks', () => {
  const frontier = new Frontier();
  const words = new Uint32Array(64);
  const wanted: number[] = [];
  for (let at = 0; at < 100_000; at++) {
    const count = 6 + (at % 40);
    words.fill(at, 0, count);
    frontier.push(words, count);
    wanted.push(count * 1_000_000 + at);
  }
  expect(frontier.bytes).toBeGreaterThan(2 ** 23);
  const found: number[] = [];
  for (let count = frontier.shift(words); count > 0; count = frontier.shift(words)) {
    found.push(count * 1_000_000 + (words[count - 1] ?? 0));
  }
  expect(found).toEqual(wanted);
});
