/** The client session's vocabulary: what it is told, what it asks of the world, how calls end. */
import type { Reply, Request, Welcome } from '#rpc/session/frames';

export interface SessionConfig {
  /** How many endpoints there are to dial: 0 to `endpoints - 1`. */
  readonly endpoints: number;
  /** For a call that names no time of its own. */
  readonly timeoutMs: number;
  /** Sequence numbers between the oldest unanswered write and the newest; the server's own bound. */
  readonly windowMax: number;
  /** Calls that may be pending at once. */
  readonly callsMax: number;
  /** Between two dials, and between a refusal for want of a leader and the next try. */
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  /** If the other side does not say how long an idle session lives. */
  readonly sessionTimeoutMs: number;
  /** Spreads the dials of many clients. */
  readonly seed: number;
}

export const SESSION_DEFAULTS: Omit<SessionConfig, 'endpoints'> = Object.freeze({
  timeoutMs: 30_000,
  windowMax: 4096,
  callsMax: 100_000,
  retryMsMin: 50,
  retryMsMax: 500,
  sessionTimeoutMs: 60_000,
  seed: 1,
});

/** A write's name in the replicated state; `session:sequence` for people. */
export interface RequestId {
  readonly session: number;
  readonly sequence: number;
}

export type SessionEvent =
  /** Time has passed; needed at the latest at `deadline()`. */
  | { readonly type: 'tick' }
  /** Connects before there is a call; a call connects by itself. */
  | { readonly type: 'connect' }
  | {
      readonly type: 'call';
      /** The caller's, unique; named when the call is settled. */
      readonly callId: number;
      /** `RequestKind.write`, `read` or `staleRead`. */
      readonly kind: number;
      readonly payload: Uint8Array;
      /** 0: the configured time. */
      readonly timeoutMs: number;
      readonly minRevision: number;
      /** A write that was sent before, by this session or another, to be sent under that number. */
      readonly requestId: RequestId | null;
    }
  /** Settles the call now, as if its time were up. */
  | { readonly type: 'cancel'; readonly callId: number }
  | { readonly type: 'connected'; readonly welcome: Welcome }
  /**
   * The connection, or the attempt to make one, ended. `rejected`: the other side turned us away (wrong
   * cluster, wrong protocol), and would again.
   */
  | { readonly type: 'lost'; readonly reason: string; readonly rejected: boolean }
  | { readonly type: 'replies'; readonly replies: readonly Reply[] }
  /** Takes no more calls, waits for those pending, ends the session and hangs up: `closed()`. */
  | { readonly type: 'close' }
  /** Settles what is pending, as if its time were up, and hangs up. */
  | { readonly type: 'abort' };

export interface SessionPorts {
  /** Connects; `connected` or `lost` will tell. Never called while a connection lasts. */
  dial(endpoint: number): void;
  /** Drops the connection or the attempt; nothing more is heard of it, `lost` neither. */
  hangUp(): void;
  send(requests: Request[]): void;
  /** Once for each call. */
  settle(callId: number, settlement: Settlement): void;
  /** After `close` or `abort`: nothing more will come. */
  closed(): void;
}

export type Settlement =
  | {
      readonly outcome: 'ok';
      /** An encoded OperationResult; of a long range the last part, with its last pairs. */
      readonly payload: Uint8Array;
      /** Of a long range: encoded OperationResults with the pairs before, in order, of one revision. */
      readonly parts: readonly Uint8Array[];
      readonly servedBy: number;
      readonly linearizable: boolean;
      /** Of a write. */
      readonly requestId: RequestId | null;
    }
  | {
      /** `not-done`: it did not happen. `refused`: it can't. `unknown`: it may have happened. */
      readonly outcome: 'not-done' | 'refused' | 'unknown';
      /** A reply's code, or `cancelled` or `closed`. */
      readonly code: string;
      readonly message: string;
      /** With `unknown`: what to repeat it under. */
      readonly requestId: RequestId | null;
    };
