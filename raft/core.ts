import { InvariantBroken } from './broken.js';
import type { RaftConfig, Settings } from './config.js';
import { settings } from './config.js';
import type { Leadership } from './leadership.js';
import { Log } from './log.js';
import { isVoter, MembershipHistory } from './membership.js';
import { Outbox } from './outbox.js';
import { Random } from './random.js';
import type { Rules } from './rules.js';
import type { Election, Intake, Plain, Questions, RaftState, Timers, Told } from './state.js';
import { plainOf } from './state.js';
import type {
  CheckpointMeta,
  Effect,
  Entry,
  LogIndex,
  Membership,
  Message,
  NodeId,
  Role,
  Term,
  Vote,
} from './types.js';
import { logIndex } from './types.js';

/** The state that all roles share, and the few steps that all of them take. */
export class Core implements Plain {
  readonly id: NodeId;
  readonly config: Settings;
  readonly rules: Rules;
  readonly random: Random;
  readonly outbox: Outbox;
  readonly log: Log;
  readonly memberships: MembershipHistory;
  effects: Effect[] = [];
  /** The lowest index cut in this step; for the invariants. */
  truncatedFrom: LogIndex | null = null;
  membershipChanged = false;
  /** A checkpoint took the log's place in this step; for the invariants. */
  installed = false;

  now: number;
  /** Timers are armed by the first step, which brings the first `now`. */
  started: boolean;
  role: Role;
  /** Of the current term, as far as known. */
  leader: NodeId | null;
  /** Rises only; commitIndex <= log.lastIndex. */
  commitIndex: LogIndex;
  /** Up to here the log is known to be the one of this term's leader; 0 at first. */
  verifiedIndex: LogIndex;
  /** What this term's leader was told of it. */
  acknowledgedIndex: LogIndex;
  /** The newest one on this node's disk. */
  checkpoint: CheckpointMeta | null;
  /** Blank in a cluster that has history: neither votes nor campaigns until it is led. */
  muted: boolean;
  readonly timers: Timers;
  election: Election | null;
  /** Not null exactly while role is 'leader'. */
  leadership: Leadership | null;
  readonly questions: Questions;
  intake: Intake | null;
  readonly told: Told;

  constructor(config: RaftConfig, state: RaftState) {
    const plain = plainOf(state);
    this.config = settings(config);
    this.id = config.id;
    this.rules = this.config.rules;
    this.random = new Random(state.random);
    this.outbox = new Outbox(state.outbox, this.rules);
    this.log = new Log(state.log);
    this.memberships = new MembershipHistory(state.memberships);
    this.now = plain.now;
    this.started = plain.started;
    this.role = plain.role;
    this.leader = plain.leader;
    this.commitIndex = plain.commitIndex;
    this.verifiedIndex = plain.verifiedIndex;
    this.acknowledgedIndex = plain.acknowledgedIndex;
    this.checkpoint = plain.checkpoint;
    this.muted = plain.muted;
    this.timers = plain.timers;
    this.election = plain.election;
    this.leadership = plain.leadership;
    this.questions = plain.questions;
    this.intake = plain.intake;
    this.told = plain.told;
  }

  dump(): RaftState {
    return {
      ...plainOf(this),
      random: this.random.dump(),
      outbox: this.outbox.dump(),
      log: this.log.dump(),
      memberships: this.memberships.dump(),
    };
  }

  get vote(): Vote {
    return this.outbox.current;
  }

  get term(): Term {
    return this.outbox.current.term;
  }

  get membership(): Membership {
    return this.memberships.newest.membership;
  }

  isVoter(node: NodeId): boolean {
    return isVoter(this.membership, node);
  }

  emit(effect: Effect): void {
    this.effects.push(effect);
  }

  /** Sends the message as soon as what it rests on is durable. */
  send(to: NodeId, message: Message): void {
    this.outbox.send(to, message, this.effects);
  }

  decide(text: string): void {
    this.effects.push({ type: 'decision', text });
  }

  armElection(): void {
    const { electionTimeoutMsMin, electionTimeoutMsMax } = this.config;
    const timeoutMs = this.random.between(electionTimeoutMsMin, electionTimeoutMsMax);
    this.timers.electionDue = this.now + timeoutMs;
  }

  /** Continues the log, on disk too; memberships hold from here on (dissertation, 4.1). */
  append(entries: readonly Entry[]): void {
    this.log.append(entries);
    for (const { index, body } of entries) {
      if (body.kind !== 'membership') continue;
      this.memberships.add(index, body.membership);
      this.membershipChanged = true;
    }
    this.effects.push({ type: 'append-log', entries });
  }

  /** Cuts the log; a membership that is cut is undone (rule 37). */
  truncateFrom(from: LogIndex): void {
    if (from <= this.commitIndex) {
      throw new InvariantBroken(
        `entry ${String(from)} is to be cut, and entries to ${String(this.commitIndex)} are ` +
          'committed: another leader committed something else, or this log is damaged',
      );
    }
    this.log.truncateFrom(from);
    if (this.rules.undoesCutMembership() && this.memberships.truncateFrom(from)) {
      this.membershipChanged = true;
    }
    this.truncatedFrom = from;
    this.effects.push({ type: 'truncate-log', from });
  }

  /** Another term's leader may have another log. */
  forgetVerified(): void {
    this.verifiedIndex = this.acknowledgedIndex = logIndex(0);
  }

  /** False if nothing new is committed. */
  raiseCommit(index: LogIndex): boolean {
    if (index <= this.commitIndex) return false;
    this.commitIndex = index;
    return true;
  }

  begin(now: number): void {
    this.effects = [];
    this.truncatedFrom = null;
    this.membershipChanged = false;
    this.installed = false;
    if (now > this.now || !this.started) this.now = now;
    if (!this.started) {
      this.started = true;
      this.armElection();
    }
  }

  /** Says what is another than before the step. */
  finish(): void {
    const { told } = this;
    this.outbox.persist(this.effects);
    if (this.commitIndex > told.commitIndex) {
      told.commitIndex = this.commitIndex;
      this.emit({ type: 'commit', index: this.commitIndex });
    }
    if (this.membershipChanged) {
      this.emit({ type: 'membership-changed', membership: this.membership });
    }
    const { role, term: now, leader } = this;
    if (role !== told.role || now !== told.term || leader !== told.leader) {
      told.role = role;
      told.term = now;
      told.leader = leader;
      this.emit({ type: 'role-changed', role, term: now, leader });
    }
  }
}
