/** The calls that callers wait for, and how each of them ends. */
import type { Reply } from '#rpc/session/frames';
import { IdMap } from '#rpc/session/id-map';
import { givenUp, outcomeUnanswered, partsBefore, type FailureOutcome } from './session-answers.js';
import { requestIdOf, type Call } from './session-call.js';
import type { SessionKeeper } from './session-keeper.js';
import type { SessionPorts, Settlement } from './session-types.js';
import type { Wire } from './session-wire.js';

export class Settling {
  /** Unsettled, by the caller's id. */
  readonly calls = new IdMap<Call>();
  readonly #ports: SessionPorts;
  readonly #keeper: SessionKeeper;
  readonly #wire: Wire;
  #settlements: [number, Settlement][] = [];

  constructor(ports: SessionPorts, keeper: SessionKeeper, wire: Wire) {
    this.#ports = ports;
    this.#keeper = keeper;
    this.#wire = wire;
  }

  done(call: Call, reply: Reply): void {
    const parts = partsBefore(call, reply);
    if (parts === null) {
      this.failed(call, 'not-done', 'malformed', 'a part of the answer is missing; ask again');
      return;
    }
    this.#settle(call, {
      outcome: 'ok',
      payload: reply.payload,
      parts,
      servedBy: reply.servedBy,
      linearizable: reply.linearizable,
      requestId: requestIdOf(call),
    });
    this.#keeper.release(call);
  }

  failed(call: Call, outcome: FailureOutcome, code: string, message: string): void {
    const unknown = outcome === 'unknown';
    const requestId = unknown ? requestIdOf(call) : null;
    this.#settle(call, { outcome, code, message, requestId });
    if (!unknown) this.#keeper.release(call);
    else this.#keeper.abandon(call);
  }

  /** Without an answer: what was never sent did not happen. */
  unanswered(call: Call, code: string, message: string): void {
    this.failed(call, outcomeUnanswered(call), code, message);
  }

  giveUp(call: Call, code: string, why: string): void {
    this.unanswered(call, code, givenUp(call, why, this.#wire.status));
  }

  giveUpAll(code: string, why: string): void {
    for (const call of this.calls.values()) this.giveUp(call, code, why);
  }

  /** Last of all, so that a caller that calls again at once meets a machine at rest. */
  tell(): void {
    while (this.#settlements.length > 0) {
      const settlements = this.#settlements;
      this.#settlements = [];
      for (const [callId, settlement] of settlements) this.#ports.settle(callId, settlement);
    }
  }

  #settle(call: Call, settlement: Settlement): void {
    call.settled = true;
    this.calls.delete(call.callId);
    this.#settlements.push([call.callId, settlement]);
  }
}
