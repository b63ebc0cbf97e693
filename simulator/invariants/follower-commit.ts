/**
 * A follower takes entries for committed only as far as its log is known to be its leader's: commitIndex
 * = min(leaderCommit, index of last new entry) (Raft paper, figure 2, "AppendEntries", 5). What it held
 * before may be another leader's.
 */
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

export class FollowerCommit implements Property {
  private readonly seen = new Map<number, { term: number; commitIndex: number }>();

  started({ id, replica }: NodeView): void {
    const { term, commitIndex } = replica.raft;
    this.seen.set(id, { term, commitIndex });
  }

  stepped({ id, name, replica }: NodeView): void {
    const { raft } = replica;
    const { term, commitIndex } = raft;
    const before = this.seen.get(id);
    if (before?.term === term && before.commitIndex === commitIndex) return;
    this.seen.set(id, { term, commitIndex });
    // In a step that brought a new term it may have committed in the old one first.
    if (
      before?.term !== term ||
      raft.role !== 'follower' ||
      raft.leader === null ||
      commitIndex <= raft.verifiedIndex
    )
      return;
    throw new PropertyBroken(
      'follower commit',
      `${name} takes entries up to ${String(commitIndex)} for committed, and knows its log to be that ` +
        `of ${String(raft.leader)} up to ${String(raft.verifiedIndex)}`,
    );
  }
}
