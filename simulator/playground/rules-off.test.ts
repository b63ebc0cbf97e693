import { rulesOf, RULES_OFF } from '#zoo/rules';
import { Playground } from './index.js';
import { done, elected, leaderOf } from './testing/played.js';

/** The leader is cut off, and answers a write if it may; the others go on without it. */
function cutOff(rulesOff: readonly string[]): Playground {
  const playground = elected({ rulesOff }, rulesOf);
  const node = leaderOf(playground);
  done(playground, { type: 'set', key: 'before', value: '0', via: node });
  playground.advance(1_000);
  done(playground, { type: 'isolate', node });
  done(playground, { type: 'set', key: 'x', value: '1', via: node });
  playground.advance(6_000);
  return playground;
}

test('R64 with the rule, a write that no majority has is not answered', () => {
  const sound = cutOff([]);
  expect(sound.calls().map(({ outcome }) => outcome)).toEqual(['ok', 'pending']);
  expect(leaderOf(sound)).not.toBe(sound.calls()[1]?.act.via);
  expect(sound.sight().broken).toBe('');
});

test('R64 without it, it is answered and lost; the lamp says so, and the playground goes on', () => {
  const wrong = cutOff(['answered-before-quorum']);
  expect(wrong.calls().map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  done(wrong, { type: 'heal' });
  wrong.advance(4_000);
  expect(wrong.keys(leaderOf(wrong)).map(({ key }) => key)).toEqual(['before']);
  expect(wrong.sight().broken).toMatch(/^(monotonic|acknowledged means committed): /);
  expect(wrong.broken().length).toBeGreaterThanOrEqual(1);
  const [line] = wrong.feed().filter(({ kind }) => kind === 'broken');
  expect(line?.text).toBe(`does not hold any more: ${wrong.sight().broken}`);
  const { events } = wrong;
  wrong.advance(1_000);
  expect(wrong.events).toBeGreaterThan(events);
  expect(Playground.replay(wrong.script, wrong.script.events, rulesOf).hash()).toBe(wrong.hash());
});

test.each(RULES_OFF.map(({ name }) => name))('%s can be switched off', (name) => {
  const playground = new Playground({ seed: 2, nodes: 3, rulesOff: [name] }, rulesOf);
  playground.advance(2_500);
  expect(playground.events).toBeGreaterThan(100);
  expect(playground.script.start.rulesOff).toEqual([name]);
});

test('names are looked up, and two of one rule are refused', () => {
  expect(RULES_OFF.map(({ name }) => name)).toContain('figure-8');
  expect(() => rulesOf(['no-such-bug'])).toThrow(/there is no bug "no-such-bug"/);
  expect(() => rulesOf(['two-changes-at-once', 'change-before-own-commit'])).toThrow(
    /replace the rule mayChangeMembership/,
  );
  const both = rulesOf(['figure-8', 'two-votes-in-a-term', 'confirmed-write-done-again']);
  expect(Object.keys(both).sort()).toEqual(['raftOf', 'state']);
  expect(rulesOf([])).toEqual({});
});
