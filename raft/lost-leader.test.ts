import { nodeId, term } from './index.js';
import { at, entriesOf, Solo } from './testing/solo.js';

const voteRequest = (of: number) =>
  ({ type: 'vote-request', term: term(of), last: at(0, 0), transfer: false }) as const;

const preVoteRequest = (of: number, hinted = false) =>
  ({ type: 'pre-vote-request', term: term(of), last: at(0, 0), hinted }) as const;

describe('elections: the lost connection as a hint', () => {
  const lost = (node: Solo, peer: number) =>
    node.step({ type: 'connection-lost', peer: nodeId(peer) });

  test('a pre-vote follows within 30 ms, and the leader does not count as heard', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    lost(node, 2);
    node.from(3, preVoteRequest(1, true));
    expect(node.sentOne('pre-vote-reply').granted).toBe(true);
    node.wait(100);
    expect(node.raft.role).toBe('pre-candidate');
  });

  test('who asks first goes first: a granted pre-vote puts the own one off', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    lost(node, 2);
    node.from(3, preVoteRequest(1, true));
    node.wait(19);
    expect(node.raft.role).toBe('follower');
  });

  test('a refused one is tried again, at most 5 times, then the timer holds', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    lost(node, 2);
    const before = node.history.length;
    node.wait(600);
    const asked = node.history.slice(before);
    const requests = asked.filter(
      (e) => e.type === 'send' && e.message.type === 'pre-vote-request',
    );
    expect(requests).toHaveLength(6 * 2);
    expect(node.raft.timers().map(({ name }) => name)).toEqual(['election']);
    node.wait(2000);
    expect(node.history.length).toBeGreaterThan(before + asked.length);
  });

  test('a hinted election that splits is tried again soon', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    lost(node, 2);
    node.wait(30);
    node.grantPreVotes(3);
    expect([node.raft.role, node.raft.term]).toEqual(['candidate', 2]);
    node.from(3, { type: 'vote-reply', term: term(2), granted: false });
    node.wait(60);
    expect(node.raft.role).toBe('pre-candidate');
    node.grantPreVotes(3).grantVotes(3);
    expect([node.raft.role, node.raft.term]).toEqual(['leader', 3]);
  });

  test('a leader that is heard after all voids it', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    lost(node, 2);
    node.heartbeat(2, 1);
    node.wait(500);
    expect(node.raft.role).toBe('follower');
  });

  test('R7 it is off where the election timeout is fixed, and others than the leader are no hint', () => {
    const fixed = new Solo({
      hints: false,
      electionTimeoutMsMin: 10_000,
      electionTimeoutMsMax: 10_000,
    });
    fixed.heartbeat(2, 1);
    lost(fixed, 2);
    fixed.wait(9_999);
    expect(fixed.raft.role).toBe('follower');
    fixed.wait(1);
    expect(fixed.raft.role).toBe('pre-candidate');
    const node = new Solo();
    node.heartbeat(2, 1);
    lost(node, 3);
    node.wait(500);
    expect(node.raft.role).toBe('follower');
  });
});

describe('a blank node among others with history', () => {
  test('neither votes nor campaigns until it is led', () => {
    const node = new Solo();
    node.step({ type: 'peer-has-history' });
    node.from(2, voteRequest(3));
    node.from(2, preVoteRequest(3));
    expect(node.sentOne('pre-vote-reply').granted).toBe(false);
    node.wait(5000);
    expect([node.raft.role, node.raft.term, node.raft.votedFor]).toEqual(['follower', 0, null]);
    node.append(2, 3, [0, 0], entriesOf([3]));
    node.wait(5000);
    expect(node.raft.role).toBe('pre-candidate');
  });

  test('is silent from the start in a cluster that exists; one with history is not silenced', () => {
    const blank = new Solo({}, { mayCampaign: false });
    blank.from(2, voteRequest(1));
    expect(blank.sent('vote-reply')).toEqual([]);
    const old = new Solo({}, { vote: { term: term(1), votedFor: null } });
    old.step({ type: 'peer-has-history' });
    old.from(2, voteRequest(2));
    expect(old.sentOne('vote-reply').granted).toBe(true);
  });

  test('stays one through a restart until something that it was sent is durable', () => {
    const node = new Solo({}, { mayCampaign: false }, 'by hand');
    node.heartbeat(2, 5);
    const { vote } = node.one('persist-vote');
    expect(vote).toEqual({ term: 5, votedFor: null, muted: true });
    node.step({ type: 'vote-durable', vote });
    node.append(2, 5, [0, 0], entriesOf([5]));
    expect(node.raft.muted).toBe(true);
    node.step({ type: 'log-durable', last: at(1, 5) });
    expect(node.raft.muted).toBe(false);
    node.heartbeat(3, 6);
    expect(node.one('persist-vote').vote).toEqual({ term: 6, votedFor: null });
  });

  test('a term that nobody led in is no mark of a blank node', () => {
    const node = new Solo();
    node.from(2, voteRequest(1));
    expect(node.one('persist-vote').vote).toEqual({ term: 1, votedFor: 2 });
  });
});
