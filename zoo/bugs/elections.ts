/** Who may lead: rules 1 to 11 of docs/rules.md. */
import { boundOf } from '#exhaustive';
import { RULES } from '#raft';
import type { Bug } from '../bug.js';
import { DOUBLED, OLD_LEADER } from './courses.js';
import { worldRules } from './wrong.js';

export const ELECTION_BUGS: readonly Bug[] = [
  {
    name: 'vote-before-disk',
    what: 'A vote is sent before it is on disk; a crash forgets it, and another is given in its term.',
    rule: 'raft mayLeave (rules 2, 5)',
    source: 'reliability 15 bugs, no. 1; hashicorp/raft #661; paper, figure 2 (persistent state)',
    hunt: {
      by: 'small world',
      // Requests for votes wait, or their candidate would stop by itself; answers do not.
      rules: (node) => ({
        mayLeave: (needed, durable) =>
          RULES.mayLeave(needed, durable) || (needed.votedFor !== null && needed.votedFor !== node),
      }),
      bound: boundOf({ timeouts: 2, crashes: 1, messages: 6 }),
      without: ['durable before sent'],
    },
  },
  {
    name: 'vote-forgotten-at-start',
    what: 'A node that starts again knows its term, and not whom it voted for in it.',
    rule: 'raft voteAtStart (rule 3)',
    source: 'requirements, "a restarted node that begins at index 0 forgets its votes"; etcd #2461',
    hunt: {
      by: 'small world',
      rules: () => ({ voteAtStart: (vote) => ({ ...vote, votedFor: null }) }),
      bound: boundOf({ timeouts: 2, crashes: 1, messages: 6 }),
    },
  },
  {
    name: 'two-votes-in-a-term',
    what: 'Whoever asks gets a vote, though another one had it in this term.',
    rule: 'raft mayVote (rules 1, 3, 4)',
    source: 'paper, 5.2',
    hunt: {
      by: 'small world',
      rules: () => ({ mayVote: () => true }),
      bound: boundOf({ timeouts: 2, messages: 6 }),
    },
  },
  {
    name: 'half-is-a-quorum',
    what: 'Half of the voters, rounded down, elect.',
    rule: 'raft isQuorum (rule 1)',
    source: 'requirements R16: 2 of 4 never elects',
    hunt: {
      by: 'small world',
      rules: () => ({ isQuorum: (count, voters) => count >= Math.floor(voters / 2) }),
      bound: boundOf({ timeouts: 2, messages: 6 }),
    },
  },
  {
    name: 'votes-counted-by-message',
    what: 'A vote that arrives twice counts twice.',
    rule: 'raft countVote (rule 7)',
    source: 'reliability 15 bugs, no. 15; coyote-samples #8',
    hunt: {
      by: 'simulator',
      rules: worldRules({ core: { countVote: (granted, voter) => [...granted, voter] } }),
      course: DOUBLED,
    },
  },
  {
    name: 'up-to-date-by-index',
    what: 'The longer log wins an election, whatever the term of its last entry.',
    rule: 'raft isUpToDate (rule 6)',
    source:
      'reliability 15 bugs, no. 7; requirements, "comparing logs by index alone"; paper, 5.4.1',
    hunt: {
      by: 'small world',
      rules: () => ({ isUpToDate: (candidate, mine) => candidate.index >= mine.index }),
      bound: boundOf({ terms: 3, timeouts: 2, messages: 4, logs: [[1, 1], [1], [1]] }),
    },
  },
  {
    name: 'old-leader-obeyed',
    what: 'A node takes entries of a leader whose term is over.',
    rule: 'raft obeys (rule 8)',
    source: 'requirements R21; paper, figure 2 (AppendEntries, 1)',
    hunt: {
      by: 'simulator',
      rules: worldRules({ core: { obeys: () => true } }),
      course: OLD_LEADER,
    },
  },
  {
    name: 'late-vote-counts',
    what: 'A vote that was given in an older term elects in a newer one.',
    rule: 'raft isOfThisTerm (rules 7, 21)',
    source: 'reliability, rule 7: votes of the current term; coyote-samples #8',
    hunt: {
      by: 'small world',
      rules: () => ({ isOfThisTerm: () => true }),
      bound: boundOf({ terms: 2, timeouts: 3, messages: 4 }),
    },
  },
];
