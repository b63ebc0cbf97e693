/**
 * The checkers are checked: each wrong rule is found, on a seed that is known to find it. What is not
 * wrong is not found: the same seeds pass with production's rules (seeds.test.ts).
 */
import { RULES, type Rules } from '#raft';
import { productionRules, type StateRules } from '#kv';
import { RULES as STORAGE_RULES, type StorageRules } from '#storage';
import { drawPlan, run, runPlan, shrink, type WorldRules } from './index.js';
import { productionWire } from './wire.js';

const wire = productionWire;
const raft = (wrong: Partial<Rules>): WorldRules => ({ raft: { ...RULES, ...wrong } });
const state = (wrong: Partial<StateRules>): WorldRules => ({
  state: { ...productionRules, ...wrong },
});
const storage = (wrong: Partial<StorageRules>): WorldRules => ({
  storage: { ...STORAGE_RULES, ...wrong },
});

/** A wrong rule, and what is said of it. So many seeds show it, with room to spare. */
const PLANTED: readonly (readonly [string, WorldRules, RegExp])[] = [
  [
    'rule 18 broken: an entry of an old term is committed by counting (figure 8)',
    raft({ mayCommitByCount: () => true }),
    /commit of the own term/,
  ],
  [
    'rule 16 broken: a follower commits what the leader has, not what it has of the leader',
    raft({ followerCommit: (leaders) => leaders }),
    /follower commit/,
  ],
  [
    'rule 7 broken: votes are counted by message, not by voter',
    raft({ countVote: (granted, voter) => [...granted, voter] }),
    /elected by a majority/,
  ],
  [
    'rule 36 broken: a membership change before the one before is committed',
    raft({ mayChangeMembership: () => true }),
    /one membership change at a time|commit durability|completeness/,
  ],
  [
    'rule 23 broken: a write speaks of what was cut and written again',
    storage({ reportsAfterCut: (writing) => writing }),
    /durable|recovery|position|match|entry/,
  ],
  [
    'a write that was confirmed is done again when it comes once more',
    state({ refusesConfirmedWrites: () => false }),
    /stands|linearizable|version|came after/,
  ],
];
const SEEDS_MAX = 250;

test.each(PLANTED)('%s', (_name, rules, said) => {
  let reason: string | undefined;
  for (let seed = 1; seed <= SEEDS_MAX && reason === undefined; seed += 1)
    reason = run(seed, { wire, rules }).failure?.reason;
  expect(reason).toMatch(said);
});

test('a failing run is cut down to a short one, which fails in the same way', () => {
  const rules = raft({ countVote: (granted, voter) => [...granted, voter] });
  const seeds = Array.from({ length: SEEDS_MAX }, (_, i) => i + 1);
  const seed = seeds.find((one) => run(one, { wire, rules }).failure !== null) ?? 0;
  const plan = drawPlan(seed);
  const shrunk = shrink(plan, { wire, rules, runsMax: 80 });
  const again = runPlan(shrunk?.plan ?? plan, { wire, rules });
  expect(again.failure?.property).toBe('elected by a majority');
  expect(shrunk?.plan.strikes.length).toBeLessThanOrEqual(plan.strikes.length);
  expect(shrunk?.plan.calls?.length).toBeLessThan(10);
  // Nothing else is in it that a file could not hold.
  expect(JSON.parse(JSON.stringify(shrunk?.plan))).toEqual(shrunk?.plan);
});
