/** Nodes taken in turn, one request at a time, so that a batch is spread like single requests. */
import type { NodeLink } from './node-link.js';

export class Rotation {
  /** Ascending by id; whoever comes or goes, the turn goes on behind `last`. */
  nodes: readonly NodeLink[] = [];
  /** Id of the node that had the last turn. */
  last = 0;

  /** The next node that has credit; null if none has. */
  next(): NodeLink | null {
    const { nodes } = this;
    const start = this.#start();
    for (let step = 0; step < nodes.length; step += 1) {
      const node = nodes[(start + step) % nodes.length];
      if (node?.hasCredit()) {
        this.last = node.id;
        return node;
      }
    }
    return null;
  }

  /** The first node behind the last one's id; at most a handful to look through. */
  #start(): number {
    for (let at = 0; at < this.nodes.length; at += 1) {
      const node = this.nodes[at];
      if (node !== undefined && node.id > this.last) return at;
    }
    return 0;
  }
}
