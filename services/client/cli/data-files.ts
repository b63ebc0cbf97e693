/** The files of a node's data directory, as anybody can read them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isNotFound } from './file-error.js';

export interface DataFile {
  /** Below the directory, with forward slashes. */
  readonly path: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** The first line, cut at 200 bytes; bytes that are not UTF-8 show as U+FFFD. */
  readonly firstLine: string;
}

const FIRST_LINE_BYTES = 200;

/** Every regular file below `directory`, in order of path; what disappears meanwhile is left out. */
export async function listDataFiles(directory: string): Promise<readonly DataFile[]> {
  const names = await readdir(directory, { recursive: true });
  const files: DataFile[] = [];
  for (const name of names.sort()) {
    const file = await describeFile(directory, name);
    if (file !== null) files.push(file);
  }
  return files;
}

/** The newest file of the state (`data/<index>.jsonl`), or null while there is none. */
export async function newestStateFile(directory: string): Promise<DataFile | null> {
  const names = await readdir(join(directory, 'data')).catch((): string[] => []);
  const newest = names
    .filter((name) => /^\d+\.jsonl$/.test(name))
    .sort()
    .at(-1);
  return newest === undefined ? null : describeFile(directory, join('data', newest));
}

async function describeFile(directory: string, name: string): Promise<DataFile | null> {
  const file = join(directory, name);
  try {
    const { size } = await stat(file).then((found) => (found.isFile() ? found : { size: null }));
    if (size === null) return null;
    return { path: name.replaceAll('\\', '/'), size, ...(await readThrough(file)) };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

async function readThrough(file: string): Promise<{ sha256: string; firstLine: string }> {
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    if (head.length < FIRST_LINE_BYTES)
      head = Buffer.concat([head, chunk]).subarray(0, FIRST_LINE_BYTES);
  }
  const lineFeed = head.indexOf(0x0a);
  const firstLine = head.subarray(0, lineFeed === -1 ? head.length : lineFeed).toString('utf8');
  return { sha256: hash.digest('hex'), firstLine };
}
