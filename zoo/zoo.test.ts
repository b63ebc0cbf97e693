/**
 * What is kept of each bug still finds it, in the words that stand in its file, and is sound under
 * production's rules. What takes longer, searches of small worlds among it, is `npm run zoo`'s.
 */
import { readFileSync } from 'node:fs';
import { bugNamed, ZOO } from './bugs/index.js';
import { replay } from './checkers/index.js';
import { readKept, traceFile, traceText } from './kept.js';
import { attemptsOwed, readMedians } from './medians.js';

const kept = ZOO.flatMap((bug) => {
  const counterExample = readKept(bug);
  return counterExample === null ? [] : [{ ...bug, bug, counterExample }];
});
const searched = kept.filter(({ hunt }) => hunt.by === 'small world');
/** States that a cut leaves, and what could not be cut down to a few calls, take long; `npm run zoo` replays all. */
const replayed = kept.filter(
  ({ hunt, counterExample: { plan } }) =>
    hunt.by === 'simulator' && (plan === undefined || plan.calls !== null),
);

test('there are 25 bugs at least, each under a name of its own, with its source', () => {
  expect(ZOO.length).toBeGreaterThanOrEqual(25);
  expect(new Set(ZOO.map(({ name }) => name)).size).toBe(ZOO.length);
  for (const { what, rule, source } of ZOO) {
    expect(what).toMatch(/^[A-Z].*\.$/);
    expect(rule).toMatch(/^(raft|kv|node|storage|router|client) /);
    expect(source.length).toBeGreaterThan(5);
  }
  expect(() => bugNamed('no-such-bug')).toThrow(/there are vote-before-disk/);
});

test('something is kept of every bug, and it was measured what it takes to find it', () => {
  expect(kept.map(({ name }) => name)).toEqual(ZOO.map(({ name }) => name));
  const { machine, bugs } = readMedians();
  expect(machine).toMatch(/workers on .* cores of .*Node/);
  expect(Object.keys(bugs).sort()).toEqual(ZOO.map(({ name }) => name).sort());
  // One that takes longer may be missed by fresh seeds in CI: then README.md has to say so.
  const seeded = ZOO.filter(({ hunt }) => hunt.by !== 'small world');
  expect(seeded.filter(({ name }) => attemptsOwed(bugs[name]) === null)).toEqual([]);
});

test.each(replayed)('$name is found by what is kept of it', ({ bug, counterExample }) => {
  expect(replay(bug, counterExample, 'wrong')).not.toBeNull();
  expect(replay(bug, counterExample, 'sound')).toBeNull();
  // Else: npm run zoo -- --keep, and read the difference.
  expect(traceText(bug, counterExample)).toBe(readFileSync(traceFile(bug), 'utf8'));
});

test('searches are kept as traces to read', () => {
  for (const { bug, counterExample } of searched) {
    expect(counterExample).toEqual({ number: 0 });
    expect(readFileSync(traceFile(bug), 'utf8')).toMatch(/\nbroken: (?!nothing)/);
  }
});
