/**
 * What goes out when: first what was sent before, then new writes, once there is a session to number
 * them in, then reads; and the session's own housekeeping.
 */
import { RequestKind } from '#rpc/session/frames';
import { housekeeping, type Call } from './session-call.js';
import type { SessionKeeper } from './session-keeper.js';
import { drain, type CallQueue } from './session-queue.js';
import type { Wire } from './session-wire.js';

export class Sending {
  readonly #timeoutMs: number;
  readonly #wire: Wire;
  readonly #queue: CallQueue;
  readonly #keeper: SessionKeeper;
  /** Of arrival, or of making. */
  lastOrder = 0;

  constructor(timeoutMs: number, wire: Wire, queue: CallQueue, keeper: SessionKeeper) {
    this.#timeoutMs = timeoutMs;
    this.#wire = wire;
    this.#queue = queue;
    this.#keeper = keeper;
  }

  nextOrder(): number {
    this.lastOrder += 1;
    return this.lastOrder;
  }

  /** When something may be sent that can't be now. */
  nextAt(now: number, keepsAlive: boolean): number {
    let next = this.#queue.nextRecall;
    if (!this.#wire.hasRoom(0)) return next;
    if (this.#queue.writes.length > 0) next = Math.min(next, this.#keeper.openingAt(now));
    return keepsAlive ? Math.min(next, this.#keeper.keepAliveAt()) : next;
  }

  all(now: number): void {
    const queue = this.#queue;
    queue.recall(now);
    if (queue.again.length > 0) queue.again = drain(queue.again, (call) => this.#send(call, now));
    if (queue.again.length > 0) return;
    if (queue.writes.length > 0) {
      queue.writes = drain(
        queue.writes,
        (call) => this.#number(call, now) && this.#send(call, now),
      );
    }
    if (queue.reads.length > 0) queue.reads = drain(queue.reads, (call) => this.#send(call, now));
  }

  keepAlive(now: number): void {
    if (now < this.#keeper.keepAliveAt() || !this.#wire.hasRoom(0)) return;
    this.#keeper.keepAlive = this.housekeep('keep-alive', this.#keeper.session, now);
    this.#keeper.touch(now);
  }

  housekeep(purpose: 'open' | 'keep-alive' | 'close', session: number, now: number): Call {
    const call = housekeeping(purpose, session, now + this.#timeoutMs, this.nextOrder());
    this.#wire.send(call, 0, now);
    return call;
  }

  /** Gives a new write its place in the open session, or opens one. */
  #number(call: Call, now: number): boolean {
    if (this.#keeper.session !== 0) {
      return this.#wire.hasRoom(call.payload.length) && this.#keeper.number(call);
    }
    if (this.#keeper.needsOpening(now) && this.#wire.hasRoom(0)) {
      this.#keeper.opening = this.housekeep('open', 0, now);
    }
    return false;
  }

  #send(call: Call, now: number): boolean {
    if (!this.#wire.hasRoom(call.payload.length)) return false;
    this.#wire.send(call, this.#keeper.lowestAwaited(call), now);
    if (call.kind === RequestKind.write) this.#keeper.touch(now);
    return true;
  }
}
