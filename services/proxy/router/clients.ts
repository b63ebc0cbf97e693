/** The clients' streams, and what each of them may have under way. */
import type { Reply, Request } from '#rpc/session/frames';
import { overloadedConnection, stopping, tooLarge } from './answers.js';
import type { RouterFigures } from './figures.js';
import type { ClientLink } from './flight.js';
import type { RouterConfig } from './types.js';

export class Clients {
  readonly links = new Map<number, ClientLink>();
  readonly #config: RouterConfig;
  readonly #figures: RouterFigures;
  /** The proxy stops: nobody is let in any more. */
  stopped = false;

  constructor(config: RouterConfig, figures: RouterFigures) {
    this.#config = config;
    this.#figures = figures;
  }

  open(connection: number): void {
    this.links.set(connection, { connection, open: true, requests: 0, bytes: 0 });
  }

  /** What it has under way is answered to nobody from here on; undefined if it was not there. */
  close(connection: number): ClientLink | undefined {
    const client = this.links.get(connection);
    if (client === undefined) return undefined;
    this.links.delete(connection);
    client.open = false;
    return client;
  }

  /** Why a request of a known kind is turned away at the door; null: it is let in. */
  refusalOf(client: ClientLink, request: Request): Reply | null {
    const config = this.#config;
    const { id } = request;
    const bytes = request.payload.length;
    if (bytes > config.requestBytesMax) return tooLarge(request, config);
    if (this.stopped) return stopping(id);
    if (
      client.requests >= config.requestsPerConnection ||
      (client.requests > 0 && client.bytes + bytes > config.bytesPerConnection)
    ) {
      this.#figures.overloaded += 1;
      return overloadedConnection(id, config);
    }
    return null;
  }
}
