/** What the answers of the other side mean for a call. */
import { Outcome, type Reply } from '#rpc/session/frames';
import { mayHappen, type Call } from './session-call.js';
import type { Settlement } from './session-types.js';

const NO_PARTS: readonly Uint8Array[] = Object.freeze([]);

/**
 * Where the call may go on, if not here and not now. A proxy that found no leader has waited for one
 * already; a node says so at once.
 */
export function isForLater(reply: Reply, answeredByNode: boolean): boolean {
  if (reply.outcome !== Outcome.notDone && reply.outcome !== Outcome.unknown) return false;
  switch (reply.code) {
    case 'stopping':
    case 'not-leader':
    case 'leader-changed':
    case 'connection-lost':
      return true;
    case 'no-leader':
      return answeredByNode;
    default:
      return false;
  }
}

/** The peer is not the one to go on with, if there is another. */
export function isForAnotherPeer(code: string): boolean {
  return code === 'stopping' || code === 'no-leader' || code === 'not-leader';
}

export type FailureOutcome = Exclude<Settlement['outcome'], 'ok'>;

/** For a call that is given up on. */
export function outcomeUnanswered(call: Call): FailureOutcome {
  return mayHappen(call) ? 'unknown' : 'not-done';
}

export function givenUp(call: Call, why: string, connection: string): string {
  return outcomeUnanswered(call) === 'unknown'
    ? `${why}; it was sent and may have happened: repeat it under its request id. ${connection}`
    : `${why}; nothing happened: try again. ${connection}`;
}

/** Whether a session was opened may be unknown; that the writes which waited for it were not sent is not. */
export function whyNoSession({ outcome, message }: Reply): string {
  return outcome === Outcome.unknown
    ? 'no session could be opened in time; nothing happened: try again'
    : message;
}

/** What came before the last part; null if some of it is missing. */
export function partsBefore(call: Call, last: Reply): readonly Uint8Array[] | null {
  if (last.part === 0) return NO_PARTS;
  return call.parts?.length === last.part ? call.parts : null;
}
