/** All bugs, in the order of the table. */
import type { Bug } from '../bug.js';
import { DISK_BUGS } from './disk.js';
import { EDGE_BUGS } from './edges.js';
import { ELECTION_BUGS } from './elections.js';
import { LOG_BUGS } from './log.js';
import { MEMBERSHIP_BUGS } from './membership.js';
import { READ_BUGS } from './reads.js';
import { STATE_BUGS } from './state.js';

export const ZOO: readonly Bug[] = [
  ...ELECTION_BUGS,
  ...LOG_BUGS,
  ...READ_BUGS,
  ...STATE_BUGS,
  ...MEMBERSHIP_BUGS,
  ...DISK_BUGS,
  ...EDGE_BUGS,
];

/** Throws a RangeError that says which there are. */
export function bugNamed(name: string): Bug {
  const bug = ZOO.find((one) => one.name === name);
  if (bug !== undefined) return bug;
  const names = ZOO.map((one) => one.name).join(', ');
  throw new RangeError(`there is no bug ${JSON.stringify(name)}; there are ${names}`);
}
