/**
 * A whole cluster in one process: nodes, proxies and clients as their production machines, over a
 * simulated network and simulated disks, in simulated time. Every step follows from the seed.
 */
import type { NodeId } from '#raft';
import { SimulatedClient, type ClientWatch } from './client.js';
import { Faults } from './faults.js';
import type { FaultEvent } from './faults.js';
import { Invariants } from './invariants/index.js';
import { Losses, type Memberships } from './losses.js';
import { namedNode } from './node-config.js';
import type { SimulatedNode } from './node.js';
import { NodeObserver } from './node-observer.js';
import { Operator, type OperatorView } from './operator.js';
import { History, Witness } from './oracle/index.js';
import type { Wire } from './codecs.js';
import type { Plan } from './plan.js';
import { SimulatedProxy } from './proxy.js';
import { Random } from './random.js';
import { Scene, type SceneOptions } from './scene.js';
import type { Trace } from './trace.js';
import { Workload } from './workload.js';

type WorldEvent = FaultEvent | { readonly type: 'examine' } | { readonly type: 'operate' };

const EXAMINE_EVERY_MS = 1_000;

export class World extends Scene<WorldEvent> {
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
  readonly workload: Workload;
  private readonly observer: NodeObserver;

  constructor(plan: Plan, trace: Trace, wire: Wire | null, options: SceneOptions = {}) {
    const random = new Random(plan.seed);
    const workload = new Workload(random.fork(), plan.calls);
    super(plan, trace, wire, random, options);
    this.workload = workload;
    const voters = Array.from({ length: plan.nodes }, (_, i) => namedNode(i).id);
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
    for (const process of [...this.allNodes, ...this.proxies, ...this.clients]) this.put(process);
    this.losses = new Losses(this.memberships());
    this.operator = this.makeOperator();
    this.faults = new Faults(this, this, (delay, event) => {
      this.later(delay, event);
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

  begin(): void {
    for (const node of this.allNodes) node.meet(this.allNodes);
    for (const process of [...this.nodes, ...this.proxies, ...this.clients]) process.start();
    this.faults.begin();
    this.later(EXAMINE_EVERY_MS, { type: 'examine' });
  }

  examine(): void {
    this.invariants.examined(this.views.all);
  }

  protected handleOwn(event: WorldEvent): void {
    switch (event.type) {
      case 'examine':
        this.examine();
        this.later(EXAMINE_EVERY_MS, event);
        return;
      case 'operate':
        this.operator.look();
        return;
      default:
        this.faults.handle(event);
    }
  }

  private makeNodes(voters: readonly NodeId[]): SimulatedNode[] {
    const { nodes, spares } = this.plan;
    return Array.from({ length: nodes + spares }, (_, i) =>
      this.makeNode(i, namedNode(i), voters, this.observer),
    );
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
      isCareful: false,
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
        this.later(delayMs, { type: 'operate' });
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
}
