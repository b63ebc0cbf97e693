/**
 * Where reads wait for the leader's word and for the state, and are answered: at once, when this node has
 * applied far enough, or part by part. Each is answered once, unless its connection is gone.
 */
import type { OperationResult, Range, RangeResult, Refused, Store } from '#kv';
import type { NodeId } from '#raft';
import type { Request } from '#rpc/session/frames';
import { admit } from './admission.js';
import { bytesOfPairs, LongRanges, type LongRangesState } from './long-ranges.js';
import type { ConnectionId, Ports } from './ports.js';
import { Reads, type ReadsState, type WaitingRead } from './reads.js';
import type { ReplicaConfig, ReplicaFigures } from './replica-config.js';
import type { Replies } from './replies.js';
import type { NodeRules } from './rules.js';
import type { Standing } from './standing.js';

/** As plain data. */
export interface ReadDeskState {
  readonly reads: ReadsState;
  readonly longRanges: LongRangesState;
  readonly postponed: readonly WaitingRead[];
  /** Null: never. */
  readonly resumeAt: number | null;
}

const ASK_AGAIN_MS = 20;
/** An answer beyond that goes out in parts, in turn with others. */
const ANSWER_BYTES_MAX = 256 * 1024;
/** So does what comes after answers of so many bytes in all in one turn. */
const TURN_BYTES_MAX = 8 * 1024 * 1024;

export class ReadDesk {
  readonly #config: ReplicaConfig;
  readonly #ports: Ports;
  readonly #figures: ReplicaFigures;
  readonly #replies: Replies;
  readonly #rules: NodeRules;
  readonly #reads: Reads;
  readonly #longRanges: LongRanges;
  /** Reads that are asked for again in a moment. */
  #postponed: WaitingRead[];
  #resumeAt: number;

  constructor(
    config: ReplicaConfig,
    ports: Ports,
    figures: ReplicaFigures,
    replies: Replies,
    rules: NodeRules,
    loaded: { readonly state: ReadDeskState; readonly store: Store } | null,
  ) {
    this.#config = config;
    this.#ports = ports;
    this.#figures = figures;
    this.#replies = replies;
    this.#rules = rules;
    this.#reads = loaded === null ? new Reads(rules) : Reads.load(loaded.state.reads, rules);
    this.#longRanges = new LongRanges((connection) => ports.network.unread(connection));
    if (loaded !== null) this.#longRanges.load(loaded.state.longRanges, loaded.store);
    this.#postponed = [...(loaded?.state.postponed ?? [])];
    this.#resumeAt = loaded?.state.resumeAt ?? Infinity;
  }

  dump(): ReadDeskState {
    return {
      reads: this.#reads.dump(),
      longRanges: this.#longRanges.dump(),
      postponed: [...this.#postponed],
      resumeAt: this.#resumeAt === Infinity ? null : this.#resumeAt,
    };
  }

  /** How many wait for an answer. */
  get waiting(): number {
    return this.timed + this.#postponed.length;
  }

  /** Of these, those that `expire` looks at. */
  get timed(): number {
    return this.#reads.size + this.#longRanges.size;
  }

  get deadline(): number {
    return Math.min(this.#resumeAt, this.#longRanges.deadline);
  }

  read(
    connection: ConnectionId,
    request: Request,
    linearizable: boolean,
    { store, failure }: Standing,
    now: number,
  ): void {
    const operation = admit(request.payload, this.#ports.codec, this.#config.limits);
    if (operation.kind === 'inadmissible') {
      this.#replies.refused(connection, request.id, operation);
      return;
    }
    const asOf = operation.kind === 'range' ? operation.revision : 0;
    const read: WaitingRead = {
      connection,
      id: request.id,
      operation,
      linearizable,
      // A linearizable read of a revision that does not exist yet is refused; a stale one waits.
      minRevision: Math.max(request.minRevision, linearizable ? 0 : asOf),
      dueAt: now + (request.timeoutMs || this.#config.readTimeoutMs),
      partsMax: request.partsMax,
    };
    const isNew = this.#rules.hasRevision(read.minRevision, store.revision);
    if (this.#rules.asksLeader(linearizable)) this.#reads.collect(read);
    else if (failure !== null && isNew) this.#answerWhole(read, store);
    else if (isNew) this.#answer(read, store);
    else if (failure !== null) {
      const message = `this node is at revision ${store.revision} and takes no more; ask another.`;
      this.#replies.notDone(connection, request.id, 'no-follower', message);
    } else this.#reads.awaitRevision(read);
  }

  /** So many further parts of a long answer are wanted. */
  grantParts(connection: ConnectionId, id: number, parts: number): void {
    this.#longRanges.grant(connection, id, parts);
  }

  /** The rest of a long answer is not wanted. */
  cancelParts(connection: ConnectionId, id: number): void {
    if (this.#longRanges.cancel(connection, id) === null) return;
    this.#replies.notDone(connection, id, 'cancelled', 'whoever asked wants no more of it.');
  }

  /** The id of a question to the leader for all reads that came in, or null. */
  question(): number | null {
    return this.#reads.question();
  }

  confirmed(question: number, index: number): void {
    this.#reads.confirmed(question, index);
  }

  /** Asks again if there is somebody to ask. */
  failed(question: number, reason: 'no-leader' | 'leader-changed', leader: NodeId | null): void {
    for (const read of this.#reads.failed(question)) {
      if (reason === 'leader-changed' && leader !== null) {
        // Not at once: a leader that can't answer would be asked as fast as it says so.
        this.#postponed.push(read);
        continue;
      }
      const message = 'nobody leads, so no read can be confirmed; ask for a stale one, or wait.';
      this.#replies.notDone(read.connection, read.id, 'no-leader', message);
    }
  }

  /** Answers the reads that the state can answer by now. */
  answer(store: Store, now: number): void {
    for (const read of this.#reads.answerable(store.appliedIndex, store.revision)) {
      this.#answer(read, store);
    }
    this.#answerParts(now);
    if (this.#postponed.length === 0) this.#resumeAt = Infinity;
    else if (this.#resumeAt === Infinity) this.#resumeAt = now + ASK_AGAIN_MS;
  }

  tick(now: number): void {
    if (now < this.#resumeAt) return;
    for (const read of this.#postponed.splice(0)) this.#reads.collect(read);
  }

  /** Those whose time is up hear so. */
  expire(now: number): void {
    for (const read of [...this.#reads.expire(now), ...this.#longRanges.expire(now)]) {
      const message = 'it could not be answered in time; nothing was changed, ask again.';
      this.#replies.notDone(read.connection, read.id, 'timeout', message);
    }
  }

  /** Forgets the reads of a connection that is gone. */
  forget(connection: ConnectionId): void {
    this.#reads.forget(connection);
    this.#longRanges.forget(connection);
    this.#postponed = this.#postponed.filter((read) => read.connection !== connection);
  }

  /** The node can confirm nothing more: nobody is left waiting. */
  abandon(message: string): void {
    const reads = [...this.#reads.abandon(), ...this.#longRanges.abandon()];
    for (const read of [...reads, ...this.#postponed.splice(0)]) {
      this.#replies.notDone(read.connection, read.id, 'stopping', message);
    }
  }

  #answer(read: WaitingRead, store: Store): void {
    const { operation } = read;
    if (operation.kind !== 'range') {
      this.#answerWhole(read, store);
    } else if (store.isLong(operation) || this.#replies.bytes > TURN_BYTES_MAX) {
      this.#answerInParts(read, operation, store);
    } else {
      const result = store.read(operation);
      if (result.kind === 'range' && isLarge(result)) this.#answerInParts(read, operation, store);
      else this.#reply(read, result);
    }
  }

  #answerInParts(read: WaitingRead, range: Range, store: Store): void {
    this.#count(read);
    const cursor = store.beginRange(range);
    if ('kind' in cursor) this.#replies.refused(read.connection, read.id, cursor);
    else this.#longRanges.begin(read, cursor);
  }

  #answerWhole(read: WaitingRead, store: Store): void {
    this.#reply(read, store.read(read.operation));
  }

  #reply(read: WaitingRead, result: OperationResult | Refused): void {
    this.#count(read);
    this.#replies.read(read.connection, read.id, result, read.linearizable);
  }

  #count({ linearizable }: WaitingRead): void {
    if (linearizable) this.#figures.readsServed++;
    else this.#figures.staleReadsServed++;
  }

  /** A slice of what is answered in parts, if it is time for one. */
  #answerParts(now: number): void {
    for (const part of this.#longRanges.next(now)) {
      const { connection, id, linearizable } = part.read;
      this.#replies.part(connection, id, part, linearizable);
    }
  }
}

/** One pair goes as it is, whatever its size. */
function isLarge(result: RangeResult): boolean {
  return result.pairs.length > 1 && bytesOfPairs(result) > ANSWER_BYTES_MAX;
}
