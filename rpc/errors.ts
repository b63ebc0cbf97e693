/**
 * Our errors as gRPC statuses, for the unary face: the one place where that is decided.
 *
 * Programs that know gRPC alone retry UNAVAILABLE by habit. So it stands for *not done* and nothing else,
 * and an unknown outcome is never among what they repeat: DEADLINE_EXCEEDED if time ran out, else UNKNOWN.
 * The trailer `relevo-outcome` says the same in one word, `relevo-code` gives our own code, and
 * `relevo-request-id` the id with which a write of unknown outcome can be repeated safely.
 */
import { Metadata, status } from '@grpc/grpc-js';
import { Outcome, type ReplyCode } from './session/frames.js';

export type OutcomeWord = 'ok' | 'not-done' | 'refused' | 'unknown';

export const OUTCOME_TRAILER = 'relevo-outcome';
export const CODE_TRAILER = 'relevo-code';
export const REQUEST_ID_TRAILER = 'relevo-request-id';

/** By code; only for outcomes `not-done` and `refused`. */
const STATUS_BY_CODE: Readonly<Record<ReplyCode | 'cancelled' | 'closed', status>> = {
  'no-leader': status.UNAVAILABLE,
  'not-leader': status.UNAVAILABLE,
  'no-follower': status.UNAVAILABLE,
  'leader-changed': status.UNAVAILABLE,
  'connection-lost': status.UNAVAILABLE,
  stopping: status.UNAVAILABLE,
  timeout: status.UNAVAILABLE,
  closed: status.UNAVAILABLE,
  cancelled: status.CANCELLED,
  overloaded: status.RESOURCE_EXHAUSTED,
  'disk-full': status.RESOURCE_EXHAUSTED,
  'session-full': status.RESOURCE_EXHAUSTED,
  'too-large': status.INVALID_ARGUMENT,
  malformed: status.INVALID_ARGUMENT,
  'duplicate-key': status.INVALID_ARGUMENT,
  invalid: status.INVALID_ARGUMENT,
  'unknown-kind': status.UNIMPLEMENTED,
  'revision-compacted': status.OUT_OF_RANGE,
  'revision-in-future': status.OUT_OF_RANGE,
  'lease-not-found': status.NOT_FOUND,
  'wrong-cluster': status.FAILED_PRECONDITION,
  'session-expired': status.FAILED_PRECONDITION,
  'already-answered': status.FAILED_PRECONDITION,
};

export function outcomeWord(outcome: Outcome): OutcomeWord {
  switch (outcome) {
    case Outcome.ok:
      return 'ok';
    case Outcome.notDone:
      return 'not-done';
    case Outcome.refused:
      return 'refused';
    default:
      return 'unknown';
  }
}

/** A code that this version does not know goes by its outcome. */
export function statusOf(code: string, outcome: OutcomeWord): status {
  switch (outcome) {
    case 'ok':
      return status.OK;
    case 'unknown':
      return code === 'timeout' ? status.DEADLINE_EXCEEDED : status.UNKNOWN;
    case 'not-done':
      return known(code) ?? status.UNAVAILABLE;
    case 'refused': {
      const found = known(code);
      // What was refused is useless to repeat, whatever its code says elsewhere.
      return found === undefined || found === status.UNAVAILABLE
        ? status.FAILED_PRECONDITION
        : found;
    }
  }
}

export interface Failure {
  /** A ReplyCode, or one of the client library's own. */
  readonly code: string;
  readonly outcome: Exclude<OutcomeWord, 'ok'>;
  readonly message: string;
  /** `session:sequence`. */
  readonly requestId?: string;
}

/** What a unary handler calls back with. */
export interface UnaryError {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

export function unaryError({ code, outcome, message, requestId }: Failure): UnaryError {
  const metadata = new Metadata();
  metadata.set(OUTCOME_TRAILER, outcome);
  // A code is a word; what a newer node, or a stranger, sends in its place is no header's value.
  if (/^[a-z0-9-]{1,64}$/.test(code)) metadata.set(CODE_TRAILER, code);
  if (requestId !== undefined) metadata.set(REQUEST_ID_TRAILER, requestId);
  return { code: statusOf(code, outcome), details: message, metadata };
}

function known(code: string): status | undefined {
  return Object.hasOwn(STATUS_BY_CODE, code) ? STATUS_BY_CODE[code as ReplyCode] : undefined;
}
