/** A caller that asks when it is told to, through one endpoint: the proxy, or one node. */
import type { Settlement } from '#client/session';
import { answerOf } from '../actions.js';
import { ClientProcess } from '../client-process.js';
import type { Action, Answer } from '../oracle/history.js';
import type { Process, Surroundings } from '../process.js';

/** Told once, when the call is over; `answer` null: it failed. */
export type Done = (settlement: Settlement, answer: Answer | null) => void;

export class Asker extends ClientProcess {
  private readonly pending = new Map<number, { readonly action: Action; readonly done: Done }>();

  constructor(world: Surroundings, number: number, name: string, endpoint: Process) {
    super(world, number, name, 1, [endpoint]);
  }

  /** `timeoutMs` 0: the session's own. */
  call(action: Action, timeoutMs: number, done: Done): void {
    this.pending.set(this.nextId, { action, done });
    this.ask(action, null, timeoutMs);
    this.plan();
  }

  protected settle(callId: number, settlement: Settlement): void {
    const asked = this.pending.get(callId);
    if (asked === undefined) return;
    this.pending.delete(callId);
    if (settlement.outcome !== 'ok') {
      asked.done(settlement, null);
      return;
    }
    const result = this.codec.decodeResult(settlement.payload);
    asked.done(settlement, answerOf(asked.action, result, settlement.servedBy));
  }

  /** It has none. */
  protected timerDue(): void {
    return;
  }
}
