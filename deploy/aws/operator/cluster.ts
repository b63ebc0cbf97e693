/** What the cluster says of itself, asked from a host inside. */
import { consoleOf, runOn } from './hosts.js';
import type { RunningHost } from './hosts.js';
import { Complaint } from './world.js';
import type { World } from './world.js';

export interface NodeView {
  readonly name: string;
  readonly role: string;
  readonly isConnected: boolean;
  /** Entries behind the furthest node. */
  readonly lag: number;
}

interface ClusterAnswer {
  readonly nodes: readonly {
    readonly connected: boolean;
    readonly state?: {
      readonly name: string;
      readonly role: string;
      readonly appliedIndex: number;
    };
  }[];
}

export const RELEVO = '/usr/local/bin/relevo';

/** Every node that the proxies know; `relevo cluster` ends with 1 if there is no leader, which is no error here. */
export async function nodesOf(world: World, console: RunningHost): Promise<readonly NodeView[]> {
  const out = await runOn(world, console, `${RELEVO} --output json cluster || [ $? = 1 ]`);
  const { nodes } = JSON.parse(out) as ClusterAnswer;
  const furthest = Math.max(0, ...nodes.map(({ state }) => state?.appliedIndex ?? 0));
  return nodes.map(({ connected, state }) => ({
    name: state?.name ?? '?',
    role: state?.role ?? '?',
    isConnected: connected,
    lag: furthest - (state?.appliedIndex ?? 0),
  }));
}

export async function leaderOf(world: World, cluster: string): Promise<string> {
  const nodes = await nodesOf(world, await consoleOf(world, cluster));
  const leader = nodes.find(({ role, isConnected }) => role === 'leader' && isConnected);
  if (leader === undefined) throw new Complaint(`${cluster} has no leader at this moment`);
  return leader.name;
}

const LAG_MAX = 100;
const POLL_MS = 5_000;

/** Until every node is connected, has caught up, and one leads. Rejects after `limitMs`. */
export async function untilWhole(
  world: World,
  cluster: string,
  count: number,
  limitMs: number,
): Promise<void> {
  const end = world.now() + limitMs;
  for (;;) {
    const nodes = await nodesOf(world, await consoleOf(world, cluster));
    const well = nodes.filter(({ isConnected, lag }) => isConnected && lag <= LAG_MAX);
    if (well.length >= count && well.some(({ role }) => role === 'leader')) return;
    if (world.now() > end) {
      const ill = nodes.filter((node) => !well.includes(node)).map(({ name }) => name);
      throw new Complaint(`after ${limitMs / 1000} s not whole: ${ill.join(', ') || 'no leader'}`);
    }
    await world.sleep(POLL_MS);
  }
}
