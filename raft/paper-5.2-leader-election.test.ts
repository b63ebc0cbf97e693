import { term } from './index.js';
import { Cluster } from './testing/cluster.js';
import { at, members, Solo } from './testing/solo.js';

const sentTypes = (node: Solo): string[] =>
  node.history.flatMap((effect) => (effect.type === 'send' ? [effect.message.type] : []));

describe('paper, 5.1 and 5.2: terms and leader election', () => {
  test('R12 R20 a node starts as a follower of term 0, and stays one as long as it hears a leader', () => {
    const node = new Solo();
    expect([node.raft.role, node.raft.term, node.raft.leader]).toEqual(['follower', 0, null]);
    expect(node.history).toEqual([]);
    for (let times = 0; times < 50; times++) {
      node.now += 900;
      node.heartbeat(2, 1);
      node.tick();
    }
    expect([node.raft.role, node.raft.leader]).toEqual(['follower', 2]);
  });

  test('R13 without one it becomes a candidate after a random timeout within its range, and raises its term', () => {
    const due = (seed: number): number => new Solo({ seed }).raft.deadline();
    const timeouts = Array.from({ length: 200 }, (_, seed) => due(seed));
    expect(Math.min(...timeouts)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...timeouts)).toBeLessThanOrEqual(2000);
    expect(new Set(timeouts).size).toBeGreaterThan(190);
    const node = new Solo();
    node.wait(node.raft.deadline());
    expect(node.raft.role).toBe('pre-candidate');
    node.grantPreVotes(3);
    expect([node.raft.role, node.raft.term, node.raft.votedFor]).toEqual(['candidate', 1, 1]);
  });

  test('R13 the timeout is drawn anew each time; R7 a fixed one is exact', () => {
    const node = new Solo();
    const dues = new Set<number>();
    for (let times = 0; times < 20; times++) {
      node.heartbeat(2, 1);
      dues.add(node.raft.deadline());
    }
    expect(dues.size).toBeGreaterThan(15);
    const fixed = { electionTimeoutMsMin: 30_000, electionTimeoutMsMax: 30_000, hints: false };
    expect(new Solo(fixed).raft.deadline()).toBe(30_000);
  });

  test('R14 a candidate asks every voter, and votes for itself', () => {
    const node = new Solo({}, { membership: members([1, 2, 3, 4, 5], [6]) }).elect(2, 3);
    const asked = node.history.flatMap((effect) =>
      effect.type === 'send' && effect.message.type === 'vote-request' ? [effect.to] : [],
    );
    expect(asked).toEqual([2, 3, 4, 5]);
    expect(node.raft.votedFor).toBe(1);
  });

  test('R16 a strict majority: two of four never elect', () => {
    const node = new Solo({}, { membership: members([1, 2, 3, 4]) }).elect(2);
    expect(node.raft.role).toBe('pre-candidate');
    node.grantPreVotes(3).grantVotes(2);
    expect(node.raft.role).toBe('candidate');
    node.grantVotes(4);
    expect(node.raft.role).toBe('leader');
  });

  test('it wins: every follower hears of it at once', () => {
    const node = new Solo().elect(2);
    expect(node.sent('append-request').map(({ entries }) => entries[0]?.body.kind)).toEqual([
      'empty',
      'empty',
    ]);
    expect(node.one('role-changed')).toEqual({
      type: 'role-changed',
      role: 'leader',
      term: 1,
      leader: 1,
    });
  });

  test('R21 another one wins: an append of at least its term makes it a follower; an older one does not', () => {
    const node = new Solo({}, { vote: { term: term(3), votedFor: null } }).elect();
    node.grantPreVotes(2);
    expect([node.raft.role, node.raft.term]).toEqual(['candidate', 4]);
    node.append(3, 3, [0, 0], []);
    expect(node.raft.role).toBe('candidate');
    expect(node.sentOne('append-reply', 3)).toMatchObject({ term: 4, success: false });
    node.append(3, 4, [0, 0], []);
    expect([node.raft.role, node.raft.leader]).toEqual(['follower', 3]);
  });

  test('nobody wins: it tries again after another random timeout, in a further term', () => {
    const node = new Solo().elect();
    node.grantPreVotes(2);
    node.wait(2000);
    expect(node.raft.role).toBe('pre-candidate');
    node.grantPreVotes(2).grantVotes(3);
    expect([node.raft.role, node.raft.term]).toEqual(['leader', 2]);
  });

  test('R25 a timer can be made to expire by hand', () => {
    const node = new Solo();
    node.step({ type: 'campaign' });
    expect(node.raft.role).toBe('pre-candidate');
    expect(sentTypes(node)).toEqual(['pre-vote-request', 'pre-vote-request']);
  });

  test('R20 messages of older terms are refused, with the newer term', () => {
    const node = new Solo({}, { vote: { term: term(5), votedFor: null } });
    node.from(2, { type: 'vote-request', term: term(4), last: at(9, 4), transfer: true });
    expect(node.sentOne('vote-reply')).toEqual({ type: 'vote-reply', term: 5, granted: false });
    node.from(2, { type: 'pre-vote-request', term: term(4), last: at(9, 4), hinted: false });
    expect(node.sentOne('pre-vote-reply')).toMatchObject({ term: 5, granted: false });
    expect(node.raft.term).toBe(5);
  });

  test('R13 R24 1,000 seeded cold starts all elect one leader', () => {
    const slow: number[] = [];
    for (let seed = 1; seed <= 1000; seed++) {
      const nodes = seed % 2 === 0 ? [1, 2, 3] : [1, 2, 3, 4, 5];
      const cluster = new Cluster({ nodes, seed, latencyMs: [0.2, 10], diskMs: [0.2, 10] });
      const elected = cluster.runUntil(() => cluster.leader !== null, 10_000);
      cluster.run(200);
      const leaders = cluster.ids.filter((id) => cluster.raft(id).role === 'leader');
      if (!elected || leaders.length !== 1) slow.push(seed);
    }
    expect(slow).toEqual([]);
  });

  test('R13 also with fixed timeouts of 10, 30 and 40 seconds: the most impatient leads', () => {
    const fixed = [10_000, 30_000, 40_000];
    const cluster = new Cluster({
      configOf: (id) => ({
        hints: false,
        electionTimeoutMsMin: fixed[id - 1] ?? 0,
        electionTimeoutMsMax: fixed[id - 1] ?? 0,
      }),
    });
    cluster.run(10_100);
    expect(cluster.leader).toBe(1);
    cluster.crash(1);
    cluster.run(29_000);
    expect(cluster.leader).toBe(null);
    cluster.run(1200);
    expect(cluster.leader).toBe(2);
  });
});
