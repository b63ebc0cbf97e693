/** The calling side of the session stream: a client to a proxy or node, a proxy to its nodes. */
import {
  Client,
  type ClientDuplexStream,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { TlsIdentity } from '#tls';
import type { Greeting, Welcome } from '#rpc/generated/relevo/v1/session';
import { protocolProblem, type Versions } from '#rpc/versions';
import {
  CHANNEL_OPTIONS,
  GREETING_TIMEOUT_MS,
  ITEM_BYTES_MAX,
  streamEnd,
  type StreamEnd,
} from '../transport/channel.js';
import { dialSecurity } from '../transport/security.js';
import { Outbox } from '../transport/outbox.js';
import { MalformedMessage } from '../transport/wire.js';
import { decodeReplies, encodeGreeting, encodeRequests, requestBytes } from './codec.js';
import { emptyReply, type NodeState, Outcome, type Reply, type Request } from './frames.js';
import { SESSION_PATH } from './server.js';

export type { StreamEnd };

/** Called in the order of what happened; `connected` first, `lost` last. */
export interface SessionEvents {
  connected(welcome: Welcome): void;
  /** Once, and nothing after it; not after `close()`. Dial again with a new `dialSession`. */
  lost(reason: StreamEnd): void;
  /** Payloads are views of one received message: copy what is kept. */
  replies(replies: Reply[]): void;
  /** To proxies. */
  state(state: NodeState): void;
}

export interface DialOptions {
  /** Until the other side's greeting; default 5,000. */
  readonly greetingTimeoutMs?: number;
  /** A larger request is answered `refused` here: the other side would end the stream. */
  readonly requestBytesMax?: number;
  /** Left out: a plain connection. */
  readonly identity?: TlsIdentity | null;
}

export interface DialedSession {
  readonly address: string;
  /** Encoded bytes that the other side has not taken yet. */
  readonly pendingBytes: number;
  /** Sent with all others of this turn of the event loop; before `connected` too. Lost when it is lost. */
  send(requests: readonly Request[]): void;
  /** Sends now. */
  flush(): void;
  /** Stops taking replies off the stream, which in time stops the sender; `resume` goes on. */
  pause(): void;
  resume(): void;
  /** Hangs up at once; `lost` does not follow. */
  close(): void;
}

/** One attempt, one stream; `address` is `host:port`. Never throws: what fails is `lost`, in a later turn. */
export function dialSession(
  address: string,
  greeting: Greeting,
  events: SessionEvents,
  options: DialOptions = {},
): DialedSession {
  return new Dialed(address, greeting, events, options);
}

const passThrough = (message: Buffer): Buffer => message;

class Dialed implements DialedSession {
  readonly address: string;
  readonly #versions: Versions;
  readonly #events: SessionEvents;
  readonly #requestBytesMax: number;
  readonly #client: Client;
  readonly #call: ClientDuplexStream<Buffer, Buffer>;
  readonly #outbox: Outbox;
  readonly #greetingTimer: NodeJS.Timeout;
  #requests: Request[] = [];
  #flushing = false;
  #welcomed = false;
  #over = false;

  constructor(address: string, greeting: Greeting, events: SessionEvents, options: DialOptions) {
    this.address = address;
    this.#versions = { ...greeting, formatMax: 0 };
    this.#events = events;
    this.#requestBytesMax = options.requestBytesMax ?? ITEM_BYTES_MAX;
    const security = dialSecurity(options.identity ?? null, address);
    this.#client = new Client(address, security.credentials, {
      ...CHANNEL_OPTIONS,
      ...security.options,
    });
    const call = this.#client.makeBidiStreamRequest(
      SESSION_PATH,
      passThrough,
      passThrough,
      new Metadata({ waitForReady: false }),
    );
    this.#call = call;
    this.#outbox = new Outbox(call);
    const patienceMs = options.greetingTimeoutMs ?? GREETING_TIMEOUT_MS;
    this.#greetingTimer = setTimeout(() => {
      this.#lose({
        code: status.DEADLINE_EXCEEDED,
        details: `no greeting came within ${patienceMs} ms`,
      });
    }, patienceMs);
    call.on('data', (message: Buffer) => {
      this.#receive(message);
    });
    call.on('error', (error: ServiceError) => {
      this.#lose(error);
    });
    call.on('end', () => {
      // An error's status comes after the end of its data.
      setImmediate(() => {
        this.#lose(null);
      });
    });
    this.#outbox.push(encodeGreeting(greeting));
  }

  get pendingBytes(): number {
    return this.#outbox.pendingBytes;
  }

  send(requests: readonly Request[]): void {
    if (this.#over) return;
    if (this.#requests.length === 0) this.#requests = requests.slice();
    else for (const request of requests) this.#requests.push(request);
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.flush();
    });
  }

  flush(): void {
    if (this.#over || this.#requests.length === 0) return;
    const requests = this.#withoutTooLarge(this.#requests);
    this.#requests = [];
    encodeRequests(requests, this.#push);
  }

  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  close(): void {
    if (this.#over) return;
    this.#finish();
    this.#call.cancel();
    this.#client.close();
  }

  readonly #push = (message: Buffer): void => {
    this.#outbox.push(message);
  };

  #withoutTooLarge(requests: Request[]): Request[] {
    const max = this.#requestBytesMax;
    if (!requests.some((request) => request.payload.length > max)) return requests;
    const refused = requests.filter((request) => request.payload.length > max);
    setImmediate(() => {
      if (!this.#over) this.#events.replies(refused.map((request) => tooLarge(request, max)));
    });
    return requests.filter((request) => request.payload.length <= max);
  }

  #receive(message: Buffer): void {
    if (this.#over) return;
    let decoded;
    try {
      decoded = decodeReplies(message);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.#lose({
        code: status.INTERNAL,
        details: `a message of ${message.length} bytes from it is malformed: ${error.message}`,
      });
      return;
    }
    if (decoded.welcome !== null && !this.#welcomed) {
      const apart = this.#problemOf(decoded.welcome);
      if (apart !== null) {
        this.#lose({ code: status.FAILED_PRECONDITION, details: apart });
        return;
      }
      this.#welcomed = true;
      clearTimeout(this.#greetingTimer);
      this.#events.connected(decoded.welcome);
    }
    if (decoded.state !== null && !this.#isOver()) this.#events.state(decoded.state);
    if (decoded.replies.length > 0 && !this.#isOver()) this.#events.replies(decoded.replies);
  }

  /** It chose a version of the protocol that this side did not offer; null: it did not. */
  #problemOf({ protocol, name, release }: Welcome): string | null {
    const versions = { release, protocolMin: protocol, protocolMax: protocol, formatMax: 0 };
    return protocolProblem({ who: name, versions }, { who: 'this side', versions: this.#versions });
  }

  /** A handler may have closed us. */
  #isOver(): boolean {
    return this.#over;
  }

  #lose(failed: { readonly code: number; readonly details: string } | null): void {
    if (this.#over) return;
    this.#finish();
    this.#call.cancel();
    this.#client.close();
    this.#events.lost(streamEnd(this.address, failed));
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#greetingTimer);
    this.#requests = [];
    this.#outbox.clear();
  }
}

function tooLarge(request: Request, max: number): Reply {
  return {
    ...emptyReply(request.id, Outcome.refused),
    code: 'too-large',
    message:
      `the request has ${requestBytes(request)} bytes, more than the ${max} that a request may have; ` +
      'split it; a single value may have MAX_VALUE_BYTES, 1 MiB unless the nodes are told otherwise',
  };
}
