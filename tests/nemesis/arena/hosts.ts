/** Who takes part, and under which address. Every host is a network namespace of its own. */
export type Role = 'node' | 'proxy' | 'client';

export interface Host {
  readonly name: string;
  readonly role: Role;
  readonly address: string;
  /** From 1, among its role. */
  readonly number: number;
}

export interface Size {
  readonly nodes: number;
  readonly proxies: number;
  readonly clients: number;
}

export const NODE_PORT = 6787;
export const PROXY_PORT = 2379;
export const SUBNET = '10.77.0';
/** The harness itself, which no fault reaches. */
export const HARNESS_ADDRESS = `${SUBNET}.1`;

const NODE_NAMES = ['ada', 'bob', 'cy', 'dan', 'eve', 'fay', 'gus'];

export function planHosts({ nodes, proxies, clients }: Size): readonly Host[] {
  if (nodes > NODE_NAMES.length) {
    throw new RangeError(`${nodes} nodes; there are names for ${NODE_NAMES.length}: ask for fewer`);
  }
  return [
    ...hosts('node', nodes, 10, (n) => NODE_NAMES[n - 1] ?? ''),
    ...hosts('proxy', proxies, 30, (n) => `proxy-${n}`),
    ...hosts('client', clients, 50, (n) => `client-${n}`),
  ];
}

function hosts(role: Role, count: number, base: number, nameOf: (n: number) => string): Host[] {
  return Array.from({ length: count }, (_, i) => ({
    name: nameOf(i + 1),
    role,
    address: `${SUBNET}.${base + i + 1}`,
    number: i + 1,
  }));
}
