/**
 * Equal index, equal state: two nodes that have applied the same entries have the same state, however
 * they came to it (determinism of the state machine; Schneider, 1990).
 */
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

interface Known {
  readonly hash: string;
  readonly name: string;
}

const KEPT = 4_096;
const CHECK_EVERY = 64;

export class EqualState implements Property {
  private readonly hashes = new Map<number, Known>();
  private readonly seen = new Map<number, number>();

  started(node: NodeView): void {
    this.seen.delete(node.id);
    this.check(node);
  }

  stepped(node: NodeView): void {
    const { appliedIndex } = node.replica.store;
    if (this.seen.get(node.id) === appliedIndex) return;
    this.seen.set(node.id, appliedIndex);
    // The hash walks the whole state: now and then, at indexes that all nodes may meet.
    if (appliedIndex % CHECK_EVERY === 0) this.check(node);
  }

  examined(nodes: readonly NodeView[]): void {
    for (const node of nodes) if (node.up) this.check(node);
  }

  private check({ name, replica }: NodeView): void {
    const { store } = replica;
    const index = store.appliedIndex;
    const hash = store.hash();
    const known = this.hashes.get(index);
    if (known === undefined) {
      this.hashes.set(index, { hash, name });
      this.hashes.delete(index - KEPT);
    } else if (known.hash !== hash) {
      throw new PropertyBroken(
        'equal state',
        `at index ${String(index)} the state of ${name} has hash ${hash}, that of ${known.name} had ${known.hash}`,
      );
    }
  }
}
