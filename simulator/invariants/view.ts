/** What the properties look at: each node as it stands, whether it is up or was so when it was last seen. */
import type { Replica } from '../machines.js';

export interface NodeView {
  readonly id: number;
  readonly name: string;
  /** Of a node that is down, as it was when it went down: what was durable then still is. */
  readonly replica: Replica;
  readonly up: boolean;
  /** Its disk's log, as it is left if the power goes now, in order of segments. */
  readonly durableLog: () => readonly Uint8Array[];
}

/** One property. Nodes are looked at after each of their events. */
export interface Property {
  /** A replica begins to run, from what its disk held. */
  started?(node: NodeView): void;
  stepped?(node: NodeView): void;
  /** Costs more: now and then, and at the end. */
  examined?(nodes: readonly NodeView[]): void;
}
