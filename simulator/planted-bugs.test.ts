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

/** A wrong rule, what is said of it, and a seed near which it shows; so many after it, at the latest. */
const PLANTED: readonly (readonly [string, WorldRules, RegExp, number])[] = [
  [
    'rule 18 broken: an entry of an old term is committed by counting (figure 8)',
    raft({ mayCommitByCount: () => true }),
    /commit of the own term/,
    4,
  ],
  [
    'rule 16 broken: a follower commits what the leader has, not what it has of the leader',
    raft({ followerCommit: (leaders) => leaders }),
    /follower commit/,
    1,
  ],
  [
    'rule 7 broken: votes are counted by message, not by voter',
    raft({ countVote: (granted, voter) => [...granted, voter] }),
    /elected by a majority/,
    5,
  ],
  [
    'rule 36 broken: a membership change before the one before is committed',
    raft({ mayChangeMembership: () => true }),
    /one membership change at a time|commit durability|completeness/,
    5,
  ],
  [
    'rule 23 broken: a write speaks of what was cut and written again',
    storage({ reportsAfterCut: (writing) => writing }),
    /durable|recovery|position|match|entry/,
    26,
  ],
  [
    'a write that was confirmed is done again when it comes once more',
    state({ refusesConfirmedWrites: () => false }),
    /stands|linearizable|version|came after/,
    29,
  ],
];
const SEEDS_MAX = 250;

test.each(PLANTED)('%s', (_name, rules, said, first) => {
  let reason: string | undefined;
  for (let seed = first; seed < first + SEEDS_MAX && reason === undefined; seed += 1)
    reason = run(seed, { wire, rules }).failure?.reason;
  expect(reason).toMatch(said);
});

test('a failing run is cut down to a short one, which fails in the same way', () => {
  const rules = raft({ countVote: (granted, voter) => [...granted, voter] });
  const seeds = Array.from({ length: SEEDS_MAX }, (_, i) => i + 80);
  const seed = seeds.find((one) => run(one, { wire, rules }).failure !== null) ?? 0;
  const plan = drawPlan(seed);
  const before = run(seed, { wire, rules }).failure;
  const shrunk = shrink(plan, { wire, rules, runsMax: 25 });
  const again = runPlan(shrunk?.plan ?? plan, { wire, rules });
  expect(again.failure?.property).toBe('elected by a majority');
  expect(shrunk?.plan.strikes.length).toBeLessThan(plan.strikes.length);
  expect(shrunk?.plan.calls?.length).toBeLessThanOrEqual(before?.calls.length ?? 0);
  // Nothing else is in it that a file could not hold.
  expect(JSON.parse(JSON.stringify(shrunk?.plan))).toEqual(shrunk?.plan);
});
