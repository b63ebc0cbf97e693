/** What operators ask of this proxy (relevo.v1.Admin). */
import { status } from '@grpc/grpc-js';
import { endpointText, type ProxyConfig } from '#config';
import type { AdminServer, ClusterResponse } from '#rpc/generated/relevo/v1/admin';
import type { NodeState as WireNodeState } from '#rpc/generated/relevo/v1/session';
import type { Driver } from './driver.js';

export function adminService(config: ProxyConfig, driver: Driver): AdminServer {
  return {
    cluster: (_call, callback) => {
      callback(null, clusterResponse(config, driver));
    },
    transferLeadership: (_call, callback) => {
      callback({
        code: status.UNIMPLEMENTED,
        details: 'a proxy hands no leadership over; stop the leader, which does so itself',
      });
    },
  };
}

function clusterResponse(config: ProxyConfig, driver: Driver): ClusterResponse {
  const view = driver.view();
  const now = driver.now();
  return {
    clusterId: config.clusterId,
    nodes: view.nodes.map(({ node, state, connected, lastHeard, reads, writes }) => {
      const address = config.nodes.find(({ id }) => id === node);
      return {
        // The same shape by our own names: frames.ts.
        state: state === null ? unheard(node) : (state satisfies object as WireNodeState),
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

/** Nothing is known of it but its id. */
function unheard(nodeId: number): WireNodeState {
  return {
    ...{ nodeId, name: '', role: 0, term: 0, leader: 0, lastIndex: 0, commitIndex: 0 },
    ...{ appliedIndex: 0, checkpointIndex: 0, revision: 0, healthy: false, incarnation: '' },
    ...{ address: '', dataDirectory: '', processId: 0, voters: 0 },
  };
}
