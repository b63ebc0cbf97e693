/** The last that a client hears of its request: a node's answer, or the router's own word. */
import { Outcome, type Reply, type Request } from '#rpc/session/frames';
import { timedOut } from './answers.js';
import type { RouterFigures } from './figures.js';
import { laneOf, readdressed, type ClientLink, type Flight } from './flight.js';
import type { LaneName } from './lane-name.js';
import type { NodeLink } from './node-link.js';
import type { Outbox } from './outbox.js';
import type { Remarks } from './remarks.js';
import type { RouterRules } from './rules.js';
import type { Served } from './served.js';
import type { RouterConfig } from './types.js';

/** The parts of a router that it works on. */
interface VerdictParts {
  readonly config: RouterConfig;
  readonly rules: RouterRules;
  readonly outbox: Outbox;
  readonly figures: RouterFigures;
  readonly served: Served;
  readonly remarks: Remarks;
}

export class Verdicts {
  readonly #of: VerdictParts;

  constructor(parts: VerdictParts) {
    this.#of = parts;
  }

  /** Refuses what was not let in. */
  turnAway(client: ClientLink, request: Request, lane: LaneName, reply: Reply, now: number): void {
    this.#of.served.turnedAway(lane, reply.outcome);
    this.#of.remarks.consider(request, lane, reply, 0, now);
    this.#of.outbox.reply(client.connection, reply);
  }

  /** Passes a node's final answer on. */
  answer(flight: Flight, node: NodeLink, reply: Reply, now: number): void {
    if (laneOf(flight.request.kind) !== 'write') node.reads += 1;
    else node.writes += 1;
    const passed = readdressed(reply, flight.request.id);
    if (this.#isUnknownAfterAll(flight, reply)) passed.outcome = Outcome.unknown;
    this.settle(flight, passed, now);
  }

  settle(flight: Flight, reply: Reply, now: number): void {
    const { client, request } = flight;
    if (!client.open) return;
    const { served, remarks, outbox } = this.#of;
    const lane = laneOf(request.kind) ?? 'write';
    const ms = now - flight.arrived;
    client.requests -= 1;
    client.bytes -= request.payload.length;
    served.settled(lane, reply.outcome, ms);
    remarks.consider(request, lane, reply, ms, now);
    outbox.reply(client.connection, reply);
  }

  /** Its time is up. */
  giveUp(flight: Flight, lane: LaneName, hasLeader: boolean, now: number): void {
    const { figures, config } = this.#of;
    if (flight.client.open) figures.timedOut += 1;
    this.settle(flight, timedOut(flight, lane, hasLeader, config), now);
  }

  /** The node speaks of what it was sent; an earlier sending may have been carried out elsewhere. */
  #isUnknownAfterAll({ request, mayHaveHappened }: Flight, reply: Reply): boolean {
    if (reply.outcome === Outcome.notDone) {
      return this.#of.rules.notDoneLeavesResentUnknown(request.kind, mayHaveHappened);
    }
    const expired = reply.code === 'session-expired' && reply.outcome === Outcome.refused;
    return expired && this.#of.rules.expiryLeavesResentUnknown(mayHaveHappened);
  }
}
