/** The two systems that are measured, behind one face. */
import { Relevo } from '#client';
import { Cluster } from '#cluster';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EtcdCluster } from './etcd-cluster.js';
import { EtcdConnection } from './etcd-connection.js';

export interface Subject {
  readonly name: string;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
  put(n: number): Promise<unknown>;
  get(n: number): Promise<unknown>;
  getStale(n: number): Promise<unknown>;
  stop(): Promise<void>;
}

export const KEYS = 10_000;
const VALUE = Buffer.alloc(100, 'v');

/** Eight bytes each, made beforehand: what is measured is the systems. */
const keys = Array.from({ length: KEYS }, (_, n) => Buffer.from(`k${String(n).padStart(7, '0')}`));

/** Spread over the whole range of keys. */
function keyOf(n: number): Buffer {
  return keys[(n * 7919) % KEYS] as Buffer;
}

/** Three nodes and a proxy on their defaults; `root` is a folder on a real disk. */
export async function startRelevo(root: string): Promise<Subject> {
  mkdirSync(root, { recursive: true });
  const dataDirectory = mkdtempSync(join(root, 'relevo-'));
  const cluster = await Cluster.start({ dataDirectory, nodes: 3, ports: 'random' });
  const relevo = await Relevo.connect(cluster.endpoints);
  const all = [...cluster.nodes, ...cluster.proxies];
  return {
    name: 'relevo',
    processes: all.map(({ name, process }) => ({ name, pid: process.pid ?? 0 })),
    put: (n) => relevo.put(keyOf(n), VALUE),
    get: (n) => relevo.get(keyOf(n)),
    getStale: (n) => relevo.get(keyOf(n), { consistency: 'stale' }),
    stop: async () => {
      await relevo.close();
      await cluster.stopAll();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Three members on their defaults, one lean connection to each, used in turn. */
export async function startEtcd(root: string, version: string): Promise<Subject> {
  const cluster = await EtcdCluster.start(root, version);
  const connections = await Promise.all(
    cluster.addresses.map((address) => EtcdConnection.open(address)),
  );
  const inTurn = (n: number): EtcdConnection => {
    const connection = connections[n % connections.length];
    if (connection === undefined) throw new Error('etcd has no connection');
    return connection;
  };
  return {
    name: 'etcd',
    processes: cluster.processIds.map((pid, i) => ({ name: `m${i}`, pid })),
    put: (n) => inTurn(n).put(keyOf(n), VALUE),
    get: (n) => inTurn(n).range(keyOf(n), false),
    getStale: (n) => inTurn(n).range(keyOf(n), true),
    stop: async () => {
      for (const connection of connections) connection.close();
      await cluster.stop();
    },
  };
}
