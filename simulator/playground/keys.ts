/** The keys of one node's state. */
import type { Change, RangeResult, Store } from '#kv';
import { fromText } from '#kv';
import { rangeOf } from '../actions.js';
import { shown } from './calls.js';
import type { KeySight, VersionSight } from './types.js';

const ALL = {
  kind: 'range',
  key: '\0',
  end: '\0',
  revision: 0,
  keysOnly: false,
  countOnly: false,
} as const;

/** In order of their bytes, at most `limit` (0: all). */
export function keysOf(store: Store, limit: number): readonly KeySight[] {
  const { pairs } = store.read({ ...ALL, limit }) as RangeResult;
  return pairs.map(({ key, value, createRevision, modRevision, version }) => {
    return { key: shown(key), value: shown(value), createRevision, modRevision, version };
  });
}

/** Newest first, as far as history goes back. */
export function historyOf(store: Store, key: string): readonly VersionSight[] {
  const subject = fromText(key);
  const changes = store.historyAfter(store.compactedRevision, Infinity);
  const versions = changes.kind === 'changes' ? changes.changes.flatMap(versionsOf(subject)) : [];
  versions.reverse();
  // At revision 0, which stands for now, there was nothing.
  if (store.compactedRevision === 0) return versions;
  // What was written before the last compaction, and stood.
  const { pairs } = store.read(rangeOf(subject, false, store.compactedRevision)) as RangeResult;
  const older = pairs.map(({ modRevision, value }) => {
    return { revision: modRevision, value: shown(value) };
  });
  return [...versions, ...older];
}

function versionsOf(subject: string): (change: Change) => VersionSight[] {
  return (change) => {
    if (change.kind === 'delete')
      return change.key === subject ? [{ revision: change.modRevision, value: null }] : [];
    const { key, modRevision, value } = change.pair;
    return key === subject ? [{ revision: modRevision, value: shown(value) }] : [];
  };
}
