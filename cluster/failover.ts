/** Ends a node and measures, at the proxy and with a real write, how the others take over. */
import { setTimeout as pause } from 'node:timers/promises';
import { leaderOf } from '#client/cli';
import type { RelevoClient } from '#client';
import type { Cluster } from './cluster.js';

const POLL_MS = 3;
const TAKEOVER_MS_MAX = 30_000;

/** Times are in milliseconds since the signal was sent. */
export interface EndReport {
  readonly name: string;
  readonly pid: number;
  readonly how: 'SIGKILL' | 'SIGTERM';
  readonly goneMs: number;
  /** Null: the node did not lead, or too few nodes are left to elect. */
  readonly takeover: Takeover | null;
  readonly majorityLeft: boolean;
}

export interface Takeover {
  readonly leader: string;
  readonly term: number;
  readonly electedMs: number;
  /** The first write that was sent after the old leader was gone, acknowledged. */
  readonly firstWriteMs: number;
}

export async function endNode(
  cluster: Cluster,
  name: string,
  how: EndReport['how'],
  client: RelevoClient,
): Promise<EndReport> {
  const node = cluster.node(name);
  const pid = node.process.pid ?? 0;
  const before = await cluster.status().then(leaderOf, () => null);
  const sentMs = performance.now();
  const exit = await (how === 'SIGKILL' ? node.process.kill() : node.process.stop());
  const running = cluster.nodes.filter((other) => other.process.state === 'running').length;
  const majorityLeft = running > cluster.nodes.length / 2;
  const takeover =
    before?.nodeId === node.id && majorityLeft
      ? await watchTakeover(cluster, before.term, sentMs, client)
      : null;
  return { name: node.name, pid, how, goneMs: exit.atMs - sentMs, takeover, majorityLeft };
}

/** `ada killed (SIGKILL, pid 4121) · leader gone 3 ms · bob elected 62 ms, term 2 · ...` */
export function describeEnd({ name, pid, how, goneMs, takeover, majorityLeft }: EndReport): string {
  const verb = how === 'SIGKILL' ? 'killed' : 'stopped';
  const head = `${name} ${verb} (${how}, pid ${String(pid)})`;
  if (!majorityLeft) {
    return `${head} · gone ${ms(goneMs)} · no majority is left: writes wait; start a node: start ${name}`;
  }
  if (takeover === null) return `${head} · gone ${ms(goneMs)} · it did not lead; writes go on`;
  const { leader, term, electedMs, firstWriteMs } = takeover;
  return (
    `${head} · leader gone ${ms(goneMs)} · ${leader} elected ${ms(electedMs)}, term ${String(term)}` +
    ` · first write acknowledged ${ms(firstWriteMs)}`
  );
}

async function watchTakeover(
  cluster: Cluster,
  oldTerm: number,
  sentMs: number,
  client: RelevoClient,
): Promise<Takeover> {
  const [elected, firstWriteMs] = await Promise.all([
    watchElection(cluster, oldTerm, sentMs),
    probe(client).then((atMs) => atMs - sentMs),
  ]);
  return { ...elected, firstWriteMs };
}

async function watchElection(
  cluster: Cluster,
  oldTerm: number,
  sentMs: number,
): Promise<Omit<Takeover, 'firstWriteMs'>> {
  while (performance.now() - sentMs < TAKEOVER_MS_MAX) {
    const leader = await cluster.status().then(leaderOf, () => null);
    if (leader !== null && leader.term > oldTerm) {
      const electedMs = performance.now() - sentMs;
      return { leader: leader.name, term: leader.term, electedMs };
    }
    await pause(POLL_MS);
  }
  throw new Error(
    `no new leader after ${String(TAKEOVER_MS_MAX / 1_000)} s; the logs are in ${cluster.logDirectory}`,
  );
}

/** Goes through the log like every write, and leaves no trace: no such key can be there. */
async function probe(client: RelevoClient): Promise<number> {
  await client.delete('\0relevo\0probe', { timeoutMs: TAKEOVER_MS_MAX });
  return performance.now();
}

function ms(value: number): string {
  return `${String(Math.round(value))} ms`;
}
