/** What a leader knows of one follower or learner. */
import type { CheckpointMeta, LogIndex, NodeId } from './types.js';
import { logIndex } from './types.js';

/**
 * `probe`: looking for where the logs agree, one request at a time. `replicate`: they agree, batches
 * go out without waiting. `checkpoint`: what it needs next is no longer in memory.
 */
export type ProgressState = 'probe' | 'replicate' | 'checkpoint';

/** The checkpoint that is being sent, one chunk at a time. */
export interface Sending {
  checkpoint: CheckpointMeta;
  /** Of the chunk that is under way: what the follower asked for last. */
  offset: number;
  sentAt: number;
  /** How often the present chunk was sent again. */
  resent: number;
}

export interface Progress {
  readonly node: NodeId;
  state: ProgressState;
  /** Durable there, and the same as here; rises only. matchIndex < nextIndex. */
  matchIndex: LogIndex;
  /** The first entry to send next; in `probe` it stays until the probe is answered. */
  nextIndex: LogIndex;
  /** Last index of each batch that is not acknowledged, in order; `replicate` only. */
  inflight: LogIndex[];
  /** When the probe under way was sent; null: none is. */
  probedAt: number | null;
  /** When an acknowledgement last moved, or the first batch in flight was sent. */
  movedAt: number;
  /** Any message of this term, in milliseconds. */
  lastHeard: number;
  /** Its process is known to have ended, and nothing was heard of it since. */
  gone: boolean;
  /** The highest commit index that an append-request told. */
  commitSent: LogIndex;
  sending: Sending | null;
}

/** Starts optimistically: as if the follower had all that the leader has. */
export function newProgress(node: NodeId, lastIndex: LogIndex, now: number): Progress {
  return {
    node,
    state: 'probe',
    matchIndex: logIndex(0),
    nextIndex: logIndex(lastIndex + 1),
    inflight: [],
    probedAt: null,
    movedAt: now,
    lastHeard: now,
    gone: false,
    commitSent: logIndex(0),
    sending: null,
  };
}

/** Whatever was in flight counts as lost. */
export function becomeProbe(progress: Progress, nextIndex: number): void {
  progress.state = 'probe';
  progress.nextIndex = logIndex(Math.max(nextIndex, progress.matchIndex + 1));
  progress.inflight = [];
  progress.probedAt = null;
  progress.commitSent = logIndex(0);
  progress.sending = null;
}

export function becomeReplicate(progress: Progress): void {
  progress.state = 'replicate';
  progress.nextIndex = logIndex(progress.matchIndex + 1);
  progress.inflight = [];
  progress.probedAt = null;
  progress.sending = null;
}

export function becomeCheckpoint(
  progress: Progress,
  checkpoint: CheckpointMeta,
  now: number,
): void {
  progress.state = 'checkpoint';
  progress.inflight = [];
  progress.probedAt = null;
  progress.sending = { checkpoint, offset: 0, sentAt: now, resent: 0 };
}

/** Takes note of an acknowledgement; false if it says nothing new (rule 21). */
export function acknowledge(progress: Progress, match: LogIndex, now: number): boolean {
  if (match === progress.matchIndex) return false;
  progress.matchIndex = match;
  progress.movedAt = now;
  if (progress.nextIndex <= match) progress.nextIndex = logIndex(match + 1);
  const { inflight } = progress;
  let acknowledged = 0;
  for (const last of inflight) {
    if (last > match) break;
    acknowledged += 1;
  }
  if (acknowledged === inflight.length) inflight.length = 0;
  else if (acknowledged > 0) inflight.splice(0, acknowledged);
  return true;
}
