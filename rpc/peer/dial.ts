/** One attempt to reach a peer and one stream of messages to it. */
import {
  Client,
  type ClientDuplexStream,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { TlsIdentity } from '#tls';
import { PeerGreeting, type PeerMessage, PeerMessages } from '#rpc/generated/relevo/v1/peer';
import {
  BATCH_BYTES_MAX,
  PEER_CHANNEL_OPTIONS,
  streamEnd,
  type StreamEnd,
} from '../transport/channel.js';
import { peerSecurity } from '../transport/security.js';
import { Outbox } from '../transport/outbox.js';
import { PEER_PATH } from './server.js';

export interface PeerDialEvents {
  greeted(greeting: PeerGreeting): void;
  /** Once, and nothing after it; not after `close()`. */
  ended(end: StreamEnd): void;
}

const passThrough = (message: Buffer): Buffer => message;

export class PeerDial {
  readonly #address: string;
  readonly #events: PeerDialEvents;
  readonly #client: Client;
  readonly #call: ClientDuplexStream<Buffer, Buffer>;
  readonly #outbox: Outbox;
  readonly #timer: NodeJS.Timeout;
  #over = false;

  constructor(
    address: string,
    ours: PeerGreeting,
    options: { readonly greetingTimeoutMs: number; readonly identity: TlsIdentity | null },
    events: PeerDialEvents,
  ) {
    const { greetingTimeoutMs, identity } = options;
    this.#address = address;
    this.#events = events;
    const security = peerSecurity(identity, ours.toNodeId);
    this.#client = new Client(address, security.credentials, {
      ...PEER_CHANNEL_OPTIONS,
      ...security.options,
    });
    this.#call = this.#client.makeBidiStreamRequest(
      PEER_PATH,
      passThrough,
      passThrough,
      new Metadata({ waitForReady: false }),
    );
    this.#outbox = new Outbox(this.#call);
    this.#timer = setTimeout(() => {
      const details = `no greeting came within ${greetingTimeoutMs} ms`;
      this.#end({ code: status.DEADLINE_EXCEEDED, details });
    }, greetingTimeoutMs);
    this.#call.on('data', (message: Buffer) => {
      this.#receive(message);
    });
    this.#call.on('error', (error: ServiceError) => {
      this.#end(error);
    });
    this.#call.on('end', () => {
      setImmediate(() => {
        this.#end(null);
      });
    });
    this.#push({ greeting: ours, messages: [] });
  }

  get pendingBytes(): number {
    return this.#outbox.pendingBytes;
  }

  /** In messages of about BATCH_BYTES_MAX; a larger one goes alone. */
  send(messages: readonly PeerMessage[]): void {
    let first = 0;
    let bytes = 0;
    for (let at = 0; at < messages.length; at += 1) {
      const size = roughBytes(messages[at] as PeerMessage);
      if (at > first && bytes + size > BATCH_BYTES_MAX) {
        this.#push({ messages: messages.slice(first, at) });
        first = at;
        bytes = 0;
      }
      bytes += size;
    }
    if (first < messages.length) {
      this.#push({ messages: first === 0 ? (messages as PeerMessage[]) : messages.slice(first) });
    }
  }

  close(): void {
    if (this.#over) return;
    this.#finish();
  }

  #push(message: PeerMessages): void {
    const bytes = PeerMessages.encode(message).finish();
    this.#outbox.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  #receive(message: Buffer): void {
    if (this.#over) return;
    clearTimeout(this.#timer);
    try {
      this.#events.greeted(PeerGreeting.decode(message));
    } catch (error) {
      const details = `its greeting is malformed (${(error as Error).message})`;
      this.#end({ code: status.INTERNAL, details });
    }
  }

  #end(failed: { readonly code: number; readonly details: string } | null): void {
    if (this.#over) return;
    this.#finish();
    this.#events.ended(streamEnd(this.#address, failed));
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#outbox.clear();
    this.#call.cancel();
    this.#client.close();
  }
}

/** Close enough to cut batches and to count what waits; the parts that can be long are counted exactly. */
export function roughBytes(message: PeerMessage): number {
  switch (message.kind?.$case) {
    case 'appendRequest':
      return 64 + message.kind.value.lines.length;
    case 'checkpointChunk':
      return 128 + message.kind.value.data.length;
    case 'forwardRequest':
      return 32 + message.kind.value.request.length;
    case 'forwardReply':
      return 32 + message.kind.value.reply.length;
    default:
      return 64;
  }
}
