/**
 * What a person would do first, without a person: start a cluster, write from many callers, kill the
 * leader in the middle of it, and look whether anything is lost.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster, type ClusterOptions } from './cluster.js';
import { waitForEqualFiles, type EqualFiles } from './data-equality.js';
import { describeEnd, endNode, type EndReport } from './failover.js';
import { Load } from './load.js';
import type { LoadRecord } from './load-record.js';
import { judgeReplicas, type Verdict } from './verdict.js';

export interface SmokeOptions extends ClusterOptions {
  readonly callers?: number;
  readonly writesPerSecond?: number;
  /** How long the load runs before the kill, and after the takeover. */
  readonly phaseMs?: number;
}

export interface SmokeReport {
  readonly record: LoadRecord;
  readonly end: EndReport;
  readonly writesPerSecond: number;
  /** The longest time without an acknowledged write, in the whole load. */
  readonly outageMs: number;
  readonly verdict: Verdict;
  readonly files: EqualFiles | null;
  /** Empty: all is well. */
  readonly reasons: readonly string[];
}

export type Say = (text: string) => void;

const CALLERS = 100;
const CONNECTIONS = 4;
const WRITES_PER_SECOND = 2_000;
const PHASE_MS = 2_500;
const EQUAL_FILES_MS_MAX = 15_000;

export async function smoke(options: SmokeOptions, say: Say): Promise<SmokeReport> {
  say('starting the cluster');
  const cluster = await Cluster.start(options);
  try {
    return await exercise(cluster, options, say);
  } finally {
    say('stopping the cluster');
    await cluster.stopAll();
  }
}

async function exercise(cluster: Cluster, options: SmokeOptions, say: Say): Promise<SmokeReport> {
  const leader = await cluster.leader();
  if (leader === null) throw new Error('nobody leads right after all nodes were ready');
  say(`ready: ${cluster.nodes.map(({ name }) => name).join(', ')}; ${leader} leads`);
  const { record, end, writesPerSecond } = await killUnderLoad(cluster, leader, options, say);
  say(
    `load ended: ${record.writesAcknowledged} writes acknowledged, ${record.reads} reads, ` +
      `${record.failures.length} failed`,
  );
  if (cluster.node(leader).process.state === 'stopped') await cluster.start(leader);
  await cluster.waitUntilReady();
  say(`${leader} is back; reading every replica`);
  const verdict = await judgeReplicas(cluster, record);
  say('waiting for equal data files');
  const keys = [...record.puts].filter(([, put]) => put === 'acknowledged').map(([key]) => key);
  const comparison = await waitForEqualFiles(cluster.nodes, keys, EQUAL_FILES_MS_MAX);
  const outageMs = record.longestGap().lengthMs;
  const files = comparison.equal;
  const reasons = reasonsOf(record, verdict, comparison.equal === null ? comparison.found : null);
  return { record, end, writesPerSecond, outageMs, verdict, files, reasons };
}

interface Loaded {
  readonly record: LoadRecord;
  readonly end: EndReport;
  /** Before the kill. */
  readonly writesPerSecond: number;
}

async function killUnderLoad(
  cluster: Cluster,
  leader: string,
  options: SmokeOptions,
  say: Say,
): Promise<Loaded> {
  const callers = options.callers ?? CALLERS;
  const clients = await Promise.all(
    Array.from({ length: Math.min(CONNECTIONS, callers) }, () => cluster.connect({ name: 'load' })),
  );
  const prober = await cluster.connect({ name: 'probe' });
  const load = new Load({
    clients,
    callers,
    writesPerSecond: options.writesPerSecond ?? WRITES_PER_SECOND,
    prefix: `smoke/${Date.now().toString(36)}/`,
  });
  try {
    load.start();
    const startedMs = performance.now();
    await pause(options.phaseMs ?? PHASE_MS);
    const writesPerSecond = load.record.rate(startedMs, performance.now());
    say(`${Math.round(writesPerSecond)} writes/s from ${callers} callers; killing ${leader}`);
    const end = await endNode(cluster, leader, 'SIGKILL', () => Promise.resolve(prober));
    say(describeEnd(end));
    // One node alone comes back by itself; with a majority the load goes on without the dead one.
    if (!end.majorityLeft) await cluster.start(leader);
    await pause(options.phaseMs ?? PHASE_MS);
    return { record: await load.stop(), end, writesPerSecond };
  } finally {
    await load.stop();
    await Promise.all([...clients, prober].map((client) => client.close()));
  }
}

function reasonsOf(
  record: LoadRecord,
  { lost, doubled, unasked }: Verdict,
  unequal: string | null,
): readonly string[] {
  const [failure] = record.failures;
  const reasons: (string | null)[] = [
    record.writesAcknowledged === 0 ? 'no write was acknowledged' : null,
    failure === undefined
      ? null
      : `${record.failures.length} requests failed, the first: ${failure.code}: ${failure.message}`,
    some('acknowledged writes are lost', lost),
    some('writes happened twice', doubled),
    some('writes happened that were not asked for, or reported as not done', unasked),
    some('reads did not show what was acknowledged before', record.staleReads),
    unequal === null ? null : `the data files are not equal: ${unequal}`,
  ];
  return reasons.filter((reason) => reason !== null);
}

function some(what: string, found: readonly string[]): string | null {
  const [first] = found;
  return first === undefined ? null : `${found.length} ${what}, the first: ${first}`;
}
