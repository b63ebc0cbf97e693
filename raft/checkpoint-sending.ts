/** A leader brings a checkpoint to a follower that needs entries it no longer holds. */
import { InvariantBroken } from './broken.js';
import type { Core } from './core.js';
import { progressOf } from './leadership.js';
import type { Progress } from './progress.js';
import { becomeCheckpoint } from './progress.js';
import type { LogIndex, Message, NodeId } from './types.js';
import { mark } from './words.js';

export function sendCheckpoint(core: Core, peer: Progress): void {
  const { checkpoint } = core;
  if (checkpoint === null || checkpoint.index < core.log.base.index) {
    throw new InvariantBroken(
      `the log begins behind entry ${String(core.log.base.index)}, and no checkpoint covers it: ` +
        'look for one in the data directory',
    );
  }
  core.decide(
    `sends its checkpoint ${String(checkpoint.index)} to ${mark(peer.node)}, ` +
      `which needs entry ${String(peer.nextIndex)}, before its first entry in memory`,
  );
  becomeCheckpoint(peer, checkpoint, core.now);
  sendChunk(core, peer);
}

/** The driver reads the chunk; it goes out as a `checkpoint-chunk` of this term. */
function sendChunk(core: Core, { node, sending }: Progress): void {
  if (sending === null) return;
  sending.sentAt = core.now;
  const { checkpoint, offset } = sending;
  core.emit({ type: 'send-checkpoint', to: node, term: core.term, checkpoint, offset });
}

/** A chunk is sent again after so many heartbeats, then after twice as many, and so on, to a limit. */
const RESEND_HEARTBEATS = 2;
const RESEND_DOUBLINGS_MAX = 4;

/**
 * Nothing was heard of a chunk for long enough: again, ever more slowly, for on a narrow link it is only
 * late. It stays the same checkpoint: to start over with each newer one would never come to an end.
 */
export function resendChunk(core: Core, peer: Progress): void {
  const { sending } = peer;
  if (sending === null) return;
  const patience = RESEND_HEARTBEATS * 2 ** Math.min(sending.resent, RESEND_DOUBLINGS_MAX);
  if (core.now - sending.sentAt < patience * core.config.heartbeatMs) return;
  sending.resent += 1;
  sendChunk(core, peer);
}

/** The driver no longer has that checkpoint's file: the transfer starts over, with the newest. */
export function onCheckpointGone(core: Core, to: NodeId, index: LogIndex): void {
  const peer = core.leadership === null ? null : progressOf(core.leadership, to);
  if (peer?.sending?.checkpoint.index !== index) return;
  if (core.checkpoint !== null && core.checkpoint.index > index) sendCheckpoint(core, peer);
}

/** A follower that was silent for so many election timeouts has to take what there is then. */
const ABSENT_TIMEOUTS = 10;

/** The checkpoints that followers are being sent, and which therefore have to stay. */
export function checkpointsInUse({ leadership, now, config }: Core): LogIndex[] {
  const absentMs = ABSENT_TIMEOUTS * config.electionTimeoutMsMax;
  return (leadership?.peers ?? []).flatMap(({ sending, lastHeard }) =>
    sending === null || now - lastHeard >= absentMs ? [] : [sending.checkpoint.index],
  );
}

/**
 * The follower says which byte it wants next. A reply that names the chunk under way is a duplicate:
 * answering it would send everything twice from here on.
 */
export function onCheckpointOffset(
  core: Core,
  peer: Progress,
  { index, offset }: Message & { type: 'checkpoint-reply' },
): void {
  const { sending } = peer;
  if (sending === null || sending.checkpoint.index !== index) return;
  if (offset === sending.offset || offset >= sending.checkpoint.size) return;
  sending.offset = offset;
  sending.resent = 0;
  sendChunk(core, peer);
}
