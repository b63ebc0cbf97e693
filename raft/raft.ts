/** The machine as its driver sees it: events in, effects out. README.md is the contract. */
import { startElection, startPreVote, takeHint, tickHint } from './candidate.js';
import { onPreVoteReply, onVoteRecordDurable, onVoteReply } from './candidate.js';
import {
  onCheckpointInstalled,
  onCheckpointSaved,
  onCheckpointStored,
} from './checkpoint-intake.js';
import { checkpointsInUse, onCheckpointGone } from './checkpoint-sending.js';
import type { RaftConfig, RaftStart } from './config.js';
import { Core } from './core.js';
import { acknowledgeDurable, onLeaderRequest } from './follower.js';
import { before, checkStep } from './invariants.js';
import {
  leaderDeadline,
  leaveIfRemoved,
  onDiskStalled,
  onFollowerLost,
  onLeaderMessage,
  tickLeader,
} from './leader.js';
import { messageFlaw } from './message-flaw.js';
import type { ProgressState } from './progress.js';
import { changeMembership, propose } from './proposal.js';
import { takeAsk } from './read-index.js';
import { askRead, onReadIndexReply, repeatDue, repeatQuestion } from './read-question.js';
import { advanceCommit } from './replication.js';
import type { RaftState } from './state.js';
import { initialState } from './state.js';
import { becomeFollower } from './step-down.js';
import { beginTransfer } from './transfer.js';
import type {
  CheckpointMeta,
  Effect,
  Entry,
  LogIndex,
  LogPosition,
  Membership,
  Message,
  NodeId,
  RaftEvent,
  Role,
  Term,
  Vote,
} from './types.js';
import { onPreVoteRequest, onVoteRequest } from './voter.js';
import { mark } from './words.js';

/** What a leader knows of another member; for people. */
export interface PeerProgress {
  readonly node: NodeId;
  readonly matchIndex: LogIndex;
  readonly nextIndex: LogIndex;
  readonly state: ProgressState;
  /** When it was heard last, in milliseconds of the driver's clock. */
  readonly lastHeard: number;
}

/** A timer that runs, and when it ends, in milliseconds of the driver's clock; for people. */
export interface RunningTimer {
  readonly name: string;
  readonly due: number;
}

export class Raft {
  private readonly core: Core;

  /** Throws a RangeError if `start` or `config` contradicts itself. */
  constructor(config: RaftConfig, start: RaftStart | RaftState) {
    this.core = new Core(config, 'outbox' in start ? start : initialState(config, start));
  }

  /** The same machine again. */
  static load(config: RaftConfig, dumped: RaftState): Raft {
    return new Raft(config, dumped);
  }

  /** The whole state; a copy. */
  dump(): RaftState {
    return this.core.dump();
  }

  /**
   * Takes an event and returns what is to be done, in order. `now`: milliseconds of any monotonic
   * clock. Throws InvariantBroken: stop the node, its disk is what counts.
   */
  step(event: RaftEvent, now: number): Effect[] {
    const { core } = this;
    const was = before(core);
    core.begin(now);
    this.take(event);
    leaveIfRemoved(core);
    core.finish();
    checkStep(core, was);
    return core.effects;
  }

  /** When the next `tick` is needed at the latest, in milliseconds of the driver's clock. */
  deadline(): number {
    const { core } = this;
    if (!core.started) return 0;
    if (core.leadership !== null) return leaderDeadline(core.leadership);
    const { electionDue, hintDue } = core.timers;
    return Math.min(electionDue, hintDue ?? Infinity, repeatDue(core));
  }

  get role(): Role {
    return this.core.role;
  }

  get term(): Term {
    return this.core.term;
  }

  get votedFor(): NodeId | null {
    return this.core.vote.votedFor;
  }

  /** The current term's, as far as known; this node itself if it leads. */
  get leader(): NodeId | null {
    return this.core.leader;
  }

  get commitIndex(): LogIndex {
    return this.core.commitIndex;
  }

  get firstIndex(): LogIndex {
    return this.core.log.firstIndex;
  }

  get lastIndex(): LogIndex {
    return this.core.log.lastIndex;
  }

  get lastTerm(): Term {
    return this.core.log.lastTerm;
  }

  get durableIndex(): LogIndex {
    return this.core.log.durableIndex;
  }

  /** Up to here the log is known to be the one of this term's leader. */
  get verifiedIndex(): LogIndex {
    return this.core.verifiedIndex;
  }

  /** The newest one in the log, committed or not. */
  get membership(): Membership {
    return this.core.membership;
  }

  /** The one in force as of the entry at `index`: what a checkpoint there has to hold. */
  membershipAt(index: LogIndex): Membership {
    return this.core.memberships.at(index).membership;
  }

  /** The newest one on this node's disk. */
  get checkpoint(): CheckpointMeta | null {
    return this.core.checkpoint;
  }

  /** Whether the log holds anything or a term was ever entered. */
  get hasHistory(): boolean {
    const { log, term, checkpoint } = this.core;
    return log.lastIndex > 0 || term > 0 || checkpoint !== null;
  }

  /** Blank among others with history: neither votes nor campaigns. */
  get muted(): boolean {
    return this.core.muted;
  }

  /** Who granted it a vote, or a pre-vote, in the election under way, itself included; null: there is none. */
  get election(): readonly NodeId[] | null {
    return this.core.election?.granted ?? null;
  }

  /** While leadership is being handed over; null: it is not. */
  get transferTarget(): NodeId | null {
    return this.core.leadership?.transfer?.to ?? null;
  }

  /** Null: the entry is not in memory. */
  entryTerm(index: LogIndex): Term | null {
    return this.core.log.termAt(index);
  }

  /** The entries behind `after`, up to and with `upTo`. Throws a RangeError if they are not in memory. */
  entriesBetween(after: LogIndex, upTo: LogIndex): Entry[] {
    return this.core.log.between(after, upTo);
  }

  /** One for each other member; empty unless this node leads. */
  progress(): PeerProgress[] {
    return (this.core.leadership?.peers ?? []).map(
      ({ node, matchIndex, nextIndex, state, lastHeard }) => {
        return { node, matchIndex, nextIndex, state, lastHeard };
      },
    );
  }

  /** Checkpoints that are being sent: the driver keeps their files, and the log behind them. */
  checkpointsInUse(): LogIndex[] {
    return checkpointsInUse(this.core);
  }

  timers(): RunningTimer[] {
    const { started, timers, leadership } = this.core;
    if (!started) return [];
    if (leadership !== null) {
      const { heartbeatDue, transfer } = leadership;
      const heartbeat = { name: 'heartbeat', due: heartbeatDue };
      return transfer === null ? [heartbeat] : [heartbeat, { name: 'transfer', due: transfer.due }];
    }
    const running: RunningTimer[] = [{ name: 'election', due: timers.electionDue }];
    if (timers.hintDue !== null) running.push({ name: 'lost-leader', due: timers.hintDue });
    const question = repeatDue(this.core);
    if (question !== Infinity) running.push({ name: 'read-question', due: question });
    return running;
  }

  private take(event: RaftEvent): void {
    const { core } = this;
    switch (event.type) {
      case 'tick':
        tick(core);
        break;
      case 'message':
        onMessage(core, event.from, event.message);
        break;
      case 'propose':
        propose(core, event.bodies);
        break;
      case 'read':
        if (core.leadership === null) askRead(core, event.id);
        else takeAsk(core, { from: null, id: event.id });
        break;
      case 'transfer':
        beginTransfer(core, event.to, false);
        break;
      case 'change-membership':
        changeMembership(core, event.change);
        break;
      case 'vote-durable':
        onVoteDurable(core, event.vote);
        break;
      case 'log-durable':
        onLogDurable(core, event.last);
        break;
      case 'connection-lost':
        onConnectionLost(core, event.peer);
        break;
      case 'checkpoint-saved':
        onCheckpointSaved(core, event.checkpoint, event.keepAfter);
        break;
      case 'checkpoint-stored':
        onCheckpointStored(core, event.index, event.offset);
        break;
      case 'checkpoint-rejected':
        onCheckpointStored(core, event.index, 0);
        break;
      case 'checkpoint-installed':
        onCheckpointInstalled(core, event.checkpoint);
        break;
      case 'checkpoint-gone':
        onCheckpointGone(core, event.to, event.index);
        break;
      case 'campaign':
        if (core.role !== 'leader') startPreVote(core, false);
        break;
      case 'peer-has-history':
        if (!this.hasHistory) mute(core);
        break;
      case 'disk-stalled':
        onDiskStalled(core);
        break;
    }
  }
}

function tick(core: Core): void {
  if (core.leadership !== null) {
    tickLeader(core, core.leadership);
    return;
  }
  tickHint(core);
  if (core.now >= core.timers.electionDue) startPreVote(core, false);
  repeatQuestion(core);
}

function onVoteDurable(core: Core, vote: Vote): void {
  core.outbox.becameDurable(vote, core.effects);
  onVoteRecordDurable(core);
}

/** Reports of writes that were cut since then speak of another term, and are ignored (rule 23). */
function onLogDurable(core: Core, { index, term }: LogPosition): void {
  const { log, rules } = core;
  if (index > log.lastIndex || !rules.isStillThere(log.termAt(index), term)) return;
  log.markDurable(index);
  // What it was sent survives a restart from here on: it is a blank node no more.
  core.muted = false;
  if (core.leadership === null) acknowledgeDurable(core);
  else advanceCommit(core);
}

function onConnectionLost(core: Core, peer: NodeId): void {
  if (core.leadership !== null) onFollowerLost(core, core.leadership, peer);
  else if (core.config.hints && core.role === 'follower' && core.leader === peer) takeHint(core);
}

function mute(core: Core): void {
  core.muted = true;
  if (core.role !== 'follower') becomeFollower(core, core.term, null);
}

function onMessage(core: Core, from: NodeId, message: Message): void {
  const flaw = from === core.id ? 'it is my own' : messageFlaw(message);
  if (flaw !== null) {
    core.decide(`disregards a ${message.type} of ${mark(from)}: ${flaw}`);
    return;
  }
  switch (message.type) {
    case 'append-request':
    case 'heartbeat-request':
    case 'checkpoint-chunk':
      onLeaderRequest(core, from, message);
      break;
    case 'pre-vote-request':
      onPreVoteRequest(core, from, message);
      break;
    case 'vote-request':
      onVoteRequest(core, from, message);
      break;
    case 'timeout-now':
      onTimeoutNow(core, from, message.term);
      break;
    default:
      onReply(core, from, message);
  }
}

/** The leader hands over: no pre-vote, and stickiness does not hold (dissertation, 3.10). */
function onTimeoutNow(core: Core, from: NodeId, term: Term): void {
  if (term < core.term) return;
  if (term > core.term) becomeFollower(core, term, from);
  if (core.role === 'leader' || (core.leader !== null && core.leader !== from)) return;
  startElection(core, false, true);
}

/** Replies of a higher term depose whoever asked; those of a lower one are too late (rules 8, 21). */
function onReply(core: Core, from: NodeId, message: Message): void {
  const { leadership, term, rules } = core;
  if (message.term > term) {
    core.decide(`sees term ${String(message.term)} of ${mark(from)}: mine is ${String(term)}`);
    becomeFollower(core, message.term, null);
  } else if (message.type === 'pre-vote-reply') {
    // Granted from within an older term, perhaps: it speaks of the term that was proposed.
    onPreVoteReply(core, from, message);
  } else if (
    message.type === 'read-index-request' &&
    (leadership === null || message.term < term)
  ) {
    core.send(from, { type: 'read-index-reply', term, id: message.id, index: null });
  } else if (!rules.isOfThisTerm(message.term, term)) {
    return;
  } else if (message.type === 'vote-reply') {
    onVoteReply(core, from, message);
  } else if (message.type === 'read-index-reply') {
    if (from === core.leader) onReadIndexReply(core, message);
  } else if (leadership !== null) {
    onLeaderMessage(core, leadership, from, message);
  }
}
