/** `--save DIR`: every node's files and logs, as they were before and after each restart (R39). */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

interface Kept {
  readonly name: string;
  readonly dataDirectory: string;
}

export class Keeping {
  #count = 0;
  /** Restarted, and not saved since. */
  readonly #restarted: string[] = [];

  /** `directory`: where to; null: nothing is kept. */
  constructor(
    private readonly directory: string | null,
    private readonly nodes: readonly Kept[],
    private readonly logDirectory: string,
  ) {}

  restarted(name: string): void {
    this.#restarted.push(name);
  }

  /** What has been restarted has come to rest by now. */
  async afterRestarts(): Promise<void> {
    for (const name of this.#restarted.splice(0)) await this.save(`after-start-${name}`);
  }

  /** As `01-before-kill-ada/`, with a folder a node, and the logs. */
  async save(occasion: string): Promise<void> {
    if (this.directory === null) return;
    this.#count += 1;
    const target = join(this.directory, `${String(this.#count).padStart(2, '0')}-${occasion}`);
    for (const { name, dataDirectory } of this.nodes) {
      await copyTree(dataDirectory, join(target, name));
    }
    await copyTree(this.logDirectory, join(target, 'logs'));
  }
}

/** Regular files alone; one that goes away meanwhile is left out, for a node that runs replaces its files. */
async function copyTree(from: string, to: string): Promise<void> {
  const found = await readdir(from, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const file of found.filter((entry) => entry.isFile())) {
    const source = join(file.parentPath, file.name);
    const target = join(to, source.slice(from.length));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
  }
}
