/** Makes a data directory so that its own name survives a power cut, like all that will stand in it. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StartRefused } from '#driver';
import { syncDirectory } from './disk.js';

/**
 * Makes what is missing of the way to `directory`, and syncs each parent that was given a name. The
 * parent of a directory that is there already is synced too: a process that made it may have died
 * before it came to that. Returns what was synced. Throws StartRefused.
 */
export async function makeDataDirectory(directory: string): Promise<string[]> {
  const whole = resolve(directory);
  try {
    const synced = await makeWithParents(whole);
    return synced.length > 0 ? synced : await syncParent(whole);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartRefused(`DATA_DIR: can't make the data directory ${directory}: ${reason}`);
  }
}

/** Step by step: where a parent refuses with ENOENT (as /proc does), `recursive` would try for ever. */
async function makeWithParents(directory: string): Promise<string[]> {
  if (existsSync(directory)) return [];
  const parent = dirname(directory);
  const synced = parent === directory ? [] : await makeWithParents(parent);
  await mkdir(directory);
  await syncDirectory(parent);
  return [...synced, parent];
}

/** A parent that belongs to somebody else may be closed to us: whoever owns it made the name. */
async function syncParent(directory: string): Promise<string[]> {
  const parent = dirname(directory);
  try {
    await syncDirectory(parent);
    return [parent];
  } catch (error) {
    if (isClosed(error)) return [];
    throw error;
  }
}

const CLOSED = ['EACCES', 'EPERM', 'EROFS', 'EINVAL'];

const isClosed = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  CLOSED.includes(String(error.code));
