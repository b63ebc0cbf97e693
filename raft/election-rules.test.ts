import { InvariantBroken, logIndex, nodeId, RULES, term } from './index.js';
import { at, entriesOf, members, Solo } from './testing/solo.js';

const voteRequest = (of: number, last = at(0, 0), transfer = false) =>
  ({ type: 'vote-request', term: term(of), last, transfer }) as const;

const preVoteRequest = (of: number, last = at(0, 0), hinted = false) =>
  ({ type: 'pre-vote-request', term: term(of), last, hinted }) as const;

describe('rule 1: at most one leader a term', () => {
  test('rule 1: one vote a term: a second candidate is refused', () => {
    const node = new Solo();
    node.from(2, voteRequest(1));
    expect(node.sentOne('vote-reply', 2).granted).toBe(true);
    node.from(3, voteRequest(1));
    expect(node.sentOne('vote-reply', 3).granted).toBe(false);
  });

  test('rule 1: R24 two leaders of one term are a broken invariant, which stops the node', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    expect(() => node.heartbeat(3, 1)).toThrow(InvariantBroken);
    expect(() => new Solo().elect(2).heartbeat(3, 1)).toThrow(/both lead in term 1/);
  });
});

describe('rule 2: term and vote are on disk before any message that rests on them', () => {
  test('rule 2: R15 a granted vote waits for the record that names it', () => {
    const node = new Solo({}, {}, 'by hand');
    node.from(2, voteRequest(5));
    expect(node.sent('vote-reply')).toEqual([]);
    const { vote } = node.one('persist-vote');
    expect(vote).toEqual({ term: 5, votedFor: 2 });
    node.step({ type: 'vote-durable', vote });
    expect(node.sentOne('vote-reply', 2)).toEqual({ type: 'vote-reply', term: 5, granted: true });
  });

  test('rule 2: term and vote change in one record', () => {
    const node = new Solo({}, { vote: { term: term(3), votedFor: nodeId(3) } }, 'by hand');
    node.from(2, voteRequest(4));
    expect(node.all('persist-vote')).toEqual([
      { type: 'persist-vote', vote: { term: 4, votedFor: 2 } },
    ]);
  });

  test('rule 2: every message of a term waits for a record of that term', () => {
    const node = new Solo({}, {}, 'by hand');
    node.append(2, 3, [0, 0], []);
    node.heartbeat(2, 3);
    node.from(3, preVoteRequest(1));
    expect(node.history.filter(({ type }) => type === 'send')).toEqual([]);
    node.step({ type: 'vote-durable', vote: { term: term(3), votedFor: null } });
    expect(node.all('send').map(({ message }) => message.type)).toEqual([
      'append-reply',
      'heartbeat-reply',
      'pre-vote-reply',
    ]);
  });

  test('rule 2: a record that is never written makes no heap of what waits for it', () => {
    const node = new Solo({}, {}, 'by hand');
    for (let round = 1; round <= 1000; round += 1) {
      node.heartbeat(2, 3, 0, round);
      node.append(2, 3, [0, 0], []);
    }
    expect(node.raft.dump().outbox.held).toHaveLength(2);
    node.step({ type: 'vote-durable', vote: { term: term(3), votedFor: null } });
    expect(node.sentOne('heartbeat-reply', 2).round).toBe(1000);
    expect(node.sentOne('append-reply', 2)).toMatchObject({ success: true, matchIndex: 0 });
  });

  test('rule 2: one record is written at a time, the next one is the newest', () => {
    const node = new Solo({}, {}, 'by hand');
    node.heartbeat(2, 3);
    node.heartbeat(3, 4);
    node.from(2, voteRequest(9, at(0, 0), true));
    const records = node.history.filter(({ type }) => type === 'persist-vote');
    expect(records).toEqual([{ type: 'persist-vote', vote: { term: 3, votedFor: null } }]);
    node.step({ type: 'vote-durable', vote: { term: term(3), votedFor: null } });
    expect(node.sent('heartbeat-reply')).toEqual([]);
    expect(node.one('persist-vote').vote).toEqual({ term: 9, votedFor: 2 });
    node.step({ type: 'vote-durable', vote: { term: term(9), votedFor: nodeId(2) } });
    expect(node.sentOne('vote-reply', 2).granted).toBe(true);
  });

  test('rule 2: a record that was not asked for is a bug of the driver', () => {
    const vote = { term: term(3), votedFor: null };
    expect(() => new Solo().step({ type: 'vote-durable', vote })).toThrow(InvariantBroken);
  });
});

describe('rule 3: a vote is neither cleared nor changed within a term', () => {
  test('rule 3: R42 it comes back from disk', () => {
    const node = new Solo({}, { vote: { term: term(4), votedFor: nodeId(3) } });
    node.from(2, voteRequest(4));
    expect(node.sentOne('vote-reply').granted).toBe(false);
    expect(node.raft.votedFor).toBe(3);
  });

  test('rule 3: it stays when a leader of the same term is heard, or the election is lost', () => {
    const node = new Solo();
    node.elect();
    expect(node.raft.role).toBe('pre-candidate');
    node.grantPreVotes(2);
    expect([node.raft.role, node.raft.term, node.raft.votedFor]).toEqual(['candidate', 1, 1]);
    node.heartbeat(2, 1);
    expect([node.raft.role, node.raft.term, node.raft.votedFor]).toEqual(['follower', 1, 1]);
    node.from(3, voteRequest(1));
    expect(node.sentOne('vote-reply').granted).toBe(false);
  });
});

test('rule 4: the same candidate gets the same answer again, without another record', () => {
  const node = new Solo();
  node.from(2, voteRequest(1));
  node.from(2, voteRequest(1));
  expect(node.sentOne('vote-reply', 2).granted).toBe(true);
  expect(node.all('persist-vote')).toEqual([]);
});

describe('rule 5: a candidate asks for votes once its own is on disk', () => {
  test('rule 5: vote requests wait for the record', () => {
    const node = new Solo({}, {}, 'by hand');
    node.elect(2);
    expect(node.raft.role).toBe('candidate');
    expect(node.history.some((e) => e.type === 'send' && e.message.type === 'vote-request')).toBe(
      false,
    );
    node.step({ type: 'vote-durable', vote: { term: term(1), votedFor: nodeId(1) } });
    expect(node.sent('vote-request')).toHaveLength(2);
  });

  test('rule 5: a single voter leads once its vote is on disk, not before', () => {
    const node = new Solo({}, { membership: members([1]) }, 'by hand');
    node.step({ type: 'campaign' });
    expect(node.raft.role).toBe('candidate');
    node.step({ type: 'vote-durable', vote: { term: term(1), votedFor: nodeId(1) } });
    expect(node.raft.role).toBe('leader');
  });
});

describe('rule 6: votes go to logs that are up to date', () => {
  const mine = { vote: { term: term(3), votedFor: null }, entries: entriesOf([1, 1, 3]) };

  test.each([
    [at(3, 3), true, 'the same'],
    [at(4, 3), true, 'longer'],
    [at(1, 4), true, 'of a later last term, though shorter'],
    [at(2, 3), false, 'shorter'],
    [at(3, 4), true, 'as long, of a later last term'],
    [at(3, 2), false, 'as long, of an earlier last term'],
    [at(9, 2), false, 'of an earlier last term, though longer'],
  ])('rule 6: R19 a log that ends at %j: %s (%s)', (last, granted) => {
    expect(new Solo({}, mine).from(2, voteRequest(9, last))).toContainEqual(
      expect.objectContaining({ message: { type: 'vote-reply', term: 9, granted } }),
    );
    const asked = new Solo({}, mine);
    asked.from(2, preVoteRequest(8, last));
    expect(asked.sentOne('pre-vote-reply').granted).toBe(granted);
  });

  test('rule 6: the refusal says why', () => {
    const node = new Solo({}, mine);
    node.from(2, voteRequest(9, at(5, 2)));
    expect(node.one('decision').text).toBe(
      'refuses its vote to #2: its last entry (term 2, index 5) is older than mine (term 3, index 3)',
    );
  });
});

describe('rule 7: votes are counted by voter and term', () => {
  const five = { membership: members([1, 2, 3, 4, 5], [6]) };

  test('rule 7: R29 a voter that says it twice has one vote', () => {
    const node = new Solo({}, five).elect(2, 3);
    expect(node.raft.role).toBe('leader');
    const other = new Solo({}, five).elect();
    other.grantPreVotes(2, 2, 2);
    expect(other.raft.role).toBe('pre-candidate');
    other.grantPreVotes(3).grantVotes(2, 2, 2);
    expect(other.raft.role).toBe('candidate');
    other.grantVotes(4);
    expect(other.raft.role).toBe('leader');
  });

  test('rule 7: neither learners nor strangers are counted', () => {
    const node = new Solo({}, five).elect();
    node.grantPreVotes(6, 7, 8);
    expect(node.raft.role).toBe('pre-candidate');
    node.grantPreVotes(2, 3).grantVotes(6, 7, 8);
    expect(node.raft.role).toBe('candidate');
  });

  test('rule 7: votes of an earlier election are not counted', () => {
    const node = new Solo({}, five).elect();
    node.grantPreVotes(2, 3).grantVotes(2);
    node.step({ type: 'campaign' });
    node.grantPreVotes(4, 5);
    expect([node.raft.role, node.raft.term]).toEqual(['candidate', 2]);
    node.from(3, { type: 'vote-reply', term: term(1), granted: true });
    node.from(4, { type: 'vote-reply', term: term(2), granted: true });
    expect(node.raft.role).toBe('candidate');
    const granted = { type: 'pre-vote-reply', term: term(0), granted: true } as const;
    const late = new Solo({}, five).elect();
    late.from(2, { ...granted, proposedTerm: term(7) });
    late.from(3, { ...granted, proposedTerm: term(7) });
    expect(late.raft.role).toBe('pre-candidate');
  });
});

describe('rule 8: a higher term ends every role', () => {
  test.each([
    ['append-reply', { type: 'append-reply', success: true, matchIndex: logIndex(0) }],
    ['heartbeat-reply', { type: 'heartbeat-reply', round: 0, matchIndex: logIndex(0) }],
    ['vote-reply', { type: 'vote-reply', granted: false }],
    [
      'checkpoint-reply',
      { type: 'checkpoint-reply', ...{ index: logIndex(1), offset: 0, installed: false } },
    ],
    ['read-index-request', { type: 'read-index-request', id: 1 }],
  ] as const)('rule 8: a leader steps down at a %s of a higher term', (_, message) => {
    const node = new Solo().elect(2);
    expect(node.raft.role).toBe('leader');
    node.from(3, { ...message, term: term(7) });
    expect([node.raft.role, node.raft.term, node.raft.leader]).toEqual(['follower', 7, null]);
    expect(node.all('role-changed')).toEqual([
      { type: 'role-changed', role: 'follower', term: 7, leader: null },
    ]);
  });

  test('rule 8: R20 a refused pre-vote tells of the higher term', () => {
    const node = new Solo().elect();
    const refused = { type: 'pre-vote-reply', granted: false } as const;
    node.from(2, { ...refused, term: term(4), proposedTerm: term(1) });
    expect([node.raft.role, node.raft.term]).toEqual(['follower', 4]);
  });

  test('rule 8: R21 a leader of an equal term ends a candidacy', () => {
    const node = new Solo().elect();
    node.grantPreVotes(2);
    node.heartbeat(3, 1);
    expect([node.raft.role, node.raft.leader]).toEqual(['follower', 3]);
  });
});

describe('rule 9: pre-vote and check-quorum together, with stickiness', () => {
  test('rule 9: a pre-vote changes neither the term nor the vote of anybody', () => {
    const node = new Solo();
    node.from(2, preVoteRequest(6));
    expect(node.sentOne('pre-vote-reply')).toMatchObject({
      term: 0,
      granted: true,
      proposedTerm: 7,
    });
    expect([node.raft.term, node.raft.votedFor]).toEqual([0, null]);
    expect(node.all('persist-vote')).toEqual([]);
    const asker = new Solo().elect();
    expect([asker.raft.term, asker.raft.votedFor]).toEqual([0, null]);
  });

  test('rule 9: who hears from a leader refuses pre-votes, and disregards votes of higher terms', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    node.now += 500;
    node.from(3, preVoteRequest(5));
    expect(node.sentOne('pre-vote-reply')).toMatchObject({ term: 1, granted: false });
    node.from(3, voteRequest(6));
    expect(node.sent('vote-reply')).toEqual([]);
    expect([node.raft.term, node.raft.leader]).toEqual([1, 2]);
    node.now += 600;
    node.from(3, preVoteRequest(5));
    expect(node.sentOne('pre-vote-reply').granted).toBe(true);
    node.from(3, voteRequest(6));
    expect(node.sentOne('vote-reply').granted).toBe(true);
  });

  test('rule 9: a leader disregards them too, as long as it leads', () => {
    const node = new Solo().elect(2);
    node.from(3, voteRequest(6, at(9, 5)));
    expect([node.raft.role, node.raft.term]).toEqual(['leader', 1]);
  });

  test('rule 9: a longer timeout of its own does not make a node stick longer to a silent leader', () => {
    const patient = { electionTimeoutMsMin: 40_000, electionTimeoutMsMax: 40_000, hints: false };
    const node = new Solo(patient);
    node.heartbeat(2, 1);
    node.now += 30_000;
    node.from(3, preVoteRequest(1));
    expect(node.sentOne('pre-vote-reply').granted).toBe(true);
  });

  test('rule 9: R22 a leader that hears from no quorum steps down within an election timeout', () => {
    const node = new Solo().elect(2);
    node.wait(1900);
    expect(node.raft.role).toBe('leader');
    node.wait(300);
    expect([node.raft.role, node.raft.term, node.raft.leader]).toEqual(['follower', 1, null]);
  });

  test('rule 9: one of two followers is quorum enough', () => {
    const node = new Solo().elect(2);
    for (let times = 0; times < 30; times++) {
      node.wait(100);
      node.replyHeartbeat(2, 0, 0);
    }
    expect(node.raft.role).toBe('leader');
  });

  test('rule 9: a node with a higher term gets back in: its refusal deposes the leader', () => {
    const stuck = new Solo({}, { vote: { term: term(8), votedFor: null } });
    stuck.append(2, 5, [0, 0], []);
    const refusal = stuck.sentOne('append-reply', 2);
    expect(refusal).toMatchObject({ term: 8, success: false });
    stuck.heartbeat(2, 5);
    expect(stuck.sentOne('heartbeat-reply', 2).term).toBe(8);
  });
});

describe('rule 10: stickiness does not bind a leader to itself', () => {
  test('rule 10: the known leader itself gets the (pre-)vote', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    node.from(2, preVoteRequest(1));
    expect(node.sentOne('pre-vote-reply', 2).granted).toBe(true);
    node.from(2, voteRequest(2));
    expect(node.sentOne('vote-reply', 2).granted).toBe(true);
  });

  test('rule 10: the heir of a transfer gets the vote though the leader is heard', () => {
    const node = new Solo();
    node.heartbeat(2, 1);
    node.from(3, voteRequest(2, at(0, 0), true));
    expect(node.sentOne('vote-reply', 3).granted).toBe(true);
  });
});

describe('rule 11: no campaign while a checkpoint is being installed', () => {
  const checkpoint = { ...at(5, 1), membership: members([1, 2, 3]), size: 4 };
  const chunk = {
    type: 'checkpoint-chunk',
    term: term(1),
    checkpoint,
    offset: 0,
    data: new Uint8Array(4),
  } as const;

  test('rule 11: neither by the timer nor by hand nor by transfer', () => {
    const node = new Solo();
    node.from(2, chunk);
    expect(node.all('store-checkpoint')).toHaveLength(1);
    node.wait(10_000);
    node.step({ type: 'campaign' });
    node.from(2, { type: 'timeout-now', term: term(1) });
    expect([node.raft.role, node.raft.term]).toEqual(['follower', 1]);
    node.step({ type: 'checkpoint-installed', checkpoint });
    node.step({ type: 'campaign' });
    expect(node.raft.role).toBe('pre-candidate');
  });

  test('rule 11: one that did not verify holds nobody up', () => {
    const node = new Solo();
    node.from(2, chunk);
    node.step({ type: 'checkpoint-rejected', index: logIndex(5) });
    expect(node.sentOne('checkpoint-reply', 2)).toMatchObject({ offset: 0, installed: false });
    node.step({ type: 'campaign' });
    expect(node.raft.role).toBe('pre-candidate');
  });
});

test('the table of rules is frozen', () => {
  expect(Object.isFrozen(RULES)).toBe(true);
});
