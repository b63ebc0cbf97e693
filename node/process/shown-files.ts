/** The files of a data directory as people are shown them: names as recovery knows them, and nothing beside. */
import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFile, ReadFileResponse } from '#rpc/generated/relevo/v1/observe';

/** Of one piece. */
export const PIECE_BYTES_MAX = 256 * 1024;
const FILES_MAX = 1_000;
const FOLDERS = ['', 'log', 'data', 'quarantine'] as const;
/** No separator but the folder's, no dot at the front: nothing outside, no lock, nothing hidden. */
const SHOWN = /^(?:(?:log|data|quarantine)\/)?[A-Za-z0-9][A-Za-z0-9_.-]{0,80}\.(?:jsonl|json|txt)$/;
const STATE = /^data\/(\d{20})\.jsonl$/;

/** Not on Windows. */
const NO_LINKS = (constants as { readonly O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0;

/** Null: no such name is ever shown. */
export function shownPath(path: string): string | null {
  return SHOWN.test(path) && !path.includes('..') ? path : null;
}

/** In order of their names, at most a thousand; what vanishes meanwhile is left out. */
export async function listShownFiles(directory: string): Promise<DataFile[]> {
  const found: DataFile[] = [];
  for (const folder of FOLDERS) {
    const names = await readdir(join(directory, folder)).catch(() => []);
    for (const name of names.sort()) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (shownPath(path) === null || found.length >= FILES_MAX) continue;
      const status = await stat(join(directory, path)).catch(() => null);
      if (status === null || !status.isFile()) continue;
      found.push({ path, bytes: status.size, stateIndex: Number(STATE.exec(path)?.[1] ?? 0) });
    }
  }
  return found;
}

/** Null: there is no such file. Follows no link. `length` 0: as much as one piece takes. */
export async function readShownFile(
  directory: string,
  path: string,
  offset: number,
  length: number,
): Promise<ReadFileResponse | null> {
  if (shownPath(path) === null) return null;
  const flags = constants.O_RDONLY | NO_LINKS;
  const file = await open(join(directory, path), flags).catch(() => null);
  if (file === null) return null;
  try {
    const status = await file.stat();
    if (!status.isFile()) return null;
    const most = length === 0 ? PIECE_BYTES_MAX : Math.min(length, PIECE_BYTES_MAX);
    const wanted = Math.max(0, Math.min(most, status.size - offset));
    const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, offset);
    return { data: buffer.subarray(0, bytesRead), bytes: status.size };
  } finally {
    await file.close();
  }
}
