/** A node's configuration. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { isLoopback, plaintextProblem, type Plaintext } from '#tls';
import { freeze } from './freeze.js';
import {
  clusterIdOf,
  HTTP_PORT_OFFSET,
  nodeListText,
  quorumOf,
  type NodeAddress,
} from './nodes.js';
import { Reader } from './reader.js';
import { NODE_SETTINGS } from './settings.js';
import type { ValuesOf } from './setting.js';
import type { Environment } from './environment.js';
import { openSources } from './sources.js';

const HEARTBEAT_MS = 100;
/** Heartbeats that must fit into the least election timeout. */
const HEARTBEATS_MIN = 3;
const WELL_KNOWN_NAMES: ReadonlyMap<number, string> = new Map([
  [6787, 'ada'],
  [6788, 'bob'],
  [6789, 'cy'],
]);

export interface LogConfig {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly format: 'json' | 'pretty' | 'auto';
}

/** Times are milliseconds, sizes bytes. */
export interface NodeConfig {
  readonly nodeId: number;
  readonly name: string;
  /** Ascending by id, this node among them. */
  readonly nodes: readonly NodeAddress[];
  /** `id=host:port` in order of id: what nodes compare. */
  readonly nodeList: string;
  readonly clusterName: string;
  readonly clusterId: string;
  /** A blank data directory may vote and campaign. */
  readonly clusterIsNew: boolean;
  readonly quorum: number;
  /** Where to listen. */
  readonly host: string;
  readonly port: number;
  readonly peerPort: number;
  readonly httpPort: number;
  /** Absolute. */
  readonly dataDirectory: string;
  readonly electionTimeoutMsMin: number;
  /** Equal to the least: fixed, and the connection-loss hint is off. */
  readonly electionTimeoutMsMax: number;
  readonly heartbeatMs: number;
  readonly diskStallMs: number;
  readonly checkpoint: {
    readonly entriesMax: number;
    readonly bytesMax: number;
    readonly quietMs: number;
  };
  readonly trailingEntries: number;
  readonly history: { readonly revisions: number; readonly bytesMax: number };
  readonly sessionTimeoutMs: number;
  readonly limits: {
    readonly keyBytesMax: number;
    readonly valueBytesMax: number;
    readonly requestBytesMax: number;
    readonly txnOperationsMax: number;
  };
  readonly requestTimeoutMs: number;
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  readonly requestsPerConnection: number;
  readonly bytesPerConnection: number;
  /** Absolute; null: plain connections. */
  readonly tlsDirectory: string | null;
  readonly plaintext: Plaintext;
  readonly log: LogConfig;
  readonly reflection: boolean;
  readonly allowForcedElection: boolean;
}

type NodeValues = ValuesOf<typeof NODE_SETTINGS>;

/**
 * Flags (`argv` without the program's own name), then `environment`, then `.env` in `directory`, then
 * defaults. Frozen. Throws a ConfigError that names every setting that is wrong.
 */
export function loadNodeConfig(
  argv: readonly string[],
  environment: Environment,
  directory: string,
): NodeConfig {
  const reader = new Reader(openSources(NODE_SETTINGS, argv, environment, directory));
  const values = reader.read(NODE_SETTINGS);
  const own = values.nodes.find(({ id }) => id === values.nodeId);
  const heartbeatMs = heartbeatOf(values);
  checkCluster(reader, values, own);
  checkPorts(reader, values, own);
  checkTimes(reader, values, heartbeatMs);
  checkSizes(reader, values);
  reader.finish();
  return freeze(nodeConfig(values, own, heartbeatMs, directory));
}

function nodeConfig(
  values: NodeValues,
  own: NodeAddress | undefined,
  heartbeatMs: number,
  directory: string,
): NodeConfig {
  const { nodeId, nodes, clusterName, electionTimeout } = values;
  const nodeList = nodeListText(nodes);
  const name = values.name ?? WELL_KNOWN_NAMES.get(nodeId) ?? `node-${nodeId}`;
  const port = portOf(values, own);
  return {
    nodeId,
    name,
    nodes,
    nodeList,
    clusterName,
    clusterId: clusterIdOf(clusterName, nodeList),
    clusterIsNew: values.clusterState === 'new',
    quorum: quorumOf(nodes.length),
    host: values.host,
    port,
    peerPort: peerPortOf(values, own),
    httpPort: values.httpPort ?? port + HTTP_PORT_OFFSET,
    dataDirectory: resolve(directory, values.dataDirectory ?? `data/${name}`),
    electionTimeoutMsMin: electionTimeout.min,
    electionTimeoutMsMax: electionTimeout.max,
    heartbeatMs,
    diskStallMs: values.diskStallMs,
    checkpoint: {
      entriesMax: values.checkpointEntries,
      bytesMax: values.checkpointBytes,
      quietMs: values.quietCheckpointMs,
    },
    trailingEntries: values.trailingEntries,
    history: { revisions: values.historyRevisions, bytesMax: values.historyBytes },
    sessionTimeoutMs: values.sessionTimeoutMs,
    limits: {
      keyBytesMax: values.maxKeyBytes,
      valueBytesMax: values.maxValueBytes,
      requestBytesMax: values.maxRequestBytes,
      txnOperationsMax: values.maxTxnOperations,
    },
    requestTimeoutMs: values.requestTimeoutMs,
    connectionsMax: values.maxConnections,
    connectionsPerAddressMax: values.maxConnectionsPerAddress,
    requestsPerConnection: values.requestsPerConnection,
    bytesPerConnection: values.bytesPerConnection,
    tlsDirectory: values.tlsDirectory === null ? null : resolve(directory, values.tlsDirectory),
    plaintext: values.plaintext,
    log: { level: values.logLevel, format: values.logFormat },
    reflection: values.reflection,
    allowForcedElection: values.allowForcedElection,
  };
}

function checkCluster(reader: Reader, values: NodeValues, own: NodeAddress | undefined): void {
  const { nodeId, nodes, quorum, host, tlsDirectory, plaintext } = NODE_SETTINGS;
  const ids = values.nodes.map(({ id }) => id).join(', ');
  reader.check([nodeId, nodes], () =>
    own === undefined ? `expected one of the ids in NODES: ${ids}` : null,
  );
  const derivedQuorum = quorumOf(values.nodes.length);
  reader.check([quorum, nodes], () =>
    values.quorum === null || values.quorum === derivedQuorum
      ? null
      : `expected ${derivedQuorum}, which is floor(${values.nodes.length} / 2) + 1 for the nodes in ` +
        'NODES; leave it out',
  );
  reader.check([host, nodes, nodeId], () =>
    isLoopback(values.host) && own !== undefined && isIP(own.host) !== 0 && !isLoopback(own.host)
      ? `expected an address that others reach, because NODES has this node at ${own.host}: that one, ` +
        'or 0.0.0.0'
      : null,
  );
  reader.check([host, tlsDirectory, plaintext], () => plaintextProblem([values.host], values));
}

function checkPorts(reader: Reader, values: NodeValues, own: NodeAddress | undefined): void {
  const { nodeId, nodes, port, peerPort, httpPort } = NODE_SETTINGS;
  const client = portOf(values, own);
  const peers = peerPortOf(values, own);
  const http = values.httpPort ?? client + HTTP_PORT_OFFSET;
  reader.check([peerPort, nodes, nodeId], () =>
    own === undefined || peers === own.peerPort
      ? null
      : `expected ${own.peerPort}, where the others look for it; or write ` +
        `${own.id}=${own.host}:${own.port}/${peers} in every NODES`,
  );
  reader.check([httpPort, port, nodes, nodeId], () =>
    http > 65_535 ? `expected a port: PORT + ${HTTP_PORT_OFFSET} is ${http}; set HTTP_PORT` : null,
  );
  reader.check([httpPort, port, peerPort, nodes, nodeId], () =>
    new Set([client, peers, http]).size === 3
      ? null
      : `expected three different ports; PORT is ${client}, PEER_PORT ${peers}, HTTP_PORT ${http}`,
  );
}

function checkTimes(reader: Reader, values: NodeValues, heartbeatMs: number): void {
  const { heartbeatMs: heartbeat, electionTimeout } = NODE_SETTINGS;
  const most = Math.floor(values.electionTimeout.min / HEARTBEATS_MIN);
  reader.check([heartbeat, electionTimeout], () =>
    heartbeatMs <= most
      ? null
      : `expected at most ${most}ms, a third of the least ELECTION_TIMEOUT ` +
        `(${values.electionTimeout.min}ms); or raise that`,
  );
}

function checkSizes(reader: Reader, values: NodeValues): void {
  const { maxValueBytes, maxKeyBytes, maxRequestBytes } = NODE_SETTINGS;
  reader.check([maxRequestBytes, maxKeyBytes, maxValueBytes], () =>
    values.maxKeyBytes + values.maxValueBytes < values.maxRequestBytes
      ? null
      : `expected more than MAX_KEY_BYTES + MAX_VALUE_BYTES ` +
        `(${values.maxKeyBytes + values.maxValueBytes}), or the largest value can't be written`,
  );
}

function heartbeatOf(values: NodeValues): number {
  const third = Math.floor(values.electionTimeout.min / HEARTBEATS_MIN);
  return values.heartbeatMs ?? Math.min(HEARTBEAT_MS, third);
}

function portOf(values: NodeValues, own: NodeAddress | undefined): number {
  return values.port ?? own?.port ?? values.nodeId;
}

function peerPortOf(values: NodeValues, own: NodeAddress | undefined): number {
  return values.peerPort ?? own?.peerPort ?? 0;
}
