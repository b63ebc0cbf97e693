/**
 * The format level: which forms of commands and of a state's lines there may be. A level is raised by a command
 * of its own, `"format":{"level":2}`, and stands in the head of each checkpoint from then on. Both of these forms
 * are of level 1, so that whoever reads that much knows of all that it can't read.
 */
import { CommandMalformed, decodeCommand } from './command-decoding.js';
import { Malformed } from './json-members.js';
import { parseStateLine } from './state-lines.js';

/** Which every program reads. */
export const FIRST_FORMAT = 1;

/** Of a checkpoint's lines: what its head says. */
export function formatOfState(lines: readonly string[]): number {
  try {
    const line = parseStateLine(lines[0] ?? '');
    return line.kind === 'head' ? line.head.formatLevel : FIRST_FORMAT;
  } catch (error) {
    if (error instanceof Malformed) return FIRST_FORMAT;
    throw error;
  }
}

/** What a command raises the level to; FIRST_FORMAT: it does not. */
export function formatRaisedBy(text: string): number {
  if (!text.startsWith('"format":')) return FIRST_FORMAT;
  try {
    const command = decodeCommand(text);
    return command.kind === 'raise-format' ? command.level : FIRST_FORMAT;
  } catch (error) {
    if (error instanceof CommandMalformed) return FIRST_FORMAT;
    throw error;
  }
}
