/** Whether all nodes wrote the same file of the state, and whether it holds what it must. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { newestStateFile } from '#client/cli';

const LOOK_MS = 100;

interface Folder {
  readonly name: string;
  readonly dataDirectory: string;
}

export interface EqualFiles {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** Equal files, or what each node has instead. */
export type Comparison =
  { readonly equal: EqualFiles } | { readonly equal: null; readonly found: string };

/**
 * Waits until the newest state file has one name and one sha256 on every node and holds every one of
 * `keys`; gives up after `timeoutMs` with what there is.
 */
export async function waitForEqualFiles(
  nodes: readonly Folder[],
  keys: readonly string[],
  timeoutMs: number,
): Promise<Comparison> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const comparison = await compareFiles(nodes);
    const { equal } = comparison;
    const [first] = nodes;
    const missing =
      equal === null || first === undefined
        ? null
        : await missingKey(join(first.dataDirectory, equal.path), keys);
    if (equal !== null && missing === null) return comparison;
    if (performance.now() > end) {
      if (equal === null) return comparison;
      return { equal: null, found: `${equal.path}, equal on all, is without ${String(missing)}` };
    }
    await pause(LOOK_MS);
  }
}

export async function compareFiles(nodes: readonly Folder[]): Promise<Comparison> {
  const files = await Promise.all(nodes.map((node) => newestStateFile(node.dataDirectory)));
  const [first] = files;
  const same = files.every((file) => file?.path === first?.path && file?.sha256 === first?.sha256);
  if (first !== undefined && first !== null && same) {
    const { path, sha256, size } = first;
    return { equal: { path, sha256, size } };
  }
  const found = nodes.map((node, position) => {
    const file = files[position];
    return `${node.name} ${file ? `${file.path} ${file.sha256.slice(0, 12)}` : 'no file'}`;
  });
  return { equal: null, found: found.join(', ') };
}

/** Looked for as text between quotes, as any reader of the file would; null if all are there. */
async function missingKey(file: string, keys: readonly string[]): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  // It was replaced by a newer one in this moment.
  if (text === null) return file;
  const quoted = new Set(text.match(/"[^"\\]*"/g) ?? []);
  return keys.find((key) => !quoted.has(`"${key}"`)) ?? null;
}
