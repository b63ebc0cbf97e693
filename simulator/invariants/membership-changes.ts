/**
 * Memberships change by one server at a time, so that any two majorities of neighbours share a node
 * (Raft dissertation, 4.1). Keeps the newest one that is committed.
 */
import type { Entry, Membership } from '#raft';
import { PropertyBroken } from './broken.js';

export class MembershipChanges {
  constructor(public membership: Membership) {}

  committed({ index, body }: Entry): void {
    if (body.kind !== 'membership') return;
    const { voters } = this.membership;
    const next = body.membership.voters;
    const come = next.filter((voter) => !voters.includes(voter));
    const gone = voters.filter((voter) => !next.includes(voter));
    if (come.length + gone.length > 1 || next.length === 0) {
      throw new PropertyBroken(
        'one membership change at a time',
        `entry ${String(index)} makes voters ${next.join(' ')} of ${voters.join(' ')}`,
      );
    }
    this.membership = body.membership;
  }
}
