/** Shapes of a network that came apart, as the ordered pairs of hosts between which nothing passes. */
import type { Random } from '../../../simulator/random.js';
import type { Host } from './hosts.js';

export interface Broken {
  readonly from: string;
  readonly to: string;
}

export interface Partition {
  readonly shape: Shape;
  /** For people. */
  readonly text: string;
  readonly broken: readonly Broken[];
}

export const SHAPES = [
  'split',
  'leader-in-minority',
  'isolated-leader',
  'one-way-in',
  'one-way-out',
  'bridge',
  'ring-of-majorities',
  'proxy-from-nodes',
  'proxy-from-leader',
  'clients-from-proxy',
] as const;
export type Shape = (typeof SHAPES)[number];

/** Without proxies there is nothing to cut them off from. */
export function shapesFor(hosts: readonly Host[]): readonly Shape[] {
  const hasProxies = hosts.some(({ role }) => role === 'proxy');
  return hasProxies ? SHAPES : SHAPES.filter((shape) => !shape.includes('prox'));
}

/** `leader`: its name, or null while nobody knows. */
export function partition(
  shape: Shape,
  hosts: readonly Host[],
  leader: string | null,
  random: Random,
): Partition {
  const named = (role: Host['role']): string[] =>
    random.shuffle(hosts.filter((host) => host.role === role).map(({ name }) => name));
  const nodes = named('node');
  const proxies = named('proxy');
  const head = leader ?? nodes[0] ?? '';
  const others = nodes.filter((name) => name !== head);
  const minority = Math.floor((nodes.length - 1) / 2);
  const made = (text: string, broken: readonly Broken[]): Partition => ({ shape, text, broken });
  switch (shape) {
    case 'split': {
      const [few, many] = halves(nodes, random.integer(1, minority));
      // Proxies stand on either side.
      const near = proxies.filter(() => random.chance(0.5));
      const far = proxies.filter((name) => !near.includes(name));
      return made(
        `${few.join(',')} | ${many.join(',')}`,
        between([...few, ...near], [...many, ...far]),
      );
    }
    case 'leader-in-minority': {
      // With a proxy that sees nobody else: its readers would be told what was, if nobody asked a majority.
      const [followers, rest] = halves(others, Math.max(1, minority - 1));
      const [near, far] = halves(proxies, 1);
      const few = [head, ...followers];
      return made(
        `${few.join(',')} | ${rest.join(',')}`,
        between([...few, ...near], [...rest, ...far]),
      );
    }
    case 'isolated-leader':
      return made(`${head} from the nodes`, between([head], others));
    case 'one-way-in':
      return made(`${head} hears no node`, oneWay(others, [head]));
    case 'one-way-out':
      return made(`${head} is heard by no node`, oneWay([head], others));
    case 'bridge': {
      const [middle = '', ...rest] = nodes;
      const [left, right] = halves(rest, Math.floor(rest.length / 2));
      return made(`${left.join(',')} - ${middle} - ${right.join(',')}`, between(left, right));
    }
    case 'ring-of-majorities':
      return made(`each hears its neighbours: ${nodes.join(',')}`, ring(nodes));
    case 'proxy-from-nodes': {
      const [proxy = ''] = proxies;
      const [some] = halves(nodes, random.integer(1, nodes.length));
      return made(`${proxy} from ${some.join(',')}`, between([proxy], some));
    }
    case 'proxy-from-leader':
      return made(`${proxies.join(',')} from ${head}`, between(proxies, [head]));
    case 'clients-from-proxy': {
      const [proxy = ''] = proxies;
      const clients = named('client');
      const [some] = halves(clients, random.integer(1, clients.length));
      return made(`${some.join(',')} from ${proxy}`, between(some, [proxy]));
    }
  }
}

/** Each hears a majority, itself included, and no two the same one (Jepsen's majorities ring). */
function ring(nodes: readonly string[]): Broken[] {
  const reach = Math.floor(nodes.length / 4) || 1;
  const distance = (a: number, b: number): number => {
    const apart = Math.abs(a - b);
    return Math.min(apart, nodes.length - apart);
  };
  return nodes.flatMap((from, a) =>
    nodes.filter((_, b) => distance(a, b) > reach).map((to) => ({ from, to })),
  );
}

function halves(names: readonly string[], size: number): [string[], string[]] {
  return [names.slice(0, size), names.slice(size)];
}

function between(left: readonly string[], right: readonly string[]): Broken[] {
  return [...oneWay(left, right), ...oneWay(right, left)];
}

function oneWay(senders: readonly string[], receivers: readonly string[]): Broken[] {
  return senders.flatMap((from) => receivers.map((to) => ({ from, to })));
}
