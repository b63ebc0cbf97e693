/**
 * Which ports a cluster's nodes use: three each, a fixed distance apart, so that whoever knows a node's
 * port knows the other two.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { HTTP_PORT_OFFSET, PEER_PORT_OFFSET } from '#config';

export const FIRST_NODE_PORT = 6787;

const BLOCK_STEP = 10;
/** Above 32,767 systems hand ports to outgoing connections; three ranges must fit below. */
const BLOCK_LAST = 12_000;
const RANDOM_FIRST = 5_000;
const RANDOM_TRIES = 200;

/**
 * Nothing listens there that a browser, or Node's own fetch, could look at: they refuse to talk to these ports
 * (WHATWG Fetch, "port blocking"; those above 5,000).
 */
const BLOCKED: ReadonlySet<number> = new Set([
  5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

export interface NodePorts {
  /** For clients and proxies. */
  readonly port: number;
  readonly peerPort: number;
  readonly httpPort: number;
}

/** Of the ports that clients use; those for peers and health lie a fixed distance above. */
export interface PortRange {
  readonly first: number;
  /** Not one of them. */
  readonly end: number;
}

/**
 * `standard`: 6787 and on, or the next block that is free. `random`: any free block. A range: any free block
 * of it, for those who start several clusters at a time; a port is free also while its node is down.
 */
export type PortChoice = 'standard' | 'random' | PortRange;

export type IsFree = (port: number) => Promise<boolean>;

export function portsFrom(port: number): NodePorts {
  return { port, peerPort: port + PEER_PORT_OFFSET, httpPort: port + HTTP_PORT_OFFSET };
}

/** Ports for `count` nodes, one after the other, all free when they were tried. */
export async function chooseNodePorts(
  count: number,
  choice: PortChoice,
  isFree: IsFree = isPortFree,
): Promise<readonly NodePorts[]> {
  for (const first of firstPorts(choice, count)) {
    const block = Array.from({ length: count }, (_, position) => portsFrom(first + position));
    if (await allFree(block, isFree)) return block;
  }
  throw new Error(
    `no ${String(count)} neighbouring ports are free between ${String(RANDOM_FIRST)} and ` +
      `${String(BLOCK_LAST)}; end what holds them and start again.`,
  );
}

/** The first free port from `wanted` on; with `random`, any free one. Not one that browsers refuse. */
export async function choosePort(
  wanted: number,
  choice: PortChoice,
  taken: ReadonlySet<number>,
  isFree: IsFree = isPortFree,
): Promise<number> {
  const { first, end } = rangeOf(choice) ?? { first: wanted, end: wanted + 1_000 };
  const offset = choice === 'standard' ? 0 : randomInt(end - first);
  for (let i = 0; i < end - first; i += 1) {
    const port = first + ((offset + i) % (end - first));
    if (taken.has(port) || BLOCKED.has(port)) continue;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${String(first)} on is free; end what holds them and start again.`);
}

/** Whether somebody could listen there now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

function* firstPorts(choice: PortChoice, count: number): Generator<number> {
  if (choice === 'standard') {
    for (let port = FIRST_NODE_PORT; port < BLOCK_LAST; port += BLOCK_STEP) yield port;
    return;
  }
  const { first, end } = rangeOf(choice) ?? ANY;
  for (let tries = 0; tries < RANDOM_TRIES; tries += 1) yield randomInt(first, end - count + 1);
}

const ANY: PortRange = { first: RANDOM_FIRST, end: BLOCK_LAST };

/** Null: the standard ports. */
function rangeOf(choice: PortChoice): PortRange | null {
  if (choice === 'standard') return null;
  return choice === 'random' ? ANY : choice;
}

async function allFree(block: readonly NodePorts[], isFree: IsFree): Promise<boolean> {
  for (const { port, peerPort, httpPort } of block) {
    for (const one of [port, peerPort, httpPort]) if (!(await isFree(one))) return false;
  }
  return true;
}
