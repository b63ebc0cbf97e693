import { logIndex, nodeId } from './index.js';
import { Cluster } from './testing/cluster.js';
import { configOf } from './testing/solo.js';

/** Figure 7: logs that a leader of term 8 may find; a to f. */
const FIGURE_7: Record<string, number[]> = {
  a: [1, 1, 1, 4, 4, 5, 5, 6, 6],
  b: [1, 1, 1, 4],
  c: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
  d: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
  e: [1, 1, 1, 4, 4, 4, 4],
  f: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
};
const LEADERS = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
const PATIENT = configOf({ electionTimeoutMsMin: 60_000, electionTimeoutMsMax: 60_000 });

const termsOf = (cluster: Cluster, id: number): number[] =>
  cluster
    .raft(id)
    .dump()
    .log.entries.map((entry) => entry.term);

describe('paper, 5.3: log replication', () => {
  test.each(Object.keys(FIGURE_7))('R37 figure 7 (%s): the log becomes the leader’s', (name) => {
    const cluster = new Cluster({
      config: PATIENT,
      logs: {
        1: { terms: LEADERS, term: 7 },
        2: { terms: LEADERS, term: 7 },
        3: { terms: FIGURE_7[name] ?? [], term: 7 },
      },
    });
    cluster.step(1, { type: 'campaign' });
    cluster.run(500);
    expect(cluster.leader).toBe(1);
    for (const id of [1, 2, 3]) expect(termsOf(cluster, id)).toEqual([...LEADERS, 8]);
    expect(cluster.isQuiet).toBe(true);
  });

  test('a conflict of many entries in one term costs one refusal', () => {
    const cluster = new Cluster({
      config: PATIENT,
      logs: {
        1: { terms: [1, ...Array.from({ length: 500 }, () => 3)], term: 3 },
        2: { terms: [1, ...Array.from({ length: 500 }, () => 3)], term: 3 },
        3: { terms: [1, ...Array.from({ length: 400 }, () => 2)], term: 3 },
      },
    });
    cluster.step(1, { type: 'campaign' });
    cluster.run(50);
    expect(termsOf(cluster, 3)).toEqual(termsOf(cluster, 1));
    expect(cluster.happened.get('append-request')).toBeLessThan(12);
  });

  test('an entry is committed once a majority has it, and followers hear of it', () => {
    const cluster = new Cluster({ config: PATIENT });
    cluster.step(1, { type: 'campaign' });
    cluster.run(100);
    cluster.crash(3);
    cluster.propose(1, '"a":1');
    expect(cluster.raft(1).commitIndex).toBe(1);
    cluster.run(10);
    expect([cluster.raft(1).commitIndex, cluster.raft(2).commitIndex]).toEqual([2, 2]);
    expect(cluster.oracle.committed[2]?.body).toEqual({ kind: 'command', text: '"a":1' });
  });

  test('a slow or dead follower holds nobody up, and gets everything when it is back', () => {
    const cluster = new Cluster({ config: PATIENT });
    cluster.step(1, { type: 'campaign' });
    cluster.run(100);
    cluster.crash(3);
    for (let times = 0; times < 50; times++) {
      cluster.propose(1, '"a":1', '"b":2');
      cluster.run(5);
    }
    expect(cluster.raft(1).commitIndex).toBe(101);
    cluster.start(3);
    cluster.run(600);
    expect(cluster.isQuiet).toBe(true);
  });

  test('R44 10,000 entries of catching up take fewer than 100 messages', () => {
    const cluster = new Cluster({ config: PATIENT });
    cluster.step(1, { type: 'campaign' });
    cluster.run(100);
    cluster.crash(3);
    const bodies = Array.from({ length: 100 }, (_, at) => `"a":${String(at)}`);
    for (let times = 0; times < 100; times++) {
      cluster.propose(1, ...bodies);
      cluster.run(4);
    }
    cluster.start(3);
    const before = cluster.happened.get('append-request') ?? 0;
    cluster.run(600);
    expect(cluster.raft(3).lastIndex).toBe(10_001);
    expect((cluster.happened.get('append-request') ?? 0) - before).toBeLessThan(100);
  });

  test('R30 followers learn of a commit within two heartbeats, though messages are lost', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const cluster = new Cluster({ config: PATIENT, seed });
      cluster.step(1, { type: 'campaign' });
      cluster.run(100);
      cluster.propose(1, '"a":1');
      cluster.runUntil(() => cluster.raft(1).commitIndex === 2, 100);
      cluster.loss = 1;
      cluster.run(20);
      cluster.loss = 0;
      cluster.run(200);
      expect([2, 3].map((id) => cluster.raft(id).commitIndex)).toEqual([2, 2]);
    }
  });

  test('R43 a follower that restarts in a quiet cluster applies what was committed, with nothing written', () => {
    const cluster = new Cluster({ config: PATIENT });
    cluster.step(1, { type: 'campaign' });
    cluster.run(100);
    cluster.propose(1, '"a":1');
    cluster.run(500);
    cluster.crash(3);
    cluster.start(3);
    cluster.run(500);
    expect(cluster.raft(3).commitIndex).toBe(2);
    const read = cluster.read(3);
    cluster.run(20);
    expect(cluster.readsDone).toContainEqual({ id: read, index: 2 });
  });

  test('a follower far behind gets the checkpoint, then the log', () => {
    const cluster = new Cluster({ config: PATIENT, checkpointEvery: 20 });
    cluster.step(1, { type: 'campaign' });
    cluster.run(100);
    cluster.crash(3);
    for (let times = 0; times < 105; times++) {
      cluster.propose(1, '"a":1');
      cluster.run(5);
    }
    expect(cluster.raft(1).firstIndex).toBeGreaterThan(90);
    cluster.start(3);
    cluster.run(1000);
    expect(cluster.isQuiet).toBe(true);
    expect(cluster.happened.get('checkpoint-chunk')).toBe(4);
    expect(cluster.raft(3).entryTerm(logIndex(1))).toBe(null);
    expect(
      cluster
        .raft(1)
        .progress()
        .map(({ node }) => node),
    ).toEqual([nodeId(2), nodeId(3)]);
  });
});
