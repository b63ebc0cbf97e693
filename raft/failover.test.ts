import { nodeId } from './index.js';
import { Cluster } from './testing/cluster.js';

const three = (seed = 1): Cluster => new Cluster({ seed, latencyMs: [0.2, 2], diskMs: [0.5, 4] });

describe('failover of a whole cluster', () => {
  test('R17 one of three is down: the others elect', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const cluster = three(seed);
      cluster.crash(1 + (seed % 3));
      expect(cluster.runUntil(() => cluster.leader !== null, 10_000)).toBe(true);
    }
  });

  test('R18 without a majority nobody leads; one comes back, and there is a leader', () => {
    const cluster = three();
    cluster.crash(1);
    cluster.crash(2);
    cluster.run(60_000);
    expect([cluster.leader, cluster.raft(3).term]).toEqual([null, 0]);
    cluster.start(1);
    expect(cluster.runUntil(() => cluster.leader !== null, 10_000)).toBe(true);
  });

  test('R19 a node whose log is behind does not win, however often it asks', () => {
    const cluster = new Cluster({
      logs: {
        1: { terms: [1], term: 1 },
        2: { terms: [1, 1], term: 1 },
        3: { terms: [1, 1], term: 1 },
      },
    });
    for (let times = 0; times < 20 && cluster.leader === null; times++) {
      cluster.step(1, { type: 'campaign' });
      cluster.run(100);
      expect(cluster.raft(1).role).not.toBe('leader');
    }
    expect(cluster.electLeader()).not.toBe(1);
  });

  test('R22 R23 a leader that is cut off commits nothing, steps down, and follows when it is back', () => {
    const cluster = three();
    const old = cluster.electLeader();
    cluster.run(500);
    const others = [1, 2, 3].filter((id) => id !== old);
    const committed = cluster.raft(old).commitIndex;
    cluster.part([old], others);
    cluster.propose(old, '"lost":1');
    const read = cluster.read(old);
    cluster.run(6000);
    expect(cluster.raft(old).commitIndex).toBe(committed);
    expect(cluster.raft(old).role).not.toBe('leader');
    expect(cluster.readsFailed).toContain(read);
    const next = cluster.electLeader();
    expect(others).toContain(next);
    cluster.propose(next, '"kept":1');
    cluster.run(100);
    cluster.heal();
    cluster.run(3000);
    expect(cluster.isQuiet).toBe(true);
    expect(new Set(cluster.ids.map((id) => cluster.raft(id).term)).size).toBe(1);
    expect(JSON.stringify(cluster.oracle.committed)).not.toContain('lost');
    expect(JSON.stringify(cluster.oracle.committed)).toContain('kept');
  });

  test('rule 9: a node that was cut off disturbs nobody when it is back', () => {
    const cluster = three();
    const leader = cluster.electLeader();
    cluster.run(500);
    const term = cluster.raft(leader).term;
    const alone = [1, 2, 3].find((id) => id !== leader) ?? 1;
    cluster.part(
      [alone],
      [1, 2, 3].filter((id) => id !== alone),
    );
    cluster.run(30_000);
    expect(cluster.raft(alone).term).toBe(term);
    cluster.heal();
    cluster.run(3000);
    expect([cluster.leader, cluster.raft(leader).term]).toEqual([leader, term]);
  });

  test('rule 9: one follower can not hear the leader, the other can: the leader stays', () => {
    const cluster = three();
    const leader = cluster.electLeader();
    cluster.run(500);
    const term = cluster.raft(leader).term;
    const deaf = [1, 2, 3].find((id) => id !== leader) ?? 1;
    cluster.part([deaf], [leader]);
    cluster.run(30_000);
    expect([cluster.leader, cluster.raft(leader).term]).toEqual([leader, term]);
  });

  test('a dead leader with a lost connection is replaced within 200 ms, by seed', () => {
    const outages: number[] = [];
    for (let seed = 1; seed <= 200; seed++) {
      const cluster = three(seed);
      const dead = cluster.electLeader();
      cluster.run(530);
      cluster.crash(dead);
      const since = cluster.schedule.now;
      for (const id of cluster.ids)
        cluster.step(id, { type: 'connection-lost', peer: nodeId(dead) });
      expect(cluster.runUntil(() => cluster.leader !== null, 5000)).toBe(true);
      outages.push(cluster.schedule.now - since);
    }
    outages.sort((a, b) => a - b);
    expect(outages[100]).toBeLessThan(60);
    expect(outages[198]).toBeLessThan(400);
  });

  test('a false hint harms nobody', () => {
    const cluster = three();
    const leader = cluster.electLeader();
    cluster.run(500);
    const term = cluster.raft(leader).term;
    for (const id of cluster.ids.filter((other) => other !== leader).slice(0, 1)) {
      cluster.step(id, { type: 'connection-lost', peer: nodeId(leader) });
    }
    cluster.run(2000);
    expect([cluster.leader, cluster.raft(leader).term]).toEqual([leader, term]);
  });

  test('R29 R34 writes to two nodes at once come out in one order everywhere', () => {
    const cluster = three();
    const leader = cluster.electLeader();
    for (const id of [1, 2, 3]) cluster.propose(id, `"from":${String(id)}`, '"same":1');
    cluster.propose(leader, '"same":1');
    cluster.run(1000);
    expect(cluster.isQuiet).toBe(true);
    const same = cluster.oracle.committed.filter((entry) => JSON.stringify(entry).includes('same'));
    expect(same).toHaveLength(2);
  });

  test('rule 20: all nodes lose power and come back with all that was committed', () => {
    const cluster = three();
    const leader = cluster.electLeader();
    cluster.run(500);
    for (let times = 0; times < 20; times++) {
      cluster.propose(leader, `"a":${String(times)}`);
      cluster.run(3);
    }
    const committed = cluster.oracle.commitIndex;
    expect(committed).toBeGreaterThan(10);
    for (const id of [1, 2, 3]) cluster.crash(id);
    for (const id of [1, 2, 3]) cluster.start(id);
    cluster.electLeader();
    cluster.run(3000);
    expect(cluster.isQuiet).toBe(true);
    expect(cluster.raft(1).commitIndex).toBeGreaterThan(committed);
  });

  test('rule 40: leadership is handed over within a few round trips, by seed', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const cluster = three(seed);
      const leader = cluster.electLeader();
      cluster.run(500);
      cluster.propose(leader, '"a":1');
      cluster.step(leader, { type: 'transfer', to: null });
      expect(cluster.runUntil(() => cluster.leader !== leader && cluster.leader !== null, 60)).toBe(
        true,
      );
      expect(cluster.happened.get('transfer-ended')).toBe(1);
    }
  });

  test('R68 a single node leads, commits and reads by itself', () => {
    const cluster = new Cluster({ nodes: [1], diskMs: [1, 5] });
    cluster.electLeader();
    cluster.propose(1, '"a":1');
    cluster.run(50);
    const read = cluster.read(1);
    expect(cluster.readsDone).toEqual([{ id: read, index: 2 }]);
  });

  test('a node is added as a learner, promoted, and another one removed, under load', () => {
    const cluster = new Cluster({
      nodes: [1, 2, 3, 4],
      membership: { voters: [1, 2, 3].map(nodeId), learners: [] },
      latencyMs: [0.2, 2],
    });
    const leader = cluster.electLeader();
    const change = (type: 'add-learner' | 'promote' | 'remove', node: number): void => {
      cluster.step(leader, { type: 'change-membership', change: { type, node: nodeId(node) } });
      for (let times = 0; times < 10; times++) {
        cluster.propose(leader, '"a":1');
        cluster.run(10);
      }
    };
    cluster.run(100);
    change('add-learner', 4);
    expect(cluster.raft(4).lastIndex).toBe(cluster.raft(leader).lastIndex);
    change('promote', 4);
    change('remove', leader);
    expect(cluster.raft(leader).role).toBe('follower');
    cluster.run(3000);
    expect(cluster.leader).not.toBe(leader);
    expect(cluster.isQuiet).toBe(true);
    expect(cluster.raft(4).membership.voters).toHaveLength(3);
  });
});
