/** Figure 2 of the paper, line by line, in its order. Where this core does more, rule tests say so. */
import { logIndex, nodeId, term } from './index.js';
import { at, command, entriesOf, Solo } from './testing/solo.js';

const follower = (terms: number[] = [], now = terms.at(-1) ?? 0): Solo =>
  new Solo({}, { vote: { term: term(now), votedFor: null }, entries: entriesOf(terms) });

const leader = (terms: number[] = []): Solo =>
  new Solo(
    {},
    { vote: { term: term(terms.at(-1) ?? 0), votedFor: null }, entries: entriesOf(terms) },
  ).elect(2);

const voteRequest = (of: number, last = at(0, 0)) =>
  ({ type: 'vote-request', term: term(of), last, transfer: false }) as const;

describe('paper, figure 2: state', () => {
  test('currentTerm: initialised to 0 on first boot, increases monotonically', () => {
    const node = follower();
    expect(node.raft.term).toBe(0);
    node.heartbeat(2, 4);
    node.heartbeat(3, 2);
    expect(node.raft.term).toBe(4);
  });

  test('votedFor: null if none, in the current term', () => {
    const node = follower();
    expect(node.raft.votedFor).toBe(null);
    node.from(2, voteRequest(1));
    expect(node.raft.votedFor).toBe(2);
    node.heartbeat(3, 2);
    expect(node.raft.votedFor).toBe(null);
  });

  test('log[]: each entry has the term when it was received by the leader; the first index is 1', () => {
    const node = leader();
    node.propose('"a":1');
    expect(node.log).toEqual([
      { index: 1, term: 1, body: { kind: 'empty' } },
      { index: 2, term: 1, body: command('"a":1') },
    ]);
  });

  test('all three are on disk before the answer to a remote call', () => {
    const node = new Solo({}, {}, 'by hand');
    node.append(2, 1, [0, 0], entriesOf([1]));
    expect(node.effects.map(({ type }) => type)).toEqual([
      'append-log',
      'persist-vote',
      'role-changed',
    ]);
    node.step({ type: 'vote-durable', vote: { term: term(1), votedFor: null } });
    expect(node.all('send')).toEqual([]);
    node.step({ type: 'log-durable', last: at(1, 1) });
    expect(node.sent('append-reply')).toHaveLength(1);
  });

  test('commitIndex increases monotonically', () => {
    const node = follower([1, 1]);
    node.append(2, 1, [2, 1], [], 2);
    node.append(2, 1, [2, 1], [], 1);
    node.heartbeat(2, 1, 0);
    expect(node.raft.commitIndex).toBe(2);
  });

  test('nextIndex[] starts at the last index + 1, matchIndex[] at 0, afresh after each election', () => {
    const node = leader([1, 1, 1]);
    const known = (): number[][] =>
      node.raft.progress().map(({ nextIndex, matchIndex }) => [nextIndex, matchIndex]);
    expect(known()).toEqual([
      [4, 0],
      [4, 0],
    ]);
    node.acknowledge(2, 4);
    node.heartbeat(3, 5);
    expect(known()).toEqual([]);
    node.now += 5000;
    node.elect(2);
    expect(known()).toEqual([
      [5, 0],
      [5, 0],
    ]);
  });
});

describe('paper, figure 2: AppendEntries, receiver', () => {
  test('1. reply false if term < currentTerm', () => {
    const node = follower([], 5);
    node.append(2, 4, [0, 0], entriesOf([4]));
    expect(node.sentOne('append-reply')).toMatchObject({ success: false, term: 5 });
    expect(node.log).toEqual([]);
  });

  test('2. reply false if the log has no entry at prevLogIndex of prevLogTerm', () => {
    const node = follower([1, 1]);
    node.append(2, 2, [3, 1], []);
    expect(node.sentOne('append-reply').success).toBe(false);
    node.append(2, 2, [2, 2], []);
    expect(node.sentOne('append-reply').success).toBe(false);
  });

  test('3. an existing entry that conflicts is deleted, and all that follow it', () => {
    const node = follower([1, 2, 2, 2]);
    node.append(2, 3, [1, 1], entriesOf([3], 2));
    expect(node.terms).toEqual([1, 3]);
  });

  test('4. new entries that are not in the log are appended', () => {
    const node = follower([1, 1]);
    node.append(2, 2, [0, 0], entriesOf([1, 1, 2, 2]));
    expect(node.one('append-log').entries).toEqual(entriesOf([2, 2], 3));
  });

  test('5. commitIndex becomes min(leaderCommit, index of the last new entry)', () => {
    const node = follower([1]);
    node.append(2, 1, [1, 1], entriesOf([1, 1], 2), 9);
    expect(node.one('commit').index).toBe(3);
  });
});

describe('paper, figure 2: RequestVote, receiver', () => {
  test('1. reply false if term < currentTerm', () => {
    const node = follower([], 5);
    node.from(2, voteRequest(4, at(9, 4)));
    expect(node.sentOne('vote-reply')).toMatchObject({ granted: false, term: 5 });
  });

  test('2. grant if votedFor is null or the candidate, and its log is at least as up to date', () => {
    const node = follower([1, 2]);
    node.from(2, voteRequest(3, at(1, 1)));
    expect(node.sentOne('vote-reply').granted).toBe(false);
    node.from(3, voteRequest(3, at(2, 2)));
    expect(node.sentOne('vote-reply').granted).toBe(true);
    node.from(2, voteRequest(3, at(7, 2)));
    expect(node.sentOne('vote-reply').granted).toBe(false);
  });
});

describe('paper, figure 2: rules for servers', () => {
  test('all: if commitIndex > lastApplied, apply in order: told once, rising', () => {
    const node = follower();
    node.append(2, 1, [0, 0], entriesOf([1, 1, 1]), 1);
    node.append(2, 1, [3, 1], [], 3);
    const commits = node.history.flatMap((e) => (e.type === 'commit' ? [e.index] : []));
    expect(commits).toEqual([1, 3]);
  });

  test('all: a term > currentTerm in a request or response is taken, and makes a follower', () => {
    const node = leader();
    node.from(2, { type: 'vote-reply', term: term(9), granted: false });
    expect([node.raft.role, node.raft.term]).toEqual(['follower', 9]);
    node.append(3, 12, [0, 0], []);
    expect([node.raft.role, node.raft.term]).toEqual(['follower', 12]);
  });

  test('followers: answer candidates and leaders', () => {
    const node = follower();
    node.from(2, voteRequest(1));
    expect(node.sent('vote-reply')).toHaveLength(1);
    node.heartbeat(2, 1);
    expect(node.sent('heartbeat-reply')).toHaveLength(1);
  });

  test('followers: a timeout without a leader or a granted vote makes a candidate', () => {
    const node = follower();
    node.wait(900);
    node.from(2, voteRequest(1));
    node.wait(999);
    expect(node.raft.role).toBe('follower');
    node.wait(1001);
    expect(node.raft.role).toBe('pre-candidate');
  });

  test('candidates: raise the term, vote for themselves, reset the timer, ask all others', () => {
    const node = follower();
    node.wait(1999);
    node.tick();
    node.grantPreVotes(2);
    expect([node.raft.term, node.raft.votedFor]).toEqual([1, 1]);
    expect(node.raft.deadline()).toBeGreaterThanOrEqual(node.now + 1000);
    expect(node.sent('vote-request').length).toBe(2);
  });

  test('candidates: votes of a majority make a leader', () => {
    expect(leader().raft.role).toBe('leader');
  });

  test('candidates: an append of a new leader makes a follower', () => {
    const node = follower().elect();
    node.grantPreVotes(2);
    node.append(3, 1, [0, 0], []);
    expect([node.raft.role, node.raft.leader]).toEqual(['follower', 3]);
  });

  test('candidates: a timeout starts another election', () => {
    const node = follower().elect();
    node.grantPreVotes(2);
    node.wait(2000);
    node.grantPreVotes(2);
    expect([node.raft.role, node.raft.term]).toEqual(['candidate', 2]);
  });

  test('leaders: an append to all upon election, heartbeats in idle periods', () => {
    const node = leader();
    expect(node.sent('append-request')).toHaveLength(2);
    node.wait(100);
    expect(node.sent('heartbeat-request')).toHaveLength(2);
    node.wait(100);
    expect(node.sent('heartbeat-request')).toHaveLength(2);
  });

  test('leaders: a command is appended, and answered after it is committed', () => {
    const node = leader();
    node.acknowledge(2, 1);
    node.propose('"a":1');
    expect(node.all('commit')).toEqual([]);
    node.acknowledge(2, 2);
    expect(node.one('commit').index).toBe(2);
  });

  test('leaders: if the last index >= nextIndex, entries from there on are sent', () => {
    const node = leader();
    node.acknowledge(2, 1);
    node.propose('"a":1');
    node.propose('"b":1');
    expect(node.sentOne('append-request', 2)).toMatchObject({
      previous: at(2, 1),
      entries: [{ index: 3, body: command('"b":1') }],
    });
  });

  test('leaders: success updates nextIndex and matchIndex', () => {
    const node = leader();
    node.acknowledge(2, 1);
    expect(node.raft.progress()[0]).toMatchObject({ matchIndex: 1, nextIndex: 2 });
  });

  test('leaders: an inconsistency lowers nextIndex, and is tried again', () => {
    const node = leader([1, 1, 1]);
    node.refuse(2, 3, [1, 1]);
    expect(node.raft.progress()[0]).toMatchObject({ nextIndex: 2 });
    expect(node.sentOne('append-request', 2)).toMatchObject({ previous: at(1, 1) });
  });

  test('leaders: N > commitIndex on a majority, of the current term, becomes the commit index', () => {
    const node = leader([1, 1]);
    node.acknowledge(3, 2);
    expect(node.raft.commitIndex).toBe(0);
    node.acknowledge(3, 3);
    expect(node.raft.commitIndex).toBe(3);
    expect(node.raft.entryTerm(logIndex(3))).toBe(node.raft.term);
    expect(node.raft.leader).toBe(nodeId(1));
  });
});
