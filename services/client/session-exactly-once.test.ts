import fc from 'fast-check';
import { SESSION_RULES, type SessionRules } from './session-rules.js';
import { runWorld, steps } from './testing/world.js';

describe('exactly once', () => {
  test('R50 whatever breaks: acknowledged is applied once, not done is applied never', () => {
    const property = fc.property(steps(), (schedule) => {
      expect(runWorld(schedule)).toBeNull();
    });
    fc.assert(property, { numRuns: 1_500 });
  });

  const planted: [keyof SessionRules, SessionRules][] = [
    ['keepsNumberWhenResent', { ...SESSION_RULES, keepsNumberWhenResent: () => false }],
    ['movesOnlyIfNeverDone', { ...SESSION_RULES, movesOnlyIfNeverDone: () => true }],
    ['staysUnknownOnceSent', { ...SESSION_RULES, staysUnknownOnceSent: () => false }],
  ];
  test.each(planted)('planted: without `%s` it is found out', (_name, rules) => {
    const property = fc.property(steps(), (schedule) => {
      return runWorld(schedule, rules) === null;
    });
    const { failed } = fc.check(property, { numRuns: 5_000, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
