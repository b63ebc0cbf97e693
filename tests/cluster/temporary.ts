/** Real clusters for one test, in temporary directories; whatever happens, nothing is left of them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectOptions, Relevo } from '#client';
import { Cluster, type ClusterOptions, type ClusterProcess, type PortRange } from '#cluster';

export type TemporaryOptions = Omit<ClusterOptions, 'dataDirectory' | 'ports'>;

/** What a test works with. */
export interface Temporary {
  readonly cluster: Cluster;
  /** A client of the proxies, or of the node of this name; hung up when the test ends, however it ends. */
  readonly connect: (node?: string, options?: ConnectOptions) => Promise<Relevo>;
}

/** Short, so that a test waits for an election no longer than it must; long enough for a busy machine. */
const QUICK: TemporaryOptions = {
  electionTimeout: '300-600ms',
  environment: { HEARTBEAT: '50ms' },
};

/**
 * Ports for one cluster. Tests run in several processes at a time, each of which may have several clusters: while
 * a process of theirs is down, its port looks free to whoever chooses one. So each test process has a range of
 * its own, and each cluster in it a part that no other has until all parts were given.
 */
export function portsOfCluster(): PortRange {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? 0) % WORKERS;
  const part = clustersMade % PARTS;
  clustersMade += 1;
  const first = FIRST_PORT + (worker * PARTS + part) * PORTS_OF_CLUSTER;
  return { first, end: first + PORTS_OF_CLUSTER };
}

let clustersMade = 0;

const FIRST_PORT = 5_000;
const PORTS_OF_CLUSTER = 40;
const PARTS = 25;
const WORKERS = 7;

const POLL_MS = 20;
const CLOSE_MS_MAX = 1_000;

/** Runs `body` with a cluster of which no process runs yet. */
export async function withIdleCluster(
  options: TemporaryOptions,
  body: (temporary: Temporary) => Promise<void>,
): Promise<void> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'relevo-test-'));
  const cluster = await Cluster.create({
    ...QUICK,
    ...options,
    environment: { ...QUICK.environment, ...options.environment },
    dataDirectory,
    ports: portsOfCluster(),
  });
  const clients: Relevo[] = [];
  const connect: Temporary['connect'] = async (node, settings) => {
    const to = node === undefined ? cluster.connect(settings) : cluster.connectTo(node, settings);
    const client = await to;
    clients.push(client);
    return client;
  };
  try {
    await body({ cluster, connect });
  } finally {
    await Promise.all(clients.map((client) => client.close(CLOSE_MS_MAX)));
    await endAll(cluster);
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

/** Runs `body` with a cluster that is ready. */
export async function withCluster(
  options: TemporaryOptions,
  body: (temporary: Temporary) => Promise<void>,
): Promise<void> {
  await withIdleCluster(options, async (temporary) => {
    await temporary.cluster.startAll();
    await temporary.cluster.waitUntilReady();
    await body(temporary);
  });
}

/** Not how a cluster is stopped, but the quickest way to be rid of it. */
async function endAll(cluster: Cluster): Promise<void> {
  const processes = [...cluster.nodes, ...cluster.proxies].map((one) => one.process);
  const running = processes.filter((process) => process.state !== 'stopped');
  await Promise.all(running.map((process) => process.kill()));
  await cluster.stopAll();
}

/** The leader's name; waits for one. */
export async function leaderOf(cluster: Cluster): Promise<string> {
  const leaders: string[] = [];
  await until('there is a leader', async () => {
    const leader = await cluster.leader().catch(() => null);
    if (leader !== null) leaders.push(leader);
    return leader !== null;
  });
  return leaders.join();
}

export async function followersOf(cluster: Cluster): Promise<readonly string[]> {
  const leader = await leaderOf(cluster);
  return cluster.nodes.map((node) => node.name).filter((name) => name !== leader);
}

/** Waits until a process answers on its HTTP port; it may well have no leader yet. Rejects if it ended. */
export async function untilLive(cluster: Cluster, name: string): Promise<void> {
  const process = [...cluster.nodes, ...cluster.proxies].find((one) => one.name === name);
  if (process === undefined) throw new Error(`there is no process named ${name}`);
  await until(`${name} is live`, async () => {
    if (process.process.died) throw new Error(`${name} ended: ${lastWords(process.process)}`);
    const answer = await fetch(`http://127.0.0.1:${process.httpPort}/livez`).catch(() => null);
    return answer?.ok === true;
  });
}

const lastWords = ({ settings }: ClusterProcess): string =>
  readFileSync(settings.logFile, 'utf8').slice(-2_000);

/** Asks again and again, without assuming how long it takes; rejects after `limitMs`. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  limitMs = 15_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end)
      throw new Error(`after ${limitMs} ms it does not hold that ${what}`);
    await pause(POLL_MS);
  }
}
