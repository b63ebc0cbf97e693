/** The streams of clients and proxies to this node. */
import type { Server } from '@grpc/grpc-js';
import {
  serveSession,
  type ServeLimits,
  type SessionConnection,
  type SessionHandler,
} from '#rpc/session';
import { awaitsReply, type NodeState, type Reply, type Request } from '#rpc/session/frames';
import type { ReplicaEvent } from '../ports.js';

/** A connection with more unread replies than this is not read from until it has taken them. */
const UNREAD_BYTES_MAX = 8 * 1024 * 1024;
const LOOK_AGAIN_MS = 20;

/** What each is greeted with; which protocol is spoken is found out with each. */
export type Offered = ReturnType<SessionHandler['welcome']>;

interface Client {
  readonly connection: SessionConnection;
  /** Requests that are not answered yet. */
  inFlight: number;
  paused: boolean;
}

export class Clients {
  readonly #welcome: Offered;
  readonly #events: (event: ReplicaEvent) => void;
  readonly #clients = new Map<number, Client>();

  constructor(
    server: Server,
    welcome: Offered,
    limits: Partial<ServeLimits>,
    events: (event: ReplicaEvent) => void,
    { versions, refused }: Pick<SessionHandler, 'versions' | 'refused'>,
  ) {
    this.#welcome = welcome;
    this.#events = events;
    const handler: SessionHandler = {
      versions,
      refused,
      welcome: () => welcome,
      opened: (connection) => {
        this.#clients.set(connection.id, { connection, inFlight: 0, paused: false });
      },
      requests: (connection, requests) => {
        this.#requests(connection.id, requests);
      },
      closed: (connection) => {
        this.#clients.delete(connection.id);
        events({ type: 'connection-closed', connection: connection.id });
      },
    };
    serveSession(server, handler, limits);
  }

  get size(): number {
    return this.#clients.size;
  }

  reply(connection: number, replies: readonly Reply[]): void {
    const client = this.#clients.get(connection);
    if (client === undefined) return;
    client.connection.reply(replies);
    for (const reply of replies) if (!reply.more) client.inFlight--;
    if (client.paused) this.#resumeIfDrained(client);
  }

  /** Bytes of replies that it has not taken yet. */
  unread(connection: number): number {
    return this.#clients.get(connection)?.connection.pendingBytes ?? 0;
  }

  /** To every proxy. */
  publish(state: NodeState): void {
    for (const { connection } of this.#clients.values()) {
      if (connection.kind === 'proxy') connection.state(state);
    }
  }

  close(): void {
    for (const { connection } of this.#clients.values()) connection.end();
  }

  #requests(id: number, requests: Request[]): void {
    const client = this.#clients.get(id);
    if (client === undefined) return;
    for (const { kind } of requests) if (awaitsReply(kind)) client.inFlight++;
    if (client.inFlight > this.#welcome.requestsMax || this.#overfull(client)) {
      client.paused = true;
      client.connection.pause();
      setTimeout(() => {
        this.#resumeIfDrained(client);
      }, LOOK_AGAIN_MS);
    }
    this.#events({ type: 'requests', connection: id, requests });
  }

  #resumeIfDrained(client: Client): void {
    if (!client.paused || !this.#clients.has(client.connection.id)) return;
    if (client.inFlight > this.#welcome.requestsMax / 2 || this.#overfull(client)) {
      setTimeout(() => {
        this.#resumeIfDrained(client);
      }, LOOK_AGAIN_MS);
      return;
    }
    client.paused = false;
    client.connection.resume();
  }

  #overfull(client: Client): boolean {
    return client.connection.pendingBytes > UNREAD_BYTES_MAX;
  }
}
