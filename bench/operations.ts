/** What callers ask of a system: the same of both, by a client of its own each. */
import { Relevo } from '#client';
import { EtcdConnection } from './etcd-connection.js';

export type System = 'relevo' | 'etcd';
export type Kind = 'put' | 'get' | 'getStale';

/** `n` picks the key. */
export type Operations = Readonly<Record<Kind, (n: number) => Promise<unknown>>> & {
  close(): Promise<void>;
};

export const KEYS = 10_000;
const VALUE = Buffer.alloc(100, 'v');

/** Eight bytes each, made beforehand: what is measured is the systems. */
const keys = Array.from({ length: KEYS }, (_, n) => Buffer.from(`k${String(n).padStart(7, '0')}`));

/** Spread over the whole range of keys. */
function keyOf(n: number): Buffer {
  return keys[(n * 7919) % KEYS] as Buffer;
}

/** `endpoints`: of the proxies; of the members. */
export function connect(system: System, endpoints: readonly string[]): Promise<Operations> {
  return system === 'relevo' ? connectRelevo(endpoints) : connectEtcd(endpoints);
}

async function connectRelevo(endpoints: readonly string[]): Promise<Operations> {
  const relevo = await Relevo.connect(endpoints);
  return {
    put: (n) => relevo.put(keyOf(n), VALUE),
    get: (n) => relevo.get(keyOf(n)),
    getStale: (n) => relevo.get(keyOf(n), { consistency: 'stale' }),
    close: () => relevo.close(),
  };
}

/** One lean connection to each member, used in turn. */
async function connectEtcd(endpoints: readonly string[]): Promise<Operations> {
  const connections = await Promise.all(endpoints.map((address) => EtcdConnection.open(address)));
  const inTurn = (n: number): EtcdConnection => {
    const connection = connections[n % connections.length];
    if (connection === undefined) throw new Error('etcd has no connection');
    return connection;
  };
  return {
    put: (n) => inTurn(n).put(keyOf(n), VALUE),
    get: (n) => inTurn(n).range(keyOf(n), false),
    getStale: (n) => inTurn(n).range(keyOf(n), true),
    close: () => {
      for (const connection of connections) connection.close();
      return Promise.resolve();
    },
  };
}
