/** All that clients do during one case, and what came of it on every node. */
import type { Relevo } from '#client';
import { Load, waitForEqualFiles, type Cluster, type LoadRecord } from '#cluster';
import { judge, readReplica, type Verdict } from '../../../cluster/verdict.js';
import { Visitors } from './visitors.js';

const CALLERS = 12;
const WRITES_PER_SECOND = 300;
/** So few that the log is quiet between two of them. */
const LULL_CALLERS = 2;
const LULL_WRITES_PER_SECOND = 12;
const DIRECT_CALLERS = 2;
const DIRECT_WRITES_PER_SECOND = 40;
const EQUAL_MS_MAX = 15_000;

export interface TrafficResult {
  /** Writes and reads that were answered. */
  readonly acknowledged: number;
  /** Through the proxies; each says what and why. */
  readonly failed: readonly string[];
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Told as not done and there all the same; or a read that missed what was acknowledged. */
  readonly wrong: readonly string[];
}

export class Traffic {
  readonly #cluster: Cluster;
  readonly #prefix: string;
  readonly #load: Load;
  readonly #direct: Load | null;
  readonly #visitors: Visitors | null;

  /** `direct`: a client of a node, which forwards what it writes to the leader; null in a lull. */
  constructor(
    cluster: Cluster,
    clients: readonly [Relevo, Relevo],
    direct: Relevo | null,
    prefix: string,
  ) {
    this.#cluster = cluster;
    this.#prefix = prefix;
    const isLull = direct === null;
    this.#load = new Load({
      clients,
      callers: isLull ? LULL_CALLERS : CALLERS,
      writesPerSecond: isLull ? LULL_WRITES_PER_SECOND : WRITES_PER_SECOND,
      prefix: `${prefix}load/`,
    });
    this.#visitors = isLull ? null : new Visitors(cluster, clients[1], `${prefix}visit/`);
    this.#direct = isLull
      ? null
      : new Load({
          ...{ clients: [direct], callers: DIRECT_CALLERS, prefix: `${prefix}direct/` },
          writesPerSecond: DIRECT_WRITES_PER_SECOND,
        });
  }

  start(): void {
    this.#load.start();
    this.#direct?.start();
    this.#visitors?.start();
  }

  /** The case failed: what is under way is of no interest any more. */
  abandon(): void {
    for (const one of [this.#load, this.#direct, this.#visitors]) void one?.stop();
  }

  /** Every node is up again: ends the traffic, and holds each node against what clients were told. */
  async judge(cleaner: Relevo): Promise<TrafficResult> {
    const [load, direct, visits] = await Promise.all([
      this.#load.stop(),
      this.#direct?.stop(),
      this.#visitors?.stop(),
    ]);
    const throughProxies = visits === undefined ? [load] : [load, visits];
    const records = direct === undefined ? throughProxies : [...throughProxies, direct];
    const verdicts = await this.#judgeAll(records);
    await this.#compareFiles(load);
    await cleaner.delete({ key: this.#prefix, end: `${this.#prefix}\u007f` });
    return {
      acknowledged: records.reduce((sum, one) => sum + one.writesAcknowledged + one.reads, 0),
      failed: throughProxies.flatMap(({ failures }) => failures.map(({ message }) => message)),
      lost: verdicts.flatMap(({ lost }) => lost),
      doubled: verdicts.flatMap(({ doubled }) => doubled),
      wrong: [
        ...verdicts.flatMap(({ unasked }) => unasked),
        ...records.flatMap(({ staleReads }) => staleReads.map((key) => `stale read of ${key}`)),
      ],
    };
  }

  async #judgeAll(records: readonly LoadRecord[]): Promise<readonly Verdict[]> {
    const ofNodes = this.#cluster.nodes.map(async ({ name }) => {
      const client = await this.#cluster.connectTo(name, { name: 'verdict' });
      try {
        return await Promise.all(records.map(({ prefix }) => readReplica(client, name, prefix)));
      } finally {
        await client.close();
      }
    });
    const replicas = await Promise.all(ofNodes);
    return records.map((record, at) =>
      judge(
        record,
        replicas.flatMap((ofNode) => ofNode[at] ?? []),
      ),
    );
  }

  async #compareFiles(load: LoadRecord): Promise<void> {
    const last = [...load.puts].findLast(([, end]) => end === 'acknowledged')?.[0];
    const keys = last === undefined ? [] : [last];
    const comparison = await waitForEqualFiles(this.#cluster.nodes, keys, EQUAL_MS_MAX);
    if (comparison.equal === null) throw new Error(`the files differ: ${comparison.found}`);
  }
}
