import { tryAlterations } from './flips.js';

test.each(['checkpointed', 'being cut'])(
  'R38, rule 41: in a directory that is %s, what is altered is refused with a remedy, or harmless',
  (name) => {
    const tally = tryAlterations('a look', [name]);

    expect(tally.wrong).toEqual([]);
    expect(tally.tried).toBeGreaterThan(5_000);
    expect(tally.refused).toBeGreaterThan(tally.tried / 2);
    expect(tally.refused + tally.harmless + tally.cut).toBe(tally.tried);
  },
);
