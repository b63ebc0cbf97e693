import type { Rules } from '#raft';
import { RULES } from '#raft';
import type { Bound } from './bound.js';
import { boundOf, FIGURE_8 } from './plan.js';
import type { Property } from './properties.js';
import { PROPERTIES } from './properties.js';
import type { Found } from './search.js';
import { Search } from './search.js';
import { traceOf } from './trace.js';

interface Bug {
  readonly name: string;
  readonly broken: (node: number) => Partial<Rules>;
  readonly bound: Bound;
  /** Not checked, so that a consequence shows. */
  readonly without?: readonly Property[];
  readonly property: Property;
}

const ELECTION = boundOf({ messages: 6 });
const RIVALS = boundOf({ timeouts: 2, messages: 6 });

const BUGS: readonly Bug[] = [
  {
    name: 'rule 2: messages leave before the vote record is durable',
    broken: () => ({ mayLeave: () => true }),
    bound: ELECTION,
    property: 'durable before sent',
  },
  {
    name: 'rule 2: a vote is told before it is durable, and forgotten in a crash',
    broken: (node) => ({
      mayLeave: (needed, durable) =>
        RULES.mayLeave(needed, durable) || (needed.votedFor !== null && needed.votedFor !== node),
    }),
    bound: boundOf({ timeouts: 2, crashes: 1, messages: 6 }),
    without: ['durable before sent'],
    property: 'election safety',
  },
  {
    name: 'rule 3: a second vote in the same term',
    broken: () => ({ mayVote: () => true }),
    bound: RIVALS,
    property: 'the core goes on',
  },
  {
    name: 'rule 1: half of the voters, rounded down, are enough',
    broken: () => ({ isQuorum: (count, voters) => count >= Math.floor(voters / 2) }),
    bound: RIVALS,
    property: 'election safety',
  },
  {
    name: 'rule 6: logs are not compared',
    broken: () => ({ isUpToDate: () => true }),
    bound: boundOf({ terms: 2, timeouts: 2, messages: 4 }),
    property: 'leader completeness',
  },
  {
    name: 'rule 14: conflicts are not cut',
    broken: () => ({ conflicts: () => false }),
    bound: boundOf({ terms: 3, logs: FIGURE_8, messages: 4 }),
    property: 'state machine safety',
  },
  {
    name: 'rules 16, 17: the commit index is told and taken as it is',
    broken: () => ({
      heartbeatCommit: (_, commit) => commit,
      followerCommit: (leaders) => leaders,
    }),
    bound: boundOf({ heartbeats: 1, messages: 6 }),
    property: 'the core goes on',
  },
  {
    name: 'rule 18: an entry of an older term is committed by counting (figure 8)',
    broken: () => ({ mayCommitByCount: (entry) => entry !== null }),
    bound: boundOf({ terms: 4, timeouts: 2, logs: FIGURE_8, messages: 3 }),
    property: 'leader completeness',
  },
  {
    name: 'rule 19: a leader counts itself before its disk',
    broken: () => ({ ownMatch: (_, last) => last }),
    bound: ELECTION,
    property: 'committed on a majority',
  },
  {
    name: 'rule 20: what is not on disk is acknowledged',
    broken: () => ({ acknowledged: (_, verified) => verified }),
    bound: ELECTION,
    property: 'durable before sent',
  },
];

function searched(bug: Bug, rulesOf: (node: number) => Rules): { found: Found; trace: string[] } {
  const { bound, without = [] } = bug;
  const properties = PROPERTIES.filter((property) => !without.includes(property));
  const search = new Search({ bound, statesMax: 3_000_000, rulesOf, properties });
  const found = search.run();
  return { found, trace: traceOf(search.worlds, found) };
}

describe('planted bugs fall, each with a shortest counter-example', () => {
  test.each(BUGS)('$name', (bug) => {
    const { found, trace } = searched(bug, (node) => ({ ...RULES, ...bug.broken(node) }));
    expect(found.violation?.property).toBe(bug.property);
    expect(found.way).toHaveLength(found.depth + 1);
    expect(trace.join('\n')).toMatchSnapshot();
  });
});

describe('the same worlds are sound under the rules as they are', () => {
  test.each(BUGS.filter(({ bound }) => bound.timeouts === 1 && bound.logs !== FIGURE_8))(
    '$name',
    (bug) => {
      const { found } = searched(bug, () => RULES);
      expect(found.violation).toBe(null);
      expect(found.exhausted).toBe(true);
    },
  );
});
