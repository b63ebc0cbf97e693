/**
 * Durable means durable: what a node believed to be on its disk is there after whatever befell it, the
 * same entries, unless they were cut since (Raft paper, figure 2, "persistent state"; rule 23: a write's
 * completion speaks of what was written, not of what stands at its index now).
 */
import { logIndex, type Term } from '#raft';
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

export class DurableStays implements Property {
  private readonly before = new Map<number, NodeView>();

  started(node: NodeView): void {
    const before = this.before.get(node.id);
    this.before.set(node.id, node);
    if (before !== undefined) compare(before, node);
  }
}

function compare({ name, replica: before }: NodeView, { replica: after }: NodeView): void {
  const { durableIndex, firstIndex } = before.raft;
  const from = Math.max(firstIndex, after.raft.firstIndex);
  for (let index = durableIndex as number; index >= from; index -= 1) {
    const was = before.raft.entryTerm(logIndex(index));
    const is = after.raft.entryTerm(logIndex(index));
    if (was === is) continue;
    throw new PropertyBroken(
      'durable stays durable',
      `${name} had entry ${String(index)} of term ${String(was)} on its disk, and after its ` +
        `restart ${is === null ? 'has none' : `one of term ${String(is satisfies Term)}`}`,
    );
  }
}
