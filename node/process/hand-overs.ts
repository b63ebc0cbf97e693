/** Hand-overs of the leadership that operators asked this node for, from the request to the new leader. */
import { nodeId } from '#raft';
import type { ReplicaEvent, Report } from '../ports.js';
import type { Replica } from '../replica.js';

export type HandOverEnd =
  | { readonly type: 'done'; readonly leader: number; readonly term: number }
  /** This node leads on, or again. */
  | { readonly type: 'kept'; readonly reason: string }
  /** It leads no more, and nobody else was heard to lead. */
  | { readonly type: 'lost' };

interface HandOver {
  /** 0: whoever is furthest. */
  readonly to: number;
  /** While this node led in it. */
  readonly term: number;
  readonly ended: (end: HandOverEnd) => void;
  timer: NodeJS.Timeout | null;
}

export class HandOvers {
  readonly #replica: Replica;
  readonly #handle: (event: ReplicaEvent) => void;
  readonly #running = new Set<HandOver>();

  constructor(replica: Replica, handle: (event: ReplicaEvent) => void) {
    this.#replica = replica;
    this.#handle = handle;
  }

  /** This node leads. `ended` is called once, within `timeoutMs`. */
  begin(to: number, timeoutMs: number, ended: (end: HandOverEnd) => void): void {
    const { raft } = this.#replica;
    const handOver: HandOver = { to, term: raft.term, ended, timer: null };
    handOver.timer = setTimeout(() => {
      this.#end(handOver, this.#standingAtTheEnd());
    }, timeoutMs);
    this.#running.add(handOver);
    this.#handle({ type: 'transfer', to: to === 0 ? null : nodeId(to) });
  }

  /** Looks at what a report of the replica means for those who wait. */
  report(report: Report): void {
    if (this.#running.size === 0) return;
    if (report.type !== 'role' && report.type !== 'decision') return;
    const reason = report.type === 'decision' ? report.text : '';
    for (const handOver of [...this.#running]) {
      const end = this.#endOf(handOver, reason);
      if (end !== null) this.#end(handOver, end);
    }
  }

  /** The node stops. */
  close(): void {
    for (const handOver of [...this.#running]) this.#end(handOver, this.#standingAtTheEnd());
  }

  /** Null: it is still under way. */
  #endOf({ to, term }: HandOver, reason: string): HandOverEnd | null {
    const { raft } = this.#replica;
    if (raft.role !== 'leader') {
      const { leader } = raft;
      return leader === null || raft.term === term
        ? null
        : { type: 'done', leader, term: raft.term };
    }
    if (raft.term > term) {
      return { type: 'kept', reason: `it was elected again, in term ${raft.term}` };
    }
    const { transferTarget } = raft;
    if (transferTarget === null) return { type: 'kept', reason };
    return to === 0 || to === transferTarget
      ? null
      : { type: 'kept', reason: `it was asked to hand over to node ${transferTarget} instead` };
  }

  #standingAtTheEnd(): HandOverEnd {
    return this.#replica.raft.role === 'leader'
      ? { type: 'kept', reason: 'the time was up' }
      : { type: 'lost' };
  }

  #end(handOver: HandOver, end: HandOverEnd): void {
    if (!this.#running.delete(handOver)) return;
    if (handOver.timer !== null) clearTimeout(handOver.timer);
    handOver.ended(end);
  }
}
