/**
 * The same fault over and over, under load from 100 callers: what did the clients notice? Each run has
 * fresh keys; after it, every replica is held against what the callers were told.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '#cluster';
import { Load } from '../../cluster/load.js';
import { judgeReplicas, type Verdict } from '../../cluster/verdict.js';

export const FAULTS = [
  'kill-leader',
  'stop-leader',
  'kill-follower',
  'kill-proxy',
  'freeze-leader',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface RunResult {
  readonly fault: Fault;
  readonly victim: string;
  /** Before the fault. */
  readonly writesPerSecond: number;
  readonly acknowledged: number;
  /** The longest time without an acknowledged write that ended after the fault. */
  readonly outageMs: number;
  readonly failed: number;
  readonly firstFailure: string | null;
  readonly staleReads: number;
  readonly verdict: Verdict;
}

const CALLERS = 100;
const CONNECTIONS = 4;
const WRITES_PER_SECOND = 1_500;
/** The fault comes once a whole second had so many; at the latest after so many seconds. */
const WRITES_PER_SECOND_MIN = 1_000;
const SECONDS_BEFORE_MAX = 10;
const BEFORE_MS = 1_000;
const AFTER_MS = 1_500;
const FREEZE_MS = 5_000;

export function passed(run: RunResult): boolean {
  const { lost, doubled, unasked } = run.verdict;
  const wrong = lost.length + doubled.length + unasked.length + run.failed + run.staleReads;
  return wrong === 0 && run.writesPerSecond >= WRITES_PER_SECOND_MIN;
}

export async function runFault(cluster: Cluster, fault: Fault, run: number): Promise<RunResult> {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => cluster.connect({ name: 'load' })),
  );
  const load = new Load({
    clients,
    callers: CALLERS,
    writesPerSecond: WRITES_PER_SECOND,
    prefix: `series/${fault}/${run}/${Date.now().toString(36)}/`,
  });
  try {
    load.start();
    const writesPerSecond = await underLoad(load);
    const faultMs = performance.now();
    const victim = await inject(cluster, fault);
    await pause(AFTER_MS);
    const record = await load.stop();
    await revive(cluster, victim);
    const verdict = await judgeReplicas(cluster, record);
    return {
      fault,
      victim,
      writesPerSecond,
      acknowledged: record.writesAcknowledged,
      outageMs: record.longestGap(faultMs).lengthMs,
      failed: record.failures.length,
      firstFailure: record.failures[0]?.message ?? null,
      staleReads: record.staleReads.length,
      verdict,
    };
  } finally {
    await load.stop();
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** Resolves to the rate of the last second. A process that has just begun is slower than it will be. */
async function underLoad(load: Load): Promise<number> {
  let rate = 0;
  for (let second = 0; second < SECONDS_BEFORE_MAX && rate < WRITES_PER_SECOND_MIN; second += 1) {
    const startedMs = performance.now();
    await pause(BEFORE_MS);
    rate = load.record.rate(startedMs, performance.now());
  }
  return rate;
}

/** Returns the victim's name. */
async function inject(cluster: Cluster, fault: Fault): Promise<string> {
  const leader = await cluster.leader();
  if (leader === null) throw new Error('nobody leads before the fault');
  const follower = cluster.nodes.find(({ name }) => name !== leader)?.name ?? leader;
  switch (fault) {
    case 'kill-leader':
      await cluster.kill(leader);
      return leader;
    case 'stop-leader':
      await cluster.stop(leader);
      return leader;
    case 'kill-follower':
      await cluster.kill(follower);
      return follower;
    case 'kill-proxy': {
      const [first] = cluster.proxies;
      if (first === undefined || cluster.proxies.length < 2)
        throw new Error('two proxies are needed');
      await cluster.kill(first.name);
      return first.name;
    }
    case 'freeze-leader':
      cluster.pause(leader);
      await pause(FREEZE_MS);
      cluster.resume(leader);
      return leader;
  }
}

async function revive(cluster: Cluster, victim: string): Promise<void> {
  if (cluster.process(victim).state === 'stopped') await cluster.start(victim);
  await cluster.waitUntilReady();
}
