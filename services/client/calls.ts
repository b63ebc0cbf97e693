/** Promises around one `ClientSession`, and the clock and the links that it needs. */
import type { Reply, Request, Welcome } from '#rpc/session/frames';
import { IdMap } from '#rpc/session/id-map';
import { RelevoError } from './error.js';
import { requestIdText, type Done } from './results.js';
import { ClientSession } from './session.js';
import {
  SESSION_DEFAULTS,
  type RequestId,
  type SessionEvent,
  type Settlement,
} from './session-types.js';
import type { Link, Transport } from './transport.js';
import type { Peer } from './types.js';

/** A call's caller. */
interface Caller {
  readonly read: (done: Done) => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: (() => void) | undefined;
}

export interface CallSettings {
  /** 0: the client's own time. */
  readonly timeoutMs: number;
  readonly minRevision: number;
  /** A write that was sent before. */
  readonly requestId: RequestId | null;
  readonly signal: AbortSignal | undefined;
}

export const PLAIN_CALL: CallSettings = Object.freeze({
  timeoutMs: 0,
  minRevision: 0,
  requestId: null,
  signal: undefined,
});

/** setTimeout can't wait longer. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class Calls {
  readonly #endpoints: readonly string[];
  readonly #transport: Transport;
  readonly #session: ClientSession;
  readonly #callers = new IdMap<Caller>();
  #lastCall = 0;
  #link: Link | null = null;
  #peer: Peer | null = null;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #isClosed = false;
  #onClosed: (() => void)[] = [];
  /** Of those who wait for the first connection. */
  #onPeer: (() => void) | null = null;
  #onLost: ((reason: string, rejected: boolean) => void) | null = null;

  constructor(endpoints: readonly string[], transport: Transport, timeoutMs: number) {
    this.#endpoints = endpoints;
    this.#transport = transport;
    const seed = Math.floor(Math.random() * 2 ** 32);
    const config = { ...SESSION_DEFAULTS, endpoints: endpoints.length, timeoutMs, seed };
    this.#session = new ClientSession(config, {
      dial: (endpoint) => {
        this.#dial(this.#endpoints[endpoint] ?? '');
      },
      hangUp: () => {
        this.#hangUp();
      },
      send: (requests: Request[]) => {
        this.#link?.send(requests);
      },
      settle: (callId, settlement) => {
        this.#settle(callId, settlement);
      },
      closed: () => {
        this.#closed();
      },
    });
  }

  get peer(): Peer | null {
    return this.#peer;
  }

  /** Rejects with a RelevoError, or with what `read` throws. */
  call<Result>(
    kind: number,
    payload: Uint8Array,
    settings: CallSettings,
    read: (done: Done) => Result,
  ): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const { timeoutMs, minRevision, requestId, signal } = settings;
      this.#lastCall += 1;
      const callId = this.#lastCall;
      const onAbort =
        signal === undefined
          ? undefined
          : (): void => {
              this.#handle({ type: 'cancel', callId });
            };
      this.#callers.set(callId, { read, resolve, reject, signal, onAbort });
      this.#handle({ type: 'call', callId, kind, payload, timeoutMs, minRevision, requestId });
      if (signal === undefined || onAbort === undefined) return;
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Waits for what is pending, ends the session and hangs up; gives up on the rest in time. */
  close(timeoutMs: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.abort();
      }, timeoutMs);
      this.#onClosed.push(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#handle({ type: 'close' });
    });
  }

  abort(): void {
    this.#handle({ type: 'abort' });
  }

  /** Resolves with the first connection; rejects with a RelevoError, and then this is of no use. */
  async connect(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#firstConnection(timeoutMs, signal);
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  #firstConnection(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const where = this.#endpoints.join(', ');
    return new Promise<void>((resolve, reject) => {
      let lastReason = 'no answer yet';
      const finish = (failure: RelevoError | null): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#onPeer = null;
        this.#onLost = null;
        if (failure === null) resolve();
        else reject(failure);
      };
      const onAbort = (): void => {
        const text = `connecting to ${where} was cancelled: ${lastReason}`;
        finish(new RelevoError('cancelled', 'not-done', text));
      };
      const timer = setTimeout(() => {
        const text = `no connection to ${where} within ${timeoutMs} ms: ${lastReason}`;
        finish(new RelevoError('timeout', 'not-done', text));
      }, timeoutMs);
      this.#onPeer = () => {
        finish(null);
      };
      this.#onLost = (reason, rejected) => {
        lastReason = reason;
        if (!rejected || this.#endpoints.length > 1) return;
        finish(new RelevoError('wrong-cluster', 'refused', reason));
      };
      if (signal?.aborted) {
        onAbort();
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#handle({ type: 'connect' });
    });
  }

  #settle(callId: number, settlement: Settlement): void {
    const caller = this.#callers.get(callId);
    if (caller === undefined) return;
    this.#callers.delete(callId);
    if (caller.onAbort !== undefined) caller.signal?.removeEventListener('abort', caller.onAbort);
    if (settlement.outcome !== 'ok') {
      const { code, outcome, message, requestId } = settlement;
      const id = requestId === null ? undefined : requestIdText(requestId);
      caller.reject(new RelevoError(code, outcome, message, id));
      return;
    }
    try {
      caller.resolve(caller.read(settlement) as never);
    } catch (error) {
      caller.reject(error);
    }
  }

  #handle(event: SessionEvent): void {
    this.#session.handle(event, performance.now());
    this.#arm();
  }

  /** A timer that goes off early does no harm, so it is set again only when it would go off late. */
  #arm(): void {
    const deadline = this.#session.deadline();
    if (deadline >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = deadline;
    const waitMs = Math.min(TIMER_MS_MAX, Math.max(0, Math.ceil(deadline - performance.now())));
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity;
      this.#handle({ type: 'tick' });
    }, waitMs);
  }

  #dial(endpoint: string): void {
    const link: Link = this.#transport.dial(endpoint, {
      connected: (welcome) => {
        if (this.#link === link) this.#connected(endpoint, welcome);
      },
      lost: (reason, rejected) => {
        if (this.#link === link) this.#lost(reason, rejected);
      },
      replies: (replies: readonly Reply[]) => {
        if (this.#link === link) this.#handle({ type: 'replies', replies });
      },
    });
    this.#link = link;
  }

  #connected(endpoint: string, welcome: Welcome): void {
    const { name, nodeId, clusterId } = welcome;
    this.#peer = { endpoint, name, nodeId, clusterId };
    this.#handle({ type: 'connected', welcome });
    this.#onPeer?.();
  }

  #lost(reason: string, rejected: boolean): void {
    this.#link = null;
    this.#peer = null;
    this.#handle({ type: 'lost', reason, rejected });
    this.#onLost?.(reason, rejected);
  }

  #hangUp(): void {
    const link = this.#link;
    this.#link = null;
    this.#peer = null;
    link?.close();
  }

  #closed(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    // No deadline is before this any more: `#arm` sets no other timer.
    this.#timerAt = -Infinity;
    this.#transport.close?.();
    for (const resolve of this.#onClosed) resolve();
    this.#onClosed = [];
  }
}
