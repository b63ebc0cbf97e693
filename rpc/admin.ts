/** What nodes and proxies share of relevo.v1.Admin: a node's state on the wire, and a hand-over passed on. */
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import type { TlsIdentity } from '#tls';
import {
  AdminClient,
  type NodeView,
  type TransferLeadershipResponse,
} from './generated/relevo/v1/admin.js';
import { NodeRole, type NodeState as WireNodeState } from './generated/relevo/v1/session.js';
import { unaryError, type UnaryError } from './errors.js';
import type { NodeState } from './session/frames.js';
import { CHANNEL_OPTIONS } from './transport/channel.js';
import { dialSecurity } from './transport/security.js';

/** How long a hand-over may take for a caller that names no deadline, ms. */
export const HAND_OVER_MS_MAX = 10_000;

/** Set by a node that passes a request on: whoever gets it does not do so again. */
const PASSED_ON = 'relevo-passed-on';

const ROLES: readonly NodeRole[] = [
  NodeRole.NODE_ROLE_UNSPECIFIED,
  NodeRole.NODE_ROLE_FOLLOWER,
  NodeRole.NODE_ROLE_PRE_CANDIDATE,
  NodeRole.NODE_ROLE_CANDIDATE,
  NodeRole.NODE_ROLE_LEADER,
  NodeRole.NODE_ROLE_LEARNER,
];

/** The same shape; only the role is a number here and an enumeration there. */
export function wireState(state: NodeState): WireNodeState {
  const { role, ...others } = state;
  return { ...others, role: wireRole(role) };
}

export function wireRole(role: number): NodeRole {
  return ROLES[role] ?? NodeRole.NODE_ROLE_UNSPECIFIED;
}

/** Nothing is known of it but its id, and perhaps its name. */
export function unheardState(nodeId: number, name: string): WireNodeState {
  return {
    ...{ nodeId, name, role: NodeRole.NODE_ROLE_UNSPECIFIED, term: 0, leader: 0 },
    ...{ lastIndex: 0, commitIndex: 0, appliedIndex: 0, checkpointIndex: 0, revision: 0 },
    ...{ healthy: false, incarnation: '', address: '', dataDirectory: '', processId: 0, voters: 0 },
    ...{ release: '', protocolMin: 0, protocolMax: 0, formatMax: 0, formatLevel: 0 },
  };
}

export type { NodeView };

export interface PassingOn {
  /** `host:port` of the node that leads. */
  readonly address: string;
  /** The node to take over; 0 lets the leader choose. */
  readonly to: number;
  readonly timeoutMs: number;
  /** What it shows; null: a plain connection. */
  readonly identity: TlsIdentity | null;
  /** Who passes it on is a node itself. */
  readonly lastHop: boolean;
}

/** To be closed by whoever asks for it. `identity` null: a plain connection. */
export function adminClient(address: string, identity: TlsIdentity | null): AdminClient {
  const { credentials, options } = dialSecurity(identity, address);
  return new AdminClient(address, credentials, { ...CHANNEL_OPTIONS, ...options });
}

/** Asks another node to see to it; what it answers is the answer, its errors included. */
export function passTransferOn(
  { address, to, timeoutMs, identity, lastHop }: PassingOn,
  callback: (error: UnaryError | null, response?: TransferLeadershipResponse) => void,
): void {
  const client = adminClient(address, identity);
  const metadata = new Metadata();
  if (lastHop) metadata.set(PASSED_ON, 'yes');
  const options = { deadline: Date.now() + timeoutMs };
  client.transferLeadership({ to }, metadata, options, (error, response) => {
    client.close();
    if (error === null) callback(null, response);
    else callback(passedOnError(error, address));
  });
}

export function wasPassedOn(metadata: Metadata): boolean {
  return metadata.get(PASSED_ON).length > 0;
}

/** Of a call's deadline: the milliseconds left, at most `HAND_OVER_MS_MAX`. */
export function timeLeft(deadline: Date | number): number {
  const left = Number(deadline) - Date.now();
  return Number.isFinite(left) ? Math.max(1, Math.min(left, HAND_OVER_MS_MAX)) : HAND_OVER_MS_MAX;
}

export function noLeaderError(): UnaryError {
  const message = 'nobody leads at this moment, so nobody can hand over; try again in a moment';
  return unaryError({ code: 'no-leader', outcome: 'not-done', message });
}

/** A status of the other side's own goes on as it is; one that gRPC made says who was asked. */
function passedOnError({ code, details, metadata }: ServiceError, address: string): UnaryError {
  if (metadata.get('relevo-outcome').length > 0) return { code, details, metadata };
  return { code, metadata, details: `the leader was asked at ${address}: ${details}` };
}
