/** Commands of the runbooks, taken from their text: what is tried is what is written. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../../docs/runbooks', import.meta.url));

export interface Block {
  /** As its fence says: ```sh lab=NAME */
  readonly name: string;
  readonly lines: string;
}

/** Every marked block of a text. Blocks within lists are indented, their fences too. */
export function blocksOf(text: string): readonly Block[] {
  const fenced = /^( *)```sh lab=([\w.-]+)\n([\s\S]*?)\n *```$/gm;
  return [...text.matchAll(fenced)].map(([, indent = '', name = '', lines = '']) => ({
    name,
    lines: lines.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

export class Runbooks {
  readonly #blocks: readonly Block[];
  readonly #taken = new Set<string>();

  constructor() {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
    this.#blocks = files.flatMap((file) => blocksOf(readFileSync(join(FOLDER, file), 'utf8')));
  }

  /** Throws if no runbook has the block, or two have it. */
  take(name: string): string {
    const [found, ...more] = this.#blocks.filter((block) => block.name === name);
    if (found === undefined || more.length > 0) throw new Error(`not exactly one block ${name}`);
    this.#taken.add(name);
    return found.lines;
  }

  get untried(): readonly string[] {
    return this.#blocks.map(({ name }) => name).filter((name) => !this.#taken.has(name));
  }
}
