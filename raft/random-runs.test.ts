import type { Rules } from './index.js';
import { RULES } from './index.js';
import type { Cluster } from './testing/cluster.js';
import { playFaults } from './testing/random-run.js';

const SEEDS = 300;

/** Null: it went well. */
function failureOf(seed: number, rules: Rules, reload = false, seen?: (cluster: Cluster) => void) {
  try {
    const cluster = playFaults({ seed, config: { rules }, reload });
    if (!cluster.runUntil(() => cluster.isQuiet, 60_000)) return 'not all agree a minute later';
    cluster.checkLogs();
    seen?.(cluster);
    return null;
  } catch (error) {
    return String(error);
  }
}

describe('random runs with crashes, partitions, loss, duplication and reordering', () => {
  test(`R23 R34 R36 the paper's five properties hold, and all agree in the end (${String(SEEDS)} seeds)`, () => {
    const happened = new Map<string, number>();
    const failures: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const failure = failureOf(seed, RULES, false, (cluster) => {
        for (const [what, times] of cluster.happened) {
          happened.set(what, (happened.get(what) ?? 0) + times);
        }
      });
      if (failure !== null) failures.push(`seed ${String(seed)}: ${failure}`);
    }
    expect(failures).toEqual([]);
    // A run in which nothing happens proves nothing.
    const wanted = ['truncate-log', 'checkpoint-chunk', 'read-ready', 'timeout-now', 'commit'];
    const rare = wanted.filter((what) => (happened.get(what) ?? 0) < SEEDS / 5);
    expect(rare).toEqual([]);
  });

  test('a machine that is dumped as JSON and loaded before each step goes the same way', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const play = (reload: boolean): string[] => {
        const lines: string[] = [];
        playFaults({ seed, reload, actions: 40, trace: (line) => lines.push(line) });
        return lines;
      };
      expect(play(true)).toEqual(play(false));
    }
  });
});

/** Each rule broken, and what shows it: proof that the runs above would find such a bug. */
const BROKEN: Record<string, Partial<Rules>> = {
  'rules 2, 5: messages leave before the vote record is durable': { mayLeave: () => true },
  'rules 1, 3: a vote is given again in the same term': { mayVote: () => true },
  'rule 6: logs are compared by index alone': {
    isUpToDate: (candidate, mine) => candidate.index >= mine.index,
  },
  'rule 6: logs are not compared': { isUpToDate: () => true },
  'rule 7: votes are counted by message': { countVote: (granted, voter) => [...granted, voter] },
  'rule 1: half of the voters is enough': {
    isQuorum: (count, voters) => count >= Math.floor(voters / 2),
  },
  'rule 14: conflicts are not cut': { conflicts: () => false },
  'rules 16, 17: the commit index is told and taken as it is': {
    followerCommit: (leaders) => leaders,
    heartbeatCommit: (_, commit) => commit,
  },
  'rule 19: the leader counts itself before its disk': { ownMatch: (_, last) => last },
  'rule 20: what is not on disk is acknowledged': { acknowledged: (_, verified) => verified },
  'rule 28: reads do not wait for a commit of the term': { mayAnswerReads: () => true },
  'rule 31: reads are answered without a quorum': { confirmsRead: () => true },
};

describe('broken rules are found', () => {
  test.each(Object.entries(BROKEN))('%s', (_, broken) => {
    const rules = { ...RULES, ...broken };
    let found: string | null = null;
    for (let seed = 1; seed <= 600 && found === null; seed++) found = failureOf(seed, rules);
    expect(found).not.toBe(null);
  });
});
