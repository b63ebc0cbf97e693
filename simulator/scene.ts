/**
 * Where processes live: one agenda, one network, one source of chance. Nodes, proxies and clients are put
 * into it by whoever makes a world of it; every step follows from the seed.
 */
import type { NodeId } from '#raft';
import { PROGRAM } from '#rpc/versions';
import { Agenda } from './agenda.js';
import type { Wire } from './codecs.js';
import { Replica, type WorldRules } from './machines.js';
import { Network } from './network.js';
import type { NetworkEvent, Side, Stream } from './network.js';
import { CLUSTER_ID } from './node-config.js';
import type { Named } from './node-config.js';
import { SimulatedNode } from './node.js';
import type { NodeWatch } from './node.js';
import { NodeViews } from './node-views.js';
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
import type { Random } from './random.js';
import type { Trace } from './trace.js';

interface SignalEvent {
  readonly type: 'signal';
  readonly process: number;
  readonly incarnation: number;
  readonly signal: Signal;
}

export interface SceneOptions {
  /** Production's, unless a test breaks one. */
  readonly rules?: WorldRules;
  /** `new Replica`, unless somebody looks over its shoulder. */
  readonly makeReplica?: ReplicaMaker;
  readonly clusterId?: string;
  /** This release, for ever, unless a test upgrades nodes. */
  readonly programOf?: ProgramMaker;
}

/** `Own`: what else happens in this world, beside what processes and streams do. */
export abstract class Scene<Own extends { readonly type: string }> implements Surroundings {
  readonly rules: WorldRules;
  readonly makeReplica: ReplicaMaker;
  readonly clusterId: string;
  readonly programOf: ProgramMaker;
  readonly network: Network<Parcel>;
  readonly counts = new Map<string, number>();
  readonly views = new NodeViews();
  events = 0;
  private readonly agenda = new Agenda<SignalEvent | NetworkEvent | Own>();
  private readonly processes = new Map<number, Process>();
  private time = 0;

  constructor(
    readonly plan: Plan,
    readonly trace: Trace,
    readonly wire: Wire | null,
    readonly random: Random,
    options: SceneOptions,
  ) {
    this.rules = options.rules ?? {};
    this.makeReplica =
      options.makeReplica ?? ((config, from, ports) => new Replica(config, from, ports));
    this.clusterId = options.clusterId ?? CLUSTER_ID;
    this.programOf = options.programOf ?? (() => PROGRAM);
    this.network = new Network<Parcel>(this.agenda, random.fork(), plan.weather, {
      accept: (process, stream) => this.accept(process, stream),
      opened: (process, stream) => {
        const side: Side = stream.ends[0] === process ? 0 : 1;
        this.tell(this.process(process), { type: 'opened', stream, side });
      },
      received: (process, stream, side, parcels) => {
        this.tell(this.process(process), { type: 'received', stream, side, parcels });
      },
      ended: (process, stream, side, refused) => {
        this.tell(this.process(process), { type: 'ended', stream, side, refused });
      },
    });
  }

  abstract get isCalm(): boolean;
  protected abstract handleOwn(event: Own): void;

  get now(): number {
    return this.time;
  }

  /** Goes on until the time, or until `enough`; false if the time came first. */
  run(until: number, enough: () => boolean = () => false): boolean {
    while (this.agenda.nextTime <= until) {
      this.step();
      if (enough()) return true;
    }
    this.time = until;
    return false;
  }

  /** The next event, whenever it is. */
  step(): void {
    const next = this.agenda.take();
    if (next === undefined) return;
    this.time = next.time;
    this.events += 1;
    this.handle(next.event);
  }

  schedule(process: Addressee, delayMs: number, signal: Signal): void {
    const { number, incarnation } = process;
    this.agenda.add(this.time + delayMs, { type: 'signal', process: number, incarnation, signal });
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  protected later(delayMs: number, event: Own): void {
    this.agenda.add(this.time + delayMs, event);
  }

  protected get nextTime(): number {
    return this.agenda.nextTime;
  }

  protected put(process: Process): void {
    this.processes.set(process.number, process);
  }

  protected makeNode(number: number, named: Named, voters: readonly NodeId[], watch: NodeWatch) {
    return new SimulatedNode(this, number, named, this.rate(), voters, watch);
  }

  /** Of a process's clock. */
  protected rate(): number {
    return 1 + this.plan.clockSkewMax * (2 * this.random.next() - 1);
  }

  protected tell(process: Process, signal: Signal): void {
    process.tell(signal);
  }

  private handle(event: SignalEvent | NetworkEvent | Own): void {
    this.trace.mix(this.time);
    if (isSignal(event)) {
      const process = this.process(event.process);
      this.trace.mix(event.process);
      if (process.incarnation === event.incarnation) this.tell(process, event.signal);
    } else if (isNetworkEvent(event)) {
      this.trace.mix(event.stream);
      this.network.handle(event, this.time);
    } else {
      this.handleOwn(event);
    }
  }

  /** Undefined: something is there, and says nothing. */
  private accept(number: number, stream: Stream<Parcel>): Parcel | null | undefined {
    const process = this.process(number);
    if (process.state === 'frozen') return undefined;
    return process.state === 'up' ? process.accept(stream) : null;
  }

  private process(number: number): Process {
    const process = this.processes.get(number);
    if (process === undefined)
      throw new Error(`there is no process ${String(number)} in this world`);
    return process;
  }
}

const NETWORK_EVENTS: ReadonlySet<string> = new Set<NetworkEvent['type']>([
  'dial',
  'dial-failed',
  'opened',
  'lane',
  'learn',
  'stall',
]);

function isSignal(event: { readonly type: string }): event is SignalEvent {
  return event.type === 'signal';
}

function isNetworkEvent(event: { readonly type: string }): event is NetworkEvent {
  return NETWORK_EVENTS.has(event.type);
}
