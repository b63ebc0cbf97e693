/** A proxy's configuration. */
import { resolve } from 'node:path';
import { plaintextProblem, type Plaintext } from '#tls';
import { freeze } from './freeze.js';
import type { LogConfig } from './node.js';
import { clusterIdOf, nodeListText, type NodeAddress } from './nodes.js';
import { Reader } from './reader.js';
import { PROXY_SETTINGS } from './settings.js';
import type { Environment } from './environment.js';
import { openSources } from './sources.js';

/** Times are milliseconds, sizes bytes. */
export interface ProxyConfig {
  readonly name: string;
  /** Where to listen. */
  readonly host: string;
  readonly port: number;
  readonly httpPort: number;
  /** Ascending by id. */
  readonly nodes: readonly NodeAddress[];
  readonly nodeList: string;
  readonly clusterName: string;
  readonly clusterId: string;
  readonly queueTimeoutMs: number;
  readonly queueRequestsMax: number;
  readonly queueBytesMax: number;
  readonly nodeSilenceMs: number;
  readonly maxLagEntries: number;
  readonly readFromLeader: boolean;
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  readonly requestsPerConnection: number;
  readonly bytesPerConnection: number;
  readonly requestBytesMax: number;
  readonly valueBytesMax: number;
  readonly requestTimeoutMs: number;
  /** Absolute; null: plain connections. */
  readonly tlsDirectory: string | null;
  readonly plaintext: Plaintext;
  readonly log: LogConfig;
  readonly reflection: boolean;
  readonly page: PageConfig;
}

/** What the dashboard may show, and to whom. */
export interface PageConfig {
  readonly isShown: boolean;
  /** Null: nobody can show one. */
  readonly token: string | null;
  /** Names under which it may be asked for, beside addresses of this machine. */
  readonly hosts: readonly string[];
  /** It may act, too. */
  readonly control: boolean;
  /** Absolute; null: nobody here owns the processes. */
  readonly supervisorSocket: string | null;
}

/**
 * Flags (`argv` without the program's own name), then `environment`, then `.env` in `directory`, then
 * defaults. Frozen. Throws a ConfigError that names every setting that is wrong.
 */
export function loadProxyConfig(
  argv: readonly string[],
  environment: Environment,
  directory: string,
): ProxyConfig {
  const reader = new Reader(openSources(PROXY_SETTINGS, argv, environment, directory));
  const values = reader.read(PROXY_SETTINGS);
  reader.check([PROXY_SETTINGS.httpPort, PROXY_SETTINGS.port], () =>
    values.port === values.httpPort ? 'expected another port than PROXY_PORT' : null,
  );
  const { host, nodes, tlsDirectory, plaintext } = PROXY_SETTINGS;
  reader.check([host, tlsDirectory, plaintext], () => plaintextProblem([values.host], values));
  reader.check([nodes, tlsDirectory, plaintext], () =>
    plaintextProblem(
      values.nodes.map((node) => node.host),
      values,
    ),
  );
  const { control, pageToken } = PROXY_SETTINGS;
  reader.check([control, pageToken], () =>
    values.control && values.pageToken === null
      ? 'expected PAGE_TOKEN beside it: nobody acts without showing one'
      : null,
  );
  reader.finish();
  const nodeList = nodeListText(values.nodes);
  return freeze({
    name: values.name ?? `proxy-${values.port}`,
    host: values.host,
    port: values.port,
    httpPort: values.httpPort,
    nodes: values.nodes,
    nodeList,
    clusterName: values.clusterName,
    clusterId: clusterIdOf(values.clusterName, nodeList),
    queueTimeoutMs: values.queueTimeoutMs,
    queueRequestsMax: values.queueRequests,
    queueBytesMax: values.queueBytes,
    nodeSilenceMs: values.nodeSilenceMs,
    maxLagEntries: values.maxLagEntries,
    readFromLeader: values.readFromLeader,
    connectionsMax: values.maxConnections,
    connectionsPerAddressMax: values.maxConnectionsPerAddress,
    requestsPerConnection: values.requestsPerConnection,
    bytesPerConnection: values.bytesPerConnection,
    requestBytesMax: values.maxRequestBytes,
    valueBytesMax: values.maxValueBytes,
    requestTimeoutMs: values.requestTimeoutMs,
    tlsDirectory: values.tlsDirectory === null ? null : resolve(directory, values.tlsDirectory),
    plaintext: values.plaintext,
    log: { level: values.logLevel, format: values.logFormat },
    reflection: values.reflection,
    page: {
      isShown: values.page,
      token: values.pageToken,
      hosts: [...values.pageHosts, values.host],
      control: values.control,
      supervisorSocket:
        values.supervisorSocket === null ? null : resolve(directory, values.supervisorSocket),
    },
  });
}
