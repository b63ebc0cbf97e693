/** A cluster whose keys are counted in millions: filled, written to and watched from outside. */
import { Relevo } from '#client';
import { Cluster, type ClusterNode } from '#cluster';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { usageOf } from './process-usage.js';

const VALUE = Buffer.alloc(100, 'v');
/** Callers that fill it; it is not measured. */
const FILLERS = 500;
/** Without a common divisor with any number of keys that is a power of ten. */
const STRIDE = 7_919;
const READY_MS_MAX = 60_000;

export class GrowthCluster {
  readonly cluster: Cluster;
  readonly relevo: Relevo;
  readonly keys: number;

  private constructor(cluster: Cluster, relevo: Relevo, keys: number) {
    this.cluster = cluster;
    this.relevo = relevo;
    this.keys = keys;
  }

  /** Three nodes and a proxy; those named in `later` are not started, and have no directory yet. */
  static async start(
    root: string,
    keys: number,
    later: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<GrowthCluster> {
    mkdirSync(root, { recursive: true });
    const dataDirectory = mkdtempSync(join(root, 'growth-'));
    const cluster = await Cluster.create({ dataDirectory, nodes: 3, ports: 'random', environment });
    const names = [...cluster.nodes, ...cluster.proxies].map(({ name }) => name);
    await Promise.all(
      names.filter((name) => !later.includes(name)).map((name) => cluster.start(name)),
    );
    await cluster.waitUntilReady(READY_MS_MAX);
    return new GrowthCluster(cluster, await Relevo.connect(cluster.endpoints), keys);
  }

  async stop(): Promise<void> {
    await this.relevo.close();
    await this.cluster.stopAll();
    rmSync(this.cluster.dataDirectory, { recursive: true, force: true });
  }

  /** Eight bytes, spread over the whole range of keys. */
  put(n: number): Promise<unknown> {
    const key = `k${String((n * STRIDE) % this.keys).padStart(7, '0')}`;
    return this.relevo.put(key, VALUE);
  }

  /** Every key has a value. `progress` is told how many have one, now and then. */
  async fill(progress: (done: number) => void): Promise<void> {
    const every = Math.max(1, this.keys / 10);
    let next = 0;
    const filler = async (): Promise<void> => {
      while (next < this.keys) {
        const n = next++;
        await this.put(n);
        if ((n + 1) % every === 0) progress(n + 1);
      }
    };
    await Promise.all(Array.from({ length: FILLERS }, filler));
  }

  get running(): readonly ClusterNode[] {
    return this.cluster.nodes.filter(({ process }) => process.state === 'running');
  }

  async follower(): Promise<ClusterNode> {
    const leader = await this.cluster.leader();
    const found = this.running.find(({ name }) => name !== leader);
    if (found === undefined) throw new Error('the cluster has no follower');
    return found;
  }

  /** Processor time of every process since its start, ms. */
  cpuMs(): number {
    const all = [...this.running, ...this.cluster.proxies];
    return all.reduce((sum, { process }) => sum + (usageOf(process.pid ?? 0)?.cpuMs ?? 0), 0);
  }

  /** Resident memory of the largest node, MB. */
  memoryMb(): number {
    const sizes = this.running.map(({ process }) => usageOf(process.pid ?? 0)?.memoryMiB ?? 0);
    return Math.max(...sizes) * 1.048576;
  }

  /** Whether any node is writing a checkpoint. */
  writesCheckpoint(): boolean {
    return this.running.some((node) => namesIn(node).some((name) => name.endsWith('.tmp')));
  }

  /** Bytes of the node's newest checkpoint; 0 while there is none. */
  checkpointBytes(node: ClusterNode): number {
    const newest = namesIn(node)
      .filter((name) => name.endsWith('.jsonl'))
      .at(-1);
    return newest === undefined ? 0 : statSync(join(node.dataDirectory, 'data', newest)).size;
  }
}

function namesIn(node: ClusterNode): string[] {
  try {
    return readdirSync(join(node.dataDirectory, 'data')).sort();
  } catch {
    return [];
  }
}
