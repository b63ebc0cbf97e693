/** The follower's part (paper, figure 2, "AppendEntries" and "Followers"). */
import { isInstalling, onCheckpointChunk } from './checkpoint-intake.js';
import type { Core } from './core.js';
import { becomeFollower } from './step-down.js';
import type { LogIndex, Message, NodeId, Term } from './types.js';
import { logIndex } from './types.js';
import { mark, place } from './words.js';

type AppendRequest = Message & { readonly type: 'append-request' };

/** What only a leader sends. */
export type LeaderRequest = Message & {
  readonly type: 'append-request' | 'heartbeat-request' | 'checkpoint-chunk';
};

export function onLeaderRequest(core: Core, from: NodeId, request: LeaderRequest): void {
  if (!core.rules.obeys(request.term, core.term)) {
    refuseOldLeader(core, from, request);
    return;
  }
  hearLeader(core, from, request.term);
  switch (request.type) {
    case 'append-request':
      onAppendRequest(core, from, request);
      break;
    case 'heartbeat-request':
      commitUpTo(core, request.commitIndex);
      core.send(from, {
        type: 'heartbeat-reply',
        term: core.term,
        round: request.round,
        matchIndex: acknowledged(core),
      });
      break;
    case 'checkpoint-chunk':
      onCheckpointChunk(core, request);
      break;
  }
}

/** It learns of the newer term, and steps down (R21). */
function refuseOldLeader(core: Core, to: NodeId, request: LeaderRequest): void {
  const { term } = core;
  core.decide(
    `refuses ${mark(to)}, which led in term ${String(request.term)}: this is term ${String(term)}`,
  );
  switch (request.type) {
    case 'append-request':
      refuse(core, to, request.previous.index);
      break;
    case 'heartbeat-request':
      core.send(to, { type: 'heartbeat-reply', term, round: 0, matchIndex: logIndex(0) });
      break;
    case 'checkpoint-chunk': {
      const { index } = request.checkpoint;
      core.send(to, { type: 'checkpoint-reply', term, index, offset: 0, installed: false });
      break;
    }
  }
}

/** There is a leader of this term: candidates give up, timers start anew, hints are void. */
function hearLeader(core: Core, leader: NodeId, term: Term): void {
  const { timers } = core;
  if (core.role !== 'follower') {
    core.decide(`gives up being ${core.role}: ${mark(leader)} leads in term ${String(term)}`);
  }
  if (term > core.term || core.role !== 'follower' || core.leader !== leader) {
    becomeFollower(core, term, leader);
  }
  timers.leaderHeardAt = core.now;
  timers.leaderLost = false;
  timers.hintDue = null;
  timers.hintAttempts = 0;
  core.armElection();
}

function onAppendRequest(core: Core, from: NodeId, request: AppendRequest): void {
  const { previous, entries } = request;
  // The checkpoint that is being installed will replace this log.
  if (isInstalling(core)) return;
  if (!matches(core, previous.index, previous.term)) {
    const mine = core.log.termAt(previous.index);
    const why =
      mine === null
        ? `my log ends at ${String(core.log.lastIndex)}`
        : `there I have one of term ${String(mine)}`;
    core.decide(`refuses what follows (${place(previous)}) in the log of ${mark(from)}: ${why}`);
    refuse(core, from, previous.index, previous.term);
    return;
  }
  takeEntries(core, request);
  const covered = logIndex(previous.index + entries.length);
  // Committed entries are in every later leader's log (paper, 5.4.3): they need no comparison.
  core.verifiedIndex = highest(core.verifiedIndex, covered, core.commitIndex);
  const news = commitUpTo(core, request.commitIndex);
  const match = acknowledged(core);
  // Else the answer follows when the disk has it all.
  if (match < covered) return;
  // Only the commit index was to be told: the leader knows the rest.
  if (news && entries.length === 0 && covered <= core.acknowledgedIndex) return;
  acknowledge(core, from, match);
}

/** What is compacted here is committed, and therefore in the leader's log as well. */
function matches({ log, rules }: Core, index: LogIndex, term: Term): boolean {
  return index < log.base.index || rules.agrees(log.termAt(index), term);
}

/** Adds what is new; cuts only where an entry of another term stands (rule 14). */
function takeEntries(core: Core, { previous, entries }: AppendRequest): void {
  const { log, rules } = core;
  let fresh = 0;
  if (previous.index < log.lastIndex) {
    fresh = Math.max(0, log.base.index - previous.index);
    for (; fresh < entries.length; fresh++) {
      const entry = entries[fresh];
      const mine = entry === undefined ? null : log.termAt(entry.index);
      if (entry === undefined || mine === null) break;
      if (!rules.conflicts(mine, entry.term)) continue;
      core.decide(
        `cuts its log from entry ${String(entry.index)} of term ${String(mine)} on: ` +
          `the leader has one of term ${String(entry.term)} there`,
      );
      core.truncateFrom(entry.index);
      break;
    }
  }
  if (fresh < entries.length) core.append(fresh === 0 ? entries : entries.slice(fresh));
}

/** True if that is news. */
function commitUpTo(core: Core, leaders: LogIndex): boolean {
  return core.raiseCommit(core.rules.followerCommit(leaders, core.verifiedIndex));
}

function acknowledged({ rules, log, verifiedIndex }: Core): LogIndex {
  return rules.acknowledged(log.durableIndex, verifiedIndex);
}

function acknowledge(core: Core, leader: NodeId, matchIndex: LogIndex): void {
  core.acknowledgedIndex = highest(core.acknowledgedIndex, matchIndex);
  core.send(leader, { type: 'append-reply', term: core.term, success: true, matchIndex });
}

/** More of the log is on disk: one acknowledgement for all of it. */
export function acknowledgeDurable(core: Core): void {
  const { leader, role } = core;
  if (role !== 'follower' || leader === null) return;
  const match = acknowledged(core);
  if (match > core.acknowledgedIndex) acknowledge(core, leader, match);
}

/** Names the newest position that can be the leader's too, so that whole terms are skipped (5.3). */
function refuse(core: Core, to: NodeId, refusedIndex: LogIndex, previousTerm?: Term): void {
  const { term, log } = core;
  const hint = previousTerm === undefined ? log.last : log.newestAtMost(refusedIndex, previousTerm);
  core.send(to, { type: 'append-reply', term, success: false, refusedIndex, hint });
}

function highest(...indexes: LogIndex[]): LogIndex {
  return logIndex(Math.max(...indexes));
}
