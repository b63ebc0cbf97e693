/**
 * Nothing is committed before it is durable on a majority of the voters (Raft paper, 5.3 and 5.5;
 * etcd's "CommittedIsDurable"): whoever then crashes, a quorum still has it.
 */
import type { Entry } from '#raft';
import { logIndex } from '#raft';
import { PropertyBroken } from './broken.js';
import { show } from './committed-log.js';
import type { NodeView } from './view.js';

export class CommitDurability {
  constructor(private readonly nodes: () => readonly NodeView[]) {}

  /** The entry is the first of its index that any node knows to be committed. */
  committed(entry: Entry, by: NodeView): void {
    const { voters } = by.replica.raft.membership;
    const holders = this.nodes().filter(
      (node) => voters.some((voter) => Number(voter) === node.id) && holdsDurably(node, entry),
    );
    if (holders.length * 2 > voters.length) return;
    throw new PropertyBroken(
      'commit durability',
      `${by.name} has ${show(entry)} committed, which is durable on ` +
        `${holders.map(({ name }) => name).join(', ') || 'nobody'} of ${String(voters.length)} voters`,
    );
  }
}

function holdsDurably({ replica }: NodeView, entry: Entry): boolean {
  const { raft } = replica;
  if (entry.index < raft.firstIndex) return true;
  return raft.durableIndex >= entry.index && raft.entryTerm(logIndex(entry.index)) === entry.term;
}
