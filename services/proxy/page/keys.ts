/** Keys as a page shows them: through the proxy, or as one node has them, with the past of one key. */
import type { Pair, RangeResult, Relevo } from '#client';

const KEYS_MAX = 200;
/** Characters of a value. */
const VALUE_MAX = 1_000;
/** Of one key. */
const VERSIONS_MAX = 20;

export interface ShownPair {
  /** Null: its bytes are no text. */
  readonly key: string | null;
  readonly value: string | null;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
}

export interface ShownKeys {
  readonly revision: number;
  readonly servedBy: number;
  readonly count: number;
  readonly more: boolean;
  readonly pairs: readonly ShownPair[];
}

/** `stale`: as the node that is asked has it. */
export async function shownKeys(
  relevo: Relevo,
  prefix: string,
  stale: boolean,
): Promise<ShownKeys> {
  const consistency = stale ? 'stale' : 'linearizable';
  const options = { consistency, limit: KEYS_MAX } as const;
  const found: RangeResult = await relevo.range({ prefix }, options);
  const { revision, servedBy, count, more, pairs } = found;
  return { revision, servedBy, count, more, pairs: pairs.map(shownPair) };
}

/**
 * The versions of a key, newest first: each is read as of the revision before the one after it. Ends where the key was
 * made, was not there, or its past was compacted.
 */
export async function shownHistory(relevo: Relevo, key: string): Promise<readonly ShownPair[]> {
  const versions: ShownPair[] = [];
  let revision = 0;
  while (versions.length < VERSIONS_MAX) {
    const pair = await relevo.get(key, { revision }).catch((error: unknown) => {
      if (versions.length === 0) throw error;
      return null;
    });
    if (pair === null) break;
    versions.push(shownPair(pair));
    revision = pair.modRevision - 1;
    if (revision === 0) break;
  }
  return versions;
}

function shownPair({ keyText, text, createRevision, modRevision, version }: Pair): ShownPair {
  const value = text !== null && text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text;
  return { key: keyText, value, createRevision, modRevision, version };
}
