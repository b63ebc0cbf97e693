/** A client's request on its way: waiting in a lane, or in flight at a node. */
import { RequestKind, type Reply, type Request } from '#rpc/session/frames';
import type { LaneName } from './lane-name.js';
import type { NodeLink } from './node-link.js';

/** A client's stream: what it has under way, against its credit. */
export interface ClientLink {
  readonly connection: number;
  open: boolean;
  requests: number;
  bytes: number;
}

export interface Flight {
  readonly client: ClientLink;
  /** As the client sent it, with the client's own id. */
  readonly request: Request;
  /** Of arrival; what goes out again goes in this order. */
  readonly order: number;
  /** When it came in. */
  readonly arrived: number;
  /** When the client's time is up. */
  readonly deadline: number;
  /** When this flight has to be looked at: the deadline, or the end of its time in the queue. */
  expires: number;
  /** Where it is in flight; null while it waits. */
  node: NodeLink | null;
  sendings: number;
  /** An earlier sending may have been carried out: its answer was lost, or was "unknown". */
  mayHaveHappened: boolean;
  /** Parts of the answer that went on to the client, and that the node was not granted others for. */
  parts: number;
}

/** Session housekeeping takes the way of a write; null for a kind that nobody knows. */
export function laneOf(kind: number): LaneName | null {
  switch (kind) {
    case RequestKind.read:
      return 'read';
    case RequestKind.staleRead:
      return 'stale';
    case RequestKind.write:
    case RequestKind.openSession:
    case RequestKind.keepAlive:
    case RequestKind.closeSession:
      return 'write';
    default:
      return null;
  }
}

/** Nothing changes if it is carried out any number of times: an unanswered one is "not done". */
export function isHarmless(kind: number): boolean {
  return (
    kind === RequestKind.read || kind === RequestKind.staleRead || kind === RequestKind.keepAlive
  );
}

export function newFlight(
  client: ClientLink,
  request: Request,
  order: number,
  arrived: number,
  deadline: number,
): Flight {
  return {
    client,
    request,
    order,
    arrived,
    deadline,
    expires: deadline,
    node: null,
    sendings: 0,
    mayHaveHappened: false,
    parts: 0,
  };
}

/** Parts of one answer, of some 256 KiB, that a node sends before it is granted others. */
const PARTS_AHEAD = 2;

/** The frame for a node: the same request under the router's id, with the time that is left. */
export function frameFor(flight: Flight, id: number, now: number): Request {
  const { request } = flight;
  return {
    id,
    kind: request.kind,
    session: request.session,
    sequence: request.sequence,
    lowestAwaited: request.lowestAwaited,
    timeoutMs: Math.max(1, Math.ceil(flight.deadline - now)),
    minRevision: request.minRevision,
    payload: request.payload,
    partsMax: request.kind === RequestKind.write ? 0 : PARTS_AHEAD,
  };
}

/** A node's reply under the client's id. */
export function readdressed(reply: Reply, id: number): Reply {
  return {
    id,
    outcome: reply.outcome,
    payload: reply.payload,
    code: reply.code,
    message: reply.message,
    session: reply.session,
    servedBy: reply.servedBy,
    linearizable: reply.linearizable,
    more: reply.more,
    leader: reply.leader,
    part: reply.part,
  };
}
