/** Who is who in a cluster: names, ports, zones. The stacks and the operator's tool read the same plan. */
import type { Profile } from './profile.js';

export const ZONES = 3;
export const PORTS = {
  /** Of a node, for proxies; the other two are derived from it, as everywhere in Relevo. */
  session: 6787,
  peer: 16_787,
  nodeHttp: 26_787,
  proxy: 2379,
  proxyHttp: 8080,
} as const;

/** In the private zone. */
export const BALANCED = 'proxy';

const NODE_NAMES = ['ada', 'bob', 'cy', 'dee', 'eve'] as const;
const NODE_COUNTS = [1, 3, 5];

export interface Host {
  readonly name: string;
  /** Its name in the private zone, by which peers, certificates and clients know it. */
  readonly dnsName: string;
  /** Which of the three zones it stands in: 0, 1 or 2. */
  readonly zone: number;
}

export interface NodePlan extends Host {
  readonly id: number;
  /** The first asks for the leadership when the cluster is born. */
  readonly role: 'leader' | 'follower';
}

export interface Plan {
  readonly cluster: string;
  readonly profile: Profile;
  readonly domain: string;
  readonly nodes: readonly NodePlan[];
  readonly proxies: readonly Host[];
  /** The one name of all proxies, of the balancer before them; null: there is none. */
  readonly balancedName: string | null;
  readonly client: Host | null;
  /** The settings NODES and RELEVO_ENDPOINTS of every host. */
  readonly nodesSetting: string;
  readonly endpointsSetting: string;
}

/** Throws on a count or a cluster's name that can not be. */
export function planOf(cluster: string, profile: Profile, count: number): Plan {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(cluster)) {
    throw new Error(`cluster=${cluster}: small letters, digits and -, 31 at most, a letter first`);
  }
  if (!NODE_COUNTS.includes(count)) {
    throw new Error(`nodes=${count}: ${NODE_COUNTS.join(', ')} are the counts that make sense`);
  }
  const domain = `${cluster}.internal`;
  const host = (name: string, at: number): Host => ({
    name,
    dnsName: `${name}.${domain}`,
    zone: at % ZONES,
  });
  const nodes = NODE_NAMES.slice(0, count).map((name, at) => ({
    ...host(name, at),
    id: at + 1,
    role: at === 0 ? ('leader' as const) : ('follower' as const),
  }));
  const proxies = Array.from({ length: profile.proxies }, (_, at) => host(`proxy-${at + 1}`, at));
  return {
    cluster,
    profile,
    domain,
    nodes,
    proxies,
    balancedName: profile.hasLoadBalancer ? `${BALANCED}.${domain}` : null,
    client: profile.client === null ? null : host('client', 0),
    nodesSetting: nodes.map(({ id, dnsName }) => `${id}=${dnsName}:${PORTS.session}`).join(','),
    endpointsSetting: proxies.map(({ dnsName }) => `${dnsName}:${PORTS.proxy}`).join(','),
  };
}

export const dataStackName = ({ cluster }: Pick<Plan, 'cluster'>): string => `${cluster}-data`;
export const clusterStackName = ({ cluster }: Pick<Plan, 'cluster'>): string => `${cluster}-hosts`;

/** What belongs to one host alone in the parameter store. */
export const parameterPath = ({ cluster }: Pick<Plan, 'cluster'>, host: string): string =>
  `/relevo/${cluster}/${host}`;

/** Names under which the data stack gives its parts to the other one. */
export const exportName = ({ cluster }: Pick<Plan, 'cluster'>, part: string): string =>
  `${cluster}-data:${part}`;
