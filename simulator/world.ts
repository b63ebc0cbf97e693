/**
 * A whole cluster in one process: nodes, proxies and clients as their production machines, over a
 * simulated network and simulated disks, in simulated time. Every step follows from the seed.
 */
import { nodeId, type NodeId } from '#raft';
import { PROGRAM } from '#rpc/versions';
import { Agenda } from './agenda.js';
import { SimulatedClient, type ClientWatch } from './client.js';
import { Faults } from './faults.js';
import type { FaultEvent } from './faults.js';
import { Invariants } from './invariants/index.js';
import { Losses, type Memberships } from './losses.js';
import { Replica, type WorldRules } from './machines.js';
import { Network } from './network.js';
import type { NetworkEvent, Side, Stream } from './network.js';
import { FIRST_NODE_ID } from './node-config.js';
import { SimulatedNode } from './node.js';
import { NodeObserver } from './node-observer.js';
import { NodeViews } from './node-views.js';
import { Operator, type OperatorView } from './operator.js';
import { History, Witness } from './oracle/index.js';
import type { Wire } from './codecs.js';
import type { Plan } from './plan.js';
import type {
  Addressee,
  Parcel,
  Process,
  ProgramMaker,
  ReplicaMaker,
  Signal,
  Surroundings,
} from './process.js';
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
  | { readonly type: 'examine' }
  | { readonly type: 'operate' };

const NODE_NAMES = ['ada', 'bob', 'cy', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'joe'];
const EXAMINE_EVERY_MS = 1_000;

export interface WorldOptions {
  /** Production's, unless a test breaks one. */
  readonly rules?: WorldRules;
  /** `new Replica`, unless somebody looks over its shoulder. */
  readonly makeReplica?: ReplicaMaker;
  /** This release, for ever, unless a test upgrades nodes. */
  readonly programOf?: ProgramMaker;
}

export class World implements Surroundings {
  readonly rules: WorldRules;
  readonly makeReplica: ReplicaMaker;
  readonly programOf: ProgramMaker;
  readonly random: Random;
  readonly network: Network<Parcel>;
  /** Those that are no members yet included, and those that are none any more. */
  readonly allNodes: readonly SimulatedNode[];
  readonly proxies: readonly SimulatedProxy[];
  readonly clients: readonly SimulatedClient[];
  readonly history = new History();
  readonly witness = new Witness((what) => {
    this.count(what);
  });
  readonly invariants: Invariants;
  readonly faults: Faults;
  readonly losses: Losses;
  readonly operator: Operator;
  readonly counts = new Map<string, number>();
  readonly workload: Workload;
  events = 0;
  private readonly agenda = new Agenda<WorldEvent>();
  private readonly processes: readonly Process[];
  readonly views = new NodeViews();
  private readonly observer: NodeObserver;
  private time = 0;

  constructor(
    readonly plan: Plan,
    readonly trace: Trace,
    readonly wire: Wire | null,
    options: WorldOptions = {},
  ) {
    this.rules = options.rules ?? {};
    this.makeReplica =
      options.makeReplica ?? ((config, from, ports) => new Replica(config, from, ports));
    this.programOf = options.programOf ?? (() => PROGRAM);
    this.random = new Random(plan.seed);
    this.workload = new Workload(this.random.fork(), plan.calls);
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
    const voters = Array.from({ length: plan.nodes }, (_, i) => nodeId(FIRST_NODE_ID + i));
    this.observer = new NodeObserver(this);
    this.invariants = new Invariants(
      () => this.views.ever,
      { voters, learners: [] },
      (entry) => {
        this.witness.committed(entry);
      },
    );
    this.allNodes = this.makeNodes(voters);
    this.proxies = this.makeProxies();
    this.clients = this.makeClients();
    this.processes = [...this.allNodes, ...this.proxies, ...this.clients];
    this.losses = new Losses(this.memberships());
    this.operator = this.makeOperator();
    this.faults = new Faults(this, this, (delay, event) => {
      this.agenda.add(this.time + delay, event);
    });
  }

  /** In service. */
  get nodes(): readonly SimulatedNode[] {
    return this.allNodes.filter(({ inService }) => inService);
  }

  /** In service, members, and nothing of theirs is lost. */
  get soundMembers(): readonly SimulatedNode[] {
    const { voters, learners } = this.losses.memberships.committed;
    return this.nodes.filter(
      (node) => (voters.includes(node.id) || learners.includes(node.id)) && !this.losses.has(node),
    );
  }

  /** Of what it had on its disk nothing counts any more. */
  lost(node: SimulatedNode): void {
    this.losses.add(node);
    this.views.forget(node);
  }

  writesInFlight(): boolean {
    return this.clients.some((client) => client.isWriting);
  }

  isKnown(node: SimulatedNode): boolean {
    return this.witness.knowsMember(node.id);
  }

  get isCalm(): boolean {
    return this.faults.isOver;
  }

  get now(): number {
    return this.time;
  }

  begin(): void {
    for (const node of this.allNodes) node.meet(this.allNodes);
    for (const process of [...this.nodes, ...this.proxies, ...this.clients]) process.start();
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
    this.invariants.examined(this.views.all);
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
      case 'operate':
        this.operator.look();
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

  private makeNodes(voters: readonly NodeId[]): SimulatedNode[] {
    const { nodes, spares } = this.plan;
    return Array.from({ length: nodes + spares }, (_, i) => {
      const name = NODE_NAMES[i] ?? `node${String(i)}`;
      return new SimulatedNode(this, i, name, this.rate(), voters, this.observer);
    });
  }

  private memberships(): Memberships {
    const { views, invariants } = this;
    return {
      get committed() {
        return invariants.changes.membership;
      },
      inLogs: () => views.all.map(({ replica }) => replica.raft.membership),
      hasVoice: (id) =>
        views.all.some((view) => view.id === id && view.replica.raft.durableIndex > 0),
    };
  }

  private makeOperator(): Operator {
    const { losses } = this;
    const view: OperatorView = {
      nodes: this.allNodes,
      membership: () => losses.memberships.committed,
      admit: (node) => {
        node.inService = true;
        node.start();
      },
      dismiss: (node) => {
        node.inService = false;
        node.crash('is switched off');
        this.views.forget(node);
        losses.forgive(node);
      },
      maySpare: (node) => losses.mayLose(node),
      again: (delayMs) => {
        this.agenda.add(this.time + delayMs, { type: 'operate' });
      },
    };
    return new Operator(this, view, this.random.fork());
  }

  private makeProxies(): SimulatedProxy[] {
    return Array.from(
      { length: this.plan.proxies },
      (_, i) =>
        new SimulatedProxy(
          this,
          this.allNodes.length + i,
          `proxy${String(i + 1)}`,
          this.rate(),
          this.allNodes,
        ),
    );
  }

  private makeClients(): SimulatedClient[] {
    const watch = {
      newestRevision: () => this.observer.newestRevision,
      acknowledged: (_call: unknown, requestId: string | null) => {
        if (requestId !== null) this.invariants.acknowledged.acknowledged(requestId);
      },
    };
    const first = this.allNodes.length + this.proxies.length;
    const clients = Array.from({ length: this.plan.clients }, (_, i) => {
      // Some clients speak to the nodes themselves.
      const direct = this.random.chance(this.plan.directChance);
      const endpoints = this.random.shuffle([...(direct ? this.allNodes : this.proxies)]);
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
    return [...clients, ...this.makeReaders(first + clients.length, watch)];
  }

  /** One at each node: whoever leads, or led, is asked all the time. */
  private makeReaders(first: number, watch: ClientWatch): SimulatedClient[] {
    const nodes = this.plan.readersPerNode > 0 ? this.allNodes.slice(0, this.plan.nodes) : [];
    return nodes.map(
      (node, i) =>
        new SimulatedClient(
          this,
          first + i,
          `reader${String(i + 1)}`,
          this.rate(),
          [node],
          this.workload,
          this.history,
          watch,
          true,
        ),
    );
  }

  private rate(): number {
    return 1 + this.plan.clockSkewMax * (2 * this.random.next() - 1);
  }
}
