/** What a leader's duties look at, gathered from the parts of a replica. */
import type { LeaderView } from '#leader';
import type { CheckpointMeta, Raft } from '#raft';
import type { Applier } from './applier.js';

export function leaderView(
  raft: Raft,
  applier: Applier,
  checkpoint: CheckpointMeta | null,
): LeaderView {
  const { store, sinceMarker } = applier;
  return {
    growth: {
      appliedIndex: applier.appliedIndex,
      markerIndex: sinceMarker.index,
      commandsSinceMarker: sinceMarker.commands,
      bytesSinceMarker: sinceMarker.bytes,
      keys: store.keyCount,
      checkpointBytes: checkpoint?.size ?? 0,
      writing: applier.writingCheckpoint,
    },
    history: {
      revision: store.revision,
      compactedRevision: store.compactedRevision,
      bytes: store.historySize.bytes,
    },
    durableIndex: raft.durableIndex,
    lastIndex: raft.lastIndex,
    sessions: () => store.sessions(),
  };
}
