/**
 * Keeps every segment of a node's log that there ever was, as a second name for the same file: what a
 * checkpoint lets the node remove still settles, in the end, what a caller couldn't know.
 */
import { linkSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SEGMENT = /^\d+\.jsonl$/;

export class LogArchive {
  readonly #known = new Set<string>();

  constructor(
    private readonly logDirectory: string,
    readonly directory: string,
  ) {
    mkdirSync(directory, { recursive: true });
  }

  /** Names what is there now. Files that go meanwhile, and a full disk, are left for the next time. */
  collect(): void {
    for (const name of this.#segments()) {
      try {
        const file = join(this.logDirectory, name);
        const kept = `${String(statSync(file).ino)}-${name}`;
        if (this.#known.has(kept)) continue;
        linkSync(file, join(this.directory, kept));
        this.#known.add(kept);
      } catch {
        continue;
      }
    }
  }

  /** After a power cut the names that were not synced are gone. */
  forget(): void {
    this.#known.clear();
    for (const name of readdirSync(this.directory)) this.#known.add(name);
  }

  #segments(): string[] {
    try {
      return readdirSync(this.logDirectory).filter((name) => SEGMENT.test(name));
    } catch {
      return [];
    }
  }
}
