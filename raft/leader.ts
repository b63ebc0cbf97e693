/** The leader's part (paper, 5.2 to 5.4 and figure 2, "Leaders"). */
import { sendCommit, sendHeartbeat } from './announcement.js';
import { onCheckpointOffset, sendCheckpoint } from './checkpoint-sending.js';
import type { Core } from './core.js';
import type { Leadership } from './leadership.js';
import { newLeadership, progressOf } from './leadership.js';
import { isMember } from './membership.js';
import type { Progress } from './progress.js';
import { becomeProbe } from './progress.js';
import { appendBodies, syncPeers } from './proposal.js';
import { confirmRound, settleRound, takeAsk } from './read-index.js';
import {
  onAcknowledged,
  onAppendReply,
  onHeartbeatMatch,
  replicate,
  tellCommitIndex,
} from './replication.js';
import { becomeFollower } from './step-down.js';
import { askHeir, beginTransfer, bestHeir, endTransfer } from './transfer.js';
import type { LogIndex, Message, NodeId } from './types.js';
import { mark } from './words.js';

/** Takes up leadership of the current term: an empty entry makes older ones committable (5.4.2). */
export function becomeLeader(core: Core): void {
  const { timers, log } = core;
  core.role = 'leader';
  core.leader = core.id;
  core.election = null;
  // A leader has all that is committed: a checkpoint that was coming in is of no more use.
  core.intake = null;
  timers.hintDue = null;
  timers.leaderLost = false;
  core.outbox.dropVoteRequests();
  const uncommitted = log.bytesBetween(core.commitIndex, log.lastIndex);
  const leadership = newLeadership(core.now + core.config.heartbeatMs, uncommitted);
  core.leadership = leadership;
  core.verifiedIndex = log.lastIndex;
  syncPeers(core, leadership);
  appendBodies(core, leadership, [{ kind: 'empty' }]);
}

export function leaderDeadline({ heartbeatDue, announceDue, transfer }: Leadership): number {
  return Math.min(heartbeatDue, announceDue ?? Infinity, transfer?.due ?? Infinity);
}

export function tickLeader(core: Core, leadership: Leadership): void {
  const { transfer } = leadership;
  if (transfer !== null && core.now >= transfer.due) {
    core.decide(`hands no leadership over: ${mark(transfer.to)} did not take it in time`);
    endTransfer(core, leadership, false);
    if (transfer.stepDown) {
      stepDown(core, 'its disk does not keep up');
      return;
    }
  }
  tellCommitIndex(core, leadership);
  if (core.now < leadership.heartbeatDue) return;
  if (!hearsQuorum(core, leadership)) {
    stepDown(core, 'it has not heard from a quorum for an election timeout');
    return;
  }
  leadership.heartbeatDue = core.now + core.config.heartbeatMs;
  settleRound(core);
  for (const peer of leadership.peers) {
    sendHeartbeat(core, peer);
    if (leadership.transfer?.asked === true) askHeir(core, peer);
  }
}

/** Check-quorum (dissertation, 6.2): a leader that is cut off does not stay one. */
function hearsQuorum(core: Core, { peers }: Leadership): boolean {
  let heard = core.isVoter(core.id) ? 1 : 0;
  for (const { node, lastHeard } of peers) {
    const silent = core.now - lastHeard >= core.config.electionTimeoutMsMax;
    if (!silent && core.isVoter(node)) heard += 1;
  }
  return core.rules.isQuorum(heard, core.membership.voters.length);
}

function stepDown(core: Core, reason: string): void {
  core.decide(`steps down: ${reason}`);
  becomeFollower(core, core.term, null);
}

export function onDiskStalled(core: Core): void {
  if (core.leadership === null) return;
  if (core.leadership.transfer === null && bestHeir(core) === null) {
    stepDown(core, 'its disk does not keep up, and no other voter is heard');
    return;
  }
  beginTransfer(core, null, true);
}

/** A follower's process died or was replaced: what was in flight to it is lost. */
export function onFollowerLost(core: Core, leadership: Leadership, node: NodeId): void {
  const peer = progressOf(leadership, node);
  if (peer === null) return;
  peer.gone = true;
  if (leadership.transfer?.to === node) {
    core.decide(`hands no leadership over: ${mark(node)} is gone`);
    endTransfer(core, leadership, false);
  }
  if (peer.state !== 'replicate') return;
  becomeProbe(peer, peer.matchIndex + 1);
  replicate(core, peer);
}

/** Any reply of this term to its leader; and a follower's question. */
export function onLeaderMessage(
  core: Core,
  leadership: Leadership,
  from: NodeId,
  message: Message,
): void {
  const peer = progressOf(leadership, from);
  if (peer === null) return;
  peer.lastHeard = core.now;
  peer.gone = false;
  switch (message.type) {
    case 'append-reply':
      if (message.success && !isPossible(core, peer, message.matchIndex)) return;
      onAppendReply(core, peer, message);
      break;
    case 'heartbeat-reply':
      if (!isPossible(core, peer, message.matchIndex)) return;
      confirmRound(core, from, message.round);
      onHeartbeatMatch(core, peer, message.matchIndex);
      break;
    case 'read-index-request':
      takeAsk(core, { from, id: message.id });
      break;
    case 'checkpoint-reply':
      onCheckpointReply(core, peer, message);
      break;
    default:
  }
}

/** Nobody can have verified more than there is. */
function isPossible(core: Core, peer: Progress, matchIndex: LogIndex): boolean {
  if (matchIndex <= core.log.lastIndex) return true;
  core.decide(
    `ignores ${mark(peer.node)}, which acknowledges entry ${String(matchIndex)}: ` +
      `its own log ends at ${String(core.log.lastIndex)}`,
  );
  return false;
}

function onCheckpointReply(
  core: Core,
  peer: Progress,
  reply: Message & { type: 'checkpoint-reply' },
): void {
  if (!reply.installed) {
    onCheckpointOffset(core, peer, reply);
    return;
  }
  if (reply.index > core.commitIndex) return;
  const waited = peer.state === 'checkpoint';
  onAcknowledged(core, peer, reply.index, false);
  // The log in memory has moved on meanwhile: it needs a newer one.
  if (waited && peer.state === 'checkpoint') sendCheckpoint(core, peer);
}

/** A leader that the membership no longer holds goes once that is committed (dissertation, 4.2.2). */
export function leaveIfRemoved(core: Core): void {
  const { leadership, memberships, commitIndex } = core;
  if (leadership === null || isMember(core.membership, core.id)) return;
  if (memberships.newest.index > commitIndex) return;
  for (const peer of leadership.peers) sendCommit(core, peer);
  const heir = bestHeir(core);
  if (heir !== null) core.send(heir.node, { type: 'timeout-now', term: core.term });
  stepDown(core, 'it is not a member any more');
}
