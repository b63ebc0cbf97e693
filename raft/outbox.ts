/**
 * The vote record, and the messages that wait for it: README, duty 1. Only messages of the current
 * term wait; those of an older one are of no more use and are dropped.
 */
import { InvariantBroken } from './broken.js';
import type { Rules } from './rules.js';
import type { Effect, Message, NodeId, Vote } from './types.js';

export interface Held {
  readonly to: NodeId;
  readonly message: Message;
}

export interface OutboxState {
  readonly current: Vote;
  readonly durable: Vote;
  readonly writing: Vote | null;
  readonly held: readonly Held[];
}

/** The record that must be durable before the message may leave. */
function needed(message: Message, current: Vote): Vote {
  const names =
    message.type === 'vote-request' || (message.type === 'vote-reply' && message.granted);
  return { term: message.term, votedFor: names ? current.votedFor : null };
}

export class Outbox {
  /** What counts from now on. */
  current: Vote;
  /** What is on disk; durable.term <= current.term. */
  durable: Vote;
  /** The record that is being written; at most one. */
  private writing: Vote | null;
  private held: Held[];
  private readonly rules: Rules;

  constructor(state: OutboxState, rules: Rules) {
    this.current = state.current;
    this.durable = state.durable;
    this.writing = state.writing;
    this.held = state.held.slice();
    this.rules = rules;
  }

  dump(): OutboxState {
    const { current, durable, writing, held } = this;
    return { current, durable, writing, held: held.slice() };
  }

  /** Replaces the record; `persist` writes it. */
  enter(vote: Vote): void {
    if (vote.term !== this.current.term) this.held = [];
    this.current = vote;
  }

  send(to: NodeId, message: Message, effects: Effect[]): void {
    if (this.rules.mayLeave(needed(message, this.current), this.durable)) {
      effects.push({ type: 'send', to, message });
    } else {
      this.hold(to, message);
    }
  }

  /**
   * Of each kind the newest for each node: it says all that the older ones would have, and a disk that
   * hangs while the others go on asking makes no heap of answers.
   */
  private hold(to: NodeId, message: Message): void {
    this.held = this.held.filter((held) => held.to !== to || held.message.type !== message.type);
    this.held.push({ to, message });
  }

  /** Requests for votes that no longer matter must not leave later. */
  dropVoteRequests(): void {
    if (this.held.length === 0) return;
    this.held = this.held.filter(
      ({ message }) => message.type !== 'vote-request' && message.type !== 'pre-vote-request',
    );
  }

  /** Asks for the newest record to be written, unless one is being written. */
  persist(effects: Effect[]): void {
    if (this.writing !== null) return;
    const { current, durable } = this;
    if (current.term === durable.term && current.votedFor === durable.votedFor) return;
    this.writing = current;
    effects.push({ type: 'persist-vote', vote: current });
  }

  /** A record is on disk: what waited for it may leave. */
  becameDurable(vote: Vote, effects: Effect[]): void {
    const { writing } = this;
    if (writing?.term !== vote.term || writing.votedFor !== vote.votedFor) {
      throw new InvariantBroken(
        `a vote record of term ${String(vote.term)} was reported durable, and none such is being ` +
          'written: report each record once',
      );
    }
    this.writing = null;
    this.durable = vote;
    const waiting = this.held;
    this.held = [];
    for (const { to, message } of waiting) this.send(to, message, effects);
  }
}
