/** The other hosts, from here: their names, their ports, their clocks, and what they say of the cluster. */
import type { NodeAddress } from '#config';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { NodeRole, type NodeState } from '#rpc/generated/relevo/v1/session';
import { releaseOf, saidBy } from '#rpc/versions';
import { problemAmong } from '../side-by-side.js';
import type { StatusReader } from '../world.js';
import { bad, poor, well, type Finding } from './finding.js';

const CONNECT_MS_MAX = 2_000;
const SLOW_CONNECT_MS = 50;
/** HTTP tells seconds alone. */
const CLOCK_MS_MAX = 2_000;

interface Port {
  readonly what: string;
  readonly port: number;
}

/** Of one node, whose ports are looked at from here; `seesPeers`: this host is a node itself. */
export async function nodeFindings(node: NodeAddress, seesPeers: boolean): Promise<Finding[]> {
  const { id, host } = node;
  const name = await nameFinding(id, host);
  if (name.grade === 'bad') return [name];
  const ports: readonly Port[] = [
    { what: `port for clients of node ${id}`, port: node.port },
    ...(seesPeers ? [{ what: `port for peers of node ${id}`, port: node.peerPort }] : []),
  ];
  const found = await Promise.all(ports.map((port) => portFinding(host, port)));
  return [name, ...found];
}

async function nameFinding(id: number, host: string): Promise<Finding> {
  try {
    const { address } = await lookup(host);
    return well(`name of node ${id}`, host === address ? host : `${host} is ${address}`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return bad(
      `name of node ${id}`,
      `${host} has no address (${code})`,
      'correct NODES, or the names',
    );
  }
}

async function portFinding(host: string, { what, port }: Port): Promise<Finding> {
  const began = performance.now();
  const failure = await new Promise<string | null>((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS_MAX });
    const end = (why: string | null) => (): void => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', end(null));
    socket.once('timeout', end(`no answer in ${CONNECT_MS_MAX} ms`));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      end(error.code ?? error.message)();
    });
  });
  const ms = performance.now() - began;
  if (failure !== null) {
    const remedy =
      failure === 'ECONNREFUSED'
        ? 'start the service there, or correct the port in NODES'
        : 'look at firewalls and routes between this host and that one';
    return bad(what, `${host}:${port}: ${failure}`, remedy);
  }
  const seen = `${host}:${port} answers in ${ms.toFixed(1)} ms`;
  if (ms < SLOW_CONNECT_MS) return well(what, seen);
  return poor(what, seen, 'an election timeout has to be many times that; see ELECTION_TIMEOUT');
}

/** By the date that its HTTP port tells; null: it has none that is open to this host. */
export async function clockFinding(what: string, url: string): Promise<Finding | null> {
  const began = Date.now();
  const answer = await fetch(url, { signal: AbortSignal.timeout(CONNECT_MS_MAX) }).catch(
    () => null,
  );
  const told = Date.parse(answer?.headers.get('date') ?? '');
  if (Number.isNaN(told)) return null;
  const away = Math.max(0, Math.abs(told + 500 - (began + Date.now()) / 2) - 500);
  const seen = `${(away / 1_000).toFixed(1)} s from this host's`;
  if (away <= CLOCK_MS_MAX) return well(what, seen);
  const remedy =
    'let both follow a time server: certificates and logs go by it (consensus does not)';
  return poor(what, seen, remedy);
}

/** What the cluster says of itself: that it is the one that is meant, led, and of one list of nodes. */
export async function clusterFindings(
  status: StatusReader,
  expected: { readonly clusterId: string; readonly nodes: readonly NodeAddress[] },
  timeoutMs: number,
): Promise<Finding[]> {
  const response = await status.read(timeoutMs).catch((error: unknown) => String(error));
  if (typeof response === 'string') {
    return [bad('cluster', response, 'start the services; see their logs')];
  }
  const { clusterId, nodes } = response;
  const ours = expected.nodes.map(({ id }) => id).join(', ');
  const theirs = nodes.map(({ state }) => state?.nodeId ?? 0).join(', ');
  const leader = nodes.find(({ state }) => state?.role === NodeRole.NODE_ROLE_LEADER);
  const silent = nodes.filter(({ connected }) => !connected);
  return [
    clusterId === expected.clusterId
      ? well('cluster', `it is ${clusterId}`)
      : bad(
          'cluster',
          `it is ${clusterId}, and ${expected.clusterId} is meant`,
          'compare CLUSTER_NAME and NODES',
        ),
    ours === theirs
      ? well('list of nodes', ours)
      : bad(
          'list of nodes',
          `it has ${theirs}, and NODES here ${ours}`,
          'give every service the same NODES',
        ),
    leader?.state === undefined
      ? bad('leader', 'nobody leads', 'a majority of the nodes has to be up and reach each other')
      : well('leader', `${leader.state.name}, in term ${leader.state.term}`),
    silent.length === 0
      ? well('nodes', 'all are connected')
      : poor(
          'nodes',
          `${silent.map(({ address }) => address).join(', ')} not connected`,
          'see their logs',
        ),
    releasesFinding(nodes.flatMap(({ state }) => (state?.incarnation ? [state] : []))),
  ];
}

/** Nodes that were heard of: asked at a node, that one alone. */
function releasesFinding(states: readonly NodeState[]): Finding {
  const seen = states
    .map((state) => `${state.name} ${saidBy(state).release || 'does not say'}`)
    .join(', ');
  const apart = problemAmong(states);
  if (apart !== null) return bad('releases', seen, apart);
  const releases = new Set(states.map(({ release }) => release));
  if (releases.size > 1) {
    return poor('releases', seen, 'finish the upgrade (relevo rolling), or take it back');
  }
  const [first] = states;
  return first === undefined
    ? poor('releases', 'no node says which', 'see the logs of the nodes')
    : well('releases', `${releaseOf(first)}, format level ${Math.max(1, first.formatLevel)}`);
}
