/** A call on its way through the session, and the frames it is sent as. */
import { NO_BYTES, RequestKind, type Reply, type Request } from '#rpc/session/frames';
import type { RequestId } from './session-types.js';

/** `call`: a caller waits. The others are the session's own housekeeping. */
export type Purpose = 'call' | 'open' | 'keep-alive' | 'close';

export interface Call {
  readonly purpose: Purpose;
  /** 0 for housekeeping. */
  readonly callId: number;
  readonly kind: number;
  readonly payload: Uint8Array;
  readonly deadline: number;
  readonly minRevision: number;
  /** Of arrival. */
  readonly order: number;
  /** The number was given by the caller: it never changes. */
  readonly repeats: boolean;
  /** 0 until the write is numbered. */
  session: number;
  sequence: number;
  sendings: number;
  inFlight: boolean;
  /** A sending went unanswered, or was answered with "unknown". */
  mayHaveHappened: boolean;
  /** Its caller has been told. */
  settled: boolean;
  /** Not to be sent again before this. */
  retryAt: number;
  /** Of the answer, before the last one. */
  parts: Uint8Array[] | null;
}

export function newCall(
  purpose: Purpose,
  callId: number,
  kind: number,
  payload: Uint8Array,
  deadline: number,
  minRevision: number,
  order: number,
  requestId: RequestId | null,
): Call {
  return {
    purpose,
    callId,
    kind,
    payload,
    deadline,
    minRevision,
    order,
    repeats: requestId !== null,
    session: requestId === null ? 0 : requestId.session,
    sequence: requestId === null ? 0 : requestId.sequence,
    sendings: 0,
    inFlight: false,
    mayHaveHappened: false,
    settled: false,
    retryAt: 0,
    parts: null,
  };
}

const HOUSEKEEPING = {
  open: RequestKind.openSession,
  'keep-alive': RequestKind.keepAlive,
  close: RequestKind.closeSession,
} as const;

export function housekeeping(
  purpose: 'open' | 'keep-alive' | 'close',
  session: number,
  deadline: number,
  order: number,
): Call {
  const call = newCall(purpose, 0, HOUSEKEEPING[purpose], NO_BYTES, deadline, 0, order, null);
  call.session = session;
  return call;
}

/** At most so much earlier does the other side give up, ms. */
const VERDICT_MS_MAX = 250;

export function frameFor(call: Call, id: number, lowestAwaited: number, now: number): Request {
  return {
    id,
    kind: call.kind,
    session: call.session,
    sequence: call.sequence,
    lowestAwaited,
    timeoutMs: timeoutFor(call.deadline - now),
    minRevision: call.minRevision,
    payload: call.payload,
    partsMax: 0,
  };
}

/**
 * The other side is given a little less time than the caller gave, so that its word (not done, say)
 * arrives before this side has to call the outcome unknown.
 */
function timeoutFor(leftMs: number): number {
  return Math.max(1, Math.ceil(leftMs - Math.min(VERDICT_MS_MAX, leftMs / 10)));
}

/** Of a write that has a number. */
export function requestIdOf(call: Call): RequestId | null {
  if (call.kind !== RequestKind.write || call.sequence === 0) return null;
  return { session: call.session, sequence: call.sequence };
}

/** A write of which a sending may have been, or may yet be, carried out. */
export function mayHappen(call: Call): boolean {
  return call.kind === RequestKind.write && (call.inFlight || call.mayHaveHappened);
}

/** A part of its answer that others follow. Part 0 begins the answer, or begins it anew, at another node. */
export function takePart(call: Call, { part, payload }: Reply): void {
  if (part === 0 || call.parts === null) call.parts = [];
  call.parts.push(payload);
}
