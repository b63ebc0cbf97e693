/**
 * Rules 19, 20, 32: states that a cut may leave of a few histories, of which `npm run storage-proof -- states`
 * takes all; and that bugs are seen.
 */
import { RULES, type StorageRules } from '#storage';
import { crashRun } from './crash-run.js';
import { historyOf, SCRIPTED } from './histories.js';
import { PromiseBroken } from './recoveries.js';

const SHORT = Array.from({ length: SCRIPTED / 3 }, (_, number) => historyOf(number));

test.each(SHORT)(
  'rules 19, 20, 32, R32: whatever a cut leaves of “$name” is recovered',
  (history) => {
    const tally = crashRun({ ...history, killEvery: 64 });

    expect(tally.points).toBeGreaterThan(20);
    expect(tally.states).toBeGreaterThan(10);
    expect(tally.capped).toBe(0);
  },
);

test('the same history has the same states', () => {
  const history = historyOf(9);

  expect(crashRun(history)).toEqual(crashRun(history));
});

const BROKEN: readonly (readonly [string, Partial<StorageRules>, string])[] = [
  ['entries reported before they are synced', { syncsBeforeReporting: () => false }, 'append'],
  ['no sync of the directory', { syncsDirectory: () => false }, 'rotate'],
  ['every tail taken for damage', { isDamage: () => true }, 'append'],
  ['a cut that is not announced', { announcesCut: () => false }, 'truncate'],
  ['a cut that is not synced', { syncsTruncation: () => false }, 'truncate'],
];

test.each(BROKEN)('a planted bug is seen: %s', (_what, broken, name) => {
  const rules = { ...RULES, ...broken };
  const faults: string[] = [];
  for (let number = 0; number < 300 && faults.length === 0; number++) {
    const history = historyOf(number % SCRIPTED);
    if (history.name === name) faults.push(...faultsOf({ ...history, seed: number, rules }));
  }

  expect(faults).toHaveLength(1);
});

function faultsOf(options: Parameters<typeof crashRun>[0]): string[] {
  try {
    crashRun(options);
    return [];
  } catch (error) {
    if (error instanceof PromiseBroken) return [error.message];
    throw error;
  }
}
