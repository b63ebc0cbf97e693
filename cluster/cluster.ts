/**
 * A real cluster of real processes on this machine. It owns them: whatever way this process ends, they
 * end too (process.ts).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { ClusterStatus, leaderOf, type ClusterResponse } from '#client/cli';
import { Relevo, type ConnectOptions } from '#client';
import { ensureCertificates, tlsFolder } from './certificates.js';
import { ClusterError } from './error.js';
import {
  draftLayout,
  nodeDirectory,
  nodeSettings,
  nodesSetting,
  planLayout,
  proxySettings,
  type Layout,
  type LayoutOptions,
  type ProxyPorts,
} from './layout.js';
import { ClusterProcess } from './process.js';
import { readyProblem, readyProblemOverHttp } from './readiness.js';
import { LOG_FOLDER, wipe, writeRecord, type NodeRecord } from './record.js';
import { refuseWrongSettings } from './settings-check.js';
import { lastWords } from './log-tail.js';

const READY_MS_MAX = 20_000;
const POLL_MS = 20;
const STATUS_MS_MAX = 1_000;

export interface ClusterOptions extends LayoutOptions {
  /** Wipe the data folder first. */
  readonly fresh?: boolean;
}

export interface ClusterNode extends NodeRecord {
  /** `host:port` for clients. */
  readonly address: string;
  readonly dataDirectory: string;
  readonly process: ClusterProcess;
}

export interface ClusterProxy extends ProxyPorts {
  readonly address: string;
  readonly process: ClusterProcess;
}

export class Cluster {
  /** In order of id; the first is leader-born. */
  readonly nodes: readonly ClusterNode[];
  readonly proxies: readonly ClusterProxy[];
  /** The data folder was there before. */
  readonly reused: boolean;
  /** It was, and was emptied first. */
  readonly wiped: boolean;
  #layout: Layout;
  #status: ClusterStatus | null = null;
  readonly #killAll = (): void => {
    for (const process of this.#processes()) process.killNow();
  };

  private constructor(layout: Layout, wiped: boolean) {
    this.#layout = layout;
    this.wiped = wiped;
    this.reused = layout.reused;
    const { host } = layout.record;
    this.nodes = layout.record.nodes.map((node) => ({
      ...node,
      address: `${host}:${String(node.port)}`,
      dataDirectory: nodeDirectory(layout, node),
      process: new ClusterProcess(nodeSettings(layout, node)),
    }));
    this.proxies = layout.proxies.map((proxy) => ({
      ...proxy,
      address: `${host}:${String(proxy.port)}`,
      process: new ClusterProcess(proxySettings(layout, proxy)),
    }));
  }

  /** Chooses or reads ports and folders. No process runs yet. */
  static async create(options: ClusterOptions): Promise<Cluster> {
    const isFresh = options.fresh === true;
    refuseWrongSettings(draftLayout(options, isFresh));
    const wiped = isFresh && (await wipe(options.dataDirectory));
    return new Cluster(await planLayout(options), wiped);
  }

  /** A cluster that is ready. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = await Cluster.create(options);
    try {
      await cluster.startAll();
      await cluster.waitUntilReady();
    } catch (error) {
      await cluster.stopAll();
      throw error;
    }
    return cluster;
  }

  get dataDirectory(): string {
    return this.#layout.dataDirectory;
  }

  get logDirectory(): string {
    return join(this.dataDirectory, LOG_FOLDER);
  }

  /** The TLS_DIR of whoever looks after this cluster; undefined: connections are plain. */
  get tlsDirectory(): string | undefined {
    const { options, dataDirectory } = this.#layout;
    return options.tls === true ? tlsFolder(dataDirectory, 'client') : undefined;
  }

  get #security(): Pick<ConnectOptions, 'tls'> {
    const directory = this.tlsDirectory;
    return directory === undefined ? {} : { tls: { directory } };
  }

  /** Which cluster it is, as settings of whoever looks at it from here. */
  get environment(): Readonly<Record<'NODES' | 'CLUSTER_NAME', string>> {
    const { host, nodes, clusterName } = this.#layout.record;
    return { NODES: nodesSetting(host, nodes), CLUSTER_NAME: clusterName };
  }

  /** Where clients go: the proxies, as `host:port`. */
  get endpoints(): readonly string[] {
    return this.proxies.map((proxy) => proxy.address);
  }

  node(name: string): ClusterNode {
    const found = this.nodes.find((node) => node.name === name || String(node.id) === name);
    if (found !== undefined) return found;
    throw this.#unknown(name, this.nodes);
  }

  /** A node or a proxy, by name. */
  process(name: string): ClusterProcess {
    const all = [...this.nodes, ...this.proxies];
    const found = all.find((one) => one.name === name || ('id' in one && String(one.id) === name));
    if (found !== undefined) return found.process;
    throw this.#unknown(name, all);
  }

  async startAll(): Promise<void> {
    if (this.#layout.options.tls === true) await ensureCertificates(this.#layout);
    await Promise.all(this.#processes().map((process) => this.#start(process)));
  }

  async start(name: string): Promise<void> {
    await this.#start(this.process(name));
  }

  /** SIGKILL. */
  async kill(name: string): Promise<void> {
    await this.process(name).kill();
  }

  /** SIGTERM, and SIGKILL after 5 s. */
  async stop(name: string): Promise<void> {
    await this.process(name).stop();
  }

  pause(name: string): void {
    this.process(name).pause();
  }

  resume(name: string): void {
    this.process(name).resume();
  }

  /** What the proxy knows of the nodes. */
  async status(timeoutMs = STATUS_MS_MAX): Promise<ClusterResponse> {
    this.#status ??= new ClusterStatus(this.endpoints, this.tlsDirectory ?? null);
    return this.#status.read(timeoutMs);
  }

  /** The leader's name, as the proxy knows it; null if there is none. */
  async leader(): Promise<string | null> {
    return leaderOf(await this.status())?.name ?? null;
  }

  /**
   * Resolves when every process that was started serves, and the nodes agree on a leader. Rejects as
   * soon as one of them died, with the end of its log.
   */
  async waitUntilReady(timeoutMs = READY_MS_MAX): Promise<void> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      this.#refuseDead();
      const problem = await this.#readyProblem();
      if (problem === null) break;
      if (performance.now() > end) {
        throw new ClusterError(
          'not-ready',
          `the cluster is not ready after ${String(timeoutMs / 1_000)} s: ${problem}; ` +
            `the logs are in ${this.logDirectory}.`,
        );
      }
      await pause(POLL_MS);
    }
    if (this.nodes.every((node) => node.process.state === 'running')) this.#noteFormed();
  }

  /** Says so when a process ends that nobody here asked to. Returns how to unsubscribe. */
  onDeath(say: (text: string) => void): () => void {
    const unsubscribe = this.#processes().map((process) =>
      process.onExit(() => {
        if (process.died) say(describeDeath(process));
      }),
    );
    return () => {
      for (const one of unsubscribe) one();
    };
  }

  /** A client over the proxies. */
  connect(options?: ConnectOptions): Promise<Relevo> {
    return Relevo.connect(this.endpoints, { ...this.#security, ...options });
  }

  /** A client of one node. */
  connectTo(name: string, options?: ConnectOptions): Promise<Relevo> {
    return Relevo.connect(this.node(name).address, { ...this.#security, ...options });
  }

  /**
   * Ends every process in order: the proxies first, which take no more work and finish what is under
   * way while the nodes still serve; then the followers; then the leader, which would otherwise hand
   * its leadership to a follower that is about to end.
   */
  async stopAll(): Promise<void> {
    const leader = await this.#leaderIfKnown();
    this.#status?.close();
    this.#status = null;
    const last = this.nodes.filter((node) => node.name === leader);
    const followers = this.nodes.filter((node) => node.name !== leader);
    for (const stage of [this.proxies, followers, last]) {
      const running = stage.map((one) => one.process).filter((one) => one.state !== 'stopped');
      await Promise.all(running.map((process) => process.stop()));
    }
    process.off('exit', this.#killAll);
  }

  async #start(child: ClusterProcess): Promise<void> {
    process.off('exit', this.#killAll);
    process.on('exit', this.#killAll);
    await child.start();
  }

  async #readyProblem(): Promise<string | null> {
    const nodes = this.nodes.filter((node) => node.process.state === 'running');
    if (this.proxies.some((proxy) => proxy.process.state === 'running')) {
      try {
        return readyProblem(await this.status(), nodes);
      } catch (error) {
        return `no proxy answers (${error instanceof Error ? error.message : String(error)})`;
      }
    }
    return readyProblemOverHttp(this.#layout.record.host, nodes);
  }

  async #leaderIfKnown(): Promise<string | null> {
    if (!this.proxies.some((proxy) => proxy.process.state === 'running')) return null;
    return this.leader().catch(() => null);
  }

  #refuseDead(): void {
    const dead = this.#processes().find((process) => process.died);
    if (dead === undefined) return;
    // What a process exits with when its settings or its data directory can't be used.
    const code = dead.exit?.code === 2 ? 'wrong-settings' : 'ended-early';
    throw new ClusterError(code, `${describeDeath(dead)}:\n${lastWords(dead.settings.logFile)}`);
  }

  /** From now on a node without data has lost it: it starts as `existing`. */
  #noteFormed(): void {
    const { record, dataDirectory } = this.#layout;
    if (record.formed) return;
    this.#layout = { ...this.#layout, record: { ...record, formed: true } };
    writeRecord(dataDirectory, this.#layout.record);
    for (const node of this.nodes) node.process.settings = nodeSettings(this.#layout, node);
  }

  #processes(): readonly ClusterProcess[] {
    return [...this.nodes, ...this.proxies].map((one) => one.process);
  }

  #unknown(name: string, known: readonly { readonly name: string }[]): ClusterError {
    const names = known.map((one) => one.name).join(', ');
    return new ClusterError('unknown-process', `there is no "${name}" here; there are: ${names}`);
  }
}

function describeDeath({ name, exit, settings }: ClusterProcess): string {
  const how = exit?.signal ?? `exit status ${String(exit?.code)}`;
  return `${name} ended by itself (${how}); its log is ${settings.logFile}`;
}
