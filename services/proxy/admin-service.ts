/** What operators ask of this proxy (relevo.v1.Admin). */
import { endpointText, type ProxyConfig } from '#config';
import { noLeaderError, passTransferOn, timeLeft, unheardState, wireState } from '#rpc/admin';
import type { AdminServer, ClusterResponse } from '#rpc/generated/relevo/v1/admin';
import type { TlsIdentity } from '#tls';
import type { Driver } from './driver.js';

/** `identity`: shown to the leader that a request is passed on to; null: a plain connection. */
export function adminService(
  config: ProxyConfig,
  driver: Driver,
  identity: TlsIdentity | null,
): AdminServer {
  /** By id, as they last said: a node that is gone keeps its name. */
  const names = new Map<number, string>();
  return {
    cluster: (_call, callback) => {
      callback(null, clusterResponse(config, driver, names));
    },
    transferLeadership: (call, callback) => {
      const address = addressOf(config, driver.view().leader);
      if (address === '') {
        callback(noLeaderError());
        return;
      }
      const { to } = call.request;
      const timeoutMs = timeLeft(call.getDeadline());
      passTransferOn({ address, to, timeoutMs, identity, lastHop: false }, callback);
    },
  };
}

/** For clients and proxies; empty if there is no such node. */
function addressOf(config: ProxyConfig, node: number): string {
  const found = config.nodes.find(({ id }) => id === node);
  return found === undefined ? '' : endpointText(found.host, found.port);
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
      return {
        state: state === null ? unheardState(node, names.get(node) ?? '') : wireState(state),
        connected,
        silentMs: lastHeard === null ? 0 : Math.max(0, Math.round(now - lastHeard)),
        reads,
        writes,
        address: addressOf(config, node),
      };
    }),
    queued: view.queued,
    servedBy: config.name,
  };
}
