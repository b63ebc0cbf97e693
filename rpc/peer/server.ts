/** The receiving side of the streams between nodes: each peer's messages to us, on the stream it opened. */
import { type Server, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { PeerGreeting, type PeerMessage, PeerMessages } from '#rpc/generated/relevo/v1/peer';
import { GREETING_TIMEOUT_MS } from '../transport/channel.js';
import { greetingMismatch } from './greeting.js';

export const PEER_PATH = '/relevo.v1.Peer/Connect';

export interface PeerServerHandler {
  /** This node's own greeting; `toNodeId` is filled in. */
  greeting(): PeerGreeting;
  /** Null to let the peer in; else why not, as a sentence that names both values and the remedy. */
  refusal(greeting: PeerGreeting): string | null;
  /** A peer's stream is open. */
  opened(greeting: PeerGreeting): void;
  /** In the order in which the peer sent them. Bytes are views of one received message. */
  messages(from: number, messages: PeerMessage[]): void;
  /** A peer's stream is over, and no newer one of the same peer has taken its place. */
  closed(from: number): void;
  /** Somebody was turned away, here or by `refusal`: for the log. */
  refused(address: string, message: string): void;
}

export interface PeerServerOptions {
  readonly greetingTimeoutMs?: number;
  /** With TLS: the node whose certificate came with a call of this `getPeer()`; null: no node's. */
  readonly certifiedNode?: (peer: string) => number | null;
}

type Call = ServerDuplexStream<Buffer, Buffer>;

const passThrough = (message: Buffer): Buffer => message;

const PEER_DEFINITION = {
  connect: {
    path: PEER_PATH,
    requestStream: true,
    responseStream: true,
    requestSerialize: passThrough,
    requestDeserialize: passThrough,
    responseSerialize: passThrough,
    responseDeserialize: passThrough,
  },
} as const;

export class PeerServer {
  readonly #handler: PeerServerHandler;
  readonly #greetingTimeoutMs: number;
  readonly #certifiedNode: PeerServerOptions['certifiedNode'];
  /** The newest stream of each peer, by id. */
  readonly #streams = new Map<number, Call>();

  /** Registers the Peer service; the server has to be bound and ended by its owner. */
  constructor(server: Server, handler: PeerServerHandler, options: PeerServerOptions = {}) {
    this.#handler = handler;
    this.#greetingTimeoutMs = options.greetingTimeoutMs ?? GREETING_TIMEOUT_MS;
    this.#certifiedNode = options.certifiedNode;
    server.addService(PEER_DEFINITION, {
      connect: (call: Call) => {
        this.#connect(call);
      },
    });
  }

  /** Ends every stream; peers will redial. */
  close(): void {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const call of streams) call.end();
  }

  #connect(call: Call): void {
    let from: number | null = null;
    const timer = setTimeout(() => {
      refuse(
        call,
        status.DEADLINE_EXCEEDED,
        `no greeting came within ${this.#greetingTimeoutMs} ms`,
      );
    }, this.#greetingTimeoutMs);
    call.on('data', (message: Buffer) => {
      if (from !== null && this.#streams.get(from) !== call) return;
      const decoded = this.#decode(call, message);
      if (decoded === null) return;
      if (from === null) {
        clearTimeout(timer);
        from = this.#greet(call, decoded.greeting);
        if (from === null) return;
      }
      if (decoded.messages.length > 0) this.#handler.messages(from, decoded.messages);
    });
    const over = (): void => {
      clearTimeout(timer);
      if (from === null || this.#streams.get(from) !== call) return;
      this.#streams.delete(from);
      this.#handler.closed(from);
    };
    call.on('end', () => {
      over();
      call.end();
    });
    call.on('cancelled', over);
    call.on('error', over);
    call.on('close', over);
  }

  #decode(call: Call, message: Buffer): PeerMessages | null {
    try {
      // A plain Uint8Array, so that a `slice` of what is in it is a copy.
      return PeerMessages.decode(
        new Uint8Array(message.buffer, message.byteOffset, message.byteLength),
      );
    } catch (error) {
      const text =
        `a peer message of ${message.length} bytes is malformed (${(error as Error).message}); ` +
        'send PeerMessages as in relevo/v1/peer.proto';
      this.#refuse(call, status.INVALID_ARGUMENT, text);
      return null;
    }
  }

  /** The peer's id, or null if it was turned away. */
  #greet(call: Call, theirs: PeerGreeting | undefined): number | null {
    if (theirs === undefined) {
      const text = "a peer's first message has to carry a greeting (relevo/v1/peer.proto)";
      this.#refuse(call, status.INVALID_ARGUMENT, text);
      return null;
    }
    const forged = this.#forgery(call, theirs);
    if (forged !== null) {
      this.#refuse(call, status.UNAUTHENTICATED, forged);
      return null;
    }
    const ours = { ...this.#handler.greeting(), toNodeId: theirs.nodeId };
    const mismatch = greetingMismatch(theirs, ours) ?? this.#handler.refusal(theirs);
    if (mismatch !== null) {
      this.#refuse(call, status.FAILED_PRECONDITION, mismatch);
      return null;
    }
    const older = this.#streams.get(theirs.nodeId);
    this.#streams.set(theirs.nodeId, call);
    older?.end();
    const answer = PeerGreeting.encode(ours).finish();
    call.write(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength));
    this.#handler.opened(theirs);
    return theirs.nodeId;
  }

  /** Who says it is another than its certificate does; null if none does. Nothing of ours is in it. */
  #forgery(call: Call, { nodeId }: PeerGreeting): string | null {
    if (this.#certifiedNode === undefined) return null;
    const certified = this.#certifiedNode(call.getPeer());
    if (certified === nodeId) return null;
    const whose = certified === null ? 'of no node' : `node ${certified}'s`;
    return `it says that it is node ${nodeId}, and its certificate is ${whose}; give each node its own TLS_DIR`;
  }

  #refuse(call: Call, code: number, message: string): void {
    this.#handler.refused(call.getPeer(), message);
    refuse(call, code, message);
  }
}

function refuse(call: Call, code: number, details: string): void {
  call.emit('error', { code, details });
}
