/** A failing run is cut down. That wrong rules are found, on kept seeds and on fresh ones, is zoo/'s. */
import { RULES } from '#raft';
import { drawPlan, run, runPlan, shrink, type WorldRules } from './index.js';
import { productionWire } from './wire.js';

/** Rule 7 broken: votes are counted by message, not by voter. Seed 147 shows it soon. */
const rules: WorldRules = {
  raft: { ...RULES, countVote: (granted, voter) => [...granted, voter] },
};
const wire = productionWire;
const SEED = 147;

test('a failing run is cut down to a short one, which fails in the same way', () => {
  const plan = drawPlan(SEED);
  const before = run(SEED, { wire, rules }).failure;
  expect(before?.property).toBe('elected by a majority');
  const shrunk = shrink(plan, { wire, rules, runsMax: 25 });
  const again = runPlan(shrunk?.plan ?? plan, { wire, rules });
  expect(again.failure?.property).toBe('elected by a majority');
  expect(shrunk?.plan.strikes.length).toBeLessThan(plan.strikes.length);
  expect(shrunk?.plan.calls?.length).toBeLessThanOrEqual(before?.calls.length ?? 0);
  // Nothing else is in it that a file could not hold.
  expect(JSON.parse(JSON.stringify(shrunk?.plan))).toEqual(shrunk?.plan);
});
