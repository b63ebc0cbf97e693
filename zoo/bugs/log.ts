/** The log and what is committed: rules 12 to 24. */
import { boundOf, FIGURE_8 } from '#exhaustive';
import type { Bug } from '../bug.js';
import { worldRules } from './wrong.js';

export const LOG_BUGS: readonly Bug[] = [
  {
    name: 'figure-8',
    what: 'An entry of an older term is committed because a majority has it.',
    rule: 'raft mayCommitByCount (rule 18)',
    source: 'reliability 15 bugs, no. 3; logcabin #44; paper, 5.4.2',
    hunt: {
      by: 'small world',
      rules: () => ({ mayCommitByCount: (entry) => entry !== null }),
      bound: boundOf({ terms: 4, timeouts: 2, logs: FIGURE_8, messages: 4 }),
    },
  },
  {
    name: 'logs-agree-by-index',
    what: 'A follower takes entries behind an index that it has, whatever stands there.',
    rule: 'raft agrees (rule 13)',
    source: 'requirements, "comparing logs by index alone"; paper, 5.3',
    hunt: {
      by: 'small world',
      rules: () => ({ agrees: (mine) => mine !== null }),
      bound: boundOf({ terms: 3, messages: 4, logs: [[1, 1], [1, 2], [1]] }),
    },
  },
  {
    name: 'conflicts-kept',
    what: 'Entries that contradict the leader’s stay in the log.',
    rule: 'raft conflicts (rule 14)',
    source: 'paper, figure 2 (AppendEntries, 3); requirements R37',
    hunt: {
      by: 'small world',
      rules: () => ({ conflicts: () => false }),
      bound: boundOf({ terms: 3, logs: FIGURE_8, messages: 4 }),
    },
  },
  {
    name: 'any-append-cuts',
    what: 'Each append cuts what stands behind it, an old duplicate too.',
    rule: 'raft conflicts (rules 14, 15)',
    source: 'reliability 15 bugs, no. 8',
    hunt: { by: 'simulator', rules: worldRules({ core: { conflicts: () => true } }) },
  },
  {
    name: 'commit-without-min',
    what: 'A follower commits as far as the leader has, not as far as its log is the leader’s.',
    rule: 'raft followerCommit (rule 16)',
    source: 'reliability 15 bugs, no. 9; paper, figure 2 (AppendEntries, 5)',
    hunt: {
      by: 'simulator',
      rules: worldRules({ core: { followerCommit: (leaders) => leaders } }),
    },
  },
  {
    name: 'leader-counts-before-disk',
    what: 'A leader counts itself among those that have an entry before its own disk has it.',
    rule: 'raft ownMatch (rule 19)',
    source: 'reliability, rule 19; etcd #14370',
    hunt: {
      by: 'small world',
      rules: () => ({ ownMatch: (_, last) => last }),
      bound: boundOf({ messages: 6 }),
    },
  },
  {
    name: 'acknowledged-before-disk',
    what: 'A follower acknowledges entries that its disk does not have yet.',
    rule: 'raft acknowledged (rule 20)',
    source: 'reliability 15 bugs, no. 2; requirements R28',
    hunt: {
      by: 'small world',
      rules: () => ({ acknowledged: (_, verified) => verified }),
      bound: boundOf({ messages: 6 }),
      without: ['durable before sent'],
    },
  },
  {
    name: 'acknowledged-unverified',
    what: 'A follower acknowledges all that is on its disk, though the end of it is another leader’s.',
    rule: 'raft acknowledged (rule 20)',
    source: 'paper, figure 2 (AppendEntries, 2); willemt/raft',
    hunt: {
      by: 'small world',
      rules: () => ({ acknowledged: (durable) => durable }),
      bound: boundOf({ terms: 2, heartbeats: 1, messages: 4, logs: [[1, 1], [1], [1]] }),
    },
  },
  {
    name: 'write-speaks-of-what-was-cut',
    what: 'A write that is done speaks for the entry that has taken the place of the one it wrote.',
    rule: 'raft isStillThere, storage reportsAfterCut (rule 23)',
    source: 'etcd/raft 897e1cf (ABA of asynchronous storage writes)',
    hunt: {
      by: 'simulator',
      rules: worldRules({
        core: { isStillThere: () => true },
        storage: { reportsAfterCut: (writing) => writing },
      }),
      course: { nodes: 3, kinds: ['limp-leader'], fixed: { thinkMs: 30 } },
    },
  },
  {
    name: 'answered-before-quorum',
    what: 'The leader applies and answers what it has appended, before a majority has it.',
    rule: 'node applies (rule 25)',
    source: 'requirements, "a client answered before the quorum has the entry"; R27',
    hunt: { by: 'simulator', rules: worldRules({ node: { applies: (_, last) => last } }) },
  },
];
