/** One node as the router sees it: what it said, what it grants, and what it still owes. */
import type { NodeState, Request, Welcome } from '#rpc/session/frames';
import type { RouterNodeView } from './types.js';

export interface NodeLinkDump {
  readonly id: number;
  readonly connected: boolean;
  readonly fresh: boolean;
  readonly doubted: boolean;
  readonly deposalSeen: boolean;
  readonly state: NodeState | null;
  readonly heard: number | null;
  readonly requestsMax: number;
  readonly bytesMax: number;
  readonly reads: number;
  readonly writes: number;
}

export class NodeLink {
  readonly id: number;
  connected = false;
  /** As of the last look at the clock (`routes.ts`). */
  fresh = false;
  doubted = false;
  /** While another leads: what it owed as a leader was taken back already. */
  deposalSeen = false;
  state: NodeState | null = null;
  /** When anything last came from it; null: never. */
  heard: number | null = null;
  requestsMax = 0;
  bytesMax = 0;
  /** Sent to it and unanswered: all, those of the write lane, and the bytes of all. */
  inFlight = 0;
  writesInFlight = 0;
  bytes = 0;
  reads = 0;
  writes = 0;
  /** Goes out when the event is handled. */
  out: Request[] = [];

  constructor(id: number) {
    this.id = id;
  }

  connect(welcome: Welcome, now: number): void {
    this.connected = true;
    this.fresh = true;
    this.doubted = false;
    this.state = null;
    this.heard = now;
    this.requestsMax = welcome.requestsMax;
    this.bytesMax = welcome.bytesMax;
  }

  /** What it said of itself is forgotten: a new process may answer at its address. */
  disconnect(): void {
    this.connected = false;
    this.fresh = false;
    this.state = null;
    this.out = [];
  }

  /** Whether its grant has room; one request of any size always fits into an empty one. */
  hasCredit(): boolean {
    return (
      this.inFlight === 0 ||
      ((this.requestsMax === 0 || this.inFlight < this.requestsMax) &&
        (this.bytesMax === 0 || this.bytes < this.bytesMax))
    );
  }

  take(bytes: number, isWrite: boolean): void {
    this.inFlight += 1;
    this.bytes += bytes;
    if (isWrite) this.writesInFlight += 1;
  }

  release(bytes: number, isWrite: boolean): void {
    this.inFlight -= 1;
    this.bytes -= bytes;
    if (isWrite) this.writesInFlight -= 1;
  }

  view(): RouterNodeView {
    return {
      node: this.id,
      state: this.state,
      connected: this.connected,
      lastHeard: this.heard,
      reads: this.reads,
      writes: this.writes,
      inFlight: this.inFlight,
    };
  }

  dump(): NodeLinkDump {
    const { id, connected, fresh, doubted, deposalSeen, state, heard } = this;
    const { requestsMax, bytesMax, reads, writes } = this;
    return {
      ...{ id, connected, fresh, doubted, deposalSeen, state, heard },
      ...{ requestsMax, bytesMax, reads, writes },
    };
  }

  /** What is in flight is counted again by whoever loads the flights. */
  static load(dumped: NodeLinkDump): NodeLink {
    const node = new NodeLink(dumped.id);
    node.connected = dumped.connected;
    node.fresh = dumped.fresh;
    node.doubted = dumped.doubted;
    node.deposalSeen = dumped.deposalSeen;
    node.state = dumped.state;
    node.heard = dumped.heard;
    node.requestsMax = dumped.requestsMax;
    node.bytesMax = dumped.bytesMax;
    node.reads = dumped.reads;
    node.writes = dumped.writes;
    return node;
  }
}
