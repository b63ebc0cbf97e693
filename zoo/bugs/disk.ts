/** What reaches the disk, and what a start makes of what it finds: rules 19, 20, 32, 41. */
import type { Bug } from '../bug.js';
import { worldRules } from './wrong.js';

export const DISK_BUGS: readonly Bug[] = [
  {
    name: 'reported-before-sync',
    what: 'Entries are reported durable when they are written, before they are synced.',
    rule: 'storage syncsBeforeReporting (rules 19, 20)',
    source: 'reliability 15 bugs, no. 2; PAR; etcd #14370',
    hunt: { by: 'crash states', rules: { syncsBeforeReporting: () => false }, history: 'append' },
  },
  {
    name: 'directory-not-synced',
    what: 'After a rename, a creation or a removal the directory is not synced.',
    rule: 'storage syncsDirectory (rule 32)',
    source: 'reliability 15 bugs, no. 13; etcd #6368; hashicorp 854cbcb; ALICE',
    hunt: { by: 'crash states', rules: { syncsDirectory: () => false }, history: 'rotate' },
  },
  {
    name: 'renamed-before-sync',
    what: 'A file takes another one’s place before its own contents are synced.',
    rule: 'storage syncsBeforeRename (rule 32)',
    source: 'ALICE (OSDI ’14); the ext4 zero-length files of 2009',
    hunt: { by: 'crash states', rules: { syncsBeforeRename: () => false }, history: 'vote' },
  },
  {
    name: 'cut-not-synced',
    what: 'A log that was cut is written on before the cut is synced.',
    rule: 'storage syncsTruncation (rule 37 of the requirements)',
    source: 'design, "Truncation of a conflict"; ALICE',
    hunt: { by: 'crash states', rules: { syncsTruncation: () => false }, history: 'truncate' },
  },
  {
    name: 'cut-not-announced',
    what: 'A cut begins without a note of it: a power cut in the middle leaves what looks like damage.',
    rule: 'storage announcesCut',
    source: 'found here by real power cuts (docs/testing.md)',
    hunt: { by: 'crash states', rules: { announcesCut: () => false }, history: 'truncate' },
  },
  {
    name: 'every-tail-is-damage',
    what: 'A tail that a power cut tore is taken for damage, and the node refuses to start.',
    rule: 'storage isDamage (rule 41)',
    source: 'PAR (FAST ’18); requirements R38',
    hunt: { by: 'crash states', rules: { isDamage: () => true }, history: 'append' },
  },
  {
    name: 'failed-sync-ignored',
    what: 'A write or a sync that failed counts as done, and the node goes on.',
    rule: 'storage failureOf',
    source: 'reliability, "fsync EIO retried"; Rebello et al., ATC ’20',
    hunt: { by: 'simulator', rules: worldRules({ storage: { failureOf: () => null } }) },
  },
];
