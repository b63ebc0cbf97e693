/** Answering those who want votes (paper, figure 2, "RequestVote"; dissertation, 9.6 and 4.2.3). */
import type { Core } from './core.js';
import { becomeFollower } from './step-down.js';
import type { LogPosition, Message, NodeId } from './types.js';
import { term } from './types.js';
import { comparison, mark } from './words.js';

export function onPreVoteRequest(
  core: Core,
  from: NodeId,
  request: Message & { type: 'pre-vote-request' },
): void {
  const refusal = preVoteRefusal(core, from, request);
  if (refusal === null) {
    core.decide(`would vote for ${mark(from)}: I hear no leader, and ${whyGood(core, request)}`);
    yieldHint(core);
  } else {
    core.decide(`refuses its pre-vote to ${mark(from)}: ${refusal}`);
  }
  core.send(from, {
    type: 'pre-vote-reply',
    term: core.term,
    granted: refusal === null,
    proposedTerm: term(request.term + 1),
  });
}

/** A pre-vote changes neither term nor vote, whatever the answer (rule 9). */
function preVoteRefusal(
  core: Core,
  from: NodeId,
  request: Message & { type: 'pre-vote-request' },
): string | null {
  if (request.term < core.term) return olderTerm(core, request.term);
  if (core.muted) return MUTED;
  return stickiness(core, from) ?? shorterLog(core, request.last);
}

/** Two nodes that lost their leader at once: whoever asks first goes first. */
function yieldHint({ timers, random, now }: Core): void {
  if (timers.hintDue === null) return;
  timers.hintDue = Math.max(timers.hintDue, now + random.between(20, 60));
}

export function onVoteRequest(
  core: Core,
  from: NodeId,
  request: Message & { type: 'vote-request' },
): void {
  // Before the term is looked at: a node that hears from its leader is not moved by higher terms.
  const deaf = core.muted ? MUTED : request.transfer ? null : stickiness(core, from);
  if (request.term > core.term) {
    if (deaf !== null) {
      core.decide(`disregards ${mark(from)}, which wants its vote: ${deaf}`);
      return;
    }
    becomeFollower(core, request.term, null);
  }
  const refusal = voteRefusal(core, from, request);
  if (refusal === null) {
    grant(core, from, whyGood(core, request));
    return;
  }
  core.decide(`refuses its vote to ${mark(from)}: ${refusal}`);
  core.send(from, { type: 'vote-reply', term: core.term, granted: false });
}

function voteRefusal(
  core: Core,
  from: NodeId,
  request: Message & { type: 'vote-request' },
): string | null {
  const { vote, leader, rules } = core;
  if (request.term < core.term) return olderTerm(core, request.term);
  if (core.muted) return MUTED;
  if (!rules.mayVote(vote, from)) {
    const other = vote.votedFor === null ? 'nobody' : mark(vote.votedFor);
    return `it has voted for ${other} in term ${String(vote.term)}`;
  }
  if (leader !== null && leader !== from) {
    return `${mark(leader)} leads in term ${String(vote.term)}`;
  }
  return shorterLog(core, request.last);
}

/** The reply waits until the record is on disk (rule 2); asked again, it says the same (rule 4). */
function grant(core: Core, candidate: NodeId, why: string): void {
  const { term: now, vote } = core;
  if (core.role !== 'follower') becomeFollower(core, now, null);
  if (vote.votedFor !== candidate) {
    core.outbox.enter({ term: now, votedFor: candidate });
    core.decide(`votes for ${mark(candidate)} in term ${String(now)}: ${why}`);
  }
  core.timers.hintDue = null;
  core.armElection();
  core.send(candidate, { type: 'vote-reply', term: now, granted: true });
}

/** A leader that was heard within so many heartbeats is not replaced. */
const STICKY_HEARTBEATS = 10;

const MUTED = 'its disk is blank and others have history: it waits for a leader';

function olderTerm(core: Core, asked: number): string {
  return `its term ${String(asked)} is older than mine, ${String(core.term)}`;
}

function stickiness(core: Core, candidate: NodeId): string | null {
  const { leader, now, timers, rules, config, role } = core;
  const { leaderHeardAt, leaderLost: lost } = timers;
  const silenceMs = leaderHeardAt === null ? null : now - leaderHeardAt;
  const contact = { leading: role === 'leader', leader, silenceMs, lost };
  // Not longer than a few heartbeats: with fixed timeouts the others' may be shorter than this node's.
  const stickyMs = Math.min(config.electionTimeoutMsMin, STICKY_HEARTBEATS * config.heartbeatMs);
  if (!rules.isSticky(contact, candidate, stickyMs)) return null;
  if (role === 'leader') return 'I lead';
  return leader === null ? 'I hear from a leader' : `I hear from the leader, ${mark(leader)}`;
}

function shorterLog(core: Core, last: LogPosition): string | null {
  const mine = core.log.last;
  if (core.rules.isUpToDate(last, mine)) return null;
  return comparison(last, mine, true);
}

function whyGood({ log }: Core, { last }: { readonly last: LogPosition }): string {
  return comparison(last, log.last, false);
}
