/**
 * A whole cluster in one process: nodes, proxies and clients as their production machines, over a
 * simulated network and simulated disks, in simulated time. Every step follows from the seed.
 */
import { nodeId } from '#raft';
import { Agenda } from './agenda.js';
import { SimulatedClient } from './client.js';
import { Faults } from './faults.js';
import type { FaultEvent } from './faults.js';
import { Invariants } from './invariants/index.js';
import type { NodeView } from './invariants/index.js';
import { Replica } from './machines.js';
import { Network } from './network.js';
import type { NetworkEvent, Side, Stream } from './network.js';
import { FIRST_NODE_ID } from './node-config.js';
import { SimulatedNode } from './node.js';
import { History, Witness } from './oracle/index.js';
import type { Wire } from './codecs.js';
import type { Plan } from './plan.js';
import type { Addressee, Parcel, Process, ReplicaMaker, Signal, Surroundings } from './process.js';
import { SimulatedProxy } from './proxy.js';
import { Random } from './random.js';
import type { Trace } from './trace.js';
import { Workload } from './workload.js';

type WorldEvent =
  | NetworkEvent
  | FaultEvent
  | {
      readonly type: 'signal';
      readonly process: number;
      readonly incarnation: number;
      readonly signal: Signal;
    }
  | { readonly type: 'examine' };

const NODE_NAMES = ['ada', 'bob', 'cy', 'dan', 'eve', 'fay', 'gus'];
const EXAMINE_EVERY_MS = 1_000;

export class World implements Surroundings {
  readonly random: Random;
  readonly network: Network<Parcel>;
  readonly nodes: readonly SimulatedNode[];
  readonly proxies: readonly SimulatedProxy[];
  readonly clients: readonly SimulatedClient[];
  readonly history = new History();
  readonly witness = new Witness();
  readonly invariants: Invariants;
  readonly faults: Faults;
  readonly counts = new Map<string, number>();
  readonly workload: Workload;
  events = 0;
  private readonly agenda = new Agenda<WorldEvent>();
  private readonly processes: readonly Process[];
  /** As each node was last seen running. */
  private readonly views = new Map<number, { -readonly [K in keyof NodeView]: NodeView[K] }>();
  private time = 0;

  constructor(
    readonly plan: Plan,
    readonly trace: Trace,
    readonly wire: Wire | null,
    readonly makeReplica: ReplicaMaker = (config, from, ports) => new Replica(config, from, ports),
  ) {
    this.random = new Random(plan.seed);
    this.workload = new Workload(this.random.fork());
    this.network = new Network<Parcel>(this.agenda, this.random.fork(), plan.weather, {
      accept: (process, stream) => this.accept(process, stream),
      opened: (process, stream) => {
        const side: Side = stream.ends[0] === process ? 0 : 1;
        this.process(process).tell({ type: 'opened', stream, side });
      },
      received: (process, stream, side, parcels) => {
        this.process(process).tell({ type: 'received', stream, side, parcels });
      },
      ended: (process, stream, side, refused) => {
        this.process(process).tell({ type: 'ended', stream, side, refused });
      },
    });
    this.invariants = new Invariants(
      () => [...this.views.values()],
      (entry) => {
        this.witness.committed(entry);
      },
    );
    this.nodes = this.makeNodes();
    this.proxies = this.makeProxies();
    this.clients = this.makeClients();
    this.processes = [...this.nodes, ...this.proxies, ...this.clients];
    this.faults = new Faults(this, this, (delay, event) => {
      this.agenda.add(this.time + delay, event);
    });
  }

  get now(): number {
    return this.time;
  }

  begin(): void {
    for (const node of this.nodes) node.meet(this.nodes);
    for (const process of this.processes) process.start();
    this.faults.begin();
    this.agenda.add(EXAMINE_EVERY_MS, { type: 'examine' });
  }

  /** Goes on until the time, or until `enough`; false if the time came first. */
  run(until: number, enough: () => boolean = () => false): boolean {
    while (this.agenda.nextTime <= until) {
      const next = this.agenda.take();
      if (next === undefined) break;
      this.time = next.time;
      this.events += 1;
      this.handle(next.event);
      if (enough()) return true;
    }
    this.time = until;
    return false;
  }

  schedule(process: Addressee, delayMs: number, signal: Signal): void {
    const { number, incarnation } = process;
    this.agenda.add(this.time + delayMs, { type: 'signal', process: number, incarnation, signal });
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  examine(): void {
    this.invariants.examined([...this.views.values()]);
  }

  private handle(event: WorldEvent): void {
    this.trace.mix(this.time);
    switch (event.type) {
      case 'signal': {
        const process = this.process(event.process);
        this.trace.mix(event.process);
        if (process.incarnation === event.incarnation) process.tell(event.signal);
        return;
      }
      case 'dial':
      case 'dial-failed':
      case 'opened':
      case 'lane':
      case 'learn':
      case 'stall':
        this.trace.mix(event.stream);
        this.network.handle(event, this.time);
        return;
      case 'examine':
        this.examine();
        this.agenda.add(this.time + EXAMINE_EVERY_MS, event);
        return;
      default:
        this.faults.handle(event);
    }
  }

  /** Undefined: something is there, and says nothing. */
  private accept(number: number, stream: Stream<Parcel>): Parcel | null | undefined {
    const process = this.process(number);
    if (process.state === 'frozen') return undefined;
    return process.state === 'up' ? process.accept(stream) : null;
  }

  private process(number: number): Process {
    const process = this.processes[number];
    if (process === undefined)
      throw new Error(`there is no process ${String(number)} in this world`);
    return process;
  }

  private makeNodes(): SimulatedNode[] {
    const voters = Array.from({ length: this.plan.nodes }, (_, i) => nodeId(FIRST_NODE_ID + i));
    const watch = {
      started: (node: SimulatedNode) => {
        if (node.replica === null) return;
        this.invariants.started(this.see(node, node.replica));
      },
      stepped: (node: SimulatedNode) => {
        const view = this.views.get(node.id);
        if (view !== undefined) this.invariants.stepped(view);
      },
      stopped: (node: SimulatedNode) => {
        const view = this.views.get(node.id);
        if (view !== undefined) view.up = false;
        if (node.leaving) this.faults.restartLater(node);
      },
    };
    return voters.map((_, i) => {
      const name = NODE_NAMES[i] ?? `node${String(i)}`;
      return new SimulatedNode(this, i, name, this.rate(), voters, watch);
    });
  }

  private see(node: SimulatedNode, replica: Replica): NodeView {
    const view = { id: node.id as number, name: node.name, replica, up: true };
    this.views.set(node.id, view);
    return view;
  }

  private makeProxies(): SimulatedProxy[] {
    return Array.from(
      { length: this.plan.proxies },
      (_, i) =>
        new SimulatedProxy(
          this,
          this.nodes.length + i,
          `proxy${String(i + 1)}`,
          this.rate(),
          this.nodes,
        ),
    );
  }

  private makeClients(): SimulatedClient[] {
    const watch = {
      newestRevision: () =>
        Math.max(0, ...[...this.views.values()].map(({ replica }) => replica.store.revision)),
      acknowledged: (_call: unknown, requestId: string | null) => {
        if (requestId !== null) this.invariants.acknowledged.acknowledged(requestId);
      },
    };
    const first = this.nodes.length + this.proxies.length;
    return Array.from({ length: this.plan.clients }, (_, i) => {
      // Some clients speak to the nodes themselves.
      const direct = this.random.chance(this.plan.directChance);
      const endpoints = this.random.shuffle([...(direct ? this.nodes : this.proxies)]);
      return new SimulatedClient(
        this,
        first + i,
        `client${String(i + 1)}`,
        this.rate(),
        endpoints,
        this.workload,
        this.history,
        watch,
      );
    });
  }

  private rate(): number {
    return 1 + this.plan.clockSkewMax * (2 * this.random.next() - 1);
  }
}
