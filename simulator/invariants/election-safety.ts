/** Election safety: at most one leader can be elected in a given term (Raft paper, figure 3; 5.2). */
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

export class ElectionSafety implements Property {
  private readonly leaders = new Map<number, number>();

  stepped({ id, name, replica }: NodeView): void {
    const { raft } = replica;
    if (raft.role !== 'leader') return;
    const leader = this.leaders.get(raft.term);
    if (leader === undefined) this.leaders.set(raft.term, id);
    else if (leader !== id) {
      throw new PropertyBroken(
        'election safety',
        `${name} (${String(id)}) leads in term ${String(raft.term)}, in which ${String(leader)} led`,
      );
    }
  }

  get terms(): number {
    return this.leaders.size;
  }
}
