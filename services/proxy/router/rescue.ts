/** Brings home what is in flight at a node that will not answer it: into the queue, or to its end. */
import { lost } from './answers.js';
import type { Deadlines } from './deadlines.js';
import type { Fleet } from './fleet.js';
import { laneOf, type Flight } from './flight.js';
import type { NodeLink } from './node-link.js';
import type { Parts } from './parts.js';
import type { Queue } from './queue.js';
import type { RouterRules } from './rules.js';
import type { Sendings } from './sendings.js';
import type { RouterConfig, RouterReport } from './types.js';
import type { Verdicts } from './verdicts.js';

/** The parts of a router that it works on. */
interface RescueParts {
  readonly config: RouterConfig;
  readonly rules: RouterRules;
  readonly fleet: Fleet;
  readonly queue: Queue;
  readonly sendings: Sendings;
  readonly deadlines: Deadlines;
  readonly parts: Parts;
  readonly verdicts: Verdicts;
  report(report: RouterReport): void;
}

export class Rescue {
  readonly #of: RescueParts;

  constructor(parts: RescueParts) {
    this.#of = parts;
  }

  mayGoAgain(flight: Flight): boolean {
    const { kind, session } = flight.request;
    return !flight.mayHaveHappened || this.#of.rules.resendsOnlyWithSession(kind, session);
  }

  putBack(flight: Flight, now: number): void {
    const { queue, deadlines, config } = this.#of;
    queue.lanes[laneOf(flight.request.kind) ?? 'write'].restore(flight);
    deadlines.set(flight, Math.min(flight.deadline, now + config.queueTimeoutMs));
  }

  fromLost(node: NodeLink, now: number): void {
    this.#takeBack(node, 'lost', now, () => true);
  }

  /** A silent node's reads go elsewhere, once there is an elsewhere; a deposed leader's writes too. */
  fromDoubtful(node: NodeLink, now: number): void {
    const { fleet } = this.#of;
    if (fleet.isDeposed(node, now)) this.#fromDeposed(node, now);
    if (node.fresh || node.inFlight === node.writesInFlight) return;
    const { readers, staleReaders } = fleet.routes;
    this.#takeBack(node, 'silent', now, (flight) => {
      const lane = laneOf(flight.request.kind);
      const others = lane === 'read' ? readers : lane === 'stale' ? staleReaders : [];
      return others.length > 0;
    });
  }

  #fromDeposed(node: NodeLink, now: number): void {
    const { rules } = this.#of;
    node.deposalSeen = true;
    if (node.writesInFlight === 0) return;
    this.#takeBack(node, 'deposed', now, ({ request: { kind, session } }) => {
      return laneOf(kind) === 'write' && rules.resendsOnlyWithSession(kind, session);
    });
  }

  #takeBack(
    node: NodeLink,
    reason: 'lost' | 'silent' | 'deposed',
    now: number,
    which: (flight: Flight) => boolean,
  ): void {
    const { sendings, parts, verdicts } = this.#of;
    let requests = 0;
    for (const [id, flight] of sendings.inFlight) {
      if (flight.node !== node || !which(flight)) continue;
      parts.cancel(id, node);
      sendings.land(flight, id, node);
      if (!flight.client.open) continue;
      requests += 1;
      flight.mayHaveHappened = true;
      if (this.mayGoAgain(flight)) this.putBack(flight, now);
      else verdicts.settle(flight, lost(flight, node.id), now);
    }
    if (requests > 0) this.#of.report({ type: 'taken-back', node: node.id, requests, reason });
  }
}
