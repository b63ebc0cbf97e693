/**
 * The clients' sessions: which writes were carried out, and how they were answered, so that a write
 * which is sent again is not done again (dissertation, 6.3). Part of the replicated state.
 */
import type { Answer } from './recollection.js';
import type { SessionView } from './types.js';

/** So many answers a session may leave unconfirmed, so that one stuck request can't grow the table. */
export const OUTSTANDING_MAX = 4096;

/** As plain data. */
export interface SessionState {
  readonly session: number;
  readonly lastActivity: number;
  readonly lowestAwaited: number;
  readonly answers: readonly (readonly [number, Answer])[];
}

export class Session implements SessionView {
  readonly session: number;
  lastActivity: number;
  /** The client has all answers below; rises only. */
  lowestAwaited: number;
  /** By sequence number, none below `lowestAwaited`. */
  readonly answers: Map<number, Answer>;

  constructor(
    session: number,
    lastActivity: number,
    lowestAwaited = 1,
    answers: Iterable<readonly [number, Answer]> = [],
  ) {
    this.session = session;
    this.lastActivity = lastActivity;
    this.lowestAwaited = lowestAwaited;
    this.answers = new Map(answers);
  }

  /** Drops the answers below `lowest`, which the client has. */
  confirmed(lowest: number): void {
    const from = this.lowestAwaited;
    if (lowest <= from) return;
    this.lowestAwaited = lowest;
    if (lowest - from <= this.answers.size) {
      for (let sequence = from; sequence < lowest; sequence++) this.answers.delete(sequence);
      return;
    }
    for (const sequence of this.answers.keys()) {
      if (sequence < lowest) this.answers.delete(sequence);
    }
  }

  copy(): Session {
    return new Session(this.session, this.lastActivity, this.lowestAwaited, this.answers);
  }

  dump(): SessionState {
    const { session, lastActivity, lowestAwaited } = this;
    return { session, lastActivity, lowestAwaited, answers: [...this.answers] };
  }

  static load({ session, lastActivity, lowestAwaited, answers }: SessionState): Session {
    return new Session(session, lastActivity, lowestAwaited, answers);
  }
}

/** In order of id: ids are log indexes, so that each new one is the largest. */
export class Sessions {
  readonly #sessions = new Map<number, Session>();

  get(session: number): Session | undefined {
    return this.#sessions.get(session);
  }

  open(index: number): void {
    this.#sessions.set(index, new Session(index, index));
  }

  restore(session: Session): void {
    this.#sessions.set(session.session, session);
  }

  end(session: number): void {
    this.#sessions.delete(session);
  }

  all(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  get size(): number {
    return this.#sessions.size;
  }
}
