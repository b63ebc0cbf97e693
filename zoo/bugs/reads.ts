/** Linearizable reads without the log: rules 28 to 31. */
import type { LastHeard } from '#raft';
import type { Bug } from '../bug.js';
import { MISLED, UNKNOWING } from './courses.js';
import { worldRules } from './wrong.js';

/** As leases are: a quorum was heard within the shortest election timeout of any run. */
const LEASE_MS = 300;

function holdsLease(peers: readonly LastHeard[], now: number): boolean {
  const latest = peers.map(({ lastHeard }) => lastHeard).sort((a, b) => b - a);
  const others = Math.floor((peers.length + 1) / 2);
  const since = latest[others - 1];
  return since !== undefined && now - since < LEASE_MS;
}

export const READ_BUGS: readonly Bug[] = [
  {
    name: 'read-before-own-commit',
    what: 'A new leader answers reads before it has committed anything of its own term.',
    rule: 'raft mayAnswerReads (rule 28)',
    source: 'reliability 15 bugs, no. 4; etcd 3189a66; redisraft #22',
    hunt: {
      by: 'simulator',
      rules: worldRules({ core: { mayAnswerReads: () => true } }),
      course: UNKNOWING,
    },
  },
  {
    name: 'read-without-quorum',
    what: 'A leader answers reads without asking whether it still is one.',
    rule: 'raft confirmsRead (rule 31)',
    source: 'reliability 15 bugs, no. 5; Jepsen etcd 0.4.1, Consul 2014; etcd #20418',
    hunt: {
      by: 'simulator',
      rules: worldRules({ core: { confirmsRead: () => true } }),
      course: MISLED,
    },
  },
  {
    name: 'lease-by-the-clock',
    what: 'A leader that heard from a quorum a moment ago, by its clock, takes nobody else for possible.',
    rule: 'raft trustsClock (rule 31)',
    source: 'reliability, "clock-based lease under skew"; dissertation, 6.4.1',
    hunt: {
      by: 'simulator',
      rules: worldRules({ core: { trustsClock: holdsLease } }),
      course: MISLED,
    },
  },
  {
    name: 'round-number-reused',
    what: 'Rounds of confirmations share a number: what was said before the read was asked confirms it.',
    rule: 'raft nextRound (rule 29)',
    source: 'reliability 15 bugs, no. 6',
    hunt: {
      by: 'simulator',
      rules: worldRules({ core: { nextRound: (previous) => previous } }),
      course: MISLED,
    },
  },
  {
    name: 'stale-read-for-linearizable',
    what: 'A follower answers every read from what it has, and asks nobody.',
    rule: 'node asksLeader (6.4 of the dissertation)',
    source: 'requirements, "reads from any slave may miss an acknowledged write"',
    hunt: { by: 'simulator', rules: worldRules({ node: { asksLeader: () => false } }) },
  },
  {
    name: 'read-before-applied',
    what: 'A read is answered when the leader has named an index, before that is applied here.',
    rule: 'node mayAnswerRead (rule 30)',
    source: 'reliability, rule 30; dissertation, 6.4 (step 4)',
    hunt: { by: 'simulator', rules: worldRules({ node: { mayAnswerRead: () => true } }) },
  },
  {
    name: 'seen-revision-forgotten',
    what: 'A stale read of a caller that has seen a revision is answered from before it.',
    rule: 'node hasRevision (session guarantees)',
    source: 'reliability, "name levels in the API, and check each"; Terry et al., 1994',
    hunt: { by: 'simulator', rules: worldRules({ node: { hasRevision: () => true } }) },
  },
];
