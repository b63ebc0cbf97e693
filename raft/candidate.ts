/** Pre-candidates and candidates (paper, 5.2; dissertation, 9.6). */
import { isInstalling } from './checkpoint-intake.js';
import type { Core } from './core.js';
import { becomeLeader } from './leader.js';
import { failReads } from './read-question.js';
import { becomeFollower } from './step-down.js';
import type { Message, NodeId } from './types.js';
import { term } from './types.js';
import { mark, marks } from './words.js';

/** A hinted election that was not won is tried again so often; then the normal timer holds. */
const HINT_RETRIES_MAX = 5;

/** Asks whether an election could be won before any term is disturbed. */
export function startPreVote(core: Core, hinted: boolean): void {
  if (!mayCampaign(core)) {
    standBack(core);
    return;
  }
  if (!hinted) {
    core.armElection();
    core.timers.hintDue = null;
  }
  enterElection(core, 'pre-candidate', { hinted, transfer: false, granted: [core.id] });
  core.decide(
    hinted
      ? 'asks for pre-votes: the connection to the leader is lost'
      : 'asks for pre-votes: its election timer has expired',
  );
  askVoters(core, {
    type: 'pre-vote-request',
    term: core.term,
    last: core.log.last,
    hinted,
  });
  winIfQuorum(core);
}

/** Raises the term and asks for votes; `transfer`: because the leader said so. */
export function startElection(core: Core, hinted: boolean, transfer: boolean): void {
  if (!mayCampaign(core)) {
    standBack(core);
    return;
  }
  const next = core.term + 1;
  if (next >= Number.MAX_SAFE_INTEGER) {
    throw new RangeError('the term has reached 2^53: start a new cluster from its data');
  }
  const { election, leader } = core;
  const why = transfer
    ? `${leader === null ? 'its leader' : mark(leader)} hands leadership over to it`
    : `${marks(election?.granted ?? [])} would vote for it`;
  core.outbox.enter({ term: term(next), votedFor: core.id });
  core.forgetVerified();
  core.armElection();
  core.timers.hintDue = null;
  enterElection(core, 'candidate', { hinted, transfer, granted: [] });
  core.decide(`asks for votes in term ${String(next)}: ${why}`);
  askVoters(core, { type: 'vote-request', term: core.term, last: core.log.last, transfer });
}

function mayCampaign(core: Core): boolean {
  return core.rules.mayCampaign(core.isVoter(core.id), core.muted, isInstalling(core));
}

/** It would be of no use, or do harm: only the silent leader is given up. */
function standBack(core: Core): void {
  core.decide(`does not campaign: ${whyNot(core)}`);
  core.timers.hintDue = null;
  core.armElection();
  if (core.role !== 'leader') becomeFollower(core, core.term, null);
}

function whyNot(core: Core): string {
  if (isInstalling(core)) return 'a checkpoint is about to take the place of its log';
  return core.muted ? 'its disk is blank and others have history' : 'it has no vote';
}

function enterElection(
  core: Core,
  role: 'pre-candidate' | 'candidate',
  election: NonNullable<Core['election']>,
): void {
  failReads(core, 'leader-changed');
  core.role = role;
  core.leader = null;
  core.timers.leaderLost = false;
  core.election = election;
}

/** Every one of them, the dead too. */
function askVoters(core: Core, message: Message): void {
  for (const voter of core.membership.voters) if (voter !== core.id) core.send(voter, message);
}

export function onPreVoteReply(
  core: Core,
  from: NodeId,
  reply: Message & { type: 'pre-vote-reply' },
): void {
  if (core.role !== 'pre-candidate' || reply.proposedTerm !== core.term + 1) return;
  if (reply.granted) takeVote(core, from);
}

export function onVoteReply(
  core: Core,
  from: NodeId,
  { granted }: Message & { type: 'vote-reply' },
): void {
  if (core.role !== 'candidate') return;
  if (granted) takeVote(core, from);
  else retrySoon(core);
}

/** The own vote counts once it is on disk: then it can't be given to another. */
export function onVoteRecordDurable(core: Core): void {
  const { term: durable, votedFor } = core.outbox.durable;
  if (core.role === 'candidate' && durable === core.term && votedFor === core.id) {
    takeVote(core, core.id);
  }
}

function takeVote(core: Core, voter: NodeId): void {
  const { election } = core;
  if (election === null || !core.isVoter(voter)) return;
  election.granted = core.rules.countVote(election.granted, voter);
  winIfQuorum(core);
}

function winIfQuorum(core: Core): void {
  const { election } = core;
  if (election === null) return;
  if (!core.rules.isQuorum(election.granted.length, core.membership.voters.length)) return;
  if (core.role === 'pre-candidate') {
    startElection(core, election.hinted, false);
  } else {
    core.decide(`leads in term ${String(core.term)} by the votes of ${marks(election.granted)}`);
    becomeLeader(core);
  }
}

/** A hinted election that splits is not left to the long timer. */
function retrySoon({ election, timers, now, random }: Core): void {
  if (election?.hinted !== true || timers.hintDue !== null) return;
  timers.hintDue = now + random.between(20, 60);
}

/** The connection to the leader is lost: it does not count as heard, and soon has a rival. */
export function takeHint({ timers, now, random }: Core): void {
  timers.leaderLost = true;
  timers.hintAttempts = 0;
  timers.hintDue = now + random.between(0, 30);
}

/** A hint is due: the first pre-vote, or the next one. */
export function tickHint(core: Core): void {
  const { timers, now, random } = core;
  if (timers.hintDue === null || now < timers.hintDue) return;
  timers.hintAttempts += 1;
  if (timers.hintAttempts > 1 + HINT_RETRIES_MAX) {
    timers.hintDue = null;
    return;
  }
  timers.hintDue = now + random.between(20, 60);
  startPreVote(core, true);
}
