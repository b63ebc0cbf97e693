/**
 * The pipelined session's frames as plain data: the same shapes as the generated ones of
 * relevo/v1/session.proto, so that nothing is converted on the way, without their imports, so that the
 * pure machines of proxy and client can use them.
 */

export const RequestKind = {
  write: 1,
  read: 2,
  staleRead: 3,
  openSession: 4,
  keepAlive: 5,
  closeSession: 6,
  grantParts: 7,
  cancelParts: 8,
} as const;
export type RequestKind = number;

export const Outcome = { ok: 1, notDone: 2, refused: 3, unknown: 4 } as const;
export type Outcome = number;

export const NodeRole = {
  follower: 1,
  preCandidate: 2,
  candidate: 3,
  leader: 4,
  learner: 5,
} as const;
export type NodeRole = number;

export interface Request {
  id: number;
  kind: RequestKind;
  session: number;
  sequence: number;
  lowestAwaited: number;
  timeoutMs: number;
  minRevision: number;
  payload: Uint8Array;
  partsMax: number;
}

export interface Reply {
  id: number;
  outcome: Outcome;
  payload: Uint8Array;
  code: string;
  message: string;
  session: number;
  servedBy: number;
  linearizable: boolean;
  more: boolean;
  leader: number;
  part: number;
}

/** What a node says of itself (session.proto, NodeState). */
export interface NodeState {
  nodeId: number;
  name: string;
  role: NodeRole;
  term: number;
  leader: number;
  lastIndex: number;
  commitIndex: number;
  appliedIndex: number;
  checkpointIndex: number;
  revision: number;
  healthy: boolean;
  incarnation: string;
  address: string;
  dataDirectory: string;
  processId: number;
  voters: number;
  release: string;
  protocolMin: number;
  protocolMax: number;
  formatMax: number;
  formatLevel: number;
}

/** What a receiver grants (session.proto, Welcome). */
export interface Welcome {
  protocol: number;
  clusterId: string;
  name: string;
  nodeId: number;
  requestsMax: number;
  bytesMax: number;
  sessionTimeoutMs: number;
  release: string;
}

export const NO_BYTES = new Uint8Array(0);

/** Whether it gets a reply of its own, and so counts as in flight. */
export function awaitsReply(kind: RequestKind): boolean {
  return kind !== RequestKind.grantParts && kind !== RequestKind.cancelParts;
}

/** An OK reply, to be filled by whoever answers. */
export function emptyReply(id: number, outcome: Outcome): Reply {
  return {
    id,
    outcome,
    payload: NO_BYTES,
    code: '',
    message: '',
    session: 0,
    servedBy: 0,
    linearizable: false,
    more: false,
    leader: 0,
    part: 0,
  };
}

/**
 * Stable words of `Reply.code`. Outcome `notDone`: nothing happened, send it again. `refused`: it can't
 * be done as it stands. `unknown`: it may have happened.
 */
export type ReplyCode =
  | 'no-leader'
  | 'not-leader'
  | 'overloaded'
  | 'timeout'
  | 'cancelled'
  | 'stopping'
  | 'disk-full'
  | 'leader-changed'
  | 'connection-lost'
  | 'too-large'
  | 'malformed'
  | 'unknown-kind'
  | 'wrong-cluster'
  | 'session-expired'
  | 'session-full'
  | 'already-answered'
  | 'revision-compacted'
  | 'revision-in-future'
  | 'duplicate-key'
  | 'lease-not-found'
  | 'no-follower'
  | 'invalid';
