/** The one list by which every node and proxy knows every node (R9), and the cluster's id made from it. */
import { createHash } from 'node:crypto';
import { endpointOf, endpointText } from './parsers.js';
import type { Parser } from './setting.js';

/** How far above its port a node hears its peers, and answers over HTTP, unless told otherwise. */
export const PEER_PORT_OFFSET = 10_000;
export const HTTP_PORT_OFFSET = 20_000;

const NODES_MAX = 9;
const NODE_ID_MAX = 2 ** 31 - 1;
const CLUSTER_ID_DIGITS = 16;

export interface NodeAddress {
  readonly id: number;
  readonly host: string;
  /** For clients and proxies. */
  readonly port: number;
  /** For the other nodes. */
  readonly peerPort: number;
}

/** `id=host:port`, or `id=host:port/peerPort` where the peer port is not port + 10,000. */
export const nodes: Parser<readonly NodeAddress[]> = {
  expected:
    `expected 1 to ${NODES_MAX} nodes as id=host:port (or id=host:port/peerPort), separated by commas, ` +
    'each id and address once',
  parse(text) {
    const all = text.split(',').map((each) => nodeOf(each.trim()));
    const found = all.filter((each) => each !== null);
    if (found.length !== all.length || found.length > NODES_MAX) return null;
    const addresses = found.flatMap(({ host, port, peerPort }) => [
      endpointText(host, port),
      endpointText(host, peerPort),
    ]);
    if (new Set(addresses).size !== addresses.length) return null;
    if (new Set(found.map(({ id }) => id)).size !== found.length) return null;
    return found.sort((one, other) => one.id - other.id);
  },
};

/** The list in its one spelling, in order of id: what nodes compare with each other. */
export function nodeListText(list: readonly NodeAddress[]): string {
  return list
    .map(({ id, host, port, peerPort }) => {
      const peers = peerPort === port + PEER_PORT_OFFSET ? '' : `/${peerPort}`;
      return `${id}=${endpointText(host, port)}${peers}`;
    })
    .join(',');
}

/** The first 16 hexadecimal digits of the sha256 of the cluster's name, a line feed and its node list. */
export function clusterIdOf(clusterName: string, nodeList: string): string {
  const hash = createHash('sha256').update(`${clusterName}\n${nodeList}`, 'utf8').digest('hex');
  return hash.slice(0, CLUSTER_ID_DIGITS);
}

/** floor(N / 2) + 1 (R8). */
export function quorumOf(nodeCount: number): number {
  return Math.floor(nodeCount / 2) + 1;
}

function nodeOf(text: string): NodeAddress | null {
  const match = /^(\d{1,10})=([^/]+)(?:\/(\d{1,5}))?$/.exec(text);
  const at = endpointOf(match?.[2] ?? '');
  const id = Number(match?.[1]);
  if (at === null || !(id >= 1 && id <= NODE_ID_MAX)) return null;
  const peerPort = match?.[3] === undefined ? at.port + PEER_PORT_OFFSET : Number(match[3]);
  return peerPort >= 1 && peerPort <= 65_535 ? { id, ...at, peerPort } : null;
}
