/**
 * A follower takes entries for committed only as far as its log is known to be its leader's: commitIndex
 * = min(leaderCommit, index of last new entry) (Raft paper, figure 2, "AppendEntries", 5). What it held
 * before may be another leader's.
 */
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

export class FollowerCommit implements Property {
  private readonly seen = new Map<number, number>();

  started({ id, replica }: NodeView): void {
    this.seen.set(id, replica.raft.commitIndex);
  }

  stepped({ id, name, replica }: NodeView): void {
    const { raft } = replica;
    const { commitIndex } = raft;
    if (commitIndex === this.seen.get(id)) return;
    this.seen.set(id, commitIndex);
    if (raft.role !== 'follower' || raft.leader === null || commitIndex <= raft.verifiedIndex)
      return;
    throw new PropertyBroken(
      'follower commit',
      `${name} takes entries up to ${String(commitIndex)} for committed, and knows its log to be that ` +
        `of ${String(raft.leader)} up to ${String(raft.verifiedIndex)}`,
    );
  }
}
