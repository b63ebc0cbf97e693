/** Who belongs to the cluster: rules 36 to 38, and lost disks. */
import type { Bug } from '../bug.js';
import { CUT_OFF_CHANGING } from './courses.js';
import { worldRules } from './wrong.js';

export const MEMBERSHIP_BUGS: readonly Bug[] = [
  {
    name: 'two-changes-at-once',
    what: 'A change of the membership begins before the one before it is committed.',
    rule: 'raft mayChangeMembership (rule 36)',
    source: 'reliability 15 bugs, no. 14; dissertation, 4.1',
    hunt: { by: 'simulator', rules: worldRules({ core: { mayChangeMembership: () => true } }) },
  },
  {
    name: 'change-before-own-commit',
    what: 'A new leader changes the membership before it has committed anything of its own term.',
    rule: 'raft mayChangeMembership (rule 36)',
    source: 'the single-server bug: raft-dev, 10 July 2015',
    hunt: {
      by: 'simulator',
      rules: worldRules({ core: { mayChangeMembership: (pending) => !pending } }),
    },
  },
  {
    name: 'cut-membership-holds',
    what: 'A membership whose entry was cut from the log stays in force.',
    rule: 'raft undoesCutMembership (rule 37)',
    source: 'reliability, rule 37; dissertation, 4.1',
    hunt: {
      by: 'simulator',
      rules: worldRules({ core: { undoesCutMembership: () => false } }),
      course: CUT_OFF_CHANGING,
    },
  },
  {
    name: 'wiped-disk-welcome',
    what: 'A known node that comes with an empty disk votes and acknowledges as if it had kept its word.',
    rule: 'node isStranger (rules 3, 20)',
    source: 'requirements, "a wiped disk under a known id is refused"; reliability, faults',
    hunt: {
      by: 'simulator',
      rules: worldRules({ node: { isStranger: () => false } }),
      course: { nodes: 3, kinds: ['wipe', 'isolate-leader'], fixed: { spares: 3 } },
    },
  },
];
