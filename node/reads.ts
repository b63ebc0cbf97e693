/**
 * The reads that wait on this node. All that came in together share one question to the leader
 * ("what is committed, and do you still lead?", ReadIndex: dissertation, 6.4), and each is answered once
 * this node has applied that far.
 */
import type { Operation } from '#kv';
import { IdMap } from '#rpc/session/id-map';
import type { ConnectionId } from './ports.js';
import { NODE_RULES, type NodeRules } from './rules.js';

export interface WaitingRead {
  readonly connection: ConnectionId;
  /** The request's id on its connection. */
  readonly id: number;
  readonly operation: Operation;
  readonly linearizable: boolean;
  /** Answer from a state at least this new; 0: any. */
  readonly minRevision: number;
  /** When it is given up, ms. */
  readonly dueAt: number;
  /** Parts of a long answer that may go out before others are granted; 0: as many as the connection takes. */
  readonly partsMax: number;
}

interface Batch {
  readonly index: number;
  readonly reads: WaitingRead[];
}

/** As plain data. */
export interface ReadsState {
  readonly collected: readonly WaitingRead[];
  readonly asked: readonly (readonly [number, readonly WaitingRead[]])[];
  readonly confirmed: readonly {
    readonly index: number;
    readonly reads: readonly WaitingRead[];
  }[];
  readonly revisionWaiters: readonly WaitingRead[];
  readonly nextQuestion: number;
}

export class Reads {
  readonly #rules: NodeRules;
  /** Came in since the last question. */
  #collected: WaitingRead[] = [];
  /** Asked, by the question's id. */
  readonly #asked = new IdMap<WaitingRead[]>();
  /** Answered by the leader with an index that this node has not applied yet; by rising index. */
  #confirmed: Batch[] = [];
  /** Wait for a revision alone. */
  #revisionWaiters: WaitingRead[] = [];
  #nextQuestion = 1;

  constructor(rules: NodeRules = NODE_RULES) {
    this.#rules = rules;
  }

  dump(): ReadsState {
    return {
      collected: [...this.#collected],
      asked: Array.from(this.#asked, ([question, reads]) => [question, [...reads]]),
      confirmed: this.#confirmed.map(({ index, reads }) => ({ index, reads: [...reads] })),
      revisionWaiters: [...this.#revisionWaiters],
      nextQuestion: this.#nextQuestion,
    };
  }

  static load(state: ReadsState, rules: NodeRules = NODE_RULES): Reads {
    const reads = new Reads(rules);
    reads.#collected = [...state.collected];
    for (const [question, asked] of state.asked) reads.#asked.set(question, [...asked]);
    reads.#confirmed = state.confirmed.map((batch) => ({ ...batch, reads: [...batch.reads] }));
    reads.#revisionWaiters = [...state.revisionWaiters];
    reads.#nextQuestion = state.nextQuestion;
    return reads;
  }

  collect(read: WaitingRead): void {
    this.#collected.push(read);
  }

  /** The id of a question for all that was collected, or null if there is none to ask. */
  question(): number | null {
    if (this.#collected.length === 0) return null;
    const id = this.#nextQuestion++;
    this.#asked.set(id, this.#collected);
    this.#collected = [];
    return id;
  }

  /** The leader's answer; what may be answered with it comes out of `applied`. */
  confirmed(question: number, index: number): void {
    const reads = this.#asked.get(question);
    if (reads === undefined) return;
    this.#asked.delete(question);
    this.#confirmed.push({ index, reads });
  }

  /** No answer will come: the reads of that question. */
  failed(question: number): WaitingRead[] {
    const reads = this.#asked.get(question) ?? [];
    this.#asked.delete(question);
    return reads;
  }

  /** Waits until the state has the read's revision. */
  awaitRevision(read: WaitingRead): void {
    this.#revisionWaiters.push(read);
  }

  /** The reads that the state at this index and revision can answer. */
  answerable(appliedIndex: number, revision: number): WaitingRead[] {
    if (this.#confirmed.length === 0 && this.#revisionWaiters.length === 0) return [];
    const ready: WaitingRead[] = [];
    let kept = 0;
    for (const batch of this.#confirmed) {
      if (this.#rules.mayAnswerRead(batch.index, appliedIndex)) ready.push(...batch.reads);
      else this.#confirmed[kept++] = batch;
    }
    this.#confirmed.length = kept;
    return this.#byRevision(ready, revision);
  }

  /** Those whose revision is not there yet go on waiting for it. */
  #byRevision(ready: WaitingRead[], revision: number): WaitingRead[] {
    const waiters = this.#revisionWaiters;
    if (waiters.length === 0 && ready.every((read) => read.minRevision <= revision)) return ready;
    this.#revisionWaiters = [];
    const answerable: WaitingRead[] = [];
    for (const read of [...waiters, ...ready]) {
      (read.minRevision <= revision ? answerable : this.#revisionWaiters).push(read);
    }
    return answerable;
  }

  /** Gives up those whose time has passed. */
  expire(now: number): WaitingRead[] {
    const expired: WaitingRead[] = [];
    const alive = (read: WaitingRead): boolean => {
      if (read.dueAt > now) return true;
      expired.push(read);
      return false;
    };
    this.#filter(alive);
    return expired;
  }

  /** Forgets the reads of a connection that is gone. */
  forget(connection: ConnectionId): void {
    this.#filter((read) => read.connection !== connection);
  }

  /** Everything that waits; the reads are no longer held here. */
  abandon(): WaitingRead[] {
    const all: WaitingRead[] = [];
    this.#filter((read) => {
      all.push(read);
      return false;
    });
    return all;
  }

  get size(): number {
    let size = this.#collected.length + this.#revisionWaiters.length;
    for (const reads of this.#asked.values()) size += reads.length;
    for (const batch of this.#confirmed) size += batch.reads.length;
    return size;
  }

  #filter(keep: (read: WaitingRead) => boolean): void {
    this.#collected = this.#collected.filter(keep);
    this.#revisionWaiters = this.#revisionWaiters.filter(keep);
    for (const [id, reads] of this.#asked) this.#asked.set(id, reads.filter(keep));
    this.#confirmed = this.#confirmed.map(({ index, reads }) => ({
      index,
      reads: reads.filter(keep),
    }));
  }
}
