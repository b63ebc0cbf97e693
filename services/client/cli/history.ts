/**
 * The prompt's history in a file of its own, readable by its owner alone: it holds keys and values.
 * Newest line last; a line that is given again moves to the end.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const LINES_MAX = 1_000;
const OWNER_ONLY = 0o600;

export class History {
  readonly #file: string;
  #lines: string[];

  constructor(file: string) {
    this.#file = file;
    this.#lines = readLines(file);
  }

  /** Newest first, as node:readline wants it. */
  newestFirst(): string[] {
    return this.#lines.toReversed();
  }

  add(line: string): void {
    if (line.trim() === '') return;
    this.#lines = [...this.#lines.filter((known) => known !== line), line].slice(-LINES_MAX);
  }

  /** A history that can't be kept is no reason to stop: what failed is returned, for a note. */
  save(): string | null {
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      const content = this.#lines.map((line) => `${line}\n`).join('');
      writeFileSync(`${this.#file}.new`, content, { mode: OWNER_ONLY });
      renameSync(`${this.#file}.new`, this.#file);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
