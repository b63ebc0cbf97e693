/** The nodes together: who leads, who is read from, whose turn it is, who fell silent. */
import type { LaneName } from './lane-name.js';
import { NodeLink, type NodeLinkDump } from './node-link.js';
import { Rotation } from './rotation.js';
import { findRoutes, NO_ROUTES, type Routes } from './routes.js';
import type { RouterRules } from './rules.js';
import type { RouterConfig, RouterReport } from './types.js';

export interface FleetDump {
  readonly nodes: readonly NodeLinkDump[];
  readonly leaderSince: number;
  readonly lastReader: number;
  readonly lastStaleReader: number;
}

export class Fleet {
  readonly #config: RouterConfig;
  readonly #rules: RouterRules;
  readonly #report: (report: RouterReport) => void;
  /** Ascending by id. */
  nodes: readonly NodeLink[];
  routes: Routes = NO_ROUTES;
  #leaderSince = 0;
  readonly #readers = new Rotation();
  readonly #staleReaders = new Rotation();

  constructor(config: RouterConfig, rules: RouterRules, report: (report: RouterReport) => void) {
    this.#config = config;
    this.#rules = rules;
    this.#report = report;
    this.nodes = [...config.nodes].sort((a, b) => a - b).map((id) => new NodeLink(id));
  }

  node(id: number): NodeLink {
    const node = this.nodes.find((candidate) => candidate.id === id);
    if (node === undefined) throw new Error(`node ${id} is not one of the router's nodes`);
    return node;
  }

  /** Looks again at who may be sent what; after every change, and when somebody may have fallen silent. */
  reroute(now: number): void {
    const before = this.routes;
    this.#find(now);
    const { leader, readers } = this.routes;
    if (leader !== before.leader) {
      this.#leaderSince = now;
      for (const node of this.nodes) node.deposalSeen = false;
      if (leader !== null) {
        this.#report({ type: 'leader', node: leader.id, term: leader.state?.term ?? 0 });
      } else if (before.leader !== null) {
        this.#report({ type: 'no-leader', previous: before.leader.id });
      }
    }
    if (!sameNodes(readers, before.readers)) {
      this.#report({ type: 'readers', nodes: readers.map((node) => node.id) });
    }
  }

  /** Somebody else is there, and well. */
  hasOthers(than: NodeLink): boolean {
    return this.nodes.some((node) => node !== than && node.fresh && node.state?.healthy === true);
  }

  /** The node whose turn it is, if there is one with credit. */
  pick(lane: LaneName): NodeLink | null {
    if (lane === 'read') return this.#readers.next();
    if (lane === 'stale') return this.#staleReaders.next();
    const { leader } = this.routes;
    return leader?.hasCredit() ? leader : null;
  }

  /**
   * Another leads: writes in flight here are to be taken back. At once if the node is silent; one that
   * still speaks gets the node silence to answer them itself.
   */
  isDeposed(node: NodeLink, now: number): boolean {
    const { leader } = this.routes;
    if (leader === null || leader === node) return false;
    return !node.fresh || now >= this.#leaderSince + this.#config.nodeSilenceMs;
  }

  /** When `reroute` is needed at the latest, and what follows from it is to be done. */
  deadline(): number {
    const { leader, until } = this.routes;
    const deposedAt = this.#leaderSince + this.#config.nodeSilenceMs;
    const owes = (node: NodeLink): boolean =>
      node !== leader && node.fresh && node.writesInFlight > 0 && !node.deposalSeen;
    return leader !== null && this.nodes.some(owes) ? Math.min(until, deposedAt) : until;
  }

  dump(): FleetDump {
    return {
      nodes: this.nodes.map((node) => node.dump()),
      leaderSince: this.#leaderSince,
      lastReader: this.#readers.last,
      lastStaleReader: this.#staleReaders.last,
    };
  }

  load(dumped: FleetDump, now: number): void {
    this.nodes = dumped.nodes.map((node) => NodeLink.load(node));
    this.#leaderSince = dumped.leaderSince;
    this.#readers.last = dumped.lastReader;
    this.#staleReaders.last = dumped.lastStaleReader;
    this.#find(now);
  }

  #find(now: number): void {
    this.routes = findRoutes(this.nodes, now, this.#config, this.#rules);
    this.#readers.nodes = this.routes.readers;
    this.#staleReaders.nodes = this.routes.staleReaders;
  }
}

function sameNodes(some: readonly NodeLink[], others: readonly NodeLink[]): boolean {
  return some.length === others.length && some.every((node, at) => node === others[at]);
}
