import type { RaftState } from './index.js';
import { checkLog, InvariantBroken, logIndex, nodeId, Raft, RULES, term } from './index.js';
import { at, command, configOf, entriesOf, members, Solo, startOf } from './testing/solo.js';

describe('starting', () => {
  test('the first step arms the timers: until then it is due at once', () => {
    const raft = new Raft(configOf(), startOf());
    expect([raft.deadline(), raft.timers()]).toEqual([0, []]);
    expect(raft.step({ type: 'tick' }, 5_000_000)).toEqual([]);
    expect(raft.deadline()).toBeGreaterThan(5_000_999);
    expect(raft.timers()).toEqual([{ name: 'election', due: raft.deadline() }]);
  });

  test('a blank node has no history; a term, an entry or a checkpoint is history', () => {
    expect(new Solo().raft.hasHistory).toBe(false);
    expect(new Solo({}, { vote: { term: term(1), votedFor: null } }).raft.hasHistory).toBe(true);
    expect(new Solo({}, { entries: entriesOf([0]) }).raft.hasHistory).toBe(true);
  });

  test('R42 an entry of a later term than the record shows that the term was entered', () => {
    const node = new Solo(
      {},
      { entries: entriesOf([4]), vote: { term: term(3), votedFor: nodeId(2) } },
    );
    expect([node.raft.term, node.raft.votedFor]).toEqual([4, null]);
    expect(node.all('persist-vote')).toEqual([
      { type: 'persist-vote', vote: { term: 4, votedFor: null } },
    ]);
  });

  test.each([
    ['a gap', { entries: entriesOf([1], 2) }],
    ['terms that fall', { entries: [...entriesOf([2]), ...entriesOf([1], 2)] }],
    ['more committed than there is', { commitIndex: logIndex(1) }],
    ['a base without a checkpoint', { base: at(5, 1), commitIndex: logIndex(4) }],
  ])('a start with %s is refused', (_, start) => {
    expect(() => new Solo({}, start)).toThrow(RangeError);
  });

  test('timings that contradict each other are refused by name', () => {
    expect(() => new Solo({ heartbeatMs: 1000 })).toThrow(/heartbeatMs 1000/);
    expect(() => new Solo({ electionTimeoutMsMax: 500 })).toThrow(/electionTimeoutMsMax 500/);
  });
});

describe('dump and load', () => {
  test('a leader in the middle of everything is the same machine after JSON', () => {
    const node = new Solo({ maxInflightBatches: 3 }, { membership: members([1, 2, 3, 4, 5], [6]) });
    node.elect(2, 3);
    node.acknowledge(2, 1);
    node.acknowledge(3, 1);
    node.step({ type: 'read', id: 5 });
    node.propose('"a":1', '"b":2');
    node.step({ type: 'transfer', to: nodeId(2) });
    const dumped = JSON.parse(JSON.stringify(node.raft.dump())) as RaftState;
    const other = Raft.load(configOf({ maxInflightBatches: 3 }), dumped);
    expect(other.dump()).toEqual(node.raft.dump());
    const event = {
      type: 'message',
      from: nodeId(2),
      message: { type: 'append-reply', term: term(1), success: true, matchIndex: logIndex(3) },
    } as const;
    expect(other.step(event, 10_000)).toEqual(node.raft.step(event, 10_000));
    expect(other.dump()).toEqual(node.raft.dump());
  });

  test('a dump is a copy', () => {
    const node = new Solo().elect(2);
    const dumped = node.raft.dump();
    node.propose('"a":1');
    node.wait(300);
    expect(dumped.log.entries).toHaveLength(1);
    expect(dumped.leadership?.peers[0]?.inflight).toEqual([]);
  });
});

describe('what the driver reads', () => {
  test('entries, terms, timers and progress of a leader', () => {
    const node = new Solo().elect(2);
    node.propose('"a":1');
    expect(node.raft.entriesBetween(logIndex(1), logIndex(2))).toEqual([
      { index: 2, term: 1, body: command('"a":1') },
    ]);
    expect([node.raft.entryTerm(logIndex(2)), node.raft.entryTerm(logIndex(3))]).toEqual([1, null]);
    expect(node.raft.timers().map(({ name }) => name)).toEqual(['heartbeat']);
    expect(node.raft.progress().map(({ node: of, state }) => [of, state])).toEqual([
      [2, 'probe'],
      [3, 'probe'],
    ]);
    node.step({ type: 'transfer', to: nodeId(2) });
    expect(node.raft.timers().map(({ name }) => name)).toEqual(['heartbeat', 'transfer']);
  });

  test('a role is told once a step, as it is at the end', () => {
    const node = new Solo({}, { membership: members([1]) });
    const changes = node.step({ type: 'campaign' }).filter(({ type }) => type === 'role-changed');
    expect(changes.map((change) => 'role' in change && change.role)).toEqual([
      'candidate',
      'leader',
    ]);
  });
});

describe('invariants are checked after each step', () => {
  const broken = (node: Solo, change: (state: RaftState) => Partial<RaftState>): Raft => {
    const state = node.raft.dump();
    return Raft.load(configOf(), { ...state, ...change(state) });
  };
  const tick = (raft: Raft) => () => raft.step({ type: 'tick' }, 0);

  test.each<[string, (state: RaftState) => Partial<RaftState>]>([
    ['commit <= last', () => ({ commitIndex: logIndex(9) })],
    ['durable <= last', ({ log }) => ({ log: { ...log, durableIndex: logIndex(9) } })],
    ['verified <= last', () => ({ verifiedIndex: logIndex(9) })],
    ['who leads is its leader', () => ({ leader: nodeId(3) })],
    [
      'a vote on disk',
      ({ outbox }) => ({ outbox: { ...outbox, durable: { term: term(1), votedFor: nodeId(2) } } }),
    ],
    [
      'a leader has an entry of its term',
      ({ log }) => ({ log: { ...log, entries: entriesOf([0]) } }),
    ],
    [
      'match < next',
      ({ leadership }) => ({
        leadership: leadership && {
          ...leadership,
          peers: leadership.peers.map((peer) => ({ ...peer, matchIndex: logIndex(5) })),
        },
      }),
    ],
    [
      'a membership is in the log',
      ({ memberships }) => ({
        memberships: [...memberships, { index: logIndex(7), membership: members([1]) }],
      }),
    ],
  ])('%s', (name, change) => {
    const node = new Solo().elect(2);
    expect(tick(broken(node, () => ({})))).not.toThrow();
    expect(tick(broken(node, change))).toThrow(InvariantBroken);
    expect(tick(broken(node, change))).toThrow(name);
  });

  test('a broken rule that would change a vote is stopped', () => {
    const node = new Solo({ rules: { ...RULES, mayVote: () => true } });
    const request = {
      type: 'vote-request',
      term: term(1),
      last: at(0, 0),
      transfer: true,
    } as const;
    node.from(2, request);
    expect(() => node.from(3, request)).toThrow('one vote a term');
  });

  test('the whole log is checked for simulators', () => {
    const { log } = new Solo(
      {},
      { entries: entriesOf([1, 2]), vote: { term: term(2), votedFor: null } },
    ).raft.dump();
    expect(() => {
      checkLog({ log });
    }).not.toThrow();
    expect(() => {
      checkLog({ log: { ...log, entries: entriesOf([2, 1]) } });
    }).toThrow(InvariantBroken);
    expect(() => {
      checkLog({ log: { ...log, entries: entriesOf([1], 2) } });
    }).toThrow(InvariantBroken);
  });
});
