/** Each rule of the router: what holds with production's, and what breaks without it. */
import { NodeRole, Outcome, RequestKind } from '#rpc/session/frames';
import { Bench, codes, read, reply, sequences, write } from '../testing/bench.js';
import { ROUTER_RULES, type RouterRules } from './rules.js';

/** What a rule's scenario came to. */
type Scenario = (bench: Bench) => unknown;

function trioUnder(rules: Partial<RouterRules>): Bench {
  const bench = new Bench([1, 2, 3], { maxLagEntries: 5 }, { ...ROUTER_RULES, ...rules });
  bench.elect(1);
  bench.handle({ type: 'client-opened', connection: 50 });
  return bench;
}

/** The node refuses, or answers, everything that it was sent. */
function answer(bench: Bench, node: number, change: Parameters<typeof reply>[1]): void {
  const replies = bench.takeSent(node).map(({ id }) => reply(id, change));
  bench.handle({ type: 'node-replies', node, replies });
}

/** Another leads, after the first leader was lost with what it held. */
function failOver(bench: Bench): void {
  bench.handle({ type: 'node-lost', node: 1 });
  bench.state(2, { role: NodeRole.leader, term: 2, leader: 2 });
}

const outcomes = (bench: Bench): unknown => codes(bench.takeAnswers(50));

/** A write without a session was sent when its leader died. */
const sessionless: Scenario = (bench) => {
  bench.request(50, write(1, 0, { session: 0 }));
  bench.takeSent(1);
  failOver(bench);
  return bench.takeSent(2).length;
};

/** A node that came back, and has the write again, is heard to answer what it was sent before it went. */
const lateAnswer: Scenario = (bench) => {
  bench.request(50, write(1));
  const [first] = bench.takeSent(1);
  bench.handle({ type: 'node-lost', node: 1 });
  bench.elect(1, 2);
  bench.handle({ type: 'node-replies', node: 1, replies: [reply(first?.id ?? 0)] });
  return bench.takeAnswers(50).length;
};

/** A node answers what another one was asked. */
const strangersAnswer: Scenario = (bench) => {
  bench.request(50, write(1));
  const [sent] = bench.takeSent(1);
  bench.handle({ type: 'node-replies', node: 2, replies: [reply(sent?.id ?? 0)] });
  return bench.takeAnswers(50).length;
};

/** One follower lags, the other follows nobody. */
const badReaders: Scenario = (bench) => {
  bench.state(1, { role: NodeRole.leader, leader: 1, commitIndex: 16 });
  bench.state(3, { leader: 0, appliedIndex: 16 });
  bench.request(50, read(1), read(2));
  return bench.takeSent(2).length + bench.takeSent(3).length;
};

/** Node 1 has not heard that in term 5 somebody led already. */
const oldLeader: Scenario = (bench) => {
  bench.state(3, { term: 5, leader: 2 });
  bench.request(50, write(1));
  return bench.takeSent(1).length;
};

/** The session had expired by the time of the second sending. */
const expiry: Scenario = (bench) => {
  bench.request(50, write(1));
  bench.takeSent(1);
  failOver(bench);
  answer(bench, 2, { outcome: Outcome.refused, code: 'session-expired' });
  return outcomes(bench);
};

/** The second leader has no room for what the first may have carried out. */
const notDone: Scenario = (bench) => {
  bench.request(50, write(1));
  bench.takeSent(1);
  failOver(bench);
  answer(bench, 2, { outcome: Outcome.notDone, code: 'overloaded' });
  return outcomes(bench);
};

const CASES: readonly {
  readonly rule: keyof RouterRules;
  readonly scenario: Scenario;
  readonly kept: unknown;
  readonly planted: Partial<RouterRules>;
  readonly broken: unknown;
}[] = [
  {
    rule: 'resendsOnlyWithSession',
    scenario: sessionless,
    kept: 0,
    planted: { resendsOnlyWithSession: () => true },
    broken: 1,
  },
  {
    rule: 'nextSending',
    scenario: lateAnswer,
    kept: 0,
    planted: { nextSending: (_, isFree) => [1, 2, 3].find(isFree) ?? 4 },
    broken: 1,
  },
  {
    rule: 'answersFrom',
    scenario: strangersAnswer,
    kept: 0,
    planted: { answersFrom: () => true },
    broken: 1,
  },
  {
    rule: 'readsOnlyFromFresh',
    scenario: badReaders,
    kept: 0,
    planted: { readsOnlyFromFresh: ({ state }) => state?.role === NodeRole.follower },
    broken: 2,
  },
  {
    rule: 'writesOnlyToNewestLeader',
    scenario: oldLeader,
    kept: 0,
    planted: { writesOnlyToNewestLeader: ({ state }) => state?.role === NodeRole.leader },
    broken: 1,
  },
  {
    rule: 'expiryLeavesResentUnknown',
    scenario: expiry,
    kept: [{ id: 1, outcome: Outcome.unknown, code: 'session-expired' }],
    planted: { expiryLeavesResentUnknown: () => false },
    broken: [{ id: 1, outcome: Outcome.refused, code: 'session-expired' }],
  },
  {
    rule: 'notDoneLeavesResentUnknown',
    scenario: notDone,
    kept: [{ id: 1, outcome: Outcome.unknown, code: 'overloaded' }],
    planted: { notDoneLeavesResentUnknown: () => false },
    broken: [{ id: 1, outcome: Outcome.notDone, code: 'overloaded' }],
  },
];

describe.each(CASES)('R50 the rule $rule', ({ rule, scenario, kept, planted, broken }) => {
  test('keeps what it promises', () => {
    expect(scenario(trioUnder({}))).toEqual(kept);
  });

  test('planted: without it that breaks', () => {
    expect(Object.keys(planted)).toEqual([rule]);
    expect(scenario(trioUnder(planted))).toEqual(broken);
  });
});

test('every rule has a scenario here', () => {
  expect(CASES.map(({ rule }) => rule)).toEqual(Object.keys(ROUTER_RULES));
});

describe('what the rules let pass', () => {
  test('a write sent once that is not done, or met an expiry, is just that', () => {
    const bench = trioUnder({});
    bench.request(50, write(1), write(2));
    const [first, second] = bench.takeSent(1);
    const replies = [
      reply(first?.id ?? 0, { outcome: Outcome.notDone, code: 'overloaded' }),
      reply(second?.id ?? 0, { outcome: Outcome.refused, code: 'session-expired' }),
    ];
    bench.handle({ type: 'node-replies', node: 1, replies });
    expect(outcomes(bench)).toEqual([
      { id: 1, outcome: Outcome.notDone, code: 'overloaded' },
      { id: 2, outcome: Outcome.refused, code: 'session-expired' },
    ]);
  });

  test('a read, or a session kept alive, that was sent twice is not done all the same', () => {
    for (const kind of [RequestKind.read, RequestKind.keepAlive]) {
      const bench = trioUnder({});
      bench.handle({ type: 'node-lost', node: 2 });
      bench.handle({ type: 'node-lost', node: 3 });
      bench.request(50, write(1, 0, { kind }));
      bench.takeSent(1);
      bench.handle({ type: 'node-lost', node: 1 });
      bench.connect(1);
      bench.state(1, { role: NodeRole.leader, leader: 1 });
      answer(bench, 1, { outcome: Outcome.notDone, code: 'overloaded' });
      expect(outcomes(bench)).toEqual([{ id: 1, outcome: Outcome.notDone, code: 'overloaded' }]);
    }
  });

  test('writes with a session go out again, in their order', () => {
    const bench = trioUnder({});
    bench.request(50, write(1), write(2));
    bench.takeSent(1);
    failOver(bench);
    expect(sequences(bench.takeSent(2))).toEqual([1, 2]);
  });
});
