/**
 * The protocol's rules as predicates, so that each can be named, tested, and replaced by a wrong one
 * in a test or a lesson. The numbers are those of docs/rules.md. Production passes `RULES`.
 */
import { isQuorum } from './quorum.js';
import type { LogIndex, LogPosition, NodeId, Term, Vote } from './types.js';

/** What the core knows of its leader when somebody else wants votes. */
export interface LeaderContact {
  /** This node leads, and therefore hears from its leader all the time. */
  readonly leading: boolean;
  readonly leader: NodeId | null;
  /** Milliseconds since the leader was heard; null: never in this process's life. */
  readonly silenceMs: number | null;
  /** The connection to it is lost: it does not count as heard. */
  readonly lost: boolean;
}

/** A follower, and when anything of this term last came from it, in milliseconds. */
export interface LastHeard {
  readonly node: NodeId;
  readonly lastHeard: number;
}

export interface Rules {
  /** Rules 2, 5: a message may leave once a vote record is durable that bears it out. */
  readonly mayLeave: (needed: Vote, durable: Vote) => boolean;
  /** Rule 3: the term and the vote that a disk brings back are what they were before the restart. */
  readonly voteAtStart: (recovered: Vote) => Vote;
  /** Rules 1, 3, 4: one vote a term, and the same answer to the same candidate. */
  readonly mayVote: (vote: Vote, candidate: NodeId) => boolean;
  /** Rule 6 (paper, 5.4.1): the later last term wins, then the longer log. */
  readonly isUpToDate: (candidate: LogPosition, mine: LogPosition) => boolean;
  /** Rule 7: one voter, one vote, however many messages say so. */
  readonly countVote: (granted: readonly NodeId[], voter: NodeId) => readonly NodeId[];
  /** Rules 1, 16 of the requirements: a strict majority of the voters. */
  readonly isQuorum: (count: number, voters: number) => boolean;
  /** Rules 9, 10: who hears from a leader helps nobody else to replace it. */
  readonly isSticky: (contact: LeaderContact, candidate: NodeId, timeoutMs: number) => boolean;
  /** Rule 11: a checkpoint that is being installed will change log and membership. */
  readonly mayCampaign: (voter: boolean, muted: boolean, installing: boolean) => boolean;
  /** Rule 8: whoever leads in a term that is over is refused, and thereby told. */
  readonly obeys: (leaders: Term, current: Term) => boolean;
  /** Rules 7, 21: an answer from within a term that is over answers nothing of this one. */
  readonly isOfThisTerm: (reply: Term, current: Term) => boolean;
  /** Rule 13 (paper, 5.3): logs agree up to an index if the entry there is of the same term. */
  readonly agrees: (mine: Term | null, leaders: Term) => boolean;
  /** Rule 14: only an entry of another term is a conflict. */
  readonly conflicts: (mine: Term, leaders: Term) => boolean;
  /** Rule 16: the leader's commit index, as far as this log is known to be the leader's. */
  readonly followerCommit: (leaders: LogIndex, verified: LogIndex) => LogIndex;
  /** Rule 17: a heartbeat does not speak of what the follower may not have. */
  readonly heartbeatCommit: (match: LogIndex, commit: LogIndex) => LogIndex;
  /** Rule 18 (paper, 5.4.2): replicas are counted for entries of the current term alone. */
  readonly mayCommitByCount: (entry: Term | null, current: Term) => boolean;
  /** Rule 19: a leader is one of the replicas as far as its own disk is. */
  readonly ownMatch: (durable: LogIndex, last: LogIndex) => LogIndex;
  /** Rule 20: durable, and verified against this term's leader. */
  readonly acknowledged: (durable: LogIndex, verified: LogIndex) => LogIndex;
  /** Rule 21: what a follower has confirmed it never loses; older replies say nothing. */
  readonly nextMatch: (known: LogIndex, reported: LogIndex) => LogIndex;
  /** Rule 23: a write's completion speaks of an index and a term. */
  readonly isStillThere: (inLog: Term | null, reported: Term) => boolean;
  /** Rule 28: the commit index is known to be the newest once it is of the leader's own term. */
  readonly mayAnswerReads: (committed: Term | null, current: Term) => boolean;
  /** Rule 29: each round of confirmations has a number of its own. */
  readonly nextRound: (previous: number) => number;
  /** Rule 29: so has each question of a follower, also when it only repeats one. */
  readonly nextQuestion: (previous: number) => number;
  /** Rule 31: no clock says that nobody else can lead yet: clocks drift, and processes stop. */
  readonly trustsClock: (peers: readonly LastHeard[], now: number) => boolean;
  /** Rule 31: no clock: a leader is one as long as a quorum says so, afterwards. */
  readonly confirmsRead: (confirmations: number, voters: number) => boolean;
  /** Rule 35: what a checkpoint holds is committed here already. */
  readonly isOldCheckpoint: (checkpoint: LogIndex, commit: LogIndex) => boolean;
  /** Rule 34: the log stands for a checkpoint if it has the entry at its index, of its term. */
  readonly holdsCheckpoint: (mine: Term | null, checkpoint: Term) => boolean;
  /** Rule 36: one uncommitted change at a time, and none before this term's first commit. */
  readonly mayChangeMembership: (pending: boolean, committedInTerm: boolean) => boolean;
  /** Rule 37: a membership whose entry is cut from the log holds no more. */
  readonly undoesCutMembership: () => boolean;
  /** Rule 40: what is proposed during a transfer might be lost with the leadership. */
  readonly mayPropose: (transferring: boolean) => boolean;
}

const smaller = (a: LogIndex, b: LogIndex): LogIndex => (a < b ? a : b);

export const RULES: Rules = Object.freeze<Rules>({
  mayLeave: (needed, durable) =>
    durable.term === needed.term &&
    (needed.votedFor === null || durable.votedFor === needed.votedFor),
  voteAtStart: (recovered) => recovered,
  mayVote: (vote, candidate) => vote.votedFor === null || vote.votedFor === candidate,
  isUpToDate: (candidate, mine) =>
    candidate.term > mine.term || (candidate.term === mine.term && candidate.index >= mine.index),
  countVote: (granted, voter) => (granted.includes(voter) ? granted : [...granted, voter]),
  isQuorum,
  isSticky: (contact, candidate, timeoutMs) =>
    contact.leading ||
    (contact.leader !== null &&
      contact.leader !== candidate &&
      !contact.lost &&
      contact.silenceMs !== null &&
      contact.silenceMs < timeoutMs),
  mayCampaign: (voter, muted, installing) => voter && !muted && !installing,
  obeys: (leaders, current) => leaders >= current,
  isOfThisTerm: (reply, current) => reply === current,
  agrees: (mine, leaders) => mine === leaders,
  conflicts: (mine, leaders) => mine !== leaders,
  followerCommit: smaller,
  heartbeatCommit: smaller,
  mayCommitByCount: (entry, current) => entry === current,
  ownMatch: (durable) => durable,
  acknowledged: smaller,
  nextMatch: (known, reported) => (reported > known ? reported : known),
  isStillThere: (inLog, reported) => inLog === reported,
  mayAnswerReads: (committed, current) => committed === current,
  nextRound: (previous) => previous + 1,
  nextQuestion: (previous) => previous + 1,
  trustsClock: () => false,
  confirmsRead: isQuorum,
  isOldCheckpoint: (checkpoint, commit) => checkpoint <= commit,
  holdsCheckpoint: (mine, checkpoint) => mine === checkpoint,
  mayChangeMembership: (pending, committedInTerm) => !pending && committedInTerm,
  undoesCutMembership: () => true,
  mayPropose: (transferring) => !transferring,
});
