/** Carries out the storage's steps that make a new directory, on a real disk, one after the other. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskOperation, DiskResult, Steps } from '#storage';

export function makeDirectory<Result>(directory: string, steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next(carryOut(directory, step.value));
  return step.value;
}

function carryOut(directory: string, operation: DiskOperation): DiskResult {
  try {
    perform(directory, operation);
    return { ok: true };
  } catch (error) {
    if (error instanceof TypeError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, code: code === 'ENOSPC' ? 'full' : 'failed', message };
  }
}

function perform(directory: string, operation: DiskOperation): void {
  switch (operation.op) {
    case 'make-directory':
      mkdirSync(join(directory, operation.path), { recursive: true });
      return;
    case 'write-file':
      writeFileSync(join(directory, operation.path), operation.data);
      return;
    case 'sync':
      sync(join(directory, operation.path), 'r+');
      return;
    case 'sync-directory':
      // Windows has none.
      if (process.platform !== 'win32') sync(join(directory, operation.path), 'r');
      return;
    case 'rename':
      renameSync(join(directory, operation.from), join(directory, operation.to));
      return;
    default:
      throw new TypeError(`making a directory needs no ${operation.op}`);
  }
}

export function sync(path: string, flags: 'r' | 'r+'): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
