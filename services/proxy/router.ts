/**
 * The proxy's router: which node gets which request, what happens to it when that node dies, and what a
 * client is told when no node can answer. A deterministic machine without I/O: events and the time in,
 * calls of its ports out. README.md is its contract.
 */
import { Outcome, type NodeState, type Reply, type Request } from '#rpc/session/frames';
import { isForElsewhere, overloadedQueue, stopping, unknownKind } from './router/answers.js';
import { Clients } from './router/clients.js';
import { Deadlines } from './router/deadlines.js';
import { dumpRouter, loadFlights, type RouterDump } from './router/dump.js';
import { noFigures, type RouterFigures } from './router/figures.js';
import { laneOf, newFlight, type ClientLink, type Flight } from './router/flight.js';
import type { LaneName } from './router/lane-name.js';
import { Fleet } from './router/fleet.js';
import type { NodeLink } from './router/node-link.js';
import { Outbox } from './router/outbox.js';
import { Parts } from './router/parts.js';
import { LANES, Queue } from './router/queue.js';
import { Remarks } from './router/remarks.js';
import { Rescue } from './router/rescue.js';
import { ROUTER_RULES, type RouterRules } from './router/rules.js';
import { Sendings } from './router/sendings.js';
import { Served } from './router/served.js';
import type {
  RouterConfig,
  RouterEvent,
  RouterPorts,
  RouterReport,
  RouterView,
} from './router/types.js';
import { Verdicts } from './router/verdicts.js';

export { ROUTER_RULES, type RouterRules } from './router/rules.js';
export { ROUTER_DEFAULTS, type RouterConfig, type RouterReport } from './router/types.js';

/** Some days. What a client asks for may be any number, and has to fit into the frames that are sent on. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

export class Router {
  readonly #config: RouterConfig;
  readonly #ports: RouterPorts;
  readonly #rules: RouterRules;
  readonly #fleet: Fleet;
  readonly #figures: RouterFigures = noFigures();
  readonly #clients: Clients;
  readonly #queue: Queue;
  readonly #sendings: Sendings;
  readonly #verdicts: Verdicts;
  readonly #outbox: Outbox;
  readonly #parts: Parts;
  readonly #deadlines = new Deadlines();
  readonly #rescue: Rescue;
  readonly #served = new Served();
  readonly #remarks: Remarks;
  #lastOrder = 0;

  constructor(config: RouterConfig, ports: RouterPorts, rules: RouterRules = ROUTER_RULES) {
    this.#config = config;
    this.#ports = ports;
    this.#rules = rules;
    const report = (what: RouterReport): void => {
      ports.report(what);
    };
    this.#fleet = new Fleet(config, rules, report);
    this.#outbox = new Outbox(ports);
    this.#parts = new Parts(this.#outbox, ports);
    this.#clients = new Clients(config, this.#figures);
    this.#queue = new Queue(config);
    this.#sendings = new Sendings(this.#parts, this.#figures, rules);
    this.#remarks = new Remarks(report);
    this.#verdicts = new Verdicts({
      ...{ config, rules, outbox: this.#outbox, figures: this.#figures },
      ...{ served: this.#served, remarks: this.#remarks },
    });
    this.#rescue = new Rescue({
      ...{ config, rules, report, fleet: this.#fleet, queue: this.#queue, parts: this.#parts },
      ...{ sendings: this.#sendings, deadlines: this.#deadlines, verdicts: this.#verdicts },
    });
  }

  /** `now`: milliseconds of any monotonic clock. */
  handle(event: RouterEvent, now: number): void {
    if (now >= this.#fleet.routes.until) this.#reroute(now);
    switch (event.type) {
      case 'tick':
        this.#reroute(now);
        break;
      case 'client-opened':
        this.#clients.open(event.connection);
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
        this.#stop(now);
        break;
    }
    if (now >= this.#deadlines.earliest) this.#expire(now);
    this.#pump(now);
    this.#remarks.look(now);
    this.#outbox.tellClients();
    this.#parts.grant(now);
    this.#outbox.tellNodes(this.#fleet.nodes);
  }

  /** When `tick` is needed at the latest; Infinity: not before the next event. */
  deadline(): number {
    return Math.min(this.#deadlines.earliest, this.#fleet.deadline(), this.#parts.lookAt);
  }

  view(): RouterView {
    const { nodes, routes } = this.#fleet;
    return {
      nodes: nodes.map((node) => node.view()),
      leader: routes.leader?.id ?? 0,
      readers: routes.readers.map((node) => node.id),
      clients: this.#clients.links.size,
      queued: this.#queue.length,
      queuedBytes: this.#queue.bytes,
      inFlight: this.#sendings.inFlight.size,
      served: this.#served.dump(),
      ...this.#figures,
    };
  }

  /** Plain data, in a fixed order. */
  dump(): RouterDump {
    return dumpRouter({
      fleet: this.#fleet.dump(),
      clients: this.#clients.links,
      lanes: this.#queue.lanes,
      inFlight: this.#sendings.inFlight,
      earliest: this.#deadlines.earliest,
      lastId: this.#sendings.lastId,
      lastOrder: this.#lastOrder,
      begunAnswers: this.#parts.begun,
      lookAtPartsAt: this.#parts.lookAt === Infinity ? null : this.#parts.lookAt,
      stopped: this.#clients.stopped,
      served: this.#served.dump(),
      remarks: this.#remarks.dump(),
      ...this.#figures,
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
    const { links } = router.#clients;
    for (const client of dumped.clients) links.set(client.connection, { ...client });
    const { lanes } = router.#queue;
    loadFlights(dumped, router.#fleet.nodes, links, lanes, router.#sendings.inFlight);
    router.#deadlines.earliest = dumped.earliest ?? Infinity;
    router.#sendings.lastId = dumped.lastId;
    router.#lastOrder = dumped.lastOrder;
    const { begunAnswers, lookAtPartsAt } = dumped;
    router.#parts.load(begunAnswers, lookAtPartsAt ?? Infinity, router.#sendings.inFlight);
    router.#clients.stopped = dumped.stopped;
    router.#served.load(dumped.served);
    router.#remarks.load(dumped.remarks);
    const { resends, overloaded, timedOut } = dumped;
    Object.assign(router.#figures, { resends, overloaded, timedOut });
    return router;
  }

  /** What waits is dropped; what is in flight is answered to nobody, and long answers are cancelled. */
  #closeClient(connection: number): void {
    const client = this.#clients.close(connection);
    if (client === undefined) return;
    this.#queue.forget(client);
    this.#parts.cancelAllOf(client);
  }

  #admitAll(connection: number, requests: readonly Request[], now: number): void {
    const client = this.#clients.links.get(connection);
    if (client === undefined) return;
    for (const request of requests) this.#admit(client, request, now);
  }

  #admit(client: ClientLink, request: Request, now: number): void {
    const lane = laneOf(request.kind);
    if (lane === null) {
      this.#outbox.reply(client.connection, unknownKind(request.id, request.kind));
      return;
    }
    const refusal = this.#clients.refusalOf(client, request);
    if (refusal === null) this.#accept(client, request, lane, now);
    else this.#verdicts.turnAway(client, request, lane, refusal, now);
  }

  #accept(client: ClientLink, request: Request, lane: LaneName, now: number): void {
    const config = this.#config;
    const waits = this.#queue.lanes[lane].length > 0;
    const node = waits ? null : this.#fleet.pick(lane);
    if (node === null && !this.#queue.hasRoom(request.payload.length)) {
      this.#figures.overloaded += 1;
      const refusal = overloadedQueue(request.id, config);
      this.#verdicts.turnAway(client, request, lane, refusal, now);
      return;
    }
    client.requests += 1;
    client.bytes += request.payload.length;
    const asked = request.timeoutMs > 0 ? request.timeoutMs : config.requestTimeoutMs;
    const deadline = now + Math.min(asked, TIMEOUT_MS_MAX);
    this.#lastOrder += 1;
    if (node !== null) {
      this.#forward(newFlight(client, request, this.#lastOrder, now, deadline), node, lane, now);
    } else {
      const flight = newFlight(client, ownCopy(request), this.#lastOrder, now, deadline);
      this.#queue.lanes[lane].push(flight);
      this.#deadlines.set(flight, Math.min(deadline, now + config.queueTimeoutMs));
    }
  }

  #forward(flight: Flight, node: NodeLink, lane: LaneName, now: number): void {
    this.#deadlines.set(flight, flight.deadline);
    this.#sendings.send(flight, node, lane === 'write', now);
  }

  #pump(now: number): void {
    for (const name of LANES) {
      const lane = this.#queue.lanes[name];
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
    const flight = this.#sendings.inFlight.get(reply.id);
    if (!flight || !this.#rules.answersFrom(flight.node?.id ?? null, node.id)) return;
    if (reply.more) {
      this.#parts.pass(reply.id, flight, reply);
      return;
    }
    this.#sendings.land(flight, reply.id, node);
    if (!flight.client.open) return;
    const done = reply.outcome === Outcome.ok;
    if (!done && isForElsewhere(reply, this.#fleet.hasOthers(node))) {
      node.doubted = true;
      if (reply.outcome === Outcome.unknown) flight.mayHaveHappened = true;
      if (now < flight.deadline && this.#rescue.mayGoAgain(flight)) {
        this.#rescue.putBack(flight, now);
        return;
      }
    }
    this.#verdicts.answer(flight, node, reply, now);
  }

  #loseNode(node: NodeLink, now: number): void {
    if (!node.connected) return;
    node.disconnect();
    this.#rescue.fromLost(node, now);
  }

  #reroute(now: number): void {
    this.#fleet.reroute(now);
    for (const node of this.#fleet.nodes) {
      if (node.connected && node.inFlight > 0) this.#rescue.fromDoubtful(node, now);
    }
  }

  #stop(now: number): void {
    this.#clients.stopped = true;
    for (const [flight] of this.#queue.takeUnsent()) {
      this.#verdicts.settle(flight, stopping(flight.request.id), now);
    }
  }

  #expire(now: number): void {
    const hasLeader = this.#fleet.routes.leader !== null;
    this.#deadlines.sweep(now, (live) => {
      for (const [flight, lane] of this.#queue.takeExpired(live)) {
        this.#verdicts.giveUp(flight, lane, hasLeader, now);
      }
      for (const [id, flight] of this.#sendings.inFlight) {
        if (live(flight)) continue;
        const { node } = flight;
        this.#verdicts.giveUp(flight, laneOf(flight.request.kind) ?? 'write', hasLeader, now);
        if (node === null) continue;
        this.#parts.cancel(id, node);
        this.#sendings.land(flight, id, node);
      }
    });
  }
}

/** What waits must not hold on to the whole message that it came in. */
function ownCopy(request: Request): Request {
  return { ...request, payload: new Uint8Array(request.payload) };
}
