/** Everything that takes part: hosts, their network, nodes with their disks, proxies; started and ended here. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ClusterProcess } from '#cluster';
import type { Control } from './control.js';
import { planHosts, type Host } from './hosts.js';
import { LogArchive } from './log-archive.js';
import { dataDirectoryOf, Machine, type Disk } from './machine.js';
import { enter, Network } from './network.js';
import { REPOSITORY } from './repository.js';
import type { Program, System } from './system.js';
import { Volume } from './volume.js';
import { findLibrary, WallClock } from './wall-clock.js';

const ARCHIVE_MS = 250;
const POLL_MS = 50;

export interface ArenaOptions {
  readonly system: System;
  readonly nodes: number;
  readonly clients: number;
  /** On a real disk: the disks' images, the processes' logs. */
  readonly directory: string;
}

export class Arena {
  readonly #control: Control;
  readonly #archiving: NodeJS.Timeout;

  private constructor(
    readonly hosts: readonly Host[],
    readonly network: Network,
    readonly nodes: readonly Machine[],
    readonly proxies: readonly Machine[],
    system: System,
  ) {
    this.#control = system.control(this.hostsOf('node'), this.hostsOf('proxy'));
    this.#archiving = setInterval(() => {
      for (const node of nodes) node.collectLogs();
    }, ARCHIVE_MS);
  }

  /** Nothing runs yet. */
  static async build({ system, nodes, clients, directory }: ArenaOptions): Promise<Arena> {
    const hosts = planHosts({ nodes, clients, proxies: system.proxies });
    for (const folder of ['disks', 'clocks', 'logs']) {
      mkdirSync(join(directory, folder), { recursive: true });
    }
    const network = await Network.build(hosts);
    const of = (role: Host['role']): Host[] => hosts.filter((host) => host.role === role);
    const machines = await Promise.all(
      of('node').map(async (host) => {
        const disk = await makeDisk(host, directory);
        const program = system.node(host, of('node'), disk.dataDirectory);
        return makeMachine(host, program, directory, disk);
      }),
    );
    const proxies = of('proxy').map((host) =>
      makeMachine(host, system.proxy(host, of('node')), directory, null),
    );
    return new Arena(hosts, network, machines, proxies, system);
  }

  get machines(): readonly Machine[] {
    return [...this.nodes, ...this.proxies];
  }

  hostsOf(role: Host['role']): readonly Host[] {
    return this.hosts.filter((host) => host.role === role);
  }

  async startAll(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.start()));
  }

  /** As far as anybody knows; null if nobody does. */
  async leader(): Promise<Machine | null> {
    const number = await this.#control.leader();
    return this.nodes.find(({ host }) => host.number === number) ?? null;
  }

  /** Resolves with null when all serve and follow one leader, or with what is still missing after the time. */
  async readyWithin(timeoutMs: number): Promise<string | null> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const problem = await this.#control.problem();
      if (problem === null) return null;
      if (performance.now() > end) return problem;
      await pause(POLL_MS);
    }
  }

  /** The logs of all nodes are named once more before they end. */
  async stopAll(): Promise<void> {
    clearInterval(this.#archiving);
    this.#control.close();
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
}

async function makeDisk(host: Host, directory: string): Promise<Disk> {
  const image = join(directory, 'disks', `${host.name}.img`);
  const volume = await Volume.make(image, join('/run', 'nemesis', host.name));
  const dataDirectory = dataDirectoryOf(volume);
  const archive = new LogArchive(join(dataDirectory, 'log'), join(volume.directory, 'archive'));
  return { volume, dataDirectory, archive };
}

function makeMachine(host: Host, program: Program, directory: string, disk: Disk | null): Machine {
  const library = findLibrary();
  const clock = library === null ? null : new WallClock(join(directory, 'clocks', host.name));
  const clockEnvironment = clock === null || library === null ? {} : clock.environment(library);
  const process = new ClusterProcess({
    name: host.name,
    kind: host.role,
    launcher: [...enter(host.name), ...program.instead],
    program: join(REPOSITORY, 'dist', program.script),
    environment: { ...clockEnvironment, ...program.environment },
    workingDirectory: directory,
    logFile: join(directory, 'logs', `${host.name}.log`),
  });
  return new Machine(host, process, clock, disk);
}
