/** Data volumes: loop devices over files, which outlive the instances that they are attached to. */
import { mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './commands.js';

export interface Volume {
  readonly id: string;
  /** The node it was made for, as its tag says. */
  readonly node: string;
  sizeGiB: number;
  readonly file: string;
  readonly device: string;
  /** The instance that holds it. */
  holder: string | null;
}

const GIB = 1024 ** 3;

export class Volumes {
  readonly #folder: string;
  readonly all = new Map<string, Volume>();
  #made = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Blank, in the place of what stood under its id. Files have holes: ten GiB take what is written. */
  async make(id: string, node: string, sizeGiB: number): Promise<Volume> {
    this.#made += 1;
    const file = join(this.#folder, `${id}-${this.#made}`);
    writeFileSync(file, '');
    truncateSync(file, sizeGiB * GIB);
    const device = await must('losetup', ['--find', '--show', file]);
    const volume = { id, node, sizeGiB, file, device, holder: null };
    this.all.set(id, volume);
    return volume;
  }

  /** What is on it stays; the file system is the host's affair. */
  async grow(id: string, sizeGiB: number): Promise<void> {
    const volume = this.get(id);
    if (sizeGiB <= volume.sizeGiB) throw new Error(`${id} has ${volume.sizeGiB} GiB already`);
    truncateSync(volume.file, sizeGiB * GIB);
    await must('losetup', ['--set-capacity', volume.device]);
    volume.sizeGiB = sizeGiB;
  }

  /** In the place of what stands under its id, as it was before another was made there. */
  put(volume: Volume): void {
    volume.holder = null;
    this.all.set(volume.id, volume);
  }

  /** Throws on an id that is none. */
  get(id: string): Volume {
    const found = this.all.get(id);
    if (found === undefined) throw new Error(`there is no volume ${id}`);
    return found;
  }

  of(node: string): Volume {
    const found = [...this.all.values()].find((volume) => volume.node === node);
    if (found === undefined) throw new Error(`${node} has no volume`);
    return found;
  }
}

/** As `mknod` wants them. */
export function deviceNumbers(device: string): readonly [major: number, minor: number] {
  const { rdev } = statSync(device);
  return [(rdev >> 8) & 0xfff, (rdev & 0xff) | ((rdev >> 12) & 0xfff00)];
}
