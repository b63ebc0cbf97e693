/** etcd with its default settings, without proxies: to see whether the harness finds what is known of it. */
import type { Host } from '../arena/hosts.js';
import type { Program, System } from '../arena/system.js';
import { EtcdControl } from './etcd-control.js';

const CLIENT_PORT = 2379;
const PEER_PORT = 2380;

export const memberOf = ({ address }: Host): string => `${address}:${CLIENT_PORT}`;

export const etcd: System = {
  proxies: 0,

  node(host: Host, nodes: readonly Host[], dataDirectory: string): Program {
    const peer = ({ address }: Host): string => `http://${address}:${PEER_PORT}`;
    const client = `http://${memberOf(host)}`;
    return {
      // What follows is taken for the shell's own name and arguments.
      instead: ['sh', '-c', 'exec etcd'],
      script: '',
      environment: {
        ETCD_NAME: host.name,
        ETCD_DATA_DIR: dataDirectory,
        ETCD_LISTEN_CLIENT_URLS: client,
        ETCD_ADVERTISE_CLIENT_URLS: client,
        ETCD_LISTEN_PEER_URLS: peer(host),
        ETCD_INITIAL_ADVERTISE_PEER_URLS: peer(host),
        ETCD_INITIAL_CLUSTER: nodes.map((one) => `${one.name}=${peer(one)}`).join(','),
        ETCD_INITIAL_CLUSTER_STATE: 'new',
      },
    };
  },

  proxy(): Program {
    throw new Error('etcd has no proxies here');
  },

  control: (nodes: readonly Host[]) => new EtcdControl(nodes.map(memberOf)),
};
