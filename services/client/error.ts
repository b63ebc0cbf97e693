/** The one error that the library's calls reject with. */
import type { ReplyCode } from '#rpc/session/frames';

/**
 * `not-done`: nothing happened; call again. `refused`: it can't be done as it stands. `unknown`: it may
 * have happened; calling again with `requestId` does it once at most.
 */
export type FailureOutcome = 'not-done' | 'refused' | 'unknown';

/** The server's words, and the library's own. */
export type RelevoErrorCode = ReplyCode | 'closed' | 'plaintext';

export class RelevoError extends Error {
  override readonly name = 'RelevoError';
  /** A `RelevoErrorCode`; open, because a newer server may know more. */
  readonly code: string;
  readonly outcome: FailureOutcome;
  /** `session:sequence` of a write with unknown outcome, good until its session expires. */
  declare readonly requestId?: string;

  constructor(code: string, outcome: FailureOutcome, message: string, requestId?: string) {
    super(message);
    this.code = code;
    this.outcome = outcome;
    if (requestId !== undefined) this.requestId = requestId;
  }
}
