/**
 * Leader completeness: an entry committed in a given term is in the logs of the leaders of all higher
 * terms (Raft paper, figure 3; 5.4).
 */
import { logIndex } from '#raft';
import { PropertyBroken } from './broken.js';
import type { CommittedLog } from './committed-log.js';
import { show } from './committed-log.js';
import type { NodeView, Property } from './view.js';

export class LeaderCompleteness implements Property {
  /** By node: the term in which it was last checked. */
  private readonly checked = new Map<number, number>();

  constructor(private readonly committed: CommittedLog) {}

  stepped({ id, name, replica }: NodeView): void {
    const { raft } = replica;
    if (raft.role !== 'leader' || this.checked.get(id) === raft.term) return;
    this.checked.set(id, raft.term);
    const { entries, terms } = this.committed;
    for (let at = entries.length - 1; at >= 0; at -= 1) {
      const entry = entries[at];
      // A leader of an older term, which nobody follows, need not have what later ones committed.
      if (entry === undefined || (terms[at] ?? 0) > raft.term) continue;
      if (entry.index < raft.firstIndex) return;
      if (entry.index > raft.lastIndex || raft.entryTerm(logIndex(entry.index)) !== entry.term) {
        throw new PropertyBroken(
          'leader completeness',
          `${name} leads in term ${String(raft.term)} without ${show(entry)}, which is committed`,
        );
      }
    }
  }
}
