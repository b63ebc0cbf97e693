import type { Rules } from './index.js';
import { RULES } from './index.js';
import { Cluster } from './testing/cluster.js';
import { configOf } from './testing/solo.js';

/**
 * Figure 8, from (c) to (d): in term 4 S1 has replicated entry 2 of term 2 on a majority, and crashes.
 * S5, whose entry 2 is of term 3, can win term 5 with the votes of S3 and S4, and cuts it.
 */
function figure8(rules: Rules): Cluster {
  const cluster = new Cluster({
    nodes: [1, 2, 3, 4, 5],
    config: configOf({
      electionTimeoutMsMin: 10_000,
      electionTimeoutMsMax: 10_000,
      hints: false,
      maxBatchBytes: 1,
      rules,
    }),
    logs: {
      1: { terms: [1, 2], term: 3 },
      2: { terms: [1, 2], term: 3 },
      3: { terms: [1], term: 3 },
      4: { terms: [1], term: 3 },
      5: { terms: [1, 3], term: 3 },
    },
  });
  cluster.part([5], [1, 2, 3, 4]);
  cluster.step(1, { type: 'campaign' });
  cluster.runUntil(() => cluster.leader === 1, 100);
  cluster.part([4], [1]);
  cluster.runUntil(() => cluster.raft(3).lastIndex === 2, 100);
  cluster.cut.add('1-3');
  cluster.run(50);
  expect(
    cluster
      .raft(1)
      .progress()
      .map(({ matchIndex }) => matchIndex),
  ).toEqual([3, 2, 0, 0]);
  cluster.crash(1);
  cluster.crash(2);
  cluster.run(2000);
  cluster.heal();
  // The first time it learns of term 4.
  for (let times = 0; times < 2; times++) {
    cluster.step(5, { type: 'campaign' });
    cluster.run(100);
  }
  return cluster;
}

describe('paper, 5.4.2: committing entries from previous terms', () => {
  test('rule 18: R36 figure 8: a majority of replicas of an old term commits nothing, so that it may be cut', () => {
    const cluster = figure8(RULES);
    expect([cluster.leader, cluster.raft(5).term]).toEqual([5, 5]);
    expect(cluster.oracle.committed[2]?.term).toBe(3);
    expect(
      cluster
        .raft(3)
        .dump()
        .log.entries.map((entry) => entry.term),
    ).toEqual([1, 3, 5]);
  });

  test('rule 18: figure 8: without the rule a committed entry is lost', () => {
    expect(() => figure8({ ...RULES, mayCommitByCount: () => true })).toThrow(
      'leader 5 lacks committed entry 2',
    );
  });
});
