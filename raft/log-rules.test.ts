import type { Entry } from './index.js';
import { InvariantBroken, logIndex, nodeId, term } from './index.js';
import {
  at,
  entriesOf,
  leaderOfThree,
  members,
  reportOf,
  Solo,
  startWith,
} from './testing/solo.js';

const report = (entries: readonly Entry[]) => {
  const event = reportOf({ type: 'append-log', entries });
  if (event === null) throw new Error('there is nothing to report');
  return event;
};

test('rule 12: a leader only appends', () => {
  const node = leaderOfThree();
  node.propose('"a":1');
  node.propose('"b":1');
  expect(node.log.map(({ index }) => index)).toEqual([1, 2, 3]);
  expect(node.history.filter(({ type }) => type === 'truncate-log')).toEqual([]);
});

describe('rule 13: log matching', () => {
  test('rule 13: an append is taken only behind an entry that both have', () => {
    const node = new Solo({}, startWith(1, 1));
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
    const node = new Solo({}, startWith(1, 1, 4, 4, 4));
    node.append(2, 6, [5, 3], []);
    expect(node.sentOne('append-reply')).toMatchObject({ success: false, hint: at(2, 1) });
    node.append(2, 6, [9, 6], []);
    expect(node.sentOne('append-reply')).toMatchObject({ success: false, hint: at(5, 4) });
  });

  test('rule 13: the leader goes back to before the hint, over terms that the follower can not have', () => {
    const node = leaderOfThree({}, startWith(1, 2, 2, 2, 3, 3));
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
    const node = new Solo({}, startWith(1, 2, 2, 2));
    node.append(3, 3, [0, 0], entriesOf([1, 2, 3]));
    expect(node.terms).toEqual([1, 2, 3]);
    const writes = node.effects.filter(({ type }) => type.endsWith('-log'));
    expect(writes).toEqual([
      { type: 'truncate-log', from: 3 },
      { type: 'append-log', entries: entriesOf([3], 3) },
    ]);
  });

  test('rule 14: what goes on behind the message stays, unless it conflicts', () => {
    const node = new Solo({}, startWith(1, 1, 1, 1));
    node.append(2, 2, [1, 1], entriesOf([1], 2));
    expect(node.terms).toEqual([1, 1, 1, 1]);
    expect(node.sentOne('append-reply')).toMatchObject({ success: true, matchIndex: 2 });
  });
});

test('rule 15: what is committed is never cut: the node stops', () => {
  const node = new Solo({}, { ...startWith(1, 1, 1), commitIndex: logIndex(2) });
  expect(() => node.append(2, 5, [1, 1], entriesOf([4], 2))).toThrow(InvariantBroken);
  const other = new Solo({}, { ...startWith(1, 1, 1), commitIndex: logIndex(2) });
  other.append(2, 5, [2, 1], entriesOf([4], 3));
  expect(other.terms).toEqual([1, 1, 4]);
});

describe('rule 16: a follower commits what it has verified', () => {
  test('rule 16: not a suffix of its own that the message does not cover', () => {
    const node = new Solo({}, startWith(1, 1, 1, 1));
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
  const node = leaderOfThree();
  node.acknowledge(2, 1);
  expect(node.one('commit').index).toBe(1);
  expect(node.sentOne('append-request', 2)).toMatchObject({ entries: [], commitIndex: 1 });
  node.wait(100);
  expect(node.sentOne('heartbeat-request', 2).commitIndex).toBe(1);
  expect(node.sentOne('heartbeat-request', 3).commitIndex).toBe(0);
});

describe('rule 18: replicas are counted for entries of the current term alone', () => {
  test('rule 18: figure 8: an old entry on a majority waits for a new one', () => {
    const node = leaderOfThree({}, startWith(1, 2));
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
    const node = new Solo({}, startWith(1, 1, 1, 1));
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
