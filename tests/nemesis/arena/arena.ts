/** Everything that takes part: hosts, their network, nodes with their disks, proxies; started and ended here. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ClusterProcess, type ProcessState } from '#cluster';
import { ClusterStatus, leaderOf, type ClusterResponse } from '#client/cli';
import { readyProblem } from '../../../cluster/readiness.js';
import { NODE_PORT, planHosts, PROXY_PORT, type Host, type Size } from './hosts.js';
import { LogArchive } from './log-archive.js';
import { dataDirectoryOf, Machine } from './machine.js';
import { enter, Network } from './network.js';
import { REPOSITORY } from './repository.js';
import { Volume } from './volume.js';
import { findLibrary, WallClock } from './wall-clock.js';

const HTTP_PORT = NODE_PORT + 20_000;
const ARCHIVE_MS = 250;
const POLL_MS = 50;
const STATUS_MS_MAX = 700;

/** Checkpoints come often and keep little behind them, so that nodes which were away need a transfer. */
const NODE_ENVIRONMENT = {
  CHECKPOINT_ENTRIES: '4000',
  TRAILING_ENTRIES: '500',
  QUIET_CHECKPOINT: '2s',
};

export interface ArenaOptions extends Size {
  /** On a real disk: the disks' images, the processes' logs. */
  readonly directory: string;
}

export class Arena {
  readonly hosts: readonly Host[];
  readonly network: Network;
  readonly nodes: readonly Machine[];
  readonly proxies: readonly Machine[];
  readonly #status: ClusterStatus;
  readonly #archiving: NodeJS.Timeout;

  private constructor(
    hosts: readonly Host[],
    network: Network,
    nodes: readonly Machine[],
    proxies: readonly Machine[],
  ) {
    this.hosts = hosts;
    this.network = network;
    this.nodes = nodes;
    this.proxies = proxies;
    this.#status = new ClusterStatus(this.endpoints);
    this.#archiving = setInterval(() => {
      for (const node of nodes) node.collectLogs();
    }, ARCHIVE_MS);
  }

  /** Nothing runs yet. */
  static async build(options: ArenaOptions): Promise<Arena> {
    const hosts = planHosts(options);
    for (const folder of ['disks', 'clocks', 'logs']) {
      mkdirSync(join(options.directory, folder), { recursive: true });
    }
    const network = await Network.build(hosts);
    const nodeHosts = hosts.filter(({ role }) => role === 'node');
    const list = nodeHosts
      .map(({ number, address }) => `${number}=${address}:${NODE_PORT}`)
      .join(',');
    const nodes = await Promise.all(
      nodeHosts.map((host) => makeNode(host, list, options.directory)),
    );
    const proxies = hosts
      .filter(({ role }) => role === 'proxy')
      .map((host) => makeProxy(host, list, options.directory));
    return new Arena(hosts, network, nodes, proxies);
  }

  get machines(): readonly Machine[] {
    return [...this.nodes, ...this.proxies];
  }

  /** Where clients go: the proxies. */
  get endpoints(): readonly string[] {
    return this.proxies.map(({ host }) => `${host.address}:${PROXY_PORT}`);
  }

  addressOf(node: Machine): string {
    return `${node.host.address}:${NODE_PORT}`;
  }

  hostsOf(role: Host['role']): readonly Host[] {
    return this.hosts.filter((host) => host.role === role);
  }

  async startAll(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.start()));
  }

  /** The leader that some proxy knows of; null if none does. */
  async leader(): Promise<Machine | null> {
    const response = await this.#read();
    const leader = response === null ? null : leaderOf(response);
    return this.nodes.find(({ host }) => host.number === leader?.nodeId) ?? null;
  }

  /** Resolves with null when all serve and follow one leader, or with what is still missing after the time. */
  async readyWithin(timeoutMs: number): Promise<string | null> {
    const end = performance.now() + timeoutMs;
    const expected = this.nodes.map(({ host }) => ({
      id: host.number,
      name: host.name,
      httpPort: HTTP_PORT,
    }));
    for (;;) {
      const response = await this.#read();
      const problem = response === null ? 'no proxy answers' : readyProblem(response, expected);
      if (problem === null) return null;
      if (performance.now() > end) return problem;
      await pause(POLL_MS);
    }
  }

  /** The logs of all nodes are named once more before they end. */
  async stopAll(): Promise<void> {
    clearInterval(this.#archiving);
    this.#status.close();
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
    await Promise.all(this.nodes.map((node) => node.stop()));
    for (const node of this.nodes) node.collectLogs();
  }

  async unmountAll(): Promise<void> {
    for (const { disk } of this.nodes) {
      if (disk?.volume.mounted === true) await disk.volume.unmount();
    }
  }

  /** What in here isn't as it has to be, whatever the clients saw. */
  problems(): readonly string[] {
    const relay = this.network.problem;
    return [...(relay === null ? [] : [relay]), ...this.machines.flatMap(({ deaths }) => deaths)];
  }

  states(): ReadonlyMap<string, ProcessState> {
    return new Map(this.machines.map(({ name, process }) => [name, process.state]));
  }

  async #read(): Promise<ClusterResponse | null> {
    try {
      return await this.#status.read(STATUS_MS_MAX);
    } catch {
      return null;
    }
  }
}

async function makeNode(host: Host, list: string, directory: string): Promise<Machine> {
  const volume = await Volume.make(
    join(directory, 'disks', `${host.name}.img`),
    join('/run', 'nemesis', host.name),
  );
  const dataDirectory = dataDirectoryOf(volume);
  const archive = new LogArchive(join(dataDirectory, 'log'), join(volume.directory, 'archive'));
  const program = host.number === 1 ? 'leader' : 'follower';
  return makeMachine(
    host,
    'node',
    program,
    directory,
    { volume, dataDirectory, archive },
    {
      ...NODE_ENVIRONMENT,
      NODES: list,
      NODE_ID: String(host.number),
      NODE_NAME: host.name,
      CLUSTER_STATE: 'new',
      HOST: '0.0.0.0',
      DATA_DIR: dataDirectory,
    },
  );
}

function makeProxy(host: Host, list: string, directory: string): Machine {
  return makeMachine(host, 'proxy', 'proxy', directory, null, {
    NODES: list,
    PROXY_NAME: host.name,
    PROXY_HOST: '0.0.0.0',
    PROXY_PORT: String(PROXY_PORT),
  });
}

function makeMachine(
  host: Host,
  kind: 'node' | 'proxy',
  service: string,
  directory: string,
  disk: Machine['disk'],
  environment: Readonly<Record<string, string>>,
): Machine {
  const library = findLibrary();
  const clock = library === null ? null : new WallClock(join(directory, 'clocks', host.name));
  const process = new ClusterProcess({
    name: host.name,
    kind,
    launcher: enter(host.name),
    program: join(REPOSITORY, 'dist', 'services', service, 'main.js'),
    environment: {
      CLUSTER_NAME: 'nemesis',
      LOG_FORMAT: 'json',
      ...(clock === null || library === null ? {} : clock.environment(library)),
      ...environment,
    },
    workingDirectory: directory,
    logFile: join(directory, 'logs', `${host.name}.log`),
  });
  return new Machine(host, process, clock, disk);
}
