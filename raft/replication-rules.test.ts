import { logIndex, nodeId, term } from './index.js';
import { at, command, entriesOf, leaderOfThree, members, Solo, startWith } from './testing/solo.js';

describe('rule 21: stale and duplicated replies', () => {
  test('rule 21: R29 match indexes never fall, and count once', () => {
    const five = new Solo({}, { membership: members([1, 2, 3, 4, 5]) }).elect(2, 3);
    five.propose('"a":1');
    five.acknowledge(2, 2);
    five.acknowledge(2, 2);
    five.acknowledge(2, 1);
    expect(five.raft.commitIndex).toBe(0);
    expect(five.raft.progress()[0]).toMatchObject({ node: 2, matchIndex: 2, nextIndex: 3 });
    five.acknowledge(3, 2);
    expect(five.raft.commitIndex).toBe(2);
  });

  test('rule 21: refusals of what is acknowledged or no longer asked are ignored', () => {
    const node = leaderOfThree();
    node.acknowledge(2, 1);
    node.propose('"a":1');
    node.acknowledge(2, 2);
    node.refuse(2, 1, [0, 0]);
    expect(node.sent('append-request')).toEqual([]);
    node.refuse(3, 7, [0, 0]);
    expect(node.sent('append-request')).toEqual([]);
    expect(node.raft.progress()[0]).toMatchObject({ state: 'replicate', matchIndex: 2 });
  });

  test('rule 21: replies of an older term, and acknowledgements of what is not there, are ignored', () => {
    const node = leaderOfThree();
    node.acknowledge(2, 1, 0);
    node.acknowledge(2, 99);
    node.replyHeartbeat(3, 0, 99);
    expect(node.raft.commitIndex).toBe(0);
    expect(node.one('decision').text).toContain('acknowledges entry 99');
  });
});

describe('rule 22: a follower that needs compacted entries gets the checkpoint', () => {
  const checkpoint = { ...at(3, 1), membership: members([1, 2, 3]), size: 100 };

  test('rule 22: never a previous entry of term 0', () => {
    const node = leaderOfThree({}, { ...startWith(1, 1, 1, 1), checkpoint: null });
    node.acknowledge(2, 5);
    node.step({ type: 'checkpoint-saved', checkpoint, keepAfter: logIndex(3) });
    expect([node.raft.firstIndex, node.raft.entryTerm(logIndex(3))]).toEqual([4, 1]);
    node.refuse(3, 4, [1, 1]);
    expect(node.sent('append-request')).toEqual([]);
    expect(node.one('send-checkpoint')).toEqual({
      type: 'send-checkpoint',
      to: 3,
      term: 2,
      checkpoint,
      offset: 0,
    });
    expect(node.raft.checkpointsInUse()).toEqual([3]);
  });

  test('rule 22: the position right before the first entry in memory is still known', () => {
    const node = leaderOfThree({}, startWith(1, 1, 1, 1));
    node.acknowledge(2, 5);
    node.step({ type: 'checkpoint-saved', checkpoint, keepAfter: logIndex(3) });
    node.refuse(3, 4, [3, 1]);
    expect(node.sentOne('append-request', 3).previous).toEqual(at(3, 1));
  });
});

describe('rule 23: a completed write speaks of index and term', () => {
  test('rule 23: a report of entries that were cut since says nothing', () => {
    const node = new Solo({}, { vote: { term: term(2), votedFor: null } }, 'by hand');
    node.append(2, 2, [0, 0], entriesOf([1, 1]));
    node.append(3, 3, [0, 0], entriesOf([3, 3]));
    node.step({ type: 'vote-durable', vote: { term: term(3), votedFor: null } });
    node.step({ type: 'log-durable', last: at(2, 1) });
    expect(node.raft.durableIndex).toBe(0);
    expect(node.sent('append-reply')).toEqual([]);
    node.step({ type: 'log-durable', last: at(2, 3) });
    expect(node.sentOne('append-reply')).toMatchObject({ matchIndex: 2 });
  });

  test('rule 23: neither does one of what is not in the log', () => {
    const node = new Solo({}, startWith(1));
    node.step({ type: 'log-durable', last: at(5, 1) });
    expect(node.raft.durableIndex).toBe(1);
  });
});

describe('rule 24: what is derived from the log is cut with it', () => {
  test('rule 24: the durable index falls', () => {
    const node = new Solo({}, startWith(1, 1, 1), 'by hand');
    expect(node.raft.durableIndex).toBe(3);
    node.append(2, 2, [1, 1], entriesOf([2, 2], 2));
    expect(node.raft.durableIndex).toBe(1);
  });

  test('rule 24: batches are cut from the entries that stand, not from those that stood', () => {
    const node = leaderOfThree({}, startWith(1, 1));
    node.acknowledge(2, 2);
    node.refuse(3, 2, [1, 1]);
    node.append(3, 9, [1, 1], entriesOf([9, 9], 2));
    node.now += 5000;
    node.elect(2);
    node.refuse(2, 3, [1, 1]);
    expect(node.sentOne('append-request', 2).entries.map((entry) => entry.term)).toEqual([
      9, 9, 10,
    ]);
  });
});

describe('replication in flight', () => {
  test('R40 batches are cut by size, and so many are in flight, whatever is in the log', () => {
    const node = leaderOfThree({ maxBatchBytes: 300, maxInflightBatches: 2 });
    node.acknowledge(2, 1);
    node.propose(...Array.from({ length: 9 }, (_, at) => `"key${String(at)}":"${'x'.repeat(40)}"`));
    const batches = node.sent('append-request', 2);
    expect(batches.map(({ entries }) => entries.length)).toEqual([2, 2]);
    node.acknowledge(2, 3);
    expect(node.sentOne('append-request', 2).previous.index).toBe(5);
    node.propose(`"big":"${'x'.repeat(1000)}"`);
    expect(node.sent('append-request', 2)).toEqual([]);
    node.acknowledge(2, 10);
    expect(node.sentOne('append-request', 2).entries).toHaveLength(1);
  });

  test('a follower that is not level has one probe at a time', () => {
    const node = leaderOfThree();
    node.propose('"a":1');
    node.propose('"b":1');
    expect(node.sent('append-request')).toEqual([]);
    node.acknowledge(3, 1);
    expect(node.sentOne('append-request', 3).entries).toHaveLength(2);
  });

  test('a lost probe is sent again with a heartbeat reply', () => {
    const node = leaderOfThree();
    node.replyHeartbeat(2, 0);
    expect(node.sent('append-request')).toEqual([]);
    node.wait(100);
    node.replyHeartbeat(2, 0);
    expect(node.sentOne('append-request', 2)).toMatchObject({ previous: at(0, 0) });
  });

  test('a lost batch, or its lost answer, shows in a heartbeat reply', () => {
    const node = leaderOfThree();
    node.acknowledge(2, 1);
    node.propose('"a":1');
    node.propose('"b":1');
    node.wait(250);
    node.replyHeartbeat(2, 0, 1);
    expect(node.sentOne('append-request', 2).entries.map(({ index }) => index)).toEqual([2, 3]);
    expect(node.raft.progress()[0]).toMatchObject({ node: 2, state: 'probe' });
    node.wait(100);
    node.replyHeartbeat(2, 0, 3);
    expect(node.raft.progress()[0]).toMatchObject({ state: 'replicate', matchIndex: 3 });
    expect(node.one('commit').index).toBe(3);
  });

  test('R43 a follower that was started again learns the commit index though nothing is written', () => {
    const node = leaderOfThree();
    node.acknowledge(2, 1);
    node.wait(250);
    node.replyHeartbeat(2, 0, 0);
    expect(node.sentOne('append-request', 2)).toMatchObject({
      previous: at(1, 1),
      entries: [],
      commitIndex: 1,
    });
  });

  test('a follower that died is probed from what it has confirmed', () => {
    const node = leaderOfThree();
    node.acknowledge(2, 1);
    node.propose('"a":1');
    node.step({ type: 'connection-lost', peer: nodeId(2) });
    expect(node.sentOne('append-request', 2)).toMatchObject({ previous: at(1, 1) });
  });

  test('a commit that is the only news is told, and needs no answer', () => {
    const node = new Solo();
    node.append(2, 1, [0, 0], entriesOf([1]));
    node.append(2, 1, [1, 1], [], 1);
    expect(node.effects).toEqual([{ type: 'commit', index: 1 }]);
    node.append(2, 1, [1, 1], [], 1);
    expect(node.sentOne('append-reply')).toMatchObject({ success: true, matchIndex: 1 });
  });

  test('proposals beyond the limit of what is not committed are refused', () => {
    const node = leaderOfThree({ maxUncommittedBytes: 500 });
    node.propose(`"big":"${'x'.repeat(1000)}"`);
    node.propose('"a":1');
    expect(node.one('proposal-refused').reason).toBe('too-many-uncommitted');
    node.acknowledge(2, 2);
    node.propose('"a":1');
    expect(node.all('proposal-refused')).toEqual([]);
  });

  test('R33 a follower refuses proposals and says who leads', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    node.step({ type: 'propose', bodies: [command('"a":1')] });
    expect(node.effects).toEqual([{ type: 'proposal-refused', reason: 'not-leader', leader: 2 }]);
  });
});

describe('numbers out of range', () => {
  const bad = { type: 'append-request', term: term(1), commitIndex: logIndex(0) } as const;

  test.each([
    ['a gap', entriesOf([1], 2)],
    ['terms that fall', [...entriesOf([1]), ...entriesOf([0], 2)]],
    ['a term beyond the message', entriesOf([2])],
    ['a fraction', entriesOf([0.5])],
    ['no number', entriesOf([NaN])],
  ])('a message with %s changes nothing', (_, entries) => {
    const node = new Solo();
    const before = node.raft.dump();
    node.from(2, { ...bad, previous: at(0, 0), entries });
    expect(node.all('decision')).toHaveLength(1);
    expect(node.raft.dump()).toEqual(before);
  });

  test('terms and indexes refuse to pass 2^53', () => {
    const alone = members([1]);
    const vote = { term: term(Number.MAX_SAFE_INTEGER - 1), votedFor: null };
    const node = new Solo({}, { vote, membership: alone });
    expect(() => {
      node.wait(2_000);
    }).toThrow(/2\^53/);
    const odd = new Solo();
    for (const beyond of [2 ** 53, Number.MAX_SAFE_INTEGER, 2 ** 52 + 1]) {
      odd.from(2, { type: 'timeout-now', term: term(beyond) });
      odd.from(2, { type: 'pre-vote-request', term: term(beyond), last: at(0, 0), hinted: false });
      expect(odd.raft.term).toBe(0);
      expect(odd.sent('pre-vote-reply')).toEqual([]);
    }
  });
});
