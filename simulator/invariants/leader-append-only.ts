/**
 * Leader append-only: a leader never overwrites or deletes entries in its log; it only appends (Raft
 * paper, figure 3; 5.3).
 */
import type { LogIndex } from '#raft';
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

interface Seen {
  readonly term: number;
  readonly lastIndex: LogIndex;
  readonly lastTerm: number;
}

export class LeaderAppendOnly implements Property {
  private readonly seen = new Map<number, Seen>();

  started({ id }: NodeView): void {
    this.seen.delete(id);
  }

  stepped({ id, name, replica }: NodeView): void {
    const { raft } = replica;
    if (raft.role !== 'leader') {
      this.seen.delete(id);
      return;
    }
    const { term, lastIndex, lastTerm } = raft;
    const before = this.seen.get(id);
    if (before?.term === term) {
      if (before.lastIndex === lastIndex && before.lastTerm === lastTerm) return;
      const kept = raft.entryTerm(before.lastIndex);
      if (lastIndex < before.lastIndex || (kept !== null && kept !== before.lastTerm)) {
        throw new PropertyBroken(
          'leader append-only',
          `${name}, leader of term ${String(term)}, had entry ${String(before.lastIndex)} of term ` +
            `${String(before.lastTerm)}, and ends at ${String(lastIndex)} of term ${String(lastTerm)}`,
        );
      }
    }
    this.seen.set(id, { term, lastIndex, lastTerm });
  }
}
