/** What a cluster on one machine consists of: its nodes, their ports and folders, and their settings. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { portHolder } from '#config';
import { tlsFolder } from './certificates.js';
import type { Control } from './control.js';
import { ClusterError } from './error.js';
import {
  chooseNodePorts,
  choosePort,
  FIRST_NODE_PORT,
  isPortFree,
  portsFrom,
  type IsFree,
  type NodePorts,
  type PortChoice,
} from './ports.js';
import type { ProcessSettings } from './process.js';
import {
  LOG_FOLDER,
  newRecord,
  readRecord,
  writeRecord,
  type ClusterRecord,
  type NodeRecord,
} from './record.js';

const NODE_NAMES = ['ada', 'bob', 'cy', 'dan', 'eve', 'fay', 'gus'];
const NODES = 3;
const HOST = '127.0.0.1';
export const PROXY_PORT = 2379;
export const PROXY_HTTP_PORT = 8080;

export interface LayoutOptions {
  /** The data folder; made if it is not there. */
  readonly dataDirectory: string;
  /** Default: what the folder was made for, else 3. */
  readonly nodes?: number;
  /** Default 1. */
  readonly proxies?: number;
  /** For what is chosen now: ports in a data folder stay. Default `standard`. */
  readonly ports?: PortChoice;
  /** One for all, such as `300-600ms`, or one a node's id or name. Default: the node's own default. */
  readonly electionTimeout?: string | Readonly<Record<string, string>>;
  /** Further settings of every process, by their environment names. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where the processes run, and may find a `.env`. Default: the data folder, which has none. */
  readonly workingDirectory?: string;
  readonly clusterName?: string;
  /** Every connection is TLS, with certificates that are made in the data folder. */
  readonly tls?: boolean;
  /** The first node asks for the leadership on its very first start. Default true; else the timers decide. */
  readonly leaderBorn?: boolean;
  /** The page may act, and the nodes can be broken. Left out: neither. */
  readonly control?: Control;
  /** The nodes can be broken, as with `control`; by whoever asks them. */
  readonly breakable?: boolean;
}

export interface ProxyPorts {
  readonly name: string;
  readonly port: number;
  readonly httpPort: number;
}

export interface Layout {
  readonly dataDirectory: string;
  readonly record: ClusterRecord;
  readonly proxies: readonly ProxyPorts[];
  /** The folder was made by an earlier run. */
  readonly reused: boolean;
  readonly options: LayoutOptions;
}

/** Reads what the folder says, or chooses and records it. Starts nothing. */
export async function planLayout(
  options: LayoutOptions,
  isFree: IsFree = isPortFree,
): Promise<Layout> {
  const dataDirectory = resolve(options.dataDirectory);
  const found = readRecord(dataDirectory);
  const record = found ?? (await chooseRecord(options, isFree));
  if (found === null) writeRecord(dataDirectory, record);
  else await checkReuse(found, dataDirectory, options, isFree);
  const proxies = await chooseProxies(record, options, isFree);
  return { dataDirectory, record, proxies, reused: found !== null, options };
}

/**
 * What `planLayout` will come to, as far as settings can be judged by it: no port is tried, nothing is
 * recorded. `isFresh`: what the folder says now will be gone.
 */
export function draftLayout(options: LayoutOptions, isFresh: boolean): Layout {
  const dataDirectory = resolve(options.dataDirectory);
  const found = isFresh ? null : readRecord(dataDirectory);
  const count = options.nodes ?? found?.nodes.length ?? NODES;
  const ports = Array.from({ length: count }, (_, at) => portsFrom(FIRST_NODE_PORT + at));
  const record = found?.nodes.length === count ? found : recordFor(options, ports);
  const proxy = { name: 'proxy', port: PROXY_PORT, httpPort: PROXY_HTTP_PORT };
  return { dataDirectory, record, proxies: [proxy], reused: found !== null, options };
}

export function nodeDirectory(layout: Layout, node: NodeRecord): string {
  return join(layout.dataDirectory, node.name);
}

/** The first node is leader-born, unless the options say otherwise. */
export function nodeSettings(layout: Layout, node: NodeRecord): ProcessSettings {
  const { electionTimeout, leaderBorn: mayBe = true } = layout.options;
  const leaderBorn = mayBe && node === layout.record.nodes[0];
  const timeout =
    typeof electionTimeout === 'object'
      ? (electionTimeout[node.id] ?? electionTimeout[node.name])
      : electionTimeout;
  const { control, breakable = control !== undefined } = layout.options;
  const folder = breakable ? join('node', 'faults') : 'services';
  const program = join(folder, leaderBorn ? 'leader' : 'follower');
  return settings(layout, 'node', node.name, program, {
    NODE_ID: String(node.id),
    NODE_NAME: node.name,
    CLUSTER_STATE: layout.record.formed ? 'existing' : 'new',
    HOST: layout.record.host,
    PORT: String(node.port),
    PEER_PORT: String(node.peerPort),
    HTTP_PORT: String(node.httpPort),
    DATA_DIR: nodeDirectory(layout, node),
    ...(timeout === undefined ? {} : { ELECTION_TIMEOUT: timeout }),
  });
}

export function proxySettings(layout: Layout, proxy: ProxyPorts): ProcessSettings {
  const { control } = layout.options;
  return settings(layout, 'proxy', proxy.name, join('services', 'proxy'), {
    ...(control !== undefined && {
      CONTROL: 'true',
      PAGE_TOKEN: control.token,
      SUPERVISOR_SOCKET: control.socketPath,
    }),
    PROXY_NAME: proxy.name,
    PROXY_HOST: layout.record.host,
    PROXY_PORT: String(proxy.port),
    PROXY_HTTP_PORT: String(proxy.httpPort),
  });
}

export function nodesSetting(host: string, nodes: readonly NodeRecord[]): string {
  return nodes.map((node) => `${String(node.id)}=${host}:${String(node.port)}`).join(',');
}

function settings(
  layout: Layout,
  kind: 'node' | 'proxy',
  name: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): ProcessSettings {
  const { host, nodes, clusterName } = layout.record;
  const { tls } = layout.options;
  return {
    name,
    kind,
    program: join(programRoot(), folder, 'main.js'),
    environment: {
      ...given(layout.options.environment ?? {}),
      LOG_FORMAT: 'json',
      CLUSTER_NAME: clusterName,
      NODES: nodesSetting(host, nodes),
      ...(tls === true && { TLS_DIR: tlsFolder(layout.dataDirectory, kind, name) }),
      ...environment,
    },
    workingDirectory: layout.options.workingDirectory ?? layout.dataDirectory,
    logFile: join(layout.dataDirectory, LOG_FOLDER, `${name}.log`),
  };
}

async function chooseRecord(options: LayoutOptions, isFree: IsFree): Promise<ClusterRecord> {
  const count = options.nodes ?? NODES;
  return recordFor(options, await chooseNodePorts(count, options.ports ?? 'standard', isFree));
}

function recordFor(options: LayoutOptions, ports: readonly NodePorts[]): ClusterRecord {
  const nodes = ports.map((chosen, position): NodeRecord => {
    const id = FIRST_NODE_PORT + position;
    return { id, name: NODE_NAMES[position] ?? `node-${String(id)}`, ...chosen };
  });
  return newRecord(options.clusterName ?? 'relevo', HOST, nodes);
}

async function checkReuse(
  record: ClusterRecord,
  dataDirectory: string,
  options: LayoutOptions,
  isFree: IsFree,
): Promise<void> {
  const count = record.nodes.length;
  if (options.nodes !== undefined && options.nodes !== count) {
    throw new ClusterError(
      'wrong-node-count',
      `${dataDirectory} was made for ${String(count)} node(s), not ${String(options.nodes)}; ` +
        `leave out --nodes, give another folder with --data DIR, or wipe it with --fresh.`,
    );
  }
  for (const node of record.nodes) {
    for (const port of [node.port, node.peerPort, node.httpPort]) {
      if (await isFree(port)) continue;
      throw new ClusterError(
        'port-busy',
        `port ${String(port)} of ${node.name} is held by ${portHolder(port)}; ` +
          'end it, or give another folder with --data DIR (a new folder chooses free ports).',
      );
    }
  }
}

async function chooseProxies(
  record: ClusterRecord,
  options: LayoutOptions,
  isFree: IsFree,
): Promise<readonly ProxyPorts[]> {
  const choice = options.ports ?? 'standard';
  const taken = new Set(record.nodes.flatMap((node) => [node.port, node.peerPort, node.httpPort]));
  const proxies: ProxyPorts[] = [];
  for (let position = 0; position < (options.proxies ?? 1); position += 1) {
    const port = await choosePort(PROXY_PORT, choice, taken, isFree);
    taken.add(port);
    const httpPort = await choosePort(PROXY_HTTP_PORT, choice, taken, isFree);
    taken.add(httpPort);
    proxies.push({
      name: position === 0 ? 'proxy' : `proxy-${String(position + 1)}`,
      port,
      httpPort,
    });
  }
  return proxies;
}

function given(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(environment);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The built programs stand beside this file, or under dist/ when this runs from its source. */
function programRoot(): string {
  const above = join(dirname(fileURLToPath(import.meta.url)), '..');
  const built = join(above, 'dist');
  return import.meta.url.endsWith('.ts') && existsSync(built) ? built : above;
}
