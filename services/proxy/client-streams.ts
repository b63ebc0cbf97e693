/** The clients' session streams to this proxy. */
import type { Server } from '@grpc/grpc-js';
import {
  serveSession,
  type ServeLimits,
  type SessionConnection,
  type SessionHandler,
} from '#rpc/session';
import type { Reply } from '#rpc/session/frames';
import type { RouterEvent } from './router/types.js';

/** A client with more unread bytes of replies is not read from until it has taken them. */
const UNREAD_BYTES_MAX = 8 * 1024 * 1024;
const LOOK_AGAIN_MS = 20;

export class ClientStreams {
  readonly #streams = new Map<number, SessionConnection>();
  readonly #paused = new Set<SessionConnection>();

  constructor(
    server: Server,
    welcome: SessionHandler['welcome'],
    limits: Partial<ServeLimits>,
    handle: (event: RouterEvent) => void,
    refused: (address: string, message: string) => void,
  ) {
    const handler: SessionHandler = {
      welcome,
      refused,
      opened: (stream) => {
        this.#streams.set(stream.id, stream);
        handle({ type: 'client-opened', connection: stream.id });
      },
      requests: (stream, requests) => {
        handle({ type: 'client-requests', connection: stream.id, requests });
      },
      closed: (stream) => {
        this.#streams.delete(stream.id);
        this.#paused.delete(stream);
        handle({ type: 'client-closed', connection: stream.id });
      },
    };
    serveSession(server, handler, limits);
  }

  reply(connection: number, replies: readonly Reply[]): void {
    const stream = this.#streams.get(connection);
    if (stream === undefined) return;
    stream.reply(replies);
    if (stream.pendingBytes > UNREAD_BYTES_MAX && !this.#paused.has(stream)) this.#pause(stream);
  }

  /** Encoded bytes of replies that the client has not taken yet. */
  pendingBytes(connection: number): number {
    return this.#streams.get(connection)?.pendingBytes ?? 0;
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.end();
  }

  /** It delays itself alone: the streams to the nodes are always drained. */
  #pause(stream: SessionConnection): void {
    this.#paused.add(stream);
    stream.pause();
    const timer = setInterval(() => {
      const isOpen = this.#streams.has(stream.id);
      if (isOpen && stream.pendingBytes > UNREAD_BYTES_MAX / 2) return;
      clearInterval(timer);
      this.#paused.delete(stream);
      if (isOpen) stream.resume();
    }, LOOK_AGAIN_MS);
  }
}
