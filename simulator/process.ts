/**
 * A process of the simulated world: something that is told what happens to it, one thing after another,
 * on a clock of its own, and that can crash, be frozen, and start again.
 */
import type { Wire } from './codecs.js';
import type { PeerMessage, Ports, Replica, ReplicaConfig, WorldRules } from './machines.js';
import type { NodeId } from '#raft';
import type { NodeState, Reply, Request, Welcome } from '#rpc/session/frames';
import type { Program, Versions } from '#rpc/versions';
import type { DiskCompletion, Recovered } from '#storage';
import { PropertyBroken } from './invariants/index.js';
import type { Network, Side, Stream } from './network.js';
import type { Plan } from './plan.js';
import type { Random } from './random.js';
import type { Trace } from './trace.js';

/** A message between nodes: as it is, or as bytes. */
export type Travelling = PeerMessage | Uint8Array;

export type ReplicaMaker = (config: ReplicaConfig, from: Recovered, ports: Ports) => Replica;

/** `life`: 1 for the first start. */
export type ProgramMaker = (node: NodeId, life: number) => Program;

/** What travels on streams. */
export type Parcel =
  | {
      readonly type: 'peer-greeting';
      readonly node: number;
      readonly name: string;
      readonly storeId: string;
      readonly incarnation: string;
      readonly hasHistory: boolean;
      readonly versions: Versions & { readonly formatLevel: number };
    }
  | { readonly type: 'greeting'; readonly from: 'client' | 'proxy'; readonly name: string }
  | { readonly type: 'welcome'; readonly welcome: Welcome }
  | { readonly type: 'peer'; readonly message: Travelling }
  | { readonly type: 'requests'; readonly requests: readonly Request[] }
  | { readonly type: 'replies'; readonly replies: readonly Reply[] }
  | { readonly type: 'state'; readonly state: NodeState };

export type Timer =
  | { readonly kind: 'redial'; readonly to: number }
  | { readonly kind: 'exit' }
  /** A caller has thought, and makes its next call. */
  | { readonly kind: 'call'; readonly caller: number };

/** What a process is told. */
export type Signal =
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'timer'; readonly timer: Timer }
  /** A stream that it dialled was answered, or one that it accepted is there. */
  | { readonly type: 'opened'; readonly stream: Stream<Parcel>; readonly side: Side }
  | {
      readonly type: 'received';
      readonly stream: Stream<Parcel>;
      readonly side: Side;
      readonly parcels: readonly Parcel[];
    }
  | {
      readonly type: 'ended';
      readonly stream: Stream<Parcel>;
      readonly side: Side;
      readonly refused: boolean;
    }
  | { readonly type: 'disk'; readonly completion: DiskCompletion }
  /** A message of a peer that took its own time: late, doubled, out of order. */
  | { readonly type: 'stray'; readonly from: number; readonly message: Travelling };

/** Who is to be told: a process, in one of its lives. */
export interface Addressee {
  readonly number: number;
  readonly incarnation: number;
}

/** The world as a process sees it. */
export interface Surroundings {
  readonly plan: Plan;
  readonly random: Random;
  readonly trace: Trace;
  /** Of production, but for what a test breaks. */
  readonly rules: WorldRules;
  readonly clusterId: string;
  /** Faults are over. */
  readonly isCalm: boolean;
  readonly network: Network<Parcel>;
  /** Null: messages travel as they are. */
  readonly wire: Wire | null;
  /** Milliseconds since the world began. */
  readonly now: number;
  /** `new Replica`, unless somebody looks over its shoulder. */
  readonly makeReplica: ReplicaMaker;
  /** Of which release a node is in that life. */
  readonly programOf: ProgramMaker;
  /** Tells a process later; nothing, if it is another incarnation by then. */
  schedule(process: Addressee, delayMs: number, signal: Signal): void;
  count(what: string): void;
}

/** A machine that always wants to be woken at once is woken so often, ms. */
const STEP_MS = 0.02;
/** Work in slices may take so many. */
const RESTLESS_MAX = 2_000;

export abstract class Process {
  state: 'down' | 'up' | 'frozen' = 'down';
  incarnation = 0;
  /** Its own chance: what befalls others does not shift it. */
  protected readonly random: Random;
  private inbox: Signal[] = [];
  private wakeAt = Infinity;
  private clockOffset = 0;
  private restless = 0;
  /** It crashes after so many more events; 0: it does not. */
  private eventsLeft = 0;

  constructor(
    protected readonly world: Surroundings,
    readonly number: number,
    readonly name: string,
    /** Its clock's speed: 1 is right. */
    private readonly clockRate: number,
  ) {
    this.random = world.random.fork();
  }

  /** What to answer a dialler: null if nobody listens. */
  abstract accept(stream: Stream<Parcel>): Parcel | null;
  protected abstract boot(): void;
  protected abstract die(): void;
  protected abstract take(signal: Exclude<Signal, { type: 'wake' }>): void;
  protected abstract tick(): void;
  /** On its own clock. */
  protected abstract deadline(): number;

  /** Its monotonic clock, which says nothing about anybody else's. */
  get clock(): number {
    return this.world.now * this.clockRate + this.clockOffset;
  }

  start(): void {
    if (this.state !== 'down') return;
    this.state = 'up';
    this.incarnation += 1;
    this.wakeAt = Infinity;
    this.eventsLeft = 0;
    this.clockOffset = this.random.integer(0, 1_000_000);
    this.say(`starts (incarnation ${String(this.incarnation)})`);
    this.boot();
    this.plan();
  }

  crash(why: string): void {
    if (this.state === 'down') return;
    this.say(why);
    this.state = 'down';
    this.inbox = [];
    this.die();
    this.world.network.processDied(this.number, this.world.now);
  }

  freeze(): void {
    if (this.state !== 'up') return;
    this.state = 'frozen';
    this.say('frozen');
  }

  resume(): void {
    if (this.state !== 'frozen') return;
    this.state = 'up';
    this.say('resumes');
    const waiting = this.inbox;
    this.inbox = [];
    // Whether its timers or its sockets are looked at first is not for anybody to rely on.
    if (this.random.chance(0.5)) this.tick();
    for (const signal of waiting) this.tell(signal);
    if (this.isUp) this.plan();
  }

  /** Its clock leaps ahead, as after a pause of the whole machine that nobody was told of. */
  leap(ms: number): void {
    if (this.state === 'down') return;
    this.say(`its clock leaps ahead by ${ms.toFixed(0)} ms`);
    this.clockOffset += ms;
    if (this.isUp) this.plan();
  }

  /** It crashes when it has taken so many more events, wherever it stands then. */
  crashAfter(events: number): void {
    this.eventsLeft = events;
  }

  tell(signal: Signal): void {
    if (this.state === 'down') return;
    if (this.state === 'frozen') {
      this.inbox.push(signal);
      return;
    }
    if (signal.type === 'wake') {
      if (signal.at !== this.wakeAt) return;
      this.wakeAt = Infinity;
      if (this.deadline() <= this.clock + STEP_MS) this.tick();
      this.rests();
    } else {
      this.restless = 0;
      this.take(signal);
    }
    if (this.isUp && this.eventsLeft > 0 && --this.eventsLeft === 0) this.giveOut();
    // It may have crashed meanwhile.
    if (this.isUp) this.plan();
  }

  /** Whatever wants to be woken at once, again and again, with nothing coming in, would burn a core. */
  private rests(): void {
    this.restless = this.deadline() <= this.clock + STEP_MS ? this.restless + 1 : 0;
    if (this.restless < RESTLESS_MAX) return;
    throw new PropertyBroken(
      'rest',
      `${this.name} was woken ${String(this.restless)} times in a row, and wants more`,
    );
  }

  /** It has taken the last event that it was to take. */
  protected giveOut(): void {
    this.crash('crashes in the middle');
  }

  get isUp(): boolean {
    return this.state === 'up';
  }

  /** Copies, as the wire makes them: nobody may change what another holds. */
  protected repliesOnWire(replies: readonly Reply[]): readonly Reply[] {
    const { wire } = this.world;
    return replies.map((reply) => wire?.reply(reply) ?? { ...reply });
  }

  protected requestsOnWire(requests: readonly Request[]): readonly Request[] {
    const { wire } = this.world;
    return requests.map((request) => wire?.request(request) ?? { ...request });
  }

  /** For whoever follows every step. */
  protected detail(what: () => string): void {
    this.world.trace.detail(this.world.now, this.name, what);
  }

  protected say(what: string): void {
    this.world.trace.say(this.world.now, this.name, what);
  }

  /** Makes sure that it is woken at its deadline at the latest. */
  protected plan(): void {
    const due = this.deadline();
    if (due === Infinity) return;
    const wait = Math.max(STEP_MS, (due - this.clock) / this.clockRate);
    const at = this.world.now + wait;
    if (at >= this.wakeAt) return;
    this.wakeAt = at;
    this.world.schedule(this, wait, { type: 'wake', at });
  }
}
