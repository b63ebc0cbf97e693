/**
 * Memberships change by one server at a time, so that any two majorities of neighbours share a node
 * (Raft dissertation, 4.1); the next change waits until the one before is committed, and something of
 * the leader's own term (the bug in single-server changes; Ongaro, raft-dev, 2015). Keeps the newest
 * membership that is committed.
 */
import type { Entry, Membership } from '#raft';
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

export class MembershipChanges implements Property {
  /** The membership in the log of each leader, and its term. */
  private readonly seen = new Map<number, { term: number; membership: Membership }>();

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

  stepped({ id, name, replica }: NodeView): void {
    const { raft } = replica;
    if (raft.role !== 'leader') {
      this.seen.delete(id);
      return;
    }
    const { membership, term, commitIndex } = raft;
    const before = this.seen.get(id);
    if (before?.term === term && before.membership === membership) return;
    this.seen.set(id, { term, membership });
    if (before?.term !== term) return;
    const isCommitted = [before.membership, membership].includes(raft.membershipAt(commitIndex));
    if (isCommitted && raft.entryTerm(commitIndex) === term) return;
    throw new PropertyBroken(
      'one membership change at a time',
      `${name}, leader of term ${String(term)}, changes the membership at commit index ` +
        `${String(commitIndex)} (term ${String(raft.entryTerm(commitIndex))}), ` +
        (isCommitted ? 'of no entry of its own term' : 'before the last change is committed'),
    );
  }
}
