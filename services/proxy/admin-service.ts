/** What operators ask of this proxy (relevo.v1.Admin). */
import { status } from '@grpc/grpc-js';
import { endpointText, type ProxyConfig } from '#config';
import type { AdminServer, ClusterResponse } from '#rpc/generated/relevo/v1/admin';
import { NodeRole, type NodeState as WireNodeState } from '#rpc/generated/relevo/v1/session';
import type { NodeState } from '#rpc/session/frames';
import type { Driver } from './driver.js';

export function adminService(config: ProxyConfig, driver: Driver): AdminServer {
  /** By id, as they last said: a node that is gone keeps its name. */
  const names = new Map<number, string>();
  return {
    cluster: (_call, callback) => {
      callback(null, clusterResponse(config, driver, names));
    },
    transferLeadership: (_call, callback) => {
      callback({
        code: status.UNIMPLEMENTED,
        details: 'a proxy hands no leadership over; stop the leader, which does so itself',
      });
    },
  };
}

function clusterResponse(
  config: ProxyConfig,
  driver: Driver,
  names: Map<number, string>,
): ClusterResponse {
  const view = driver.view();
  const now = driver.now();
  return {
    clusterId: config.clusterId,
    nodes: view.nodes.map(({ node, state, connected, lastHeard, reads, writes }) => {
      if (state !== null) names.set(node, state.name);
      const address = config.nodes.find(({ id }) => id === node);
      return {
        state: state === null ? unheard(node, names.get(node) ?? '') : wireState(state),
        connected,
        silentMs: lastHeard === null ? 0 : Math.max(0, Math.round(now - lastHeard)),
        reads,
        writes,
        address: address === undefined ? '' : endpointText(address.host, address.port),
      };
    }),
    queued: view.queued,
    servedBy: config.name,
  };
}

const ROLES: readonly NodeRole[] = [
  NodeRole.NODE_ROLE_UNSPECIFIED,
  NodeRole.NODE_ROLE_FOLLOWER,
  NodeRole.NODE_ROLE_PRE_CANDIDATE,
  NodeRole.NODE_ROLE_CANDIDATE,
  NodeRole.NODE_ROLE_LEADER,
  NodeRole.NODE_ROLE_LEARNER,
];

/** The same shape; only the role is a number here and an enumeration there. */
function wireState(state: NodeState): WireNodeState {
  const { role, ...others } = state;
  return { ...others, role: ROLES[role] ?? NodeRole.NODE_ROLE_UNSPECIFIED };
}

/** Nothing is known of it but its id, and perhaps its name. */
function unheard(nodeId: number, name: string): WireNodeState {
  return {
    ...{
      nodeId,
      name,
      role: NodeRole.NODE_ROLE_UNSPECIFIED,
      term: 0,
      leader: 0,
      lastIndex: 0,
      commitIndex: 0,
    },
    ...{ appliedIndex: 0, checkpointIndex: 0, revision: 0, healthy: false, incarnation: '' },
    ...{ address: '', dataDirectory: '', processId: 0, voters: 0 },
  };
}
