/**
 * Long answers, part by part. Each part goes on to the client as it comes, under the number that the node gave
 * it: a read whose node is lost half-way starts over at another, and its part 0 tells the client to forget what
 * it had, so that no two revisions mix. A node is granted further parts only as the client takes them: who reads
 * slowly delays itself alone, and nothing heaps up here.
 */
import { NO_BYTES, RequestKind, type Reply, type Request } from '#rpc/session/frames';
import type { IdMap } from '#rpc/session/id-map';
import { readdressed, type ClientLink, type Flight } from './flight.js';
import type { NodeLink } from './node-link.js';
import type { Outbox } from './outbox.js';
import type { RouterPorts } from './types.js';

/** A client with more bytes to take gets no further parts. */
const UNREAD_BYTES_MAX = 2 * 1024 * 1024;
/** Whether it has taken them is looked at so often. */
const LOOK_AGAIN_MS = 10;

export class Parts {
  readonly #outbox: Outbox;
  readonly #ports: RouterPorts;
  /** Of what is in flight, by the id of its sending: that of which parts came. */
  readonly #begun = new Map<number, Flight>();
  /** When clients that had too much to take are looked at again; Infinity: there are none. */
  lookAt = Infinity;

  constructor(outbox: Outbox, ports: RouterPorts) {
    this.#outbox = outbox;
    this.#ports = ports;
  }

  /** A part that others follow. */
  pass(id: number, flight: Flight, reply: Reply): void {
    flight.parts += 1;
    this.#begun.set(id, flight);
    if (!flight.client.open) return;
    this.#outbox.reply(flight.client.connection, readdressed(reply, flight.request.id));
  }

  /** Lets the nodes go on where the client follows. */
  grant(now: number): void {
    if (this.#begun.size === 0) return;
    this.lookAt = Infinity;
    for (const [id, flight] of this.#begun) {
      const { client, node, parts } = flight;
      if (parts === 0 || !client.open || node === null) continue;
      if (this.#ports.unread(client.connection) > UNREAD_BYTES_MAX) {
        this.lookAt = now + LOOK_AGAIN_MS;
      } else {
        node.out.push(about(id, RequestKind.grantParts, parts));
        flight.parts = 0;
      }
    }
  }

  /** The node may spare itself what is left of the answer. */
  cancel(id: number, node: NodeLink): void {
    if (this.#begun.has(id) && node.connected) {
      node.out.push(about(id, RequestKind.cancelParts, 0));
    }
  }

  cancelAllOf(client: ClientLink): void {
    for (const [id, flight] of this.#begun) {
      if (flight.client === client && flight.node !== null) this.cancel(id, flight.node);
    }
  }

  landed(id: number): void {
    if (this.#begun.delete(id) && this.#begun.size === 0) this.lookAt = Infinity;
  }

  /** The ids of the sendings of which parts came, for a dump. */
  get begun(): number[] {
    return [...this.#begun.keys()];
  }

  load(begun: readonly number[], lookAt: number, inFlight: IdMap<Flight>): void {
    for (const id of begun) {
      const flight = inFlight.get(id);
      if (flight !== undefined) this.#begun.set(id, flight);
    }
    this.lookAt = lookAt;
  }
}

/** Speaks of a request that is in flight; is none itself. */
function about(id: number, kind: number, partsMax: number): Request {
  return {
    ...{ id, kind, session: 0, sequence: 0, lowestAwaited: 0, timeoutMs: 0, minRevision: 0 },
    ...{ payload: NO_BYTES, partsMax },
  };
}
