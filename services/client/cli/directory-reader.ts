/** Carries out the storage's reading steps on a real directory, and nothing that would change it. */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskOperation, DiskResult, Steps } from '#storage';
import { isNotFound } from './file-error.js';

export function readDirectory<Result>(directory: string, steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next(carryOut(directory, step.value));
  return step.value;
}

function carryOut(directory: string, operation: DiskOperation): DiskResult {
  try {
    switch (operation.op) {
      case 'list':
        return { ok: true, names: namesIn(join(directory, operation.path)) };
      case 'read':
        return { ok: true, data: partOf(join(directory, operation.path), operation) };
      default:
        throw new TypeError(`looking at a directory must not ${operation.op}`);
    }
  } catch (error) {
    if (error instanceof TypeError) throw error;
    return {
      ok: false,
      code: 'failed',
      message: error instanceof Error ? error.message : String(error),
    };
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Null: there is no such file. */
function partOf(
  path: string,
  { offset, length }: { readonly offset: number; readonly length: number },
): Uint8Array | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
  try {
    const left = Math.max(0, fstatSync(file).size - offset);
    const data = new Uint8Array(Math.min(length, left));
    const read = readSync(file, data, 0, data.length, offset);
    return data.subarray(0, read);
  } finally {
    closeSync(file);
  }
}
