/** The end of a process's log, for the message that says why it ended. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const BYTES_MAX = 4_096;

/** The last whole lines, at most `lines` of them; empty if there is no file. */
export function tailOfLog(file: string, lines = 10): string {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(handle);
    const start = Math.max(0, size - BYTES_MAX);
    const buffer = Buffer.alloc(size - start);
    readSync(handle, buffer, 0, buffer.length, start);
    const found = buffer.toString('utf8').trimEnd().split('\n');
    // The first line was cut by the limit, unless the file begins here.
    if (start > 0) found.shift();
    return found.slice(-lines).join('\n');
  } finally {
    closeSync(handle);
  }
}
