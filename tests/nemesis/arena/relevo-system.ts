/** Relevo, as it is shipped. */
import type { Control } from './control.js';
import { NODE_PORT, PROXY_PORT, type Host } from './hosts.js';
import { RelevoControl } from './relevo-control.js';
import type { Program, System } from './system.js';

/** Checkpoints come often and keep little behind them, so that nodes which were away need a transfer. */
const NODE_ENVIRONMENT = {
  CHECKPOINT_ENTRIES: '4000',
  TRAILING_ENTRIES: '500',
  QUIET_CHECKPOINT: '2s',
};

export const endpointOf = ({ address }: Host): string => `${address}:${PROXY_PORT}`;

export const relevo: System = {
  proxies: 2,

  node(host: Host, nodes: readonly Host[], dataDirectory: string): Program {
    return {
      instead: [],
      script: host.number === 1 ? 'services/leader/main.js' : 'services/follower/main.js',
      environment: {
        ...common(nodes),
        ...NODE_ENVIRONMENT,
        NODE_ID: String(host.number),
        NODE_NAME: host.name,
        CLUSTER_STATE: 'new',
        HOST: '0.0.0.0',
        PLAINTEXT: 'all',
        DATA_DIR: dataDirectory,
      },
    };
  },

  proxy(host: Host, nodes: readonly Host[]): Program {
    return {
      instead: [],
      script: 'services/proxy/main.js',
      environment: {
        ...common(nodes),
        PROXY_NAME: host.name,
        PROXY_HOST: '0.0.0.0',
        PLAINTEXT: 'all',
        PROXY_PORT: String(PROXY_PORT),
      },
    };
  },

  control(nodes: readonly Host[], proxies: readonly Host[]): Control {
    return new RelevoControl(proxies.map(endpointOf), nodes);
  },
};

function common(nodes: readonly Host[]): Record<string, string> {
  return {
    CLUSTER_NAME: 'nemesis',
    LOG_FORMAT: 'json',
    NODES: nodes.map(({ number, address }) => `${number}=${address}:${NODE_PORT}`).join(','),
  };
}
