/** The last that a client hears of its request: a node's answer, or the router's own word. */
import { Outcome, type Reply } from '#rpc/session/frames';
import { timedOut } from './answers.js';
import type { RouterFigures } from './figures.js';
import { laneOf, readdressed, type Flight, type LaneName } from './flight.js';
import type { NodeLink } from './node-link.js';
import type { Outbox } from './outbox.js';
import type { Parts } from './parts.js';
import type { RouterRules } from './rules.js';
import type { RouterConfig } from './types.js';

export class Verdicts {
  readonly #config: RouterConfig;
  readonly #rules: RouterRules;
  readonly #outbox: Outbox;
  readonly #parts: Parts;
  readonly #figures: RouterFigures;

  constructor(
    config: RouterConfig,
    rules: RouterRules,
    outbox: Outbox,
    parts: Parts,
    figures: RouterFigures,
  ) {
    this.#config = config;
    this.#rules = rules;
    this.#outbox = outbox;
    this.#parts = parts;
    this.#figures = figures;
  }

  /** Passes a node's final answer on. */
  answer(flight: Flight, node: NodeLink, reply: Reply): void {
    if (laneOf(flight.request.kind) !== 'write') node.reads += 1;
    else node.writes += 1;
    const passed = readdressed(reply, flight.request.id);
    if (this.#isUnknownAfterAll(flight, reply)) passed.outcome = Outcome.unknown;
    this.settle(flight, passed);
  }

  settle(flight: Flight, reply: Reply): void {
    const { client } = flight;
    if (!client.open) return;
    client.requests -= 1;
    client.bytes -= flight.request.payload.length;
    if (reply.outcome === Outcome.ok) this.#parts.pass(flight);
    else this.#parts.drop(flight);
    this.#outbox.reply(client.connection, reply);
  }

  /** Its time is up. */
  giveUp(flight: Flight, lane: LaneName, hasLeader: boolean): void {
    if (flight.client.open) this.#figures.timedOut += 1;
    this.settle(flight, timedOut(flight, lane, hasLeader, this.#config));
  }

  /** The node speaks of what it was sent; an earlier sending may have been carried out elsewhere. */
  #isUnknownAfterAll({ request, mayHaveHappened }: Flight, reply: Reply): boolean {
    if (reply.outcome === Outcome.notDone) {
      return this.#rules.notDoneLeavesResentUnknown(request.kind, mayHaveHappened);
    }
    const expired = reply.code === 'session-expired' && reply.outcome === Outcome.refused;
    return expired && this.#rules.expiryLeavesResentUnknown(mayHaveHappened);
  }
}
