import type { Entry, RaftStart } from './index.js';
import { InvariantBroken, logIndex, nodeId, term } from './index.js';
import { at, command, entriesOf, members, reportOf, Solo } from './testing/solo.js';

const logOf = (...terms: number[]): Partial<RaftStart> => ({
  vote: { term: term(terms.at(-1) ?? 0), votedFor: null },
  entries: entriesOf(terms),
});

/** A leader of term 1 of three, whose empty entry nobody has acknowledged yet. */
const leader = (...args: ConstructorParameters<typeof Solo>): Solo => new Solo(...args).elect(2);

const report = (entries: readonly Entry[]) => {
  const event = reportOf({ type: 'append-log', entries });
  if (event === null) throw new Error('there is nothing to report');
  return event;
};

test('rule 12: a leader only appends', () => {
  const node = leader();
  node.propose('"a":1');
  node.propose('"b":1');
  expect(node.log.map(({ index }) => index)).toEqual([1, 2, 3]);
  expect(node.history.filter(({ type }) => type === 'truncate-log')).toEqual([]);
});

describe('rule 13: log matching', () => {
  test('rule 13: an append is taken only behind an entry that both have', () => {
    const node = new Solo({}, logOf(1, 1));
    node.append(2, 2, [3, 1], entriesOf([2], 4));
    expect(node.sentOne('append-reply')).toMatchObject({ success: false, refusedIndex: 3 });
    node.append(2, 2, [2, 2], entriesOf([2], 3));
    expect(node.sentOne('append-reply')).toMatchObject({ success: false, refusedIndex: 2 });
    expect(node.terms).toEqual([1, 1]);
    node.append(2, 2, [2, 1], entriesOf([2], 3));
    expect(node.sentOne('append-reply')).toMatchObject({ success: true, matchIndex: 3 });
    expect(node.terms).toEqual([1, 1, 2]);
  });

  test('rule 13: the refusal names where the logs may agree, whole terms back', () => {
    const node = new Solo({}, logOf(1, 1, 4, 4, 4));
    node.append(2, 6, [5, 3], []);
    expect(node.sentOne('append-reply')).toMatchObject({ success: false, hint: at(2, 1) });
    node.append(2, 6, [9, 6], []);
    expect(node.sentOne('append-reply')).toMatchObject({ success: false, hint: at(5, 4) });
  });

  test('rule 13: the leader goes back to before the hint, over terms that the follower can not have', () => {
    const node = leader({}, logOf(1, 2, 2, 2, 3, 3));
    expect(node.raft.term).toBe(4);
    node.refuse(3, 6, [6, 1]);
    expect(node.sentOne('append-request', 3).previous).toEqual(at(1, 1));
    expect(node.raft.progress()).toContainEqual(
      expect.objectContaining({ node: 3, state: 'probe', nextIndex: 2, matchIndex: 0 }),
    );
    node.refuse(3, 1, [0, 0]);
    expect(node.sentOne('append-request', 3).entries).toHaveLength(7);
  });
});

describe('rule 14: only a real conflict cuts the log', () => {
  test('rule 14: an old, duplicated append never shortens it', () => {
    const node = new Solo();
    const entries = entriesOf([1, 1, 1]);
    node.append(2, 1, [0, 0], entries.slice(0, 1));
    node.append(2, 1, [1, 1], entries.slice(1));
    node.append(2, 1, [0, 0], entries.slice(0, 1));
    node.append(2, 1, [0, 0], []);
    node.append(2, 1, [1, 1], entries.slice(1, 2));
    expect(node.terms).toEqual([1, 1, 1]);
    expect(node.history.filter(({ type }) => type === 'truncate-log')).toEqual([]);
  });

  test('rule 14: R37 what conflicts is cut, from there on, before the new entries are written', () => {
    const node = new Solo({}, logOf(1, 2, 2, 2));
    node.append(3, 3, [0, 0], entriesOf([1, 2, 3]));
    expect(node.terms).toEqual([1, 2, 3]);
    const writes = node.effects.filter(({ type }) => type.endsWith('-log'));
    expect(writes).toEqual([
      { type: 'truncate-log', from: 3 },
      { type: 'append-log', entries: entriesOf([3], 3) },
    ]);
  });

  test('rule 14: what goes on behind the message stays, unless it conflicts', () => {
    const node = new Solo({}, logOf(1, 1, 1, 1));
    node.append(2, 2, [1, 1], entriesOf([1], 2));
    expect(node.terms).toEqual([1, 1, 1, 1]);
    expect(node.sentOne('append-reply')).toMatchObject({ success: true, matchIndex: 2 });
  });
});

test('rule 15: what is committed is never cut: the node stops', () => {
  const node = new Solo({}, { ...logOf(1, 1, 1), commitIndex: logIndex(2) });
  expect(() => node.append(2, 5, [1, 1], entriesOf([4], 2))).toThrow(InvariantBroken);
  const other = new Solo({}, { ...logOf(1, 1, 1), commitIndex: logIndex(2) });
  other.append(2, 5, [2, 1], entriesOf([4], 3));
  expect(other.terms).toEqual([1, 1, 4]);
});

describe('rule 16: a follower commits what it has verified', () => {
  test('rule 16: not a suffix of its own that the message does not cover', () => {
    const node = new Solo({}, logOf(1, 1, 1, 1));
    node.append(2, 2, [0, 0], entriesOf([1, 1]), 4);
    expect(node.raft.commitIndex).toBe(2);
    node.heartbeat(2, 2, 4);
    expect(node.raft.commitIndex).toBe(2);
    node.append(2, 2, [4, 1], [], 4);
    expect(node.raft.commitIndex).toBe(4);
  });

  test('rule 16: what an earlier leader verified is not verified', () => {
    const node = new Solo();
    node.append(2, 1, [0, 0], entriesOf([1, 1, 1]));
    node.heartbeat(3, 2, 3);
    expect(node.raft.commitIndex).toBe(0);
    expect(node.sentOne('heartbeat-reply', 3).matchIndex).toBe(0);
  });
});

test('rule 17: R30 a heartbeat carries min(match, commit), and the commit is told without one', () => {
  const node = leader();
  node.acknowledge(2, 1);
  expect(node.one('commit').index).toBe(1);
  expect(node.sentOne('append-request', 2)).toMatchObject({ entries: [], commitIndex: 1 });
  node.wait(100);
  expect(node.sentOne('heartbeat-request', 2).commitIndex).toBe(1);
  expect(node.sentOne('heartbeat-request', 3).commitIndex).toBe(0);
});

describe('rule 18: replicas are counted for entries of the current term alone', () => {
  test('rule 18: figure 8: an old entry on a majority waits for a new one', () => {
    const node = leader({}, logOf(1, 2));
    node.acknowledge(2, 2);
    node.acknowledge(3, 2);
    expect(node.raft.commitIndex).toBe(0);
    node.acknowledge(2, 3);
    expect(node.one('commit').index).toBe(3);
  });
});

describe('rule 19: a leader counts itself as far as its own disk is', () => {
  test('rule 19: two of three need its disk, or both others', () => {
    const node = new Solo({}, {}, 'by hand');
    node.elect(2);
    node.step({ type: 'vote-durable', vote: { term: term(1), votedFor: nodeId(1) } });
    node.grantVotes(2);
    expect(node.raft.role).toBe('leader');
    node.acknowledge(2, 1);
    expect(node.raft.commitIndex).toBe(0);
    node.step({ type: 'log-durable', last: at(1, 1) });
    expect(node.raft.commitIndex).toBe(1);
    node.propose('"a":1');
    node.acknowledge(2, 2);
    expect(node.raft.commitIndex).toBe(1);
    node.acknowledge(3, 2);
    expect([node.raft.commitIndex, node.raft.durableIndex]).toEqual([2, 1]);
  });

  test('rule 19: R68 a single node commits by its disk alone', () => {
    const node = new Solo({}, { membership: members([1]) }, 'by hand');
    node.step({ type: 'campaign' });
    node.step({ type: 'vote-durable', vote: { term: term(1), votedFor: nodeId(1) } });
    expect(node.raft.commitIndex).toBe(0);
    node.step({ type: 'log-durable', last: at(1, 1) });
    expect(node.one('commit').index).toBe(1);
  });

  test('rule 19: entries go out while its own disk still writes them', () => {
    const node = new Solo({}, {}, 'by hand');
    node.elect(2);
    node.step({ type: 'vote-durable', vote: { term: term(1), votedFor: nodeId(1) } });
    expect(node.sent('append-request')).toHaveLength(2);
    expect([node.raft.durableIndex, node.raft.lastIndex]).toEqual([0, 1]);
  });
});

describe('rule 20: a follower acknowledges what is on its disk', () => {
  test('rule 20: R28 the reply waits for the sync; one reply for all that it covers', () => {
    const node = new Solo({}, { vote: { term: term(1), votedFor: null } }, 'by hand');
    node.append(2, 1, [0, 0], entriesOf([1]));
    node.append(2, 1, [1, 1], entriesOf([1], 2));
    node.append(2, 1, [2, 1], entriesOf([1], 3));
    expect(node.history.filter(({ type }) => type === 'send')).toEqual([]);
    node.heartbeat(2, 1);
    expect(node.sentOne('heartbeat-reply').matchIndex).toBe(0);
    node.step(report(entriesOf([1, 1])));
    expect(node.sent('append-reply')).toEqual([
      { type: 'append-reply', term: 1, success: true, matchIndex: 2 },
    ]);
    node.step(report(entriesOf([1, 1, 1])));
    expect(node.sentOne('append-reply')).toMatchObject({ matchIndex: 3 });
  });

  test('rule 20: what it had before, unverified, is not acknowledged to a new leader', () => {
    const node = new Solo({}, logOf(1, 1, 1, 1));
    node.heartbeat(2, 2);
    expect(node.sentOne('heartbeat-reply').matchIndex).toBe(0);
    node.append(2, 2, [2, 1], []);
    expect(node.sentOne('append-reply')).toMatchObject({ success: true, matchIndex: 2 });
  });

  test('rule 20: a report that was due to an old leader acknowledges nothing to the new one', () => {
    const node = new Solo({}, { vote: { term: term(1), votedFor: null } }, 'by hand');
    node.append(2, 1, [0, 0], entriesOf([1, 1]));
    node.heartbeat(3, 2);
    node.step({ type: 'vote-durable', vote: { term: term(2), votedFor: null } });
    node.step(report(entriesOf([1, 1])));
    expect(node.sent('append-reply')).toEqual([]);
  });
});

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
    const node = leader();
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
    const node = leader();
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
    const node = leader({}, { ...logOf(1, 1, 1, 1), checkpoint: null });
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
    const node = leader({}, logOf(1, 1, 1, 1));
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
    const node = new Solo({}, logOf(1));
    node.step({ type: 'log-durable', last: at(5, 1) });
    expect(node.raft.durableIndex).toBe(1);
  });
});

describe('rule 24: what is derived from the log is cut with it', () => {
  test('rule 24: the durable index falls', () => {
    const node = new Solo({}, logOf(1, 1, 1), 'by hand');
    expect(node.raft.durableIndex).toBe(3);
    node.append(2, 2, [1, 1], entriesOf([2, 2], 2));
    expect(node.raft.durableIndex).toBe(1);
  });

  test('rule 24: batches are cut from the entries that stand, not from those that stood', () => {
    const node = leader({}, logOf(1, 1));
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
    const node = leader({ maxBatchBytes: 300, maxInflightBatches: 2 });
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
    const node = leader();
    node.propose('"a":1');
    node.propose('"b":1');
    expect(node.sent('append-request')).toEqual([]);
    node.acknowledge(3, 1);
    expect(node.sentOne('append-request', 3).entries).toHaveLength(2);
  });

  test('a lost probe is sent again with a heartbeat reply', () => {
    const node = leader();
    node.replyHeartbeat(2, 0);
    expect(node.sent('append-request')).toEqual([]);
    node.wait(100);
    node.replyHeartbeat(2, 0);
    expect(node.sentOne('append-request', 2)).toMatchObject({ previous: at(0, 0) });
  });

  test('a lost batch, or its lost answer, shows in a heartbeat reply', () => {
    const node = leader();
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
    const node = leader();
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
    const node = leader();
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
    const node = leader({ maxUncommittedBytes: 500 });
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
    const node = new Solo(
      {},
      { vote: { term: term(Number.MAX_SAFE_INTEGER - 1), votedFor: null } },
    );
    expect(() => node.elect(2)).toThrow(/2\^53/);
    const odd = new Solo();
    odd.from(2, { type: 'timeout-now', term: term(2 ** 53) });
    expect(odd.raft.term).toBe(0);
  });
});
