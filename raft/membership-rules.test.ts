import type { MembershipChange } from './index.js';
import { nodeId, term } from './index.js';
import { changed } from './membership.js';
import { at, entriesOf, members, Solo } from './testing/solo.js';

const change = (node: Solo, type: MembershipChange['type'], of: number) =>
  node.step({ type: 'change-membership', change: { type, node: nodeId(of) } });

function leader(membership = members([1, 2, 3])): Solo {
  const node = new Solo({}, { membership });
  const others = membership.voters.filter((voter) => voter !== 1);
  node.elect(...others);
  for (const other of others) node.acknowledge(other, 1);
  return node;
}

const membershipEntry = (index: number, of: number, membership = members([1, 2])) => ({
  ...at(index, of),
  body: { kind: 'membership', membership } as const,
});

describe('rule 36: one change at a time, after a commit of the term', () => {
  test('rule 36: not before the first commit of the term', () => {
    const node = new Solo().elect(2);
    change(node, 'add-learner', 4);
    expect(node.one('change-refused').reason).toContain('not yet committed an entry of its own');
    node.acknowledge(2, 1);
    change(node, 'add-learner', 4);
    expect(node.one('membership-changed').membership).toEqual(members([1, 2, 3], [4]));
  });

  test('rule 36: not while one is uncommitted', () => {
    const node = leader();
    change(node, 'add-learner', 4);
    change(node, 'add-learner', 5);
    expect(node.one('change-refused').reason).toBe('the change at entry 2 is not committed yet');
    node.acknowledge(2, 2);
    change(node, 'add-learner', 5);
    expect(node.raft.membership.learners).toEqual([4, 5]);
  });

  test('rule 36: not while leadership is handed over, and by nobody but the leader', () => {
    const node = leader();
    node.propose('"a":1');
    node.step({ type: 'transfer', to: nodeId(2) });
    change(node, 'add-learner', 4);
    expect(node.one('change-refused').reason).toContain('handed over');
    const follower = new Solo();
    change(follower, 'remove', 2);
    expect(follower.one('change-refused').reason).toBe('this node does not lead');
  });

  test('a change holds from its entry on: the new voter counts for its own commit', () => {
    const node = leader(members([1, 2, 3], [4]));
    node.acknowledge(4, 1);
    change(node, 'promote', 4);
    expect(node.raft.membership).toEqual(members([1, 2, 3, 4]));
    node.acknowledge(2, 2);
    expect(node.raft.commitIndex).toBe(1);
    node.acknowledge(4, 2);
    expect(node.raft.commitIndex).toBe(2);
  });

  test('a learner without a log is not promoted: it would be mute, and its vote could be needed', () => {
    const node = leader(members([1, 2, 3], [4]));
    change(node, 'promote', 4);
    expect(node.one('change-refused').reason).toBe(
      '#4 has entries to 0 of 1: let it catch up first',
    );
    node.acknowledge(4, 1);
    change(node, 'promote', 4);
    expect(node.raft.membership.voters).toEqual([1, 2, 3, 4]);
  });

  test('a learner that is far behind is not promoted', () => {
    const node = leader(members([1, 2, 3], [4]));
    node.propose(...Array.from({ length: 1500 }, () => '"a":1'));
    change(node, 'promote', 4);
    expect(node.one('change-refused').reason).toContain('let it catch up first');
  });

  test.each([
    ['add-learner', 3, 'already'],
    ['add-learner', 4, 'already'],
    ['promote', 3, 'a voter already'],
    ['promote', 9, 'add it as a learner first'],
    ['remove', 9, 'not a member'],
  ] as const)('%s %d is refused: %s', (type, of, reason) => {
    expect(changed(members([1, 2, 3], [4]), { type, node: nodeId(of) })).toContain(reason);
  });

  test('the last voter stays', () => {
    const reason = changed(members([1], [2]), { type: 'remove', node: nodeId(1) });
    expect(reason).toContain('promote another one first');
  });
});

describe('rule 37: a change whose entry is cut is undone', () => {
  test('rule 37: the membership before it is in force again', () => {
    const node = new Solo();
    node.append(2, 1, [0, 0], [...entriesOf([1]), membershipEntry(2, 1)]);
    expect(node.raft.membership).toEqual(members([1, 2]));
    node.append(3, 2, [1, 1], entriesOf([2], 2));
    expect(node.raft.membership).toEqual(members([1, 2, 3]));
    expect(node.one('membership-changed').membership).toEqual(members([1, 2, 3]));
  });

  test('rule 37: several at once, down to the last that stands', () => {
    const node = new Solo();
    const first = membershipEntry(1, 1, members([1, 2, 3], [4]));
    const second = membershipEntry(2, 1, members([1, 2, 3, 4]));
    const third = membershipEntry(3, 1, members([1, 2, 3, 4], [5]));
    node.append(2, 1, [0, 0], [first, second, third]);
    node.append(3, 2, [1, 1], entriesOf([2], 2));
    expect(node.raft.membership).toEqual(members([1, 2, 3], [4]));
  });

  test('rule 37: it comes back from the log after a restart', () => {
    const entries = [...entriesOf([1]), membershipEntry(2, 1)];
    const node = new Solo({}, { vote: { term: term(1), votedFor: null }, entries });
    expect(node.raft.membership).toEqual(members([1, 2]));
  });
});

describe('rule 38: who is removed goes, who learns does not count', () => {
  test('rule 38: a removed leader counts no more itself, and steps down after the commit', () => {
    const node = leader();
    change(node, 'remove', 1);
    expect(node.raft.role).toBe('leader');
    node.acknowledge(2, 2);
    expect([node.raft.role, node.raft.commitIndex]).toEqual(['leader', 1]);
    node.acknowledge(3, 2);
    expect([node.raft.role, node.raft.commitIndex]).toEqual(['follower', 2]);
    expect(node.sent('append-request').map(({ commitIndex }) => commitIndex)).toEqual([2, 2]);
    expect(node.sent('timeout-now')).toHaveLength(1);
    node.wait(10_000);
    expect([node.raft.role, node.raft.term]).toEqual(['follower', 1]);
  });

  test('rule 38: learners get the log, and neither vote nor count', () => {
    const node = leader(members([1, 2, 3], [4]));
    node.acknowledge(4, 1);
    node.propose('"a":1');
    expect(node.sent('append-request', 4)).toHaveLength(1);
    node.acknowledge(4, 2);
    expect(node.raft.commitIndex).toBe(1);
    const learner = new Solo({ id: nodeId(4) }, { membership: members([1, 2, 3], [4]) });
    learner.wait(20_000);
    expect([learner.raft.role, learner.raft.term]).toEqual(['follower', 0]);
    learner.step({ type: 'campaign' });
    learner.from(1, { type: 'timeout-now', term: term(0) });
    expect([learner.raft.role, learner.raft.term]).toEqual(['follower', 0]);
  });

  test('rule 38: a removed follower is sent nothing more, and does not campaign', () => {
    const node = leader();
    change(node, 'remove', 3);
    node.wait(100);
    expect(node.sent('heartbeat-request', 3)).toEqual([]);
    const removed = new Solo({ id: nodeId(3) });
    removed.append(1, 1, [0, 0], [membershipEntry(1, 1)], 1);
    removed.wait(20_000);
    expect(removed.raft.term).toBe(1);
  });

  test('a node hears a leader that its own membership does not know yet (dissertation, 4.1)', () => {
    const node = new Solo({ id: nodeId(9) }, { membership: members([]) });
    node.append(1, 3, [0, 0], [membershipEntry(1, 3, members([1, 2], [9]))], 1);
    expect(node.sentOne('append-reply', 1)).toMatchObject({ success: true, matchIndex: 1 });
    expect(node.raft.membership.learners).toEqual([9]);
  });
});

describe('rule 40: leadership is handed over, without losing writes', () => {
  const transfer = (node: Solo, to: number | null) =>
    node.step({ type: 'transfer', to: to === null ? null : nodeId(to) });

  test('rule 40: proposals are refused meanwhile', () => {
    const node = leader();
    node.propose('"a":1');
    transfer(node, 2);
    expect(node.raft.transferTarget).toBe(2);
    node.propose('"b":1');
    expect(node.one('proposal-refused')).toMatchObject({ reason: 'transferring', leader: 1 });
    expect(node.raft.lastIndex).toBe(2);
  });

  test('the heir is asked once it has everything, and elected without a pre-vote', () => {
    const node = leader();
    node.propose('"a":1');
    transfer(node, 2);
    expect(node.sent('timeout-now')).toEqual([]);
    node.acknowledge(2, 2);
    expect(node.sent('timeout-now', 2)).toHaveLength(1);
    const heir = new Solo({ id: nodeId(2) });
    heir.heartbeat(1, 1);
    heir.from(1, { type: 'timeout-now', term: term(1) });
    expect([heir.raft.role, heir.raft.term]).toEqual(['candidate', 2]);
    expect(heir.sent('vote-request')).toMatchObject([{ transfer: true }, { transfer: true }]);
    node.from(2, { type: 'vote-request', term: term(2), last: at(2, 1), transfer: true });
    expect(node.one('transfer-ended').done).toBe(true);
    expect(node.sentOne('vote-reply', 2).granted).toBe(true);
  });

  test('without a name it goes to the most advanced voter that is heard', () => {
    const node = leader(members([1, 2, 3], [4]));
    node.propose('"a":1');
    node.acknowledge(4, 2);
    node.acknowledge(3, 2);
    transfer(node, null);
    expect(node.sent('timeout-now', 3)).toHaveLength(1);
  });

  test('without a name nobody is waited for who is gone', () => {
    const lost = (node: Solo, peer: number) =>
      node.step({ type: 'connection-lost', peer: nodeId(peer) });
    const node = leader();
    node.acknowledge(2, 1);
    node.acknowledge(3, 1);
    lost(node, 3);
    transfer(node, null);
    expect(node.raft.transferTarget).toBe(2);
    // The heir's process ends, too: the leader is free at once.
    lost(node, 2);
    expect(node.one('transfer-ended').done).toBe(false);
    transfer(node, null);
    expect(node.raft.transferTarget).toBe(null);
    // Who is heard again is there again.
    node.replyHeartbeat(3, 0, 1);
    transfer(node, null);
    expect(node.raft.transferTarget).toBe(3);
  });

  test('it fails after an election timeout, and writes go on', () => {
    const node = leader();
    node.propose('"a":1');
    transfer(node, 2);
    for (let times = 0; times < 10; times++) {
      node.wait(100);
      node.replyHeartbeat(3, 0, 1);
    }
    expect(node.history.filter(({ type }) => type === 'transfer-ended')).toEqual([
      { type: 'transfer-ended', done: false },
    ]);
    node.propose('"b":1');
    expect(node.all('proposal-refused')).toEqual([]);
  });

  test('a lost request is repeated', () => {
    const node = leader();
    transfer(node, 2);
    expect(node.sent('timeout-now', 2)).toHaveLength(1);
    node.wait(100);
    expect(node.sent('timeout-now', 2)).toHaveLength(1);
  });

  test.each([[1], [4], [9]])('nobody is no heir: node %d', (to) => {
    const node = leader(members([1, 2, 3], [4]));
    transfer(node, to);
    expect(node.one('transfer-ended').done).toBe(false);
    expect(node.raft.transferTarget).toBe(null);
  });

  test('one who does not lead has nothing to hand over; another heir replaces the first', () => {
    const follower = new Solo();
    transfer(follower, 2);
    expect(follower.one('transfer-ended').done).toBe(false);
    const node = leader();
    node.propose('"a":1');
    transfer(node, 2);
    transfer(node, null);
    expect(node.raft.transferTarget).toBe(2);
    transfer(node, 3);
    expect(node.one('transfer-ended').done).toBe(false);
    expect(node.raft.transferTarget).toBe(3);
  });

  test('timeout-now of an old term, or of somebody else than the leader, does nothing', () => {
    const node = new Solo();
    node.heartbeat(2, 3);
    node.from(2, { type: 'timeout-now', term: term(2) });
    node.from(3, { type: 'timeout-now', term: term(3) });
    expect([node.raft.role, node.raft.term]).toEqual(['follower', 3]);
  });
});

describe('a disk that stalls', () => {
  test('the leader hands over, and steps down even if that fails', () => {
    const node = leader();
    node.step({ type: 'disk-stalled' });
    expect(node.sent('timeout-now')).toHaveLength(1);
    for (let times = 0; times < 10; times++) {
      node.wait(100);
      node.replyHeartbeat(3, 0, 1);
    }
    expect(node.raft.role).toBe('follower');
  });

  test('with nobody to hand over to it steps down at once', () => {
    const node = leader();
    node.now += 1500;
    node.step({ type: 'disk-stalled' });
    expect(node.raft.role).toBe('follower');
    node.step({ type: 'disk-stalled' });
    expect(node.effects).toEqual([]);
  });
});
