/** What exists only while a node leads, and starts afresh with each term it wins. */
import type { Progress } from './progress.js';
import type { LogIndex, NodeId } from './types.js';

/** A read of this node's own (`from` null), or a follower's question for the commit index. */
export interface Ask {
  readonly from: NodeId | null;
  readonly id: number;
}

export interface Round {
  readonly number: number;
  /** The commit index when the round began: no earlier than any of its asks. */
  readonly index: LogIndex;
  /** Voters that have replied to a heartbeat of this round or of a later one. */
  confirmed: readonly NodeId[];
  asks: Ask[];
}

export interface ReadRounds {
  /** The newest round begun; heartbeats carry it. */
  newest: number;
  /** At most one is under way. */
  current: Round | null;
  /** For the round after it, or for the first commit of the term. */
  waiting: Ask[];
}

/** Handing over leadership (dissertation, 3.10). */
export interface Transfer {
  readonly to: NodeId;
  /** When it has failed. */
  readonly due: number;
  /** The disk does not keep up: step down even if it fails. */
  stepDown: boolean;
  /** `timeout-now` has been sent. */
  asked: boolean;
}

export interface Leadership {
  peers: Progress[];
  heartbeatDue: number;
  /** When idle followers are told the commit index, if nothing told them before. */
  announceDue: number | null;
  /** Of the entries that are not committed. */
  uncommittedBytes: number;
  readonly reads: ReadRounds;
  transfer: Transfer | null;
}

export function newLeadership(heartbeatDue: number, uncommittedBytes: number): Leadership {
  return {
    peers: [],
    heartbeatDue,
    announceDue: null,
    uncommittedBytes,
    reads: { newest: 0, current: null, waiting: [] },
    transfer: null,
  };
}

export function progressOf(leadership: Leadership, node: NodeId): Progress | null {
  for (const peer of leadership.peers) if (peer.node === node) return peer;
  return null;
}
