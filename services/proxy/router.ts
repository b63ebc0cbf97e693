/**
 * The proxy's router: which node gets which request, what happens to it when that node dies, and what a
 * client is told when no node can answer. A deterministic machine without I/O: events and the time in,
 * calls of its ports out. README.md is its contract.
 */
import { Outcome, type NodeState, type Reply, type Request } from '#rpc/session/frames';
import {
  isForElsewhere,
  lost,
  overloadedConnection,
  overloadedQueue,
  stopping,
  timedOut,
  tooLarge,
  unknownKind,
} from './router/answers.js';
import { dumpRouter, loadFlights, type RouterDump } from './router/dump.js';
import {
  frameFor,
  laneOf,
  newFlight,
  readdressed,
  type ClientLink,
  type Flight,
  type LaneName,
} from './router/flight.js';
import { Lane } from './router/lane.js';
import { NodeLink } from './router/node-link.js';
import { Outbox } from './router/outbox.js';
import { Rotation } from './router/rotation.js';
import { findRoutes, NO_ROUTES, type Routes } from './router/routes.js';
import { ROUTER_RULES, type RouterRules } from './router/rules.js';
import type { RouterConfig, RouterEvent, RouterPorts, RouterView } from './router/types.js';

/** Time-outs may come so much late, so that many of them are found in one look. */
const SWEEP_MS = 10;
const LANES: readonly LaneName[] = ['write', 'read', 'stale'];

export class Router {
  readonly #config: RouterConfig;
  readonly #ports: RouterPorts;
  readonly #rules: RouterRules;
  /** Ascending by id. */
  #nodes: readonly NodeLink[];
  readonly #clients = new Map<number, ClientLink>();
  readonly #lanes = { write: new Lane(), read: new Lane(), stale: new Lane() };
  /** By the id that the node knows; a reply to an id that is not here is late, and ignored. */
  readonly #inFlight = new Map<number, Flight>();
  readonly #outbox: Outbox;
  #routes: Routes = NO_ROUTES;
  #leaderSince = 0;
  readonly #readers: Rotation;
  readonly #staleReaders: Rotation;
  /** No flight's time is up before this. */
  #earliest = Infinity;
  #lastId = 0;
  #lastOrder = 0;
  #heldBytes = 0;
  #stopped = false;
  #resends = 0;
  #overloaded = 0;
  #timedOut = 0;

  constructor(config: RouterConfig, ports: RouterPorts, rules: RouterRules = ROUTER_RULES) {
    this.#config = config;
    this.#ports = ports;
    this.#rules = rules;
    this.#nodes = [...config.nodes].sort((a, b) => a - b).map((id) => new NodeLink(id));
    this.#outbox = new Outbox(ports);
    this.#readers = new Rotation();
    this.#staleReaders = new Rotation();
  }

  /** `now`: milliseconds of any monotonic clock. */
  handle(event: RouterEvent, now: number): void {
    if (now >= this.#routes.until) this.#reroute(now);
    switch (event.type) {
      case 'tick':
        this.#reroute(now);
        break;
      case 'client-opened':
        this.#openClient(event.connection);
        break;
      case 'client-closed':
        this.#closeClient(event.connection);
        break;
      case 'client-requests':
        this.#admitAll(event.connection, event.requests, now);
        break;
      case 'node-connected':
        this.#loseNode(this.#node(event.node), now);
        this.#node(event.node).connect(event.welcome, now);
        this.#reroute(now);
        break;
      case 'node-lost':
        this.#loseNode(this.#node(event.node), now);
        this.#reroute(now);
        break;
      case 'node-state':
        this.#hear(this.#node(event.node), event.state, now);
        break;
      case 'node-replies':
        this.#takeReplies(this.#node(event.node), event.replies, now);
        break;
      case 'stop':
        this.#stop();
        break;
    }
    if (now >= this.#earliest) this.#expire(now);
    this.#pump(now);
    this.#outbox.flush(this.#nodes);
  }

  /** When `tick` is needed at the latest; Infinity: not before the next event. */
  deadline(): number {
    const { leader, until } = this.#routes;
    let deadline = Math.min(this.#earliest, until);
    const deposedAt = this.#leaderSince + this.#config.nodeSilenceMs;
    for (const node of this.#nodes) {
      const owes = leader !== null && node !== leader && node.writesInFlight > 0;
      if (owes && node.fresh && !node.deposalSeen) deadline = Math.min(deadline, deposedAt);
    }
    return deadline;
  }

  view(): RouterView {
    return {
      nodes: this.#nodes.map((node) => node.view()),
      leader: this.#routes.leader?.id ?? 0,
      readers: this.#routes.readers.map((node) => node.id),
      clients: this.#clients.size,
      queued: this.#queued(),
      queuedBytes: this.#queuedBytes(),
      inFlight: this.#inFlight.size,
      resends: this.#resends,
      overloaded: this.#overloaded,
      timedOut: this.#timedOut,
    };
  }

  /** Plain data, in a fixed order. */
  dump(): RouterDump {
    return dumpRouter({
      nodes: this.#nodes,
      clients: this.#clients,
      lanes: this.#lanes,
      inFlight: this.#inFlight,
      leader: this.#routes.leader?.id ?? 0,
      leaderSince: this.#leaderSince,
      lastReader: this.#readers.last,
      lastStaleReader: this.#staleReaders.last,
      earliest: this.#earliest,
      lastId: this.#lastId,
      lastOrder: this.#lastOrder,
      heldBytes: this.#heldBytes,
      stopped: this.#stopped,
      resends: this.#resends,
      overloaded: this.#overloaded,
      timedOut: this.#timedOut,
    });
  }

  /** The same machine again; `now` as in the `handle` before the dump. */
  static load(
    config: RouterConfig,
    ports: RouterPorts,
    dumped: RouterDump,
    now: number,
    rules: RouterRules = ROUTER_RULES,
  ): Router {
    const router = new Router(config, ports, rules);
    router.#nodes = dumped.nodes.map((node) => NodeLink.load(node));
    for (const client of dumped.clients) router.#clients.set(client.connection, { ...client });
    loadFlights(dumped, router.#nodes, router.#clients, router.#lanes, router.#inFlight);
    router.#earliest = dumped.earliest ?? Infinity;
    router.#lastId = dumped.lastId;
    router.#lastOrder = dumped.lastOrder;
    router.#heldBytes = dumped.heldBytes;
    router.#stopped = dumped.stopped;
    router.#resends = dumped.resends;
    router.#overloaded = dumped.overloaded;
    router.#timedOut = dumped.timedOut;
    router.#readers.last = dumped.lastReader;
    router.#staleReaders.last = dumped.lastStaleReader;
    router.#routes = findRoutes(router.#nodes, now, config, rules);
    router.#readers.replace(router.#routes.readers);
    router.#staleReaders.replace(router.#routes.staleReaders);
    router.#leaderSince = dumped.leaderSince;
    return router;
  }

  #node(id: number): NodeLink {
    const node = this.#nodes.find((candidate) => candidate.id === id);
    if (node === undefined) throw new Error(`node ${String(id)} is not one of the router's nodes`);
    return node;
  }

  #queued(): number {
    const { write, read, stale } = this.#lanes;
    return write.length + read.length + stale.length;
  }

  #queuedBytes(): number {
    const { write, read, stale } = this.#lanes;
    return write.bytes + read.bytes + stale.bytes;
  }

  #openClient(connection: number): void {
    this.#clients.set(connection, { connection, open: true, requests: 0, bytes: 0 });
  }

  /** What waits is dropped; what is in flight is answered to nobody. */
  #closeClient(connection: number): void {
    const client = this.#clients.get(connection);
    if (client === undefined) return;
    this.#clients.delete(connection);
    client.open = false;
    for (const lane of LANES) this.#lanes[lane].removeUnless((flight) => flight.client !== client);
  }

  #admitAll(connection: number, requests: readonly Request[], now: number): void {
    const client = this.#clients.get(connection);
    if (client === undefined) return;
    for (const request of requests) this.#admit(client, request, now);
  }

  #admit(client: ClientLink, request: Request, now: number): void {
    const config = this.#config;
    const lane = laneOf(request.kind);
    const bytes = request.payload.length;
    if (lane === null) {
      this.#outbox.reply(client.connection, unknownKind(request.id, request.kind));
    } else if (bytes > config.requestBytesMax) {
      this.#outbox.reply(client.connection, tooLarge(request.id, bytes, config));
    } else if (this.#stopped) {
      this.#outbox.reply(client.connection, stopping(request.id));
    } else if (
      client.requests >= config.requestsPerConnection ||
      (client.requests > 0 && client.bytes + bytes > config.bytesPerConnection)
    ) {
      this.#overloaded += 1;
      this.#outbox.reply(client.connection, overloadedConnection(request.id, config));
    } else {
      this.#accept(client, request, lane, now);
    }
  }

  #accept(client: ClientLink, request: Request, lane: LaneName, now: number): void {
    const config = this.#config;
    const waits = this.#lanes[lane].length > 0;
    const node = waits ? null : this.#pick(lane);
    if (
      node === null &&
      (this.#queued() >= config.queueRequestsMax ||
        this.#queuedBytes() + request.payload.length > config.queueBytesMax)
    ) {
      this.#overloaded += 1;
      this.#outbox.reply(client.connection, overloadedQueue(request.id, config));
      return;
    }
    client.requests += 1;
    client.bytes += request.payload.length;
    const deadline = now + (request.timeoutMs > 0 ? request.timeoutMs : config.requestTimeoutMs);
    this.#lastOrder += 1;
    if (node !== null) {
      this.#forward(newFlight(client, request, this.#lastOrder, deadline), node, lane, now);
    } else {
      const flight = newFlight(client, ownCopy(request), this.#lastOrder, deadline);
      this.#lanes[lane].push(flight);
      this.#waitUntil(flight, Math.min(deadline, now + config.queueTimeoutMs));
    }
  }

  /** The node whose turn it is, if there is one with credit. */
  #pick(lane: LaneName): NodeLink | null {
    if (lane === 'read') return this.#readers.next();
    if (lane === 'stale') return this.#staleReaders.next();
    const { leader } = this.#routes;
    return leader?.hasCredit() ? leader : null;
  }

  #forward(flight: Flight, node: NodeLink, lane: LaneName, now: number): void {
    this.#lastId += 1;
    flight.node = node;
    flight.sendings += 1;
    if (flight.sendings > 1) this.#resends += 1;
    this.#waitUntil(flight, flight.deadline);
    this.#inFlight.set(this.#lastId, flight);
    node.take(flight.request.payload.length, lane === 'write');
    node.out.push(frameFor(flight, this.#lastId, now));
  }

  #waitUntil(flight: Flight, time: number): void {
    flight.expires = time;
    if (time < this.#earliest) this.#earliest = time;
  }

  #pump(now: number): void {
    for (const name of LANES) {
      const lane = this.#lanes[name];
      while (lane.length > 0) {
        const node = this.#pick(name);
        if (node === null) break;
        const flight = lane.peek();
        lane.shift();
        if (flight !== undefined) this.#forward(flight, node, name, now);
      }
    }
  }

  #hear(node: NodeLink, state: NodeState, now: number): void {
    if (!node.connected) return;
    node.heard = now;
    node.state = state;
    node.doubted = false;
    this.#reroute(now);
  }

  #takeReplies(node: NodeLink, replies: readonly Reply[], now: number): void {
    if (!node.connected) return;
    node.heard = now;
    const wasSilent = !node.fresh;
    const wasDoubted = node.doubted;
    for (const reply of replies) this.#takeReply(node, reply, now);
    if (wasSilent || node.doubted !== wasDoubted) this.#reroute(now);
  }

  #takeReply(node: NodeLink, reply: Reply, now: number): void {
    const flight = this.#inFlight.get(reply.id);
    if (flight?.node !== node) return;
    if (reply.more) {
      this.#holdPart(flight, reply);
      return;
    }
    this.#land(flight, reply.id, node);
    if (!flight.client.open) return;
    if (isForElsewhere(reply)) {
      node.doubted = true;
      if (reply.outcome === Outcome.unknown) flight.mayHaveHappened = true;
      if (now < flight.deadline && this.#mayGoAgain(flight)) {
        this.#putBack(flight, now);
        return;
      }
    }
    this.#answer(flight, node, reply);
  }

  /** It is no longer in flight at the node, whatever becomes of it. */
  #land(flight: Flight, id: number, node: NodeLink): void {
    this.#inFlight.delete(id);
    flight.node = null;
    node.release(flight.request.payload.length, laneOf(flight.request.kind) === 'write');
  }

  #mayGoAgain(flight: Flight): boolean {
    const { kind, session } = flight.request;
    if (flight.streaming) return false;
    return !flight.mayHaveHappened || this.#rules.resendsOnlyWithSession(kind, session);
  }

  #putBack(flight: Flight, now: number): void {
    this.#dropParts(flight);
    this.#lanes[laneOf(flight.request.kind) ?? 'write'].restore(flight);
    this.#waitUntil(flight, Math.min(flight.deadline, now + this.#config.queueTimeoutMs));
  }

  /** Passes a node's final answer on. */
  #answer(flight: Flight, node: NodeLink, reply: Reply): void {
    if (laneOf(flight.request.kind) !== 'write') node.reads += 1;
    else node.writes += 1;
    const passed = readdressed(reply, flight.request.id);
    if (
      reply.code === 'session-expired' &&
      reply.outcome === Outcome.refused &&
      this.#rules.expiryLeavesResentUnknown(flight.mayHaveHappened)
    ) {
      passed.outcome = Outcome.unknown;
    }
    this.#settle(flight, passed);
  }

  /** The last that a client hears of its request. */
  #settle(flight: Flight, reply: Reply): void {
    const { client } = flight;
    if (!client.open) return;
    client.requests -= 1;
    client.bytes -= flight.request.payload.length;
    if (reply.outcome === Outcome.ok) this.#passParts(flight);
    else this.#dropParts(flight);
    this.#outbox.reply(client.connection, reply);
  }

  /**
   * An answer in parts is held back until it is whole, so that a read whose node dies half-way starts
   * over at another, and never mixes two revisions. Beyond the bound parts pass through, and such a
   * read fails with `connection-lost` if its node dies.
   */
  #holdPart(flight: Flight, reply: Reply): void {
    if (!flight.client.open) return;
    (flight.parts ??= []).push(readdressed(reply, flight.request.id));
    this.#heldBytes += reply.payload.length;
    if (flight.streaming || this.#heldBytes > this.#config.partsBytesMax) {
      flight.streaming = true;
      this.#passParts(flight);
    }
  }

  #passParts(flight: Flight): void {
    for (const part of flight.parts ?? []) {
      this.#heldBytes -= part.payload.length;
      this.#outbox.reply(flight.client.connection, part);
    }
    flight.parts = null;
  }

  #dropParts(flight: Flight): void {
    for (const part of flight.parts ?? []) this.#heldBytes -= part.payload.length;
    flight.parts = null;
  }

  #loseNode(node: NodeLink, now: number): void {
    if (!node.connected) return;
    node.disconnect();
    this.#takeBack(node, 'lost', now, () => true);
  }

  /** Brings requests in flight at a node home: into the queue if they may go again, else answered. */
  #takeBack(
    node: NodeLink,
    reason: 'lost' | 'silent' | 'deposed',
    now: number,
    which: (flight: Flight) => boolean,
  ): void {
    let requests = 0;
    for (const [id, flight] of this.#inFlight) {
      if (flight.node !== node || !which(flight)) continue;
      this.#land(flight, id, node);
      if (!flight.client.open) continue;
      requests += 1;
      flight.mayHaveHappened = true;
      if (this.#mayGoAgain(flight)) this.#putBack(flight, now);
      else this.#settle(flight, lost(flight, node.id));
    }
    if (requests > 0) this.#ports.report({ type: 'taken-back', node: node.id, requests, reason });
  }

  #reroute(now: number): void {
    const before = this.#routes;
    const routes = findRoutes(this.#nodes, now, this.#config, this.#rules);
    this.#routes = routes;
    this.#readers.replace(routes.readers);
    this.#staleReaders.replace(routes.staleReaders);
    if (routes.leader !== before.leader) this.#changeLeader(before.leader, now);
    if (!sameNodes(routes.readers, before.readers)) {
      this.#ports.report({ type: 'readers', nodes: routes.readers.map((node) => node.id) });
    }
    for (const node of this.#nodes) {
      if (node.connected && node.inFlight > 0) this.#rescueFrom(node, now);
    }
  }

  #changeLeader(previous: NodeLink | null, now: number): void {
    const { leader } = this.#routes;
    this.#leaderSince = now;
    for (const node of this.#nodes) node.deposalSeen = false;
    if (leader === null) this.#ports.report({ type: 'no-leader', previous: previous?.id ?? 0 });
    else this.#ports.report({ type: 'leader', node: leader.id, term: leader.state?.term ?? 0 });
  }

  /**
   * A silent node's reads go elsewhere as soon as there is an elsewhere. Writes wait for it until
   * another leads; a deposed leader that still speaks gets the node silence to answer them itself.
   */
  #rescueFrom(node: NodeLink, now: number): void {
    const { leader, readers, staleReaders } = this.#routes;
    const silent = !node.fresh;
    const grace = now < this.#leaderSince + this.#config.nodeSilenceMs;
    const deposed = leader !== null && leader !== node && (silent || !grace);
    if (deposed) node.deposalSeen = true;
    if (deposed && node.writesInFlight > 0) {
      this.#takeBack(node, 'deposed', now, (flight) => {
        const { kind, session } = flight.request;
        return laneOf(kind) === 'write' && this.#rules.resendsOnlyWithSession(kind, session);
      });
    }
    if (silent && node.inFlight > node.writesInFlight) {
      this.#takeBack(node, 'silent', now, (flight) => {
        const lane = laneOf(flight.request.kind);
        const others = lane === 'read' ? readers : lane === 'stale' ? staleReaders : [];
        return others.length > 0 && !flight.streaming;
      });
    }
  }

  #stop(): void {
    this.#stopped = true;
    for (const lane of LANES) {
      const unsent = this.#lanes[lane].removeUnless((flight) => flight.sendings > 0);
      for (const flight of unsent) this.#settle(flight, stopping(flight.request.id));
    }
  }

  #expire(now: number): void {
    const hasLeader = this.#routes.leader !== null;
    let earliest = Infinity;
    const live = (flight: Flight): boolean => {
      if (flight.expires <= now) return false;
      if (flight.expires < earliest) earliest = flight.expires;
      return true;
    };
    for (const name of LANES) {
      for (const flight of this.#lanes[name].removeUnless(live)) {
        this.#giveUp(flight, name, hasLeader);
      }
    }
    for (const [id, flight] of this.#inFlight) {
      if (live(flight)) continue;
      const { node } = flight;
      this.#giveUp(flight, laneOf(flight.request.kind) ?? 'write', hasLeader);
      if (node !== null) this.#land(flight, id, node);
    }
    this.#earliest = Math.max(earliest, now + SWEEP_MS);
  }

  #giveUp(flight: Flight, lane: LaneName, hasLeader: boolean): void {
    if (flight.client.open) this.#timedOut += 1;
    this.#settle(flight, timedOut(flight, lane, hasLeader, this.#config));
  }
}

/** What waits must not hold on to the whole message that it came in. */
function ownCopy(request: Request): Request {
  return { ...request, payload: new Uint8Array(request.payload) };
}

function sameNodes(some: readonly NodeLink[], others: readonly NodeLink[]): boolean {
  return some.length === others.length && some.every((node, at) => node === others[at]);
}
