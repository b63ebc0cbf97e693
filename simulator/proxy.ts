/** A proxy's process: the production router, its sessions to the nodes, and its clients' streams. */
import { Router, ROUTER_DEFAULTS } from './machines.js';
import type { RouterReport } from './machines.js';
import type { Side, Stream } from './network.js';
import type { SimulatedNode } from './node.js';
import { Process } from './process.js';
import type { Parcel, Signal, Surroundings } from './process.js';
import { PROGRAM } from '#rpc/versions';

interface NodeSession {
  readonly node: SimulatedNode;
  stream: number | null;
  open: boolean;
  backOffMs: number;
}

const REDIAL_MS_MIN = 20;
const REDIAL_MS_MAX = 250;

export class SimulatedProxy extends Process {
  router: Router | null = null;
  private readonly sessions: NodeSession[] = [];
  /** A client's connection has its stream's number. */
  private readonly clients = new Set<number>();

  constructor(
    world: Surroundings,
    number: number,
    name: string,
    clockRate: number,
    nodes: readonly SimulatedNode[],
    /** Those that it may ever meet. */
    private readonly nodeIds: readonly number[] = nodes.map(({ id }) => id),
  ) {
    super(world, number, name, clockRate);
    for (const node of nodes) this.meet(node);
  }

  /** From now on it is dialled. */
  meet(node: SimulatedNode): void {
    const session = { node, stream: null, open: false, backOffMs: REDIAL_MS_MIN };
    this.sessions.push(session);
    if (this.isUp) this.dial(session);
  }

  /** It is not dialled any more, once it is gone. */
  part(node: SimulatedNode): void {
    const at = this.sessions.findIndex((session) => session.node === node);
    if (at >= 0) this.sessions.splice(at, 1);
  }

  accept(): Parcel | null {
    const { plan, clusterId } = this.world;
    return {
      type: 'welcome',
      welcome: {
        protocol: PROGRAM.protocolMax,
        release: PROGRAM.release,
        clusterId,
        name: this.name,
        nodeId: 0,
        requestsMax: ROUTER_DEFAULTS.requestsPerConnection,
        bytesMax: ROUTER_DEFAULTS.bytesPerConnection,
        sessionTimeoutMs: plan.sessionTimeoutMs,
      },
    };
  }

  protected boot(): void {
    const { plan } = this.world;
    this.router = new Router(
      {
        ...ROUTER_DEFAULTS,
        nodes: this.nodeIds,
        queueTimeoutMs: plan.queueTimeoutMs,
        requestTimeoutMs: plan.callTimeoutMs,
      },
      {
        toNode: (node, requests) => {
          const session = this.sessions.find((one) => Number(one.node.id) === node);
          if (session?.open !== true || session.stream === null) return;
          this.send(session.stream, 0, {
            type: 'requests',
            requests: this.requestsOnWire(requests),
          });
        },
        toClient: (connection, replies) => {
          this.send(connection, 1, {
            type: 'replies',
            replies: this.repliesOnWire(replies),
          });
        },
        unread: () => 0,
        report: (report) => {
          this.report(report);
        },
      },
      this.world.rules.router,
    );
    for (const session of this.sessions) this.dial(session);
  }

  protected die(): void {
    this.router = null;
    this.clients.clear();
    for (const session of this.sessions) {
      session.stream = null;
      session.open = false;
      session.backOffMs = REDIAL_MS_MIN;
    }
  }

  protected tick(): void {
    this.router?.handle({ type: 'tick' }, this.clock);
  }

  protected deadline(): number {
    return this.router?.deadline() ?? Infinity;
  }

  protected take(signal: Exclude<Signal, { type: 'wake' }>): void {
    switch (signal.type) {
      case 'opened':
        this.opened(signal.stream, signal.side);
        return;
      case 'ended':
        this.ended(signal.stream, signal.side);
        return;
      case 'received':
        if (signal.side === 0) this.fromNode(signal.stream, signal.parcels);
        else this.fromClient(signal.stream, signal.parcels);
        return;
      case 'timer': {
        const { timer } = signal;
        if (timer.kind !== 'redial') return;
        const session = this.sessions.find(({ node }) => node.number === timer.to);
        if (session?.stream === null) this.dial(session);
        return;
      }
      case 'disk':
      case 'stray':
    }
  }

  private send(stream: number, side: Side, parcel: Parcel): void {
    this.world.network.send(stream, side, parcel, this.world.now);
  }

  private dial(session: NodeSession): void {
    const greeting: Parcel = { type: 'greeting', from: 'proxy', name: this.name };
    const { network, now } = this.world;
    session.stream = network.dial('session', this.number, session.node.number, greeting, now);
  }

  private opened(stream: Stream<Parcel>, side: Side): void {
    if (side === 1) {
      this.clients.add(stream.id);
      this.router?.handle({ type: 'client-opened', connection: stream.id }, this.clock);
      return;
    }
    const session = this.sessionOf(stream);
    if (session === undefined || stream.answer?.type !== 'welcome') return;
    session.open = true;
    session.backOffMs = REDIAL_MS_MIN;
    const { welcome } = stream.answer;
    this.router?.handle({ type: 'node-connected', node: session.node.id, welcome }, this.clock);
  }

  private ended(stream: Stream<Parcel>, side: Side): void {
    if (side === 1) {
      if (!this.clients.delete(stream.id)) return;
      this.router?.handle({ type: 'client-closed', connection: stream.id }, this.clock);
      return;
    }
    const session = this.sessionOf(stream);
    if (session === undefined) return;
    session.stream = null;
    if (session.open) {
      session.open = false;
      this.router?.handle({ type: 'node-lost', node: session.node.id }, this.clock);
      this.dial(session);
      return;
    }
    const wait = session.backOffMs;
    session.backOffMs = Math.min(REDIAL_MS_MAX, wait * 2);
    const timer = { kind: 'redial', to: session.node.number } as const;
    this.world.schedule(this, wait, { type: 'timer', timer });
  }

  private fromNode(stream: Stream<Parcel>, parcels: readonly Parcel[]): void {
    const session = this.sessionOf(stream);
    if (session === undefined) return;
    const node = session.node.id;
    for (const parcel of parcels) {
      if (parcel.type === 'replies') {
        this.router?.handle({ type: 'node-replies', node, replies: parcel.replies }, this.clock);
      } else if (parcel.type === 'state') {
        this.router?.handle({ type: 'node-state', node, state: parcel.state }, this.clock);
      }
    }
  }

  private fromClient(stream: Stream<Parcel>, parcels: readonly Parcel[]): void {
    if (!this.clients.has(stream.id)) return;
    for (const parcel of parcels) {
      if (parcel.type !== 'requests') continue;
      const { requests } = parcel;
      this.router?.handle({ type: 'client-requests', connection: stream.id, requests }, this.clock);
    }
  }

  private sessionOf(stream: Stream<Parcel>): NodeSession | undefined {
    return this.sessions.find((session) => session.stream === stream.id);
  }

  private report(report: RouterReport): void {
    switch (report.type) {
      case 'leader':
        this.say(`sends writes to ${String(report.node)}, term ${String(report.term)}`);
        return;
      case 'no-leader':
        this.say(`has no leader after ${String(report.previous)}`);
        return;
      case 'readers':
        this.say(`reads from ${report.nodes.join(' ')}`);
        return;
      case 'taken-back':
        this.world.count(`taken back: ${report.reason}`);
        this.say(
          `takes ${String(report.requests)} back from ${String(report.node)}: ${report.reason}`,
        );
        return;
      case 'request':
      case 'more-requests':
        // The oracle judges every answer.
        return;
    }
  }
}
