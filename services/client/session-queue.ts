/** Calls that are not in flight, by what they wait for. */
import { RequestKind } from '#rpc/session/frames';
import type { Call } from './session-call.js';

export class CallQueue {
  /** Sent before, or under a number given by the caller; in order of arrival. */
  again: Call[] = [];
  /** Waiting for a session and a number. */
  writes: Call[] = [];
  /** Waiting for credit alone. */
  reads: Call[] = [];
  /** Not to be sent before their `retryAt`. */
  later: Call[] = [];

  /** A new call. */
  add(call: Call): void {
    if (call.repeats) this.again.push(call);
    else if (call.kind === RequestKind.write) this.writes.push(call);
    else this.reads.push(call);
  }

  resend(calls: readonly Call[]): void {
    if (calls.length === 0) return;
    this.again.push(...calls);
    this.again.sort(byArrival);
  }

  /** A write that gave up its number. */
  renumber(call: Call): void {
    call.session = 0;
    call.sequence = 0;
    this.writes.push(call);
    this.writes.sort(byArrival);
  }

  postpone(call: Call, retryAt: number): void {
    call.retryAt = retryAt;
    this.later.push(call);
  }

  /** What was postponed and is due. */
  recall(now: number): void {
    if (this.later.length === 0) return;
    const due = this.later.filter((call) => call.retryAt <= now);
    if (due.length === 0) return;
    this.later = this.later.filter((call) => call.retryAt > now);
    this.resend(due.filter((call) => !call.settled));
  }

  /** A new connection is worth a try at once. */
  recallAll(): void {
    this.recall(Infinity);
  }

  get nextRecall(): number {
    let next = Infinity;
    for (const call of this.later) if (!call.settled) next = Math.min(next, call.retryAt);
    return next;
  }

  dropSettled(): void {
    this.again = this.again.filter(isPending);
    this.writes = this.writes.filter(isPending);
    this.reads = this.reads.filter(isPending);
    this.later = this.later.filter(isPending);
  }
}

/** Sends from the front while `send` says true, and gives what is left. Settled calls are passed over. */
export function drain(calls: Call[], send: (call: Call) => boolean): Call[] {
  let at = 0;
  for (const call of calls) {
    if (!call.settled && !send(call)) break;
    at += 1;
  }
  if (at === 0) return calls;
  return at === calls.length ? [] : calls.slice(at);
}

function byArrival(one: Call, other: Call): number {
  return one.order - other.order;
}

function isPending(call: Call): boolean {
  return !call.settled;
}
