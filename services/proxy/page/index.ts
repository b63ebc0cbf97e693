/** The dashboard's half that runs in the proxy: it watches the nodes while a page is open, and acts for it. */
import { Relevo, type Transport } from '#client';
import { endpointText, type ProxyConfig } from '#config';
import { HAND_OVER_MS_MAX, passTransferOn } from '#rpc/admin';
import type { TlsIdentity } from '#tls';
import type { ProxyLog } from '../log.js';
import type { RouterView } from '../router/types.js';
import type { Means } from './acts.js';
import { ClusterWatch } from './cluster-watch.js';
import { PageFace } from './page-face.js';
import { builtPage } from './static-files.js';
import { Supervisor } from './supervisor.js';

export { PageFace };

/** A page does not wait as long as a program would, ms. */
const CALL_MS_MAX = 20_000;

const STATE_TEXTS = { up: 'runs', down: 'is down', paused: 'is frozen' } as const;

export interface PageSurroundings {
  readonly config: ProxyConfig;
  readonly log: ProxyLog;
  readonly nameOf: (node: number) => string;
  /** The proxy as a client of itself. */
  readonly transport: Transport;
  /** Shown to nodes; null: plain connections. */
  readonly identity: TlsIdentity | null;
  readonly view: () => RouterView;
}

export function pageFace(surroundings: PageSurroundings): PageFace {
  const { config, log, nameOf, identity, view } = surroundings;
  const { supervisorSocket } = config.page;
  const supervisor =
    supervisorSocket === null
      ? null
      : new Supervisor(supervisorSocket, (node, state) => {
          watch.say(node, 'process', STATE_TEXTS[state]);
        });
  const nodes = config.nodes.map(({ id, host, port }) => ({
    id,
    address: endpointText(host, port),
  }));
  const watch: ClusterWatch = new ClusterWatch({
    ...{ nodes, identity, view, nameOf, supervisor, proxyName: config.name },
  });
  return new PageFace({
    config: config.page,
    host: config.host,
    clusterName: config.clusterName,
    proxyName: config.name,
    means: meansOf(surroundings, nodes, supervisor),
    watch,
    files: builtPage(import.meta.url),
    log,
  });
}

function meansOf(
  { config, transport, identity, nameOf, view }: PageSurroundings,
  nodes: Means['nodes'],
  supervisor: Supervisor | null,
): Means {
  const addressOf = (node: number): string | undefined =>
    nodes.find(({ id }) => id === node)?.address;
  return {
    ...{ nodes, identity, supervisor, nameOf },
    client: async (via) => {
      const relevo = await clientOf(via, transport, addressOf, config.tlsDirectory);
      return { relevo, done: () => void relevo.close(0) };
    },
    transfer: (to) =>
      new Promise((resolve) => {
        const address = addressOf(view().leader);
        if (address === undefined) {
          resolve('nobody leads at this moment');
          return;
        }
        const asked = { address, to, timeoutMs: HAND_OVER_MS_MAX, identity, lastHop: false };
        passTransferOn(asked, (error) => {
          resolve(error === null ? null : error.details);
        });
      }),
  };
}

function clientOf(
  via: 'proxy' | number,
  transport: Transport,
  addressOf: (node: number) => string | undefined,
  tlsDirectory: string | null,
): Promise<Relevo> {
  const options = { timeoutMs: CALL_MS_MAX };
  if (via === 'proxy') return Relevo.over(transport, ['this proxy'], options);
  const address = addressOf(via);
  if (address === undefined) throw new Error(`there is no node ${via}`);
  const tls = tlsDirectory === null ? {} : { tls: { directory: tlsDirectory } };
  return Relevo.connect(address, { ...options, ...tls, name: 'relevo page' });
}
