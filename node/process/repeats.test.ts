import { Repeats } from './repeats.js';

const WORDS = 'refuses its heartbeat';

/** What is told of words that come every `everyMs`, `count` times, from 0 on. */
function told(count: number, everyMs: number, repeats = new Repeats()): string[] {
  const times = Array.from({ length: count }, (_, at) => at * everyMs);
  return times.flatMap((now) => repeats.tell(WORDS, now) ?? []);
}

test('a few are told one by one', () => {
  expect(told(3, 1)).toEqual([WORDS, WORDS, WORDS]);
});

test('more are counted, and told every ten seconds', () => {
  expect(told(203, 100)).toEqual([
    ...[WORDS, WORDS, WORDS],
    `${WORDS} (and 99 times since it was told last)`,
    `${WORDS} (and 99 times since it was told last)`,
  ]);
});

test('what comes seldom is told each time', () => {
  expect(told(6, 10_000)).toHaveLength(6);
  expect(told(6, 10_000).join()).not.toContain('times');
});

test('other words are told meanwhile, and no more of them are kept than so many', () => {
  const repeats = new Repeats();
  told(20, 1, repeats);

  expect(repeats.tell('votes', 21)).toBe('votes');
  expect(repeats.tell(WORDS, 22)).toBeNull();
  for (let at = 0; at < 64; at += 1) repeats.tell(`other ${at}`, 23);
  expect(repeats.tell(WORDS, 24)).toBe(WORDS);
});
