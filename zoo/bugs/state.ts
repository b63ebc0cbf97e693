/** The replicated state, its sessions and its checkpoints: rules 25 to 27, 32 to 35, 39. */
import type { Bug } from '../bug.js';
import { CUT_OFF, CUT_OFF_BEHIND_CHECKPOINT } from './courses.js';
import { worldRules } from './wrong.js';

export const STATE_BUGS: readonly Bug[] = [
  {
    name: 'duplicates-done-again',
    what: 'A write that is sent again is done again.',
    rule: 'kv recognisesDuplicates (rule 39)',
    source: 'requirements, "replaying queued requests doubles them"; dissertation, 6.3',
    hunt: { by: 'simulator', rules: worldRules({ state: { recognisesDuplicates: () => false } }) },
  },
  {
    name: 'confirmed-write-done-again',
    what: 'A write whose answer was confirmed, and dropped, is done again when it comes once more.',
    rule: 'kv refusesConfirmedWrites (rule 39)',
    source: 'dissertation, 6.3',
    hunt: {
      by: 'simulator',
      rules: worldRules({ state: { refusesConfirmedWrites: () => false } }),
      course: { kinds: ['late-requests', 'crash-leader'] },
    },
  },
  {
    name: 'sessions-not-in-checkpoint',
    what: 'A state that comes from a checkpoint knows no session, and what they did already.',
    rule: 'kv restoresSessions (rule 33)',
    source: 'reliability 15 bugs, no. 10; dissertation, 6.3',
    hunt: { by: 'simulator', rules: worldRules({ state: { restoresSessions: () => false } }) },
  },
  {
    name: 'applied-index-ahead-of-data',
    what: 'The applied index that comes with a checkpoint is one more than its data.',
    rule: 'kv appliedByCheckpoint (rule 25)',
    source: 'reliability 15 bugs, no. 11; etcd 3.5 post-mortem',
    hunt: {
      by: 'simulator',
      rules: worldRules({ state: { appliedByCheckpoint: (index) => index + 1 } }),
    },
  },
  {
    name: 'checkpoint-known-by-index',
    what: 'A log that has some entry at a checkpoint’s index is taken for holding what the checkpoint holds.',
    rule: 'raft holdsCheckpoint (rule 34)',
    source: 'reliability, "snapshot keeps conflicting suffix"; hashicorp/raft #697',
    hunt: {
      by: 'simulator',
      rules: worldRules({ core: { holdsCheckpoint: (mine) => mine !== null } }),
      course: CUT_OFF_BEHIND_CHECKPOINT,
    },
  },
  {
    name: 'answers-who-asked-before',
    what: 'A leader that lost its role answers its callers with whatever takes their entries’ places.',
    rule: 'node forgetsProposals (R29)',
    source: 'dissertation, 6.3; etcd, "apply wait by index"',
    hunt: {
      by: 'simulator',
      rules: worldRules({ node: { forgetsProposals: () => false } }),
      course: CUT_OFF,
    },
  },
];
