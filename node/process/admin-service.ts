/** What operators ask of this node (relevo.v1.Admin): its own view of the cluster, and a hand-over. */
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { endpointText, type NodeConfig } from '#config';
import {
  noLeaderError,
  passTransferOn,
  timeLeft,
  unheardState,
  wasPassedOn,
  wireRole,
  wireState,
} from '#rpc/admin';
import { unaryError, type UnaryError } from '#rpc/errors';
import type {
  AdminServer,
  ClusterResponse,
  NodeView,
  TransferLeadershipRequest,
  TransferLeadershipResponse,
} from '#rpc/generated/relevo/v1/admin';
import { NodeRole } from '#rpc/session/frames';
import type { TlsIdentity } from '#tls';
import type { Replica } from '../replica.js';
import type { HandOverEnd, HandOvers } from './hand-overs.js';

export interface AdminParts {
  readonly config: NodeConfig;
  readonly replica: Replica;
  readonly handOvers: HandOvers;
  readonly connectedTo: (peer: number) => boolean;
  /** Shown to the node that a request is passed on to; null: a plain connection. */
  readonly identity: TlsIdentity | null;
}

type Answer = sendUnaryData<TransferLeadershipResponse>;

export function adminService(parts: AdminParts): AdminServer {
  return {
    cluster: (_call, callback) => {
      callback(null, clusterResponse(parts));
    },
    transferLeadership: (call, callback) => {
      transfer(parts, call, callback);
    },
  };
}

function clusterResponse(parts: AdminParts): ClusterResponse {
  const { clusterId, name, nodes, nodeId } = parts.config;
  return {
    clusterId,
    nodes: nodes.map(({ id, host, port }) => {
      const view = id === nodeId ? ownView(parts) : peerView(parts, id);
      return { ...view, address: endpointText(host, port) };
    }),
    queued: 0,
    servedBy: name,
  };
}

function ownView({ replica }: AdminParts): NodeView {
  const { readsServed, staleReadsServed, proposed } = replica.figures;
  const counts = { reads: readsServed + staleReadsServed, writes: proposed };
  return {
    state: wireState(replica.state()),
    connected: true,
    silentMs: 0,
    ...counts,
    address: '',
  };
}

/** Who leads is known to every node, how far the others are to the leader alone. */
function peerView({ replica, connectedTo }: AdminParts, id: number): NodeView {
  const { raft, store } = replica;
  const state = unheardState(id, store.memberOf(id)?.name ?? '');
  const progress = raft.progress().find(({ node }) => node === id);
  const silentMs =
    progress === undefined ? 0 : Math.max(0, Math.round(performance.now() - progress.lastHeard));
  if (raft.leader === id) {
    state.role = wireRole(NodeRole.leader);
    state.term = raft.term;
    state.leader = id;
  } else if (progress !== undefined) {
    state.role = wireRole(isLearner(replica, id) ? NodeRole.learner : NodeRole.follower);
    state.lastIndex = progress.matchIndex;
  }
  return { state, connected: connectedTo(id), silentMs, reads: 0, writes: 0, address: '' };
}

function isLearner({ raft }: Replica, id: number): boolean {
  return raft.membership.learners.some((learner) => learner === id);
}

function transfer(
  parts: AdminParts,
  call: ServerUnaryCall<TransferLeadershipRequest, TransferLeadershipResponse>,
  callback: Answer,
): void {
  const { config, replica, identity } = parts;
  const { to } = call.request;
  const timeoutMs = timeLeft(call.getDeadline());
  const { leader, role } = replica.raft;
  const refusal = refusalOf(parts, to);
  if (refusal !== null) callback(refusal);
  else if (role === 'leader') handOver(parts, to, timeoutMs, callback);
  else if (leader === null || wasPassedOn(call.metadata)) callback(noLeaderError());
  else {
    const at = config.nodes.find(({ id }) => id === leader);
    const address = at === undefined ? '' : endpointText(at.host, at.port);
    passTransferOn({ address, to, timeoutMs, identity, lastHop: true }, callback);
  }
}

/** Null: the node may be asked to lead. */
function refusalOf({ replica }: AdminParts, to: number): UnaryError | null {
  const voters = replica.raft.membership.voters.map(Number);
  if (to === 0 || voters.includes(to)) return null;
  const message = `node ${to} is no voter of this cluster, which has ${voters.join(', ')}; name one of them`;
  return unaryError({ code: 'invalid', outcome: 'refused', message });
}

function handOver(parts: AdminParts, to: number, timeoutMs: number, callback: Answer): void {
  const { config, replica, handOvers } = parts;
  const previous = config.nodeId;
  if (to === previous) {
    callback(null, { leader: to, previous, term: replica.raft.term, tookMs: 0 });
    return;
  }
  const began = performance.now();
  handOvers.begin(to, timeoutMs, (end) => {
    const tookMs = Math.round(performance.now() - began);
    if (end.type === 'done')
      callback(null, { leader: end.leader, previous, term: end.term, tookMs });
    else callback(unfinished(config.name, to, end));
  });
}

function unfinished(
  name: string,
  to: number,
  end: Exclude<HandOverEnd, { readonly type: 'done' }>,
): UnaryError {
  if (end.type === 'lost') {
    const message = `${name} gave the leadership away, and nobody was heard to lead in time; look at the cluster`;
    return unaryError({ code: 'timeout', outcome: 'unknown', message });
  }
  const whom = to === 0 ? 'another voter is' : `node ${to} is`;
  const message =
    `${name} leads on: ${end.reason === '' ? 'nobody took it over' : end.reason}; ` +
    `look whether ${whom} reachable and caught up, and try again`;
  return unaryError({ code: 'not-handed-over', outcome: 'refused', message });
}
