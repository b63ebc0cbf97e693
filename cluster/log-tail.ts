/** The end of a process's log, for the message that says why it ended. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { logLineOf, messageOf } from './log-reader.js';

const BYTES_MAX = 8_192;

/**
 * Why a process ended, in its own words: its last error, or else the end of its log. What is no line of
 * ours (a setting that is wrong) comes as it stands.
 */
export function lastWords(file: string): string {
  const lines = tailOfLog(file).split('\n');
  const said = lines.map(logLineOf);
  const error = said.findLast((line) => line?.fields['level'] === 'error');
  if (error !== undefined && error !== null) {
    const message = messageOf(error.fields);
    return message === null ? error.event : `${error.event}: ${message}`;
  }
  const foreign = lines.filter((_, at) => said[at] === null);
  return (foreign.length > 0 ? foreign : lines).join('\n');
}

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
