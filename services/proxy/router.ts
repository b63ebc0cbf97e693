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
import { Fleet } from './router/fleet.js';
import type { NodeLink } from './router/node-link.js';
import { Outbox } from './router/outbox.js';
import { Parts } from './router/parts.js';
import { ROUTER_RULES, type RouterRules } from './router/rules.js';
import type { RouterConfig, RouterEvent, RouterPorts, RouterView } from './router/types.js';

/** Time-outs may come so much late, so that many of them are found in one look. */
const SWEEP_MS = 10;
const LANES: readonly LaneName[] = ['write', 'read', 'stale'];

export { ROUTER_DEFAULTS, type RouterConfig, type RouterReport } from './router/types.js';

export class Router {
  readonly #config: RouterConfig;
  readonly #ports: RouterPorts;
  readonly #rules: RouterRules;
  readonly #fleet: Fleet;
  readonly #clients = new Map<number, ClientLink>();
  readonly #lanes = { write: new Lane(), read: new Lane(), stale: new Lane() };
  /** By the id that the node knows; a reply to an id that is not here is late, and ignored. */
  readonly #inFlight = new Map<number, Flight>();
  readonly #outbox: Outbox;
  readonly #parts: Parts;
  /** No flight's time is up before this. */
  #earliest = Infinity;
  #lastId = 0;
  #lastOrder = 0;
  #stopped = false;
  #resends = 0;
  #overloaded = 0;
  #timedOut = 0;

  constructor(config: RouterConfig, ports: RouterPorts, rules: RouterRules = ROUTER_RULES) {
    this.#config = config;
    this.#ports = ports;
    this.#rules = rules;
    this.#fleet = new Fleet(config, rules, (report) => {
      ports.report(report);
    });
    this.#outbox = new Outbox(ports);
    this.#parts = new Parts(this.#outbox, config.partsBytesMax);
  }

  /** `now`: milliseconds of any monotonic clock. */
  handle(event: RouterEvent, now: number): void {
    if (now >= this.#fleet.routes.until) this.#reroute(now);
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
        this.#loseNode(this.#fleet.node(event.node), now);
        this.#fleet.node(event.node).connect(event.welcome, now);
        this.#reroute(now);
        break;
      case 'node-lost':
        this.#loseNode(this.#fleet.node(event.node), now);
        this.#reroute(now);
        break;
      case 'node-state':
        this.#hear(this.#fleet.node(event.node), event.state, now);
        break;
      case 'node-replies':
        this.#takeReplies(this.#fleet.node(event.node), event.replies, now);
        break;
      case 'stop':
        this.#stop();
        break;
    }
    if (now >= this.#earliest) this.#expire(now);
    this.#pump(now);
    this.#outbox.flush(this.#fleet.nodes);
  }

  /** When `tick` is needed at the latest; Infinity: not before the next event. */
  deadline(): number {
    return Math.min(this.#earliest, this.#fleet.deadline());
  }

  view(): RouterView {
    const { nodes, routes } = this.#fleet;
    return {
      nodes: nodes.map((node) => node.view()),
      leader: routes.leader?.id ?? 0,
      readers: routes.readers.map((node) => node.id),
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
      fleet: this.#fleet.dump(),
      clients: this.#clients,
      lanes: this.#lanes,
      inFlight: this.#inFlight,
      earliest: this.#earliest,
      lastId: this.#lastId,
      lastOrder: this.#lastOrder,
      heldBytes: this.#parts.bytes,
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
    router.#fleet.load(dumped.fleet, now);
    for (const client of dumped.clients) router.#clients.set(client.connection, { ...client });
    loadFlights(dumped, router.#fleet.nodes, router.#clients, router.#lanes, router.#inFlight);
    router.#earliest = dumped.earliest ?? Infinity;
    router.#lastId = dumped.lastId;
    router.#lastOrder = dumped.lastOrder;
    router.#parts.bytes = dumped.heldBytes;
    router.#stopped = dumped.stopped;
    router.#resends = dumped.resends;
    router.#overloaded = dumped.overloaded;
    router.#timedOut = dumped.timedOut;
    return router;
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
    const node = waits ? null : this.#fleet.pick(lane);
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
        const node = this.#fleet.pick(name);
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
      this.#parts.hold(flight, reply);
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
    if (!flight.client.open) this.#parts.drop(flight);
  }

  #mayGoAgain(flight: Flight): boolean {
    const { kind, session } = flight.request;
    if (flight.streaming) return false;
    return !flight.mayHaveHappened || this.#rules.resendsOnlyWithSession(kind, session);
  }

  #putBack(flight: Flight, now: number): void {
    this.#parts.drop(flight);
    this.#lanes[laneOf(flight.request.kind) ?? 'write'].restore(flight);
    this.#waitUntil(flight, Math.min(flight.deadline, now + this.#config.queueTimeoutMs));
  }

  /** Passes a node's final answer on. */
  #answer(flight: Flight, node: NodeLink, reply: Reply): void {
    if (laneOf(flight.request.kind) !== 'write') node.reads += 1;
    else node.writes += 1;
    const passed = readdressed(reply, flight.request.id);
    if (this.#isUnknownAfterAll(flight, reply)) passed.outcome = Outcome.unknown;
    this.#settle(flight, passed);
  }

  /** The node speaks of what it was sent; an earlier sending may have been carried out elsewhere. */
  #isUnknownAfterAll({ request, mayHaveHappened }: Flight, reply: Reply): boolean {
    if (reply.outcome === Outcome.notDone) {
      return this.#rules.notDoneLeavesResentUnknown(request.kind, mayHaveHappened);
    }
    const expired = reply.code === 'session-expired' && reply.outcome === Outcome.refused;
    return expired && this.#rules.expiryLeavesResentUnknown(mayHaveHappened);
  }

  /** The last that a client hears of its request. */
  #settle(flight: Flight, reply: Reply): void {
    const { client } = flight;
    if (!client.open) return;
    client.requests -= 1;
    client.bytes -= flight.request.payload.length;
    if (reply.outcome === Outcome.ok) this.#parts.pass(flight);
    else this.#parts.drop(flight);
    this.#outbox.reply(client.connection, reply);
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
    this.#fleet.reroute(now);
    for (const node of this.#fleet.nodes) {
      if (node.connected && node.inFlight > 0) this.#rescueFrom(node, now);
    }
  }

  /** A silent node's reads go elsewhere, once there is an elsewhere; a deposed leader's writes too. */
  #rescueFrom(node: NodeLink, now: number): void {
    if (this.#fleet.isDeposed(node, now)) {
      node.deposalSeen = true;
      if (node.writesInFlight > 0) {
        this.#takeBack(node, 'deposed', now, ({ request: { kind, session } }) => {
          return laneOf(kind) === 'write' && this.#rules.resendsOnlyWithSession(kind, session);
        });
      }
    }
    if (node.fresh || node.inFlight === node.writesInFlight) return;
    const { readers, staleReaders } = this.#fleet.routes;
    this.#takeBack(node, 'silent', now, (flight) => {
      const lane = laneOf(flight.request.kind);
      const others = lane === 'read' ? readers : lane === 'stale' ? staleReaders : [];
      return others.length > 0 && !flight.streaming;
    });
  }

  #stop(): void {
    this.#stopped = true;
    for (const lane of LANES) {
      const unsent = this.#lanes[lane].removeUnless((flight) => flight.sendings > 0);
      for (const flight of unsent) this.#settle(flight, stopping(flight.request.id));
    }
  }

  #expire(now: number): void {
    const hasLeader = this.#fleet.routes.leader !== null;
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
