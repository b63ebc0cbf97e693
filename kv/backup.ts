/** A state's lines as they go into a backup, and as a new cluster begins with them. */
import { CheckpointMalformed, restore } from './checkpoint-restore.js';
import { FIRST_FORMAT } from './format-level.js';
import { Malformed } from './json-members.js';
import { headLine, keyLine, parseStateLine } from './state-lines.js';
import type { Pair } from './types.js';

/** Keys are written as every release reads them. */
const KEYS_ALONE = { sessions: 0, members: 0, formatLevel: FIRST_FORMAT };

/** The current keys alone, in order: no history, no sessions, no members. */
export function* backupLines(revision: number, pairs: readonly Pair[]): Generator<string> {
  yield headLine({ revision, compacted: revision, keys: pairs.length, ...KEYS_ALONE });
  for (const pair of pairs) yield keyLine(pair);
}

export interface RestoredState {
  readonly lines: readonly string[];
  readonly keys: number;
  /** Of the backup, and the one that the new cluster begins with. */
  readonly backedUp: number;
  readonly revision: number;
}

/**
 * What a new cluster begins with: the keys as they were, under a revision that is `raise` higher and counts as
 * compacted, so that no cache or watcher takes what comes next for what it has seen. Older versions, sessions and
 * members of the old cluster stay behind. Throws CheckpointMalformed.
 */
export function restoredState(lines: readonly string[], raise: number): RestoredState {
  restore(lines);
  const keys: string[] = [];
  let backedUp = 0;
  lines.forEach((text, at) => {
    const line = lineOf(text, at + 1);
    if (line.kind === 'head') backedUp = line.head.revision;
    else if (line.kind === 'key') keys.push(keyLine({ ...line.pair, lease: 0 }));
  });
  const revision = backedUp + raise;
  if (!Number.isSafeInteger(revision)) {
    const problem = `has revision ${backedUp}, which can't be raised by ${raise}: 2^53 is the end of numbers`;
    throw new CheckpointMalformed(1, problem);
  }
  const head = { revision, compacted: revision, keys: keys.length, ...KEYS_ALONE };
  return { lines: [headLine(head), ...keys], keys: keys.length, backedUp, revision };
}

function lineOf(text: string, number: number): ReturnType<typeof parseStateLine> {
  try {
    return parseStateLine(text);
  } catch (error) {
    if (error instanceof Malformed) throw new CheckpointMalformed(number, error.message);
    throw error;
  }
}
