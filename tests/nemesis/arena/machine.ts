/** A node or a proxy on its host: its process, its clock, and, for a node, its disk. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterProcess } from '#cluster';
import { type ProcessExit } from '#cluster';
import type { Host } from './hosts.js';
import type { LogArchive } from './log-archive.js';
import type { Volume } from './volume.js';
import type { WallClock } from './wall-clock.js';

export interface Disk {
  readonly volume: Volume;
  readonly dataDirectory: string;
  readonly archive: LogArchive;
}

export class Machine {
  /** Why it may end by itself just now; null: it may not. */
  excuse: string | null = null;
  readonly #deaths: string[] = [];

  constructor(
    readonly host: Host,
    readonly process: ClusterProcess,
    readonly clock: WallClock | null,
    readonly disk: Disk | null,
  ) {
    process.onExit(() => {
      if (process.died && this.excuse === null)
        this.#deaths.push(describe(this.name, process.exit));
    });
  }

  get name(): string {
    return this.host.name;
  }

  /** Ends that nothing here explains. */
  get deaths(): readonly string[] {
    return this.#deaths;
  }

  async start(): Promise<void> {
    if (this.process.state === 'stopped') await this.process.start();
  }

  async kill(): Promise<void> {
    if (this.process.state !== 'stopped') await this.process.kill();
  }

  async stop(): Promise<void> {
    if (this.process.state !== 'stopped') await this.process.stop();
  }

  /** Kills the process and takes the power from the disk; `powerOn` mounts it again. */
  async powerOff(): Promise<void> {
    await this.kill();
    await this.disk?.volume.cutPower();
  }

  async powerOn(): Promise<void> {
    if (this.disk === null || this.disk.volume.mounted) return;
    await this.disk.volume.mount();
    mkdirSync(this.disk.archive.directory, { recursive: true });
    this.disk.archive.forget();
  }

  collectLogs(): void {
    if (this.disk?.volume.mounted === true) this.disk.archive.collect();
  }
}

export function dataDirectoryOf(volume: Volume): string {
  return join(volume.directory, 'data');
}

function describe(name: string, exit: ProcessExit | null): string {
  return `${name} ended by itself (${exit?.signal ?? `exit status ${String(exit?.code)}`})`;
}
