/** The router's own replies, when no node can give one. */
import { emptyReply, Outcome, type Reply, type ReplyCode, type Request } from '#rpc/session/frames';
import { isHarmless, type Flight } from './flight.js';
import type { LaneName } from './lane-name.js';
import { valueBytesOf } from './put-size.js';
import type { RouterConfig } from './types.js';

/**
 * A node's answer that sends the request back to the queue rather than to the client. `hasOthers`: some other
 * node is well.
 */
export function isForElsewhere(reply: Reply, hasOthers: boolean): boolean {
  if (reply.outcome !== Outcome.notDone && reply.outcome !== Outcome.unknown) return false;
  switch (reply.code as ReplyCode) {
    case 'not-leader':
    case 'no-leader':
    case 'leader-changed':
    case 'stopping':
    case 'connection-lost':
      return true;
    // The others' disks may have room, and a leader without any gives the leadership away.
    case 'disk-full':
      return hasOthers;
    default:
      return false;
  }
}

export function failure(id: number, outcome: number, code: ReplyCode, message: string): Reply {
  const reply = emptyReply(id, outcome);
  reply.code = code;
  reply.message = message;
  return reply;
}

/** Never-sent and harmless requests are not done; of others that were sent nobody knows. */
export function outcomeUnanswered(flight: Flight): number {
  const sent = flight.node !== null || flight.mayHaveHappened;
  return sent && !isHarmless(flight.request.kind) ? Outcome.unknown : Outcome.notDone;
}

/** For a flight whose time is up. */
export function timedOut(
  flight: Flight,
  lane: LaneName,
  hasLeader: boolean,
  config: RouterConfig,
): Reply {
  const outcome = outcomeUnanswered(flight);
  const { id } = flight.request;
  if (flight.node !== null) {
    const text = `node ${String(flight.node.id)} did not answer before the request's time was up; `;
    return failure(id, outcome, 'timeout', text + remedy(outcome));
  }
  if (lane === 'write' && hasLeader) {
    return failure(id, outcome, 'timeout', `the leader had no room in time; ${remedy(outcome)}`);
  }
  if (lane === 'read' && hasLeader && !config.readFromLeader) {
    const text = 'no follower could be read from, and READ_FROM_LEADER is off; ';
    return failure(id, outcome, 'no-follower', text + remedy(outcome));
  }
  if (lane === 'stale') {
    return failure(id, outcome, 'timeout', `no node was reachable in time; ${remedy(outcome)}`);
  }
  return failure(id, outcome, 'no-leader', `no leader was found in time; ${remedy(outcome)}`);
}

export function lost(flight: Flight, node: number): Reply {
  const outcome = outcomeUnanswered(flight);
  const text = `the connection to node ${String(node)} broke before its answer was whole; `;
  return failure(flight.request.id, outcome, 'connection-lost', text + remedy(outcome));
}

export function overloadedConnection(id: number, config: RouterConfig): Reply {
  const text =
    `this connection may have ${String(config.requestsPerConnection)} requests and ` +
    `${String(config.bytesPerConnection)} bytes in flight; wait for replies before sending more`;
  return failure(id, Outcome.notDone, 'overloaded', text);
}

export function overloadedQueue(id: number, config: RouterConfig): Reply {
  const text =
    `the proxy's queue (QUEUE_REQUESTS ${String(config.queueRequestsMax)}, QUEUE_BYTES ` +
    `${String(config.queueBytesMax)}) is full while no node can take the request; try again later`;
  return failure(id, Outcome.notDone, 'overloaded', text);
}

export function stopping(id: number): Reply {
  return failure(id, Outcome.notDone, 'stopping', 'this proxy is stopping; use another, or wait');
}

export function tooLarge({ id, payload }: Request, config: RouterConfig): Reply {
  const valueBytes = valueBytesOf(payload) ?? 0;
  const bytes = payload.length;
  if (valueBytes > config.valueBytesMax) {
    const words =
      `the value has ${String(valueBytes)} bytes, more than MAX_VALUE_BYTES ` +
      `${String(config.valueBytesMax)}; store it in parts, under several keys`;
    return failure(id, Outcome.refused, 'too-large', words);
  }
  const text =
    `the request has ${String(bytes)} bytes, more than MAX_REQUEST_BYTES ` +
    `${String(config.requestBytesMax)}; split it`;
  return failure(id, Outcome.refused, 'too-large', text);
}

export function unknownKind(id: number, kind: number): Reply {
  const text = `request kind ${String(kind)} is unknown here; use a client of this version`;
  return failure(id, Outcome.refused, 'unknown-kind', text);
}

function remedy(outcome: number): string {
  return outcome === Outcome.unknown
    ? 'it may have happened: repeat it with the same session and sequence'
    : 'nothing happened: try again';
}
