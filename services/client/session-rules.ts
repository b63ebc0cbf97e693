/** The rules that the client's session keeps, each a named predicate; see `SESSION_RULES`. */
import { RequestKind } from '#rpc/session/frames';

export interface SessionRules {
  /** A write keeps its number however often it is sent: the replicated state knows it by that. */
  readonly keepsNumberWhenResent: () => boolean;
  /** Answers below the lowest awaited number may be forgotten: so far all are here. */
  readonly confirms: (lowestAwaited: number, sequence: number) => number;
  /**
   * A write that an expired session refused moves to a new session only if every sending was
   * answered: an unanswered one may have been carried out before the expiry.
   */
  readonly movesOnlyIfNeverDone: (mayHaveHappened: boolean) => boolean;
  /** A write of which one sending went unanswered is not "not done" because the next one was. */
  readonly staysUnknownOnceSent: (kind: number, mayHaveHappened: boolean) => boolean;
}

export const SESSION_RULES: SessionRules = Object.freeze({
  keepsNumberWhenResent: () => true,
  confirms: (lowestAwaited: number) => lowestAwaited,
  movesOnlyIfNeverDone: (mayHaveHappened: boolean) => !mayHaveHappened,
  staysUnknownOnceSent: (kind: number, mayHaveHappened: boolean) =>
    kind === RequestKind.write && mayHaveHappened,
});
