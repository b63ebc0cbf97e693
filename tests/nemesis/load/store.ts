/** A store as the callers use it; each kind of store has its own. */
import type { Action, Answer } from '../../../simulator/oracle/history.js';

export class CallFailed extends Error {
  override readonly name = 'CallFailed';

  constructor(
    readonly code: string,
    readonly outcome: 'none' | 'unknown',
    readonly requestId: string,
  ) {
    super(code);
  }
}

export interface Store {
  /** Rejects with `CallFailed`. */
  perform(action: Action, timeoutMs: number): Promise<Answer>;
  close(): Promise<void>;
}

export const NO_ANSWER: Answer = {
  revision: 0,
  servedBy: 0,
  sight: null,
  succeeded: null,
  deleted: null,
};
