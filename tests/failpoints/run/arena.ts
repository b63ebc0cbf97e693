/** A cluster of real processes with failpoints: three nodes, two proxies, and what they are told. */
import { existsSync, readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { ClusterStatus } from '#client/cli';
import { Cluster } from '#cluster';
import {
  FOLDER_VARIABLE,
  hitsFile,
  ORDER_SIGNAL,
  orderFile,
  orderText,
  type Order,
} from '../order.js';

const ENTRIES = fileURLToPath(new URL('../entries', import.meta.url));
const POLL_MS = 5;
const HAND_OVER_MS_MAX = 2_000;

/** Checkpoints, segments and compactions all the time, and elections that take no longer than they must. */
const ENVIRONMENT = {
  HEARTBEAT: '50ms',
  CHECKPOINT_ENTRIES: '100',
  TRAILING_ENTRIES: '20',
  QUIET_CHECKPOINT: '100ms',
  HISTORY_REVISIONS: '100',
  SESSION_TIMEOUT: '3s',
};

/** What a node says of how far it is. */
export interface Progress {
  readonly last: number;
  readonly checkpoint: number;
}

export class Arena {
  readonly cluster: Cluster;
  readonly #folder: string;
  readonly #status: ClusterStatus;

  private constructor(cluster: Cluster, folder: string) {
    this.cluster = cluster;
    this.#folder = folder;
    this.#status = new ClusterStatus(cluster.endpoints);
  }

  /** No process runs yet. */
  static async create(dataDirectory: string): Promise<Arena> {
    const folder = resolve(dataDirectory, 'orders');
    const cluster = await Cluster.create({
      ...{ dataDirectory, nodes: 3, proxies: 2, ports: 'random', electionTimeout: '300-600ms' },
      environment: { ...ENVIRONMENT, [FOLDER_VARIABLE]: folder },
    });
    mkdirSync(folder);
    return new Arena(cluster, folder);
  }

  async startAll(): Promise<void> {
    const all = [...this.cluster.nodes, ...this.cluster.proxies];
    await Promise.all(all.map(({ name }) => this.start(name)));
  }

  /** With failpoints, and with what it is to do, if it was told anything. */
  async start(name: string): Promise<void> {
    const child = this.cluster.process(name);
    const service = /services\/(leader|follower|proxy)\/main\.js$/.exec(
      child.settings.program,
    )?.[1];
    if (service !== undefined) {
      child.settings = { ...child.settings, program: join(ENTRIES, `${service}.js`) };
    }
    await this.cluster.start(name);
  }

  /** For its next start; null: nothing. */
  write(name: string, order: Order | null): void {
    const text = order === null ? '' : `${orderText(order)}\n`;
    writeFileSync(orderFile(this.#folder, name), text);
  }

  /** For a process that runs: resolves when it has taken the order. */
  async arm(name: string, order: Order): Promise<void> {
    this.write(name, order);
    const { pid } = this.cluster.process(name);
    if (pid === null) throw new Error(`${name} does not run, and can't take an order`);
    const before = this.#count(name, 'armed', order.id);
    process.kill(pid, ORDER_SIGNAL);
    await until(
      `${name} took its order`,
      () => this.#count(name, 'armed', order.id) > before || this.hasHit(name, order.id),
    );
  }

  /** Nothing is left to do for it, now and at its next start. */
  disarm(name: string): void {
    this.write(name, null);
    const { pid } = this.cluster.process(name);
    if (pid !== null) process.kill(pid, ORDER_SIGNAL);
  }

  hasHit(name: string, id: number): boolean {
    return this.#count(name, 'hit', id) > 0;
  }

  /** True: within the time it came to the failpoint. */
  async comesToIt(name: string, id: number, limitMs: number): Promise<boolean> {
    const end = performance.now() + limitMs;
    while (!this.hasHit(name, id)) {
      if (performance.now() > end) return false;
      await pause(POLL_MS);
    }
    return true;
  }

  /** The failpoint killed it: waits for its end. Rejects if it lives on, or ended otherwise. */
  async dies(name: string): Promise<void> {
    const child = this.cluster.process(name);
    await until(`${name} died at its failpoint`, () => child.state === 'stopped');
    const signal = child.exit?.signal ?? null;
    if (signal !== 'SIGKILL' || !child.died) {
      throw new Error(`${name} ended with ${String(signal)}, not by its failpoint`);
    }
  }

  async leader(): Promise<string> {
    const found: string[] = [];
    await until('somebody leads', async () => {
      const leader = await this.cluster.leader().catch(() => null);
      if (leader !== null) found.push(leader);
      return leader !== null;
    });
    return found.join();
  }

  /** The first is the one to be hit. */
  async followers(): Promise<readonly [string, string]> {
    const leader = await this.leader();
    const [one, other] = this.cluster.nodes
      .map(({ name }) => name)
      .filter((name) => name !== leader);
    if (one === undefined || other === undefined) throw new Error('three nodes are needed');
    return [one, other];
  }

  /** What can't be handed over just now stays: whoever asks looks who leads. */
  async handOver(to: string): Promise<void> {
    const { id } = this.cluster.node(to);
    await this.#status.transfer(id, HAND_OVER_MS_MAX).catch(() => null);
  }

  async progress(name: string): Promise<Progress> {
    const { id } = this.cluster.node(name);
    const { nodes } = await this.cluster.status();
    const state = nodes.find((node) => node.state?.nodeId === id)?.state;
    return { last: state?.lastIndex ?? 0, checkpoint: state?.checkpointIndex ?? 0 };
  }

  async end(): Promise<void> {
    this.#status.close();
    const all = [...this.cluster.nodes, ...this.cluster.proxies].map((one) => one.process);
    const running = all.filter(({ state }) => state !== 'stopped');
    await Promise.all(running.map((child) => child.kill()));
    await this.cluster.stopAll();
  }

  #count(name: string, what: 'armed' | 'hit', id: number): number {
    const file = hitsFile(this.#folder, name);
    if (!existsSync(file)) return 0;
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line.startsWith(`${what} ${String(id)} `)).length;
  }
}

/** Asks again and again; rejects after `limitMs`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 15_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) {
      throw new Error(`after ${String(limitMs)} ms it does not hold that ${what}`);
    }
    await pause(POLL_MS);
  }
}
