/** A leader brings a checkpoint to a follower that needs entries it no longer holds. */
import { InvariantBroken } from './broken.js';
import type { Core } from './core.js';
import type { Progress } from './progress.js';
import { becomeCheckpoint } from './progress.js';
import type { Message } from './types.js';

export function sendCheckpoint(core: Core, peer: Progress): void {
  const { checkpoint } = core;
  if (checkpoint === null || checkpoint.index < core.log.base.index) {
    throw new InvariantBroken(
      `the log begins behind entry ${String(core.log.base.index)}, and no checkpoint covers it: ` +
        'look for one in the data directory',
    );
  }
  core.decide(
    `sends its checkpoint ${String(checkpoint.index)} to ${String(peer.node)}, ` +
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

/** Nothing was heard of a chunk for two heartbeats: again, or the newer checkpoint there is by now. */
export function resendChunk(core: Core, peer: Progress): void {
  const { sending } = peer;
  if (sending === null || core.now - sending.sentAt < 2 * core.config.heartbeatMs) return;
  if (core.checkpoint !== null && core.checkpoint.index > sending.checkpoint.index) {
    sending.checkpoint = core.checkpoint;
    sending.offset = 0;
  }
  sendChunk(core, peer);
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
  sendChunk(core, peer);
}
