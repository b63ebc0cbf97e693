/** Every node is killed at once under load, and started again: is every acknowledged write there? */
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '#cluster';
import { Load } from '../../cluster/load.js';
import { judgeReplicas, type Verdict } from '../../cluster/verdict.js';

export interface BlackoutResult {
  readonly acknowledged: number;
  /** From the kill until every node is back and a leader is elected, ms. */
  readonly recoveredMs: number;
  readonly verdict: Verdict;
}

const CALLERS = 100;
const BEFORE_MS = 2_000;

export async function blackout(cluster: Cluster, run: number): Promise<BlackoutResult> {
  const client = await cluster.connect({ name: 'load' });
  const prefix = `blackout/${run}/${Date.now().toString(36)}/`;
  // As fast as answers come: the more is in flight, the more could be lost.
  const load = new Load({ clients: [client], callers: CALLERS, writesPerSecond: 0, prefix });
  try {
    load.start();
    await pause(BEFORE_MS);
    const killedMs = performance.now();
    await Promise.all(cluster.nodes.map(({ name }) => cluster.kill(name)));
    const ended = load.stop();
    await Promise.all(cluster.nodes.map(({ name }) => cluster.start(name)));
    await cluster.waitUntilReady();
    const recoveredMs = performance.now() - killedMs;
    const record = await ended;
    const verdict = await judgeReplicas(cluster, record);
    return { acknowledged: record.writesAcknowledged, recoveredMs, verdict };
  } finally {
    await load.stop();
    await client.close();
  }
}
