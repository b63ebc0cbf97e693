/** Steps of recovery and initialisation: operations given out one by one, results handed in. */
import { concatenate } from './mirror.js';
import type { DiskOperation, DiskResult, Refusal } from './types.js';

export type Steps<Result> = Generator<DiskOperation, Result, DiskResult>;

/** Ends recovery, at whose door it is caught, or initialisation. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

export const RESTORE =
  'Nothing was changed. Restore the file from a copy of this very node, or remove the directory and let the node join as a new member with a new id.';

export const damaged = (what: string): Refused =>
  new Refused({ code: 'damaged', message: `${what}. ${RESTORE}` });

/** In bytes. */
const READ_BYTES = 4 * 1024 * 1024;

export function* perform(operation: DiskOperation): Steps<DiskResult & { ok: true }> {
  const result = yield operation;
  if (result.ok) return result;
  const remedy =
    result.code === 'full' ? 'Make room on this disk' : 'Mend the disk or its permissions';
  throw new Refused({
    code: 'disk-failed',
    message: `${result.message}. ${remedy}, then start again; nothing that was kept is lost.`,
  });
}

export function* performAll(operations: readonly DiskOperation[]): Steps<void> {
  for (const operation of operations) yield* perform(operation);
}

export function* listDirectory(path: string): Steps<readonly string[]> {
  return (yield* perform({ op: 'list', path })).names ?? [];
}

/** The parts of a file, in order; null if there is no such file. */
export function* readParts(path: string, take: (part: Uint8Array) => void): Steps<number | null> {
  for (let offset = 0; ;) {
    const { data } = yield* perform({ op: 'read', path, offset, length: READ_BYTES });
    if (data === undefined || data === null) return offset === 0 ? null : offset;
    if (data.length === 0) return offset;
    take(data);
    offset += data.length;
  }
}

/** Null if there is no such file. */
export function* readFile(path: string): Steps<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  const size = yield* readParts(path, (part) => parts.push(part));
  return size === null ? null : concatenate(parts);
}
