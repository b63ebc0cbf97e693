/** What is in flight at the nodes. Each sending has an id of its own: an answer to an older one finds nobody. */
import { IdMap } from '#rpc/session/id-map';
import type { RouterFigures } from './figures.js';
import { frameFor, laneOf, type Flight } from './flight.js';
import type { NodeLink } from './node-link.js';
import type { Parts } from './parts.js';
import type { RouterRules } from './rules.js';

export class Sendings {
  /** By the id that the node knows; a reply to an id that is not here is late, and ignored. */
  readonly inFlight = new IdMap<Flight>();
  lastId = 0;
  readonly #parts: Parts;
  readonly #figures: RouterFigures;
  readonly #rules: RouterRules;

  constructor(parts: Parts, figures: RouterFigures, rules: RouterRules) {
    this.#parts = parts;
    this.#rules = rules;
    this.#figures = figures;
  }

  /** It leaves when the event is handled. */
  send(flight: Flight, node: NodeLink, isWrite: boolean, now: number): void {
    this.lastId = this.#rules.nextSending(this.lastId, (id) => !this.inFlight.has(id));
    flight.node = node;
    flight.sendings += 1;
    flight.parts = 0;
    if (flight.sendings > 1) this.#figures.resends += 1;
    this.inFlight.set(this.lastId, flight);
    node.take(flight.request.payload.length, isWrite);
    node.out.push(frameFor(flight, this.lastId, now));
  }

  /** It is no longer in flight at the node, whatever becomes of it. */
  land(flight: Flight, id: number, node: NodeLink): void {
    this.inFlight.delete(id);
    flight.node = null;
    node.release(flight.request.payload.length, laneOf(flight.request.kind) === 'write');
    this.#parts.landed(id);
  }
}
