/** The client processes, each on its own host. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterProcess } from '#cluster';
import type { Host } from '../arena/hosts.js';
import { enter } from '../arena/network.js';
import { REPOSITORY } from '../arena/repository.js';
import { PLAN, type ClientPlan } from './plan.js';
import type { RecordedCall } from './record.js';

/** The longest call, and some. */
const END_MS_MAX = 25_000;

export class Clients {
  readonly #processes: readonly ClusterProcess[];
  readonly #files: readonly string[];

  constructor(
    hosts: readonly Host[],
    directory: string,
    planOf: (host: Host) => Omit<ClientPlan, 'name' | 'number' | 'file'>,
  ) {
    mkdirSync(join(directory, 'calls'), { recursive: true });
    const fileOf = (host: Host): string => join(directory, 'calls', `${host.name}.jsonl`);
    this.#files = hosts.map(fileOf);
    this.#processes = hosts.map((host) => {
      const { name, number } = host;
      const plan: ClientPlan = { ...planOf(host), name, number, file: fileOf(host) };
      return new ClusterProcess({
        name,
        kind: 'client',
        launcher: enter(name),
        program: join(REPOSITORY, 'dist', 'tests', 'nemesis', 'load', 'main.js'),
        environment: { [PLAN]: JSON.stringify(plan) },
        workingDirectory: directory,
        logFile: join(directory, 'logs', `${name}.log`),
      });
    });
  }

  async start(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.start()));
  }

  /** Resolves when every call has ended. Throws if a client was lost, and with it what it knew. */
  async stop(): Promise<void> {
    const exits = await Promise.all(
      this.#processes.map(async (process) =>
        process.state === 'stopped' ? process.exit : process.stop(END_MS_MAX),
      ),
    );
    exits.forEach((exit, i) => {
      if (exit?.code === 0) return;
      const { name, logFile } = this.#processes[i]?.settings ?? { name: '', logFile: '' };
      throw new Error(`${name} ended with ${exit?.signal ?? String(exit?.code)}; see ${logFile}`);
    });
  }

  /** In no order. */
  calls(): RecordedCall[] {
    return this.#files.filter(existsSync).flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as RecordedCall),
    );
  }
}
