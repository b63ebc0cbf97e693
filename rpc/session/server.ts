/** The answering side of the session stream, on a node and on a proxy. */
import { type Server, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { type Greeting, PeerKind, type Welcome } from '#rpc/generated/relevo/v1/session';
import { commonProtocol, PROGRAM, protocolProblem, type Versions } from '#rpc/versions';
import { GREETING_TIMEOUT_MS } from '../transport/channel.js';
import { ConnectionLimit } from '../transport/connection-limit.js';
import { Outbox } from '../transport/outbox.js';
import { MalformedMessage } from '../transport/wire.js';
import { decodeRequests, encodeReplies, encodeState, encodeWelcome } from './codec.js';
import { awaitsReply, type NodeState, type Reply, type Request } from './frames.js';

export const SESSION_PATH = '/relevo.v1.Session/Connect';

/** Why a connection is ended: a gRPC status, and a sentence that names the thing and the remedy. */
export interface EndReason {
  readonly code: number;
  readonly details: string;
}

export interface SessionConnection {
  /** Unique in this process, never reused. */
  readonly id: number;
  readonly kind: 'client' | 'proxy';
  /** As it greeted us. */
  readonly name: string;
  /** `host:port` of the other side, for logs. */
  readonly address: string;
  /** Encoded bytes of replies that the other side has not taken; stop admitting its requests when it grows. */
  readonly pendingBytes: number;
  /** Sent with all others of this turn of the event loop. Never blocks; nothing happens once it is closed. */
  reply(replies: readonly Reply[]): void;
  /** Sent likewise; of several in one turn, the last. */
  state(state: NodeState): void;
  /** Sends now. */
  flush(): void;
  /** Stops taking requests off the stream, which in time stops the sender; `resume` goes on. */
  pause(): void;
  resume(): void;
  /** Sends what is pending, then ends the stream; `closed` follows. */
  end(reason?: EndReason): void;
}

export interface SessionHandler {
  /** Left out: this release's. */
  readonly versions?: Versions | undefined;
  /** What to greet with; asked for each connection. Which protocol is spoken is found out here. */
  welcome(): Omit<Welcome, 'protocol' | 'release'>;
  /** Somebody was turned away by its greeting: for the log. */
  readonly refused?: ((address: string, message: string) => void) | undefined;
  opened(connection: SessionConnection): void;
  /** Payloads are views of one received message: copy what is kept. */
  requests(connection: SessionConnection, requests: Request[]): void;
  /** Once for each that was opened; nothing reaches it any more. */
  closed(connection: SessionConnection): void;
}

export interface ServeLimits {
  /** Streams at a time. */
  readonly connectionsMax: number;
  /** Of these, from one remote address. */
  readonly connectionsPerAddressMax: number;
  /** A connection that leaves so many bytes of replies unread is ended. */
  readonly pendingBytesMax: number;
  readonly greetingTimeoutMs: number;
}

const DEFAULT_LIMITS: ServeLimits = {
  connectionsMax: 10_000,
  connectionsPerAddressMax: 10_000,
  pendingBytesMax: 64 * 1024 * 1024,
  greetingTimeoutMs: GREETING_TIMEOUT_MS,
};

type Call = ServerDuplexStream<Buffer, Buffer>;

const passThrough = (message: Buffer): Buffer => message;

/** Bytes in, bytes out: what is malformed is answered in our words, and sizes are known. */
const SESSION_DEFINITION = {
  connect: {
    path: SESSION_PATH,
    requestStream: true,
    responseStream: true,
    requestSerialize: passThrough,
    requestDeserialize: passThrough,
    responseSerialize: passThrough,
    responseDeserialize: passThrough,
  },
} as const;

/** Registers the Session service. */
export function serveSession(
  server: Server,
  handler: SessionHandler,
  limits: Partial<ServeLimits> = {},
): void {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const open = new ConnectionLimit(all);
  let lastId = 0;
  server.addService(SESSION_DEFINITION, {
    connect(call: Call): void {
      const address = hostOf(call.getPeer());
      const refusal = open.enter(address);
      if (refusal !== null) {
        call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: refusal });
        return;
      }
      lastId += 1;
      new Connection(lastId, call, handler, all, () => {
        open.leave(address);
      });
    },
  });
}

/** Of `host:port`. */
function hostOf(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(':'));
}

class Connection implements SessionConnection {
  kind: 'client' | 'proxy' = 'client';
  name = '';
  readonly id: number;
  readonly address: string;
  readonly #call: Call;
  readonly #handler: SessionHandler;
  readonly #limits: ServeLimits;
  readonly #gone: () => void;
  readonly #outbox: Outbox;
  readonly #greetingTimer: NodeJS.Timeout;
  /** As granted: in flight, and so in one message, which is worked off in one go. */
  #requestsMax = 0;
  #replies: Reply[] = [];
  #state: NodeState | null = null;
  #flushing = false;
  /** Greeting awaited; greeted; ended by us, with bytes perhaps on their way; over. */
  #phase: 'new' | 'open' | 'ending' | 'closed' = 'new';
  /** `opened` was reported, `closed` was not. */
  #reported = false;

  constructor(
    id: number,
    call: Call,
    handler: SessionHandler,
    limits: ServeLimits,
    gone: () => void,
  ) {
    this.id = id;
    this.address = call.getPeer();
    this.#call = call;
    this.#handler = handler;
    this.#limits = limits;
    this.#gone = gone;
    this.#outbox = new Outbox(call);
    this.#greetingTimer = setTimeout(() => {
      this.end({
        code: status.DEADLINE_EXCEEDED,
        details:
          `no greeting came within ${limits.greetingTimeoutMs} ms; ` +
          'the first message of a session has to carry one',
      });
    }, limits.greetingTimeoutMs);
    call.on('data', (message: Buffer) => {
      this.#receive(message);
    });
    call.on('end', () => {
      this.end();
    });
    call.on('cancelled', () => {
      this.#close();
    });
    call.on('error', () => {
      this.#close();
    });
    call.on('close', () => {
      this.#close();
    });
  }

  get pendingBytes(): number {
    return this.#outbox.pendingBytes;
  }

  reply(replies: readonly Reply[]): void {
    if (this.#phase !== 'open') return;
    if (this.#replies.length === 0) this.#replies = replies.slice();
    else for (const reply of replies) this.#replies.push(reply);
    this.#flushSoon();
  }

  state(state: NodeState): void {
    if (this.#phase !== 'open') return;
    this.#state = state;
    this.#flushSoon();
  }

  flush(): void {
    if (this.#phase !== 'open') return;
    const replies = this.#replies;
    const state = this.#state;
    if (state !== null) {
      this.#state = null;
      this.#outbox.push(encodeState(state));
    }
    if (replies.length > 0) {
      this.#replies = [];
      encodeReplies(replies, this.#push);
    }
    if (this.#outbox.pendingBytes > this.#limits.pendingBytesMax) this.#endOverfull();
  }

  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  end(reason?: EndReason): void {
    if (this.#phase === 'ending' || this.#phase === 'closed') return;
    this.flush();
    this.#phase = 'ending';
    this.#report();
    this.#outbox.whenDrained(() => {
      if (this.#phase === 'closed') return;
      if (reason === undefined) this.#call.end();
      else this.#call.emit('error', reason);
    });
  }

  readonly #push = (message: Buffer): void => {
    this.#outbox.push(message);
  };

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.flush();
    });
  }

  #endOverfull(): void {
    const pending = this.#outbox.pendingBytes;
    // What it does not read must not hold up the news that it is over.
    this.#outbox.clear();
    this.end({
      code: status.RESOURCE_EXHAUSTED,
      details:
        `${pending} bytes of replies were left unread, over the limit of ` +
        `${this.#limits.pendingBytesMax}; read replies as they come, or ask for less at a time`,
    });
  }

  #endOverCredit(count: number): void {
    this.end({
      code: status.RESOURCE_EXHAUSTED,
      details:
        `a session message has ${count} requests, and this connection may have ${this.#requestsMax} in ` +
        'flight (Welcome, requests_max); wait for replies before sending more',
    });
  }

  #receive(message: Buffer): void {
    if (this.#phase === 'ending' || this.#phase === 'closed') return;
    try {
      const { greeting, requests } = decodeRequests(message);
      if (this.#phase === 'new' && !this.#greet(greeting)) return;
      const awaited = countAwaited(requests, this.#requestsMax);
      if (awaited > this.#requestsMax) this.#endOverCredit(awaited);
      else if (requests.length > 0) this.#handler.requests(this, requests);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.end({
        code: status.INVALID_ARGUMENT,
        details:
          `a session message of ${message.length} bytes is malformed: ${error.message}; ` +
          'send SessionRequests as in relevo/v1/session.proto',
      });
    }
  }

  #greet(greeting: Greeting | null): boolean {
    const versions = this.#handler.versions ?? PROGRAM;
    const offered = this.#handler.welcome();
    const refusal = refusalOf(greeting, offered, versions);
    const protocol = greeting === null ? null : commonProtocol(versionsOf(greeting), versions);
    if (greeting === null || protocol === null || refusal !== null) {
      const reason = refusal ?? NO_GREETING;
      this.#handler.refused?.(this.address, reason.details);
      this.end(reason);
      return false;
    }
    const welcome: Welcome = { ...offered, protocol, release: versions.release };
    clearTimeout(this.#greetingTimer);
    this.kind = greeting.kind === PeerKind.PEER_KIND_PROXY ? 'proxy' : 'client';
    this.name = greeting.name;
    this.#phase = 'open';
    this.#requestsMax = welcome.requestsMax;
    this.#outbox.push(encodeWelcome(welcome));
    this.#reported = true;
    this.#handler.opened(this);
    return true;
  }

  #close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#replies = [];
    this.#outbox.clear();
    this.#gone();
    this.#report();
  }

  /** A connection that ends is over for the handler, whatever is still on its way out. */
  #report(): void {
    clearTimeout(this.#greetingTimer);
    if (!this.#reported) return;
    this.#reported = false;
    this.#handler.closed(this);
  }
}

/** Those that a reply is owed; how many matters only where all of them are more than `enough`. */
function countAwaited(requests: readonly Request[], enough: number): number {
  if (requests.length <= enough) return requests.length;
  return requests.filter(({ kind }) => awaitsReply(kind)).length;
}

const NO_GREETING: EndReason = {
  code: status.INVALID_ARGUMENT,
  details: "a session's first message has to carry a greeting (relevo/v1/session.proto, Greeting)",
};

/** Formats are between nodes alone. */
const versionsOf = (greeting: Greeting): Versions => ({ ...greeting, formatMax: 0 });

function refusalOf(
  greeting: Greeting | null,
  welcome: Pick<Welcome, 'name' | 'clusterId'>,
  versions: Versions,
): EndReason | null {
  if (greeting === null) return NO_GREETING;
  const apart = protocolProblem(
    { who: 'who calls', versions: versionsOf(greeting) },
    { who: welcome.name, versions },
  );
  if (apart !== null) return { code: status.FAILED_PRECONDITION, details: apart };
  if (greeting.clusterId !== '' && greeting.clusterId !== welcome.clusterId) {
    return {
      code: status.FAILED_PRECONDITION,
      details:
        `you expect cluster ${greeting.clusterId}, ${welcome.name} is of cluster ` +
        `${welcome.clusterId}; check the address, CLUSTER_NAME and NODES`,
    };
  }
  return null;
}
