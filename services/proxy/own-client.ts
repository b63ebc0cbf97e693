/** The proxy as a client of itself, on behalf of callers without sessions: no network, the same router. */
import type { Link, LinkEvents, Transport } from '#client';
import type { Reply, Welcome } from '#rpc/session/frames';
import type { RouterEvent } from './router/types.js';

export class OwnClient implements Transport {
  readonly #welcome: () => Welcome;
  readonly #handle: (event: RouterEvent) => void;
  readonly #links = new Map<number, LinkEvents>();
  /** Below the streams' ids, which are positive. */
  #lastConnection = 0;

  constructor(welcome: () => Welcome, handle: (event: RouterEvent) => void) {
    this.#welcome = welcome;
    this.#handle = handle;
  }

  owns(connection: number): boolean {
    return this.#links.has(connection);
  }

  /** Answers in a later turn, as a network would. */
  reply(connection: number, replies: readonly Reply[]): void {
    setImmediate(() => {
      this.#links.get(connection)?.replies(replies);
    });
  }

  dial(_endpoint: string, events: LinkEvents): Link {
    this.#lastConnection -= 1;
    const connection = this.#lastConnection;
    this.#links.set(connection, events);
    this.#handle({ type: 'client-opened', connection });
    setImmediate(() => {
      this.#links.get(connection)?.connected(this.#welcome());
    });
    return {
      send: (requests) => {
        this.#handle({ type: 'client-requests', connection, requests });
      },
      close: () => {
        if (this.#links.delete(connection)) this.#handle({ type: 'client-closed', connection });
      },
    };
  }
}
