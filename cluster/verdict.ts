/** Holds a replica's contents against what the callers were told. */
import type { RelevoClient } from '#client';
import type { Cluster } from './cluster.js';
import type { LoadRecord } from './load-record.js';

const PAGE = 1_000;

/** What one replica has under the load's prefix. */
export interface Replica {
  readonly name: string;
  readonly pairs: ReadonlyMap<string, { readonly text: string | null; readonly version: number }>;
}

/** Each list is empty if all is well; its members name key and replica. */
export interface Verdict {
  /** Acknowledged, and not there (or not as written). */
  readonly lost: readonly string[];
  /** Written once, happened more than once. */
  readonly doubled: readonly string[];
  /** Reported as not done, or never sent, and there all the same. */
  readonly unasked: readonly string[];
}

/** All pairs of the prefix at one revision, asked from one node directly, linearizable. */
export async function readReplica(
  client: RelevoClient,
  name: string,
  prefix: string,
): Promise<Replica> {
  const pairs = new Map<string, { text: string | null; version: number }>();
  const end = `${prefix}\u007f`;
  let key = prefix;
  let revision = 0;
  for (;;) {
    const page = await client.range({ key, end }, { limit: PAGE, revision });
    if (revision === 0) revision = page.revision;
    for (const pair of page.pairs) {
      pairs.set(pair.keyText ?? '', { text: pair.text, version: pair.version });
    }
    const last = page.pairs.at(-1)?.keyText;
    if (!page.more || last === undefined || last === null) return { name, pairs };
    key = `${last}\0`;
  }
}

/** Asks every node of the cluster directly. */
export async function judgeReplicas(cluster: Cluster, record: LoadRecord): Promise<Verdict> {
  const replicas = [];
  for (const { name } of cluster.nodes) {
    const client = await cluster.connectTo(name, { name: 'verdict' });
    try {
      replicas.push(await readReplica(client, name, record.prefix));
    } finally {
      await client.close();
    }
  }
  return judge(record, replicas);
}

export function judge(record: LoadRecord, replicas: readonly Replica[]): Verdict {
  const verdict = { lost: [], doubled: [], unasked: [] };
  for (const replica of replicas) {
    judgePuts(record, replica, verdict);
    judgeCounters(record, replica, verdict);
    judgeRest(record, replica, verdict);
  }
  return verdict;
}

interface Findings {
  readonly lost: string[];
  readonly doubled: string[];
  readonly unasked: string[];
}

function judgePuts(record: LoadRecord, { name, pairs }: Replica, findings: Findings): void {
  for (const [key, end] of record.puts) {
    const pair = pairs.get(key);
    const where = `${key} on ${name}`;
    if (pair === undefined) {
      if (end === 'acknowledged') findings.lost.push(where);
      continue;
    }
    if (pair.version > 1) findings.doubled.push(`${where} (version ${String(pair.version)})`);
    if (end === 'not-done' || end === 'refused') findings.unasked.push(where);
    else if (pair.text !== key) findings.lost.push(`${where} (another value)`);
  }
}

function judgeCounters(record: LoadRecord, { name, pairs }: Replica, findings: Findings): void {
  for (const [key, { acknowledged, unknown }] of record.counters) {
    const value = Number(pairs.get(key)?.text ?? 0);
    const where = `${key} on ${name} (${String(value)}, acknowledged ${String(acknowledged)})`;
    if (value < acknowledged) findings.lost.push(where);
    if (value > acknowledged + unknown) findings.doubled.push(where);
  }
}

function judgeRest(record: LoadRecord, { name, pairs }: Replica, findings: Findings): void {
  for (const key of pairs.keys()) {
    if (!record.puts.has(key) && !record.counters.has(key))
      findings.unasked.push(`${key} on ${name}`);
  }
}
