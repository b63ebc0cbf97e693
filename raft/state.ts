/** What a core remembers between two steps, all of it. */
import type { RaftConfig, RaftStart } from './config.js';
import type { Leadership } from './leadership.js';
import type { LogState } from './log.js';
import type { MembershipStep } from './membership.js';
import type { OutboxState } from './outbox.js';
import { copyPlain } from './plain.js';
import { Random } from './random.js';
import { RULES } from './rules.js';
import type { CheckpointMeta, LogIndex, NodeId, Role, Term, Vote } from './types.js';
import { logIndex } from './types.js';

export interface Timers {
  /** When a node that does not lead loses its patience. */
  electionDue: number;
  /** When a lost connection leads to a pre-vote; null: no hint, or it is used up. */
  hintDue: number | null;
  /** How many pre-votes the hint has led to. */
  hintAttempts: number;
  /** Null: no leader was heard in this process's life. */
  leaderHeardAt: number | null;
  /** The connection to the current leader is lost. */
  leaderLost: boolean;
}

/** A pre-vote or a vote under way. */
export interface Election {
  readonly hinted: boolean;
  readonly transfer: boolean;
  granted: readonly NodeId[];
}

/** A question for the leader's commit index, and the reads that were asked before it was sent. */
export interface Question {
  readonly id: number;
  readonly reads: readonly number[];
}

/** A follower's reads. */
export interface Questions {
  nextId: number;
  /** Sent and unanswered, oldest first. An answer to one answers all before it. */
  open: Question[];
  /** For the next question. */
  waiting: number[];
  sentAt: number;
  /** Since when nothing was answered, while any is open. */
  silentSince: number;
}

/** A checkpoint that a leader is sending to this node. */
export interface Intake {
  readonly checkpoint: CheckpointMeta;
  /** So many bytes are stored. */
  stored: number;
  /** A chunk is being stored, which ends here; null: none. */
  storing: number | null;
}

/** What the driver has been told. */
export interface Told {
  role: Role;
  term: Term;
  leader: NodeId | null;
  commitIndex: LogIndex;
}

/** What is copied as it stands. */
export interface Plain {
  now: number;
  started: boolean;
  role: Role;
  leader: NodeId | null;
  commitIndex: LogIndex;
  verifiedIndex: LogIndex;
  acknowledgedIndex: LogIndex;
  checkpoint: CheckpointMeta | null;
  muted: boolean;
  timers: Timers;
  election: Election | null;
  leadership: Leadership | null;
  questions: Questions;
  intake: Intake | null;
  told: Told;
}

/** The whole state as plain data: JSON could carry it. */
export interface RaftState extends Readonly<Plain> {
  readonly random: number;
  readonly outbox: OutboxState;
  readonly log: LogState;
  readonly memberships: readonly MembershipStep[];
}

/** Takes a copy of its own of everything. */
export function plainOf(source: Plain): Plain {
  return copyPlain({
    now: source.now,
    started: source.started,
    role: source.role,
    leader: source.leader,
    commitIndex: source.commitIndex,
    verifiedIndex: source.verifiedIndex,
    acknowledgedIndex: source.acknowledgedIndex,
    checkpoint: source.checkpoint,
    muted: source.muted,
    timers: source.timers,
    election: source.election,
    leadership: source.leadership,
    questions: source.questions,
    intake: source.intake,
    told: source.told,
  });
}

/** The state of a node that has just recovered. Throws a RangeError if `start` contradicts itself. */
export function initialState(config: RaftConfig, start: RaftStart): RaftState {
  checkStart(start);
  const { base, entries, checkpoint, membership, commitIndex } = start;
  const last = entries.at(-1) ?? base;
  const random = new Random(config.seed);
  // An entry of a term shows that the term was entered, though the record of it was not yet durable.
  // No vote was given in it then: a vote's message waits for its record.
  const { voteAtStart } = config.rules ?? RULES;
  const vote = voteAtStart(start.vote);
  const current: Vote = last.term > vote.term ? { term: last.term, votedFor: null } : vote;
  const reached = checkpoint?.index ?? base.index;
  const memberships: MembershipStep[] = [{ index: reached, membership }];
  for (const { index, body } of entries) {
    if (body.kind !== 'membership' || index <= reached) continue;
    memberships.push({ index, membership: body.membership });
  }
  return {
    now: 0,
    started: false,
    role: 'follower',
    leader: null,
    commitIndex,
    verifiedIndex: logIndex(0),
    acknowledgedIndex: logIndex(0),
    checkpoint,
    muted: !start.mayCampaign,
    timers: {
      electionDue: 0,
      hintDue: null,
      hintAttempts: 0,
      leaderHeardAt: null,
      leaderLost: false,
    },
    election: null,
    leadership: null,
    intake: null,
    questions: {
      nextId: Math.floor(random.next() * 2 ** 32) * 2 ** 16 + 1,
      open: [],
      waiting: [],
      sentAt: 0,
      silentSince: 0,
    },
    told: { role: 'follower', term: current.term, leader: null, commitIndex },
    random: random.dump(),
    outbox: { current, durable: vote, writing: null, held: [] },
    log: { base, entries, durableIndex: last.index },
    memberships,
  };
}

function checkStart({ base, entries, checkpoint, commitIndex }: RaftStart): void {
  let { index, term: newest } = base;
  for (const entry of entries) {
    if (entry.index !== index + 1 || entry.term < newest) {
      throw new RangeError(
        `the log has entry ${String(entry.index)} of term ${String(entry.term)} behind entry ` +
          `${String(index)} of term ${String(newest)}: recover the log again`,
      );
    }
    index = entry.index;
    newest = entry.term;
  }
  const reached = checkpoint?.index ?? base.index;
  if (base.index > reached || reached > commitIndex || commitIndex > index) {
    throw new RangeError(
      `base ${String(base.index)}, checkpoint ${String(reached)}, commit ${String(commitIndex)} ` +
        `and last index ${String(index)} must not fall in this order: recover the log again`,
    );
  }
}
