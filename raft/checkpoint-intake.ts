/** A follower takes in a checkpoint that its leader sends in chunks (paper, section 7). */
import { InvariantBroken } from './broken.js';
import type { Core } from './core.js';
import type { CheckpointMeta, LogIndex, Message } from './types.js';
import { logIndex } from './types.js';

type Chunk = Message & { readonly type: 'checkpoint-chunk' };

/** From the last chunk's arrival to the report that the checkpoint is this node's state. */
export function isInstalling({ intake }: Core): boolean {
  if (intake === null) return false;
  return (intake.storing ?? intake.stored) === intake.checkpoint.size;
}

/** `message` is of this term's leader. */
export function onCheckpointChunk(core: Core, { checkpoint, offset, data }: Chunk): void {
  if (isInstalling(core)) return;
  if (isKnown(core, checkpoint)) {
    core.intake = null;
    if (core.log.durableIndex >= checkpoint.index) reply(core, checkpoint, checkpoint.size, true);
    return;
  }
  const intake = intakeOf(core, checkpoint);
  if (intake.storing !== null) return;
  const end = offset + data.length;
  if (offset !== intake.stored || end > checkpoint.size || data.length === 0) {
    reply(core, checkpoint, intake.stored, false);
    return;
  }
  intake.storing = end;
  core.emit({ type: 'store-checkpoint', checkpoint, offset, data });
}

/**
 * What the checkpoint holds is here already: committed (rule 35), or in the log, where the same index
 * and term mean the same entries, which therefore are committed (paper, figure 13, step 6).
 */
function isKnown(core: Core, { index, term }: CheckpointMeta): boolean {
  if (core.rules.isOldCheckpoint(index, core.commitIndex)) return true;
  if (!core.rules.holdsCheckpoint(core.log.termAt(index), term)) return false;
  if (core.verifiedIndex < index) core.verifiedIndex = index;
  core.raiseCommit(index);
  return true;
}

/** The same checkpoint is the same bytes whoever sends it: another leader goes on where one stopped. */
function intakeOf(core: Core, checkpoint: CheckpointMeta): NonNullable<Core['intake']> {
  const { intake } = core;
  const same =
    intake?.checkpoint.index === checkpoint.index &&
    intake.checkpoint.term === checkpoint.term &&
    intake.checkpoint.size === checkpoint.size;
  if (same) return intake;
  core.decide(
    `takes in the checkpoint ${String(checkpoint.index)} (${String(checkpoint.size)} bytes): ` +
      `its log ends at ${String(core.log.lastIndex)}`,
  );
  return (core.intake = { checkpoint, stored: 0, storing: null });
}

/** `offset` 0: what was stored is removed, because it did not verify. */
export function onCheckpointStored(core: Core, index: LogIndex, offset: number): void {
  const { intake } = core;
  if (intake === null || intake.checkpoint.index !== index) return;
  intake.stored = offset;
  intake.storing = null;
  reply(core, intake.checkpoint, offset, false);
}

/** The checkpoint takes the place of the whole log, also of a suffix that conflicts (rule 34). */
export function onCheckpointInstalled(core: Core, checkpoint: CheckpointMeta): void {
  const { index, term } = checkpoint;
  if (index <= core.commitIndex) {
    throw new InvariantBroken(
      `checkpoint ${String(index)} was installed, and entries to ${String(core.commitIndex)} are ` +
        'committed: an older state took the place of a newer one',
    );
  }
  core.log.reset({ index, term });
  core.memberships.reset(index, checkpoint.membership);
  core.membershipChanged = true;
  core.installed = true;
  core.intake = null;
  core.checkpoint = checkpoint;
  core.verifiedIndex = core.acknowledgedIndex = index;
  core.commitIndex = core.told.commitIndex = index;
  core.muted = false;
  core.decide(`has installed the checkpoint ${String(index)}`);
  reply(core, checkpoint, checkpoint.size, true);
}

/** This node's own checkpoint is complete: entries that it covers may leave memory. */
export function onCheckpointSaved(
  core: Core,
  checkpoint: CheckpointMeta,
  keepAfter: LogIndex,
): void {
  if (checkpoint.index > core.commitIndex) {
    throw new InvariantBroken(
      `checkpoint ${String(checkpoint.index)} was saved, and only entries to ` +
        `${String(core.commitIndex)} are committed`,
    );
  }
  if (core.checkpoint === null || checkpoint.index > core.checkpoint.index) {
    core.checkpoint = checkpoint;
  }
  const upTo = Math.min(keepAfter, core.checkpoint.index, core.log.durableIndex);
  core.log.dropTo(logIndex(upTo));
  core.memberships.dropTo(logIndex(upTo));
}

function reply(core: Core, { index }: CheckpointMeta, offset: number, installed: boolean): void {
  if (core.leader === null || core.leader === core.id) return;
  core.send(core.leader, {
    type: 'checkpoint-reply',
    term: core.term,
    index,
    offset,
    installed,
  });
}
