/**
 * A leader commits by counting replicas only what is of its own term, and older entries with it: an
 * older one on a majority may still be overwritten (Raft paper, 5.4.2 and figure 8).
 */
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

interface Seen {
  readonly term: number;
  readonly commitIndex: number;
}

export class CommitOfOwnTerm implements Property {
  private readonly seen = new Map<number, Seen>();

  started({ id }: NodeView): void {
    this.seen.delete(id);
  }

  stepped({ id, name, replica }: NodeView): void {
    const { raft } = replica;
    const { term, commitIndex } = raft;
    if (raft.role !== 'leader') {
      this.seen.delete(id);
      return;
    }
    const before = this.seen.get(id);
    if (before?.term === term && before.commitIndex === commitIndex) return;
    this.seen.set(id, { term, commitIndex });
    // In the step that made it leader it may have learnt nothing new; a single voter may have.
    if (before?.term !== term || raft.entryTerm(commitIndex) === term) return;
    throw new PropertyBroken(
      'commit of the own term',
      `${name}, leader of term ${String(term)}, commits up to entry ${String(commitIndex)} ` +
        `of term ${String(raft.entryTerm(commitIndex))}`,
    );
  }
}
