/** A leader and its followers' logs (paper, 5.3): what to send, and what the answers say. */
import { sendCommit } from './announcement.js';
import { resendChunk, sendCheckpoint } from './checkpoint-sending.js';
import type { Core } from './core.js';
import type { Leadership } from './leadership.js';
import type { Progress } from './progress.js';
import { acknowledge, becomeProbe, becomeReplicate } from './progress.js';
import { quorumValue } from './quorum.js';
import { releaseAsks } from './read-index.js';
import { askHeir } from './transfer.js';
import type { LogIndex, Message } from './types.js';
import { logIndex } from './types.js';
import { mark, place } from './words.js';

export function replicateToAll(core: Core, leadership: Leadership): void {
  for (const peer of leadership.peers) replicate(core, peer);
}

/** Sends what may go out now: a probe, or batches until the window is full. */
export function replicate(core: Core, peer: Progress): void {
  if (peer.state === 'probe') {
    if (peer.probedAt !== null) return;
    peer.probedAt = core.now;
    sendBatch(core, peer);
    return;
  }
  const { maxInflightBatches } = core.config;
  while (
    peer.state === 'replicate' &&
    peer.inflight.length < maxInflightBatches &&
    peer.nextIndex <= core.log.lastIndex
  ) {
    const last = sendBatch(core, peer);
    if (last === null) return;
    if (peer.inflight.length === 0) peer.movedAt = core.now;
    peer.inflight.push(last);
    peer.nextIndex = logIndex(last + 1);
  }
}

/** Returns the last index sent; null if a checkpoint is needed first (rule 22). */
function sendBatch(core: Core, peer: Progress): LogIndex | null {
  const { log, commitIndex } = core;
  const previous = logIndex(peer.nextIndex - 1);
  const previousTerm = log.termAt(previous);
  if (previousTerm === null) {
    sendCheckpoint(core, peer);
    return null;
  }
  const entries = log.batch(peer.nextIndex, core.config.maxBatchBytes);
  const last = logIndex(previous + entries.length);
  const told = commitIndex < last ? commitIndex : last;
  if (told > peer.commitSent) peer.commitSent = told;
  core.send(peer.node, {
    type: 'append-request',
    term: core.term,
    previous: { index: previous, term: previousTerm },
    entries,
    commitIndex: told,
  });
  return last;
}

type AppendReply = Message & { readonly type: 'append-reply' };

export function onAppendReply(core: Core, peer: Progress, reply: AppendReply): void {
  if (reply.success) {
    onAcknowledged(core, peer, reply.matchIndex, true);
    return;
  }
  const { refusedIndex, hint } = reply;
  const stale =
    peer.state === 'checkpoint' ||
    refusedIndex <= peer.matchIndex ||
    (peer.state === 'probe' && refusedIndex !== peer.nextIndex - 1);
  if (stale) return;
  becomeProbe(peer, nextProbe(core, refusedIndex, hint.index, hint.term) + 1);
  core.decide(
    `looks for where the log of ${mark(peer.node)} agrees: it refused what follows entry ` +
      `${String(refusedIndex)}, and ${hint.index === 0 ? 'has none' : `has (${place(hint)})`}; now from entry ${String(peer.nextIndex)} on`,
  );
  replicate(core, peer);
}

/**
 * Where the logs may agree: at or before the follower's hint, and before what it refused. Positions
 * of a later term than the hint's can't be the follower's, so whole terms are skipped.
 */
function nextProbe(
  core: Core,
  refused: LogIndex,
  hint: LogIndex,
  hintTerm: AppendReply['term'],
): number {
  const upTo = Math.min(hint, refused - 1);
  if (upTo < core.log.base.index) return upTo;
  return core.log.newestAtMost(logIndex(upTo), hintTerm).index;
}

/** `matchIndex` is durable on the follower, and the same as here. */
export function onAcknowledged(
  core: Core,
  peer: Progress,
  matchIndex: LogIndex,
  answersProbe: boolean,
): void {
  const match = core.rules.nextMatch(peer.matchIndex, matchIndex);
  const moved = acknowledge(peer, match, core.now);
  const agreed = moved || (answersProbe && matchIndex >= peer.nextIndex - 1);
  if (peer.state === 'probe' && agreed) becomeReplicate(peer);
  if (peer.state === 'checkpoint' && peer.matchIndex >= core.log.base.index) becomeReplicate(peer);
  if (moved && match > core.commitIndex) advanceCommit(core);
  replicate(core, peer);
  announce(core, peer);
  if (moved) askHeir(core, peer);
}

/**
 * Nothing lost stays lost: a heartbeat's reply shows that a probe, a batch or a chunk, or the answer
 * to it, did not arrive.
 */
export function onHeartbeatMatch(core: Core, peer: Progress, matchIndex: LogIndex): void {
  const { heartbeatMs } = core.config;
  if (matchIndex > peer.matchIndex) onAcknowledged(core, peer, matchIndex, false);
  if (peer.state === 'checkpoint') {
    resendChunk(core, peer);
  } else if (peer.state === 'probe') {
    if (peer.probedAt !== null && core.now - peer.probedAt < heartbeatMs) return;
    peer.probedAt = null;
    replicate(core, peer);
  } else if (core.now - peer.movedAt >= 2 * heartbeatMs) {
    // Less than it had confirmed: it was started again, and takes no commit index before a probe.
    if (peer.inflight.length === 0 && matchIndex >= peer.matchIndex) return;
    becomeProbe(peer, peer.matchIndex + 1);
    replicate(core, peer);
  }
}

/**
 * The highest index that a quorum of voters has on disk is committed if its entry is of this term
 * (paper, 5.4.2), and with it all before. A leader that is no voter any more does not count itself.
 */
export function advanceCommit(core: Core): void {
  const { leadership, log, rules, commitIndex: before } = core;
  if (leadership === null) return;
  const matches: number[] = [];
  for (const voter of core.membership.voters) {
    if (voter === core.id) matches.push(rules.ownMatch(log.durableIndex, log.lastIndex));
    else matches.push(matchOf(leadership, voter));
  }
  const index = logIndex(quorumValue(matches));
  if (index <= before) return;
  const entryTerm = log.termAt(index);
  if (!rules.mayCommitByCount(entryTerm, core.term)) {
    core.decide(
      `does not commit entry ${String(index)}, which a quorum has: it is of term ` +
        `${String(entryTerm)}, and only entries of term ${String(core.term)} count`,
    );
    return;
  }
  const first = log.termAt(before) !== core.term;
  core.raiseCommit(index);
  if (first) core.decide(`commits entry ${String(index)}, of its own term, and all before it`);
  leadership.uncommittedBytes -= log.bytesBetween(before, index);
  if (first) releaseAsks(core);
  for (const peer of leadership.peers) announce(core, peer);
}

/** Tells an idle follower the commit index, soon: what is proposed until then would tell it as well. */
function announce(core: Core, peer: Progress): void {
  const { leadership, config } = core;
  if (leadership === null || !isIdle(core, peer)) return;
  if (config.commitDelayMs === 0) sendCommit(core, peer);
  else leadership.announceDue ??= core.now + config.commitDelayMs;
}

/** Tells the followers that have nothing coming, once it is due. */
export function tellCommitIndex(core: Core, leadership: Leadership): void {
  if (leadership.announceDue === null || core.now < leadership.announceDue) return;
  leadership.announceDue = null;
  for (const peer of leadership.peers) if (isIdle(core, peer)) sendCommit(core, peer);
}

/** No batch is in flight, and none is about to be: nothing else will tell it the commit index soon. */
function isIdle(core: Core, { inflight, nextIndex }: Progress): boolean {
  return inflight.length === 0 && nextIndex > core.log.lastIndex;
}

function matchOf(leadership: Leadership, voter: number): number {
  for (const peer of leadership.peers) if (peer.node === voter) return peer.matchIndex;
  return 0;
}
