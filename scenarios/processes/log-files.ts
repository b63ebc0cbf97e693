/** Reads the entries of a node's log off its files, as anybody may (storage/FORMAT.md). */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogView } from '../language/index.js';

const ENTRY = /^\{"index":(\d+),"term":(\d+),/;

/** Up to the first line that is not whole: the node may be writing it. */
export async function readLog(dataDirectory: string): Promise<LogView> {
  const folder = join(dataDirectory, 'log');
  const names = await readdir(folder).catch((): string[] => []);
  const entries = new Map<number, number>();
  for (const name of names.filter((each) => /^\d{20}\.jsonl$/.test(each)).sort()) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
      const [, index, term] = ENTRY.exec(line) ?? [];
      if (index !== undefined && term !== undefined) entries.set(Number(index), Number(term));
    }
  }
  const indexes = [...entries.keys()].sort((a, b) => a - b);
  return {
    firstIndex: indexes[0] ?? 1,
    terms: indexes.map((index) => entries.get(index) ?? 0),
  };
}
