/** A node's process: the production replica behind a simulated disk and network. */
import type { NodeId } from '#raft';
import { nodeId, term } from '#raft';
import type { DiskCompletion, DiskOperation, DiskResult, Recovered, Refusal } from '#storage';
import type { NodeState, Reply } from '#rpc/session/frames';
import { SimulatedDisk } from './disk.js';
import { Storage } from './machines.js';
import type { PeerMessage, Replica, Report } from './machines.js';
import type { Side, Stream } from './network.js';
import { show, showReply, showRequest, wordsOf } from './node-words.js';
import { replicaConfigOf, welcomeOf, CLUSTER_ID } from './node-config.js';
import { PeerLinks } from './peer-links.js';
import type { LinkOwner } from './peer-links.js';
import { PropertyBroken } from './invariants/index.js';
import { jsonPayloads } from './payload.js';
import { Process } from './process.js';
import type { Parcel, Signal, Surroundings, Travelling } from './process.js';

type Start = Generator<DiskOperation, Recovered | Refusal | { readonly code: 'blank' }, DiskResult>;
type Initialising = Generator<DiskOperation, void, DiskResult>;
type Step = ReturnType<(Start | Initialising)['next']>;

/** What looks on, after each event of a node. */
export interface NodeWatch {
  started(node: SimulatedNode): void;
  stepped(node: SimulatedNode): void;
  stopped(node: SimulatedNode): void;
}

export class SimulatedNode extends Process implements LinkOwner {
  readonly id: NodeId;
  readonly disk: SimulatedDisk;
  replica: Replica | null = null;
  /** It goes down of its own will, or because its disk failed, and somebody has to start it again. */
  leaving = false;
  private readonly links: PeerLinks;
  private starting: Start | Initialising | null = null;
  private startRequest = 0;
  private readonly connections = new Map<
    number,
    { readonly stream: number; readonly proxy: boolean }
  >();
  private readonly byStream = new Map<number, number>();
  private nextConnection = 1;
  private identity: { readonly storeId: string } = { storeId: '' };

  constructor(
    world: Surroundings,
    number: number,
    name: string,
    clockRate: number,
    private readonly voters: readonly NodeId[],
    private readonly watch: NodeWatch,
  ) {
    super(world, number, name, clockRate);
    this.id = nodeId(voters[number] ?? 0);
    this.links = new PeerLinks(world, this);
    const mean = world.plan.diskMsMean;
    this.disk = new SimulatedDisk(
      world.random.fork(),
      {
        now: () => world.now,
        complete: (completion, delayMs) => {
          world.schedule(this, delayMs, { type: 'disk', completion });
        },
      },
      { latencyMs: { min: 0.2 * mean, max: 1.8 * mean } },
    );
  }

  meet(peers: readonly SimulatedNode[]): void {
    for (const peer of peers) if (peer !== this) this.links.meet(peer);
  }

  /** It asked to be stopped, or its disk failed: it goes down of itself. */
  requestStop(): void {
    if (this.replica === null || !this.isUp) return;
    this.say('is asked to stop');
    this.leaving = true;
    this.replica.handle({ type: 'stop' }, this.clock);
    this.afterStep();
    this.world.schedule(this, 3_000, { type: 'timer', timer: { kind: 'exit' } });
  }

  requestTransfer(): void {
    if (this.replica === null || !this.isUp) return;
    this.say('is asked to hand the leadership over');
    this.replica.handle({ type: 'transfer', to: null }, this.clock);
    this.afterStep();
  }

  /** So many times slower than it was. */
  slowDisk(factor: number): void {
    this.say(`its disk is ${String(factor)} times slower`);
    this.disk.slowness = factor;
  }

  /** Its next write or sync fails. */
  failDisk(): void {
    this.say('its disk is about to fail');
    this.disk.failNext();
  }

  mendDisk(): void {
    this.disk.slowness = 1;
    this.disk.full = false;
  }

  accept(stream: Stream<Parcel>): Parcel | null {
    if (this.replica === null) return null;
    if (stream.kind === 'session')
      return { type: 'welcome', welcome: welcomeOf(this.world.plan, this) };
    return this.greeting();
  }

  protected boot(): void {
    this.starting = Storage.recover({ clusterId: CLUSTER_ID, nodeId: this.id, name: this.name });
    this.advanceStart(undefined);
  }

  protected die(): void {
    this.watch.stopped(this);
    this.replica = null;
    this.leaving = false;
    this.starting = null;
    this.connections.clear();
    this.byStream.clear();
    this.links.drop();
    // Either the machine loses its power, or the process alone dies and all that was written stays.
    const { random } = this.world;
    if (random.chance(0.5)) this.disk.crash(random);
    else this.disk.kill();
  }

  protected tick(): void {
    this.step({ type: 'tick' });
  }

  protected deadline(): number {
    return this.replica?.deadline() ?? Infinity;
  }

  protected take(signal: Exclude<Signal, { type: 'wake' }>): void {
    switch (signal.type) {
      case 'disk':
        if (this.replica === null) this.advanceStart(signal.completion);
        else this.step({ type: 'disk', completions: [signal.completion] });
        return;
      case 'stray':
        this.hear(signal.from, [signal.message]);
        return;
      case 'timer':
        this.timer(signal.timer);
        return;
      case 'opened':
        if (signal.stream.kind === 'peer') this.peerOpened(signal.stream, signal.side);
        else this.sessionOpened(signal.stream);
        return;
      case 'ended':
        if (signal.stream.kind === 'session') this.sessionEnded(signal.stream);
        else if (signal.side === 0) this.links.ended(signal.stream, signal.refused);
        else this.peerBroken(nodeId(this.voters[signal.stream.ends[0]] ?? 0));
        return;
      case 'received':
        if (signal.stream.kind === 'peer') this.peerReceived(signal.stream, signal.parcels);
        else this.requestsReceived(signal.stream, signal.parcels);
    }
  }

  /** Recovery goes on, one disk operation after another; a crash may come between any two. */
  private advanceStart(completion: DiskCompletion | undefined): void {
    const { starting } = this;
    if (starting === null || (completion !== undefined && completion.id !== this.startRequest))
      return;
    let step: Step;
    try {
      step = completion === undefined ? starting.next() : starting.next(completion.result);
    } catch (error) {
      // The disk failed in the middle, and the process gives up.
      if (completion?.result.ok !== false) throw error;
      this.exit();
      return;
    }
    if (step.done !== true) {
      this.startRequest += 1;
      this.disk.submit({ id: this.startRequest, lane: 'start', ...step.value });
    } else if (step.value === undefined) {
      this.boot();
    } else if ('code' in step.value) {
      this.notStarted(step.value);
    } else {
      this.begin(step.value);
    }
  }

  private notStarted(refusal: Refusal | { readonly code: 'blank' }): void {
    if (refusal.code === 'blank') this.initialise();
    else if (refusal.code === 'disk-failed') this.exit();
    else throw new PropertyBroken('recovery', `${this.name} refuses to start: ${refusal.message}`);
  }

  private exit(): void {
    this.leaving = true;
    this.crash('exits');
  }

  private initialise(): void {
    const storeId = `${this.name}-${String(this.world.random.bits())}`;
    this.starting = Storage.initialise(
      {
        format: 1,
        clusterId: CLUSTER_ID,
        nodeId: this.id,
        name: this.name,
        storeId,
        askedToLead: false,
      },
      { term: term(0), votedFor: null },
    );
    this.advanceStart(undefined);
  }

  private begin(recovered: Recovered): void {
    this.starting = null;
    this.identity = recovered.identity;
    for (const remark of recovered.remarks) this.say(`recovery: ${remark}`);
    const config = replicaConfigOf(this.world.plan, this, this.voters, this.world.random.bits());
    this.replica = this.world.makeReplica(config, recovered, {
      disk: this.disk,
      network: {
        send: (to, message) => this.sendToPeer(to, message),
        reply: (connection, replies) => {
          this.reply(connection, replies);
        },
        publish: (state) => {
          this.publish(state);
        },
      },
      codec: this.world.wire?.payloads ?? jsonPayloads,
      report: (report) => {
        this.report(report);
      },
    });
    this.watch.started(this);
    this.links.dialAll();
    this.step({ type: 'tick' });
  }

  private step(event: Parameters<Replica['handle']>[0]): void {
    if (this.replica === null) return;
    this.replica.handle(event, this.clock);
    this.afterStep();
  }

  private afterStep(): void {
    const { replica } = this;
    if (replica === null) return;
    this.watch.stepped(this);
    if (replica.failure !== null) {
      if (this.leaving) return;
      this.leaving = true;
      const wait = this.world.random.between(0, 50);
      this.world.schedule(this, wait, { type: 'timer', timer: { kind: 'exit' } });
    } else if (replica.stopped()) {
      this.crash('exits');
    }
  }

  private timer(timer: Extract<Signal, { type: 'timer' }>['timer']): void {
    if (timer.kind === 'exit') {
      this.crash('exits');
    } else if (timer.kind === 'redial') {
      this.links.redial(timer.to);
    }
  }

  greeting(): Parcel & { readonly type: 'peer-greeting' } {
    const raft = this.replica?.raft;
    return {
      type: 'peer-greeting',
      node: this.id,
      name: this.name,
      storeId: this.identity.storeId,
      incarnation: this.incarnationName,
      hasHistory: (raft?.lastIndex ?? 0) > 0,
    };
  }

  get incarnationName(): string {
    return `${this.name}.${String(this.incarnation)}`;
  }

  private peerOpened(stream: Stream<Parcel>, side: Side): void {
    const greeting = side === 0 ? stream.answer : stream.greeting;
    if (greeting?.type !== 'peer-greeting') return;
    if (side === 0 && !this.links.opened(stream, greeting)) return;
    const { node, storeId, name, hasHistory } = greeting;
    this.step({ type: 'peer-greeted', peer: nodeId(node), storeId, name, hasHistory });
  }

  peerBroken(peer: NodeId): void {
    this.step({ type: 'peer-broken', peer });
  }

  peerLost(peer: NodeId): void {
    this.step({ type: 'peer-lost', peer });
  }

  private peerReceived(stream: Stream<Parcel>, parcels: readonly Parcel[]): void {
    const { greeting } = stream;
    if (greeting.type !== 'peer-greeting') return;
    const messages = parcels.flatMap((parcel) => (parcel.type === 'peer' ? [parcel.message] : []));
    this.hear(greeting.node, messages);
  }

  private hear(from: number, travelling: readonly Travelling[]): void {
    const { wire } = this.world;
    const messages = travelling.flatMap((one) => {
      const message = one instanceof Uint8Array ? wire?.decodePeer(one) : one;
      if (message === undefined) return [];
      this.detail(() => `from ${String(from)}: ${show(message)}`);
      return [message];
    });
    if (messages.length > 0) this.step({ type: 'peer', from: nodeId(from), messages });
  }

  private sendToPeer(to: NodeId, message: PeerMessage): boolean {
    // Nodes are the first processes, in order of their ids.
    const number = this.voters.indexOf(to);
    if (!this.links.isOpen(number)) return false;
    const { wire } = this.world;
    const sender = this.replica?.storage;
    const inMemory = wire === null || sender === undefined;
    this.links.send(number, message, inMemory ? message : wire.encodePeer(message, sender));
    return true;
  }

  private sessionOpened(stream: Stream<Parcel>): void {
    const connection = this.nextConnection++;
    const proxy = stream.greeting.type === 'greeting' && stream.greeting.from === 'proxy';
    this.connections.set(connection, { stream: stream.id, proxy });
    this.byStream.set(stream.id, connection);
    if (proxy && this.replica !== null) this.sendState(stream.id, this.replica.state());
  }

  private sessionEnded(stream: Stream<Parcel>): void {
    const connection = this.byStream.get(stream.id);
    if (connection === undefined) return;
    this.byStream.delete(stream.id);
    this.connections.delete(connection);
    this.step({ type: 'connection-closed', connection });
  }

  private requestsReceived(stream: Stream<Parcel>, parcels: readonly Parcel[]): void {
    const connection = this.byStream.get(stream.id);
    if (connection === undefined) return;
    const requests = parcels.flatMap((parcel) =>
      parcel.type === 'requests' ? parcel.requests : [],
    );
    this.detail(() => `asked on ${String(connection)}: ${requests.map(showRequest).join(', ')}`);
    if (requests.length > 0) this.step({ type: 'requests', connection, requests });
  }

  private reply(connection: number, replies: readonly Reply[]): void {
    const stream = this.connections.get(connection)?.stream;
    if (stream === undefined) return;
    const copies = this.repliesOnWire(replies);
    this.detail(() => `answers on ${String(connection)}: ${replies.map(showReply).join(', ')}`);
    this.world.network.send(stream, 1, { type: 'replies', replies: copies }, this.world.now);
  }

  private publish(state: NodeState): void {
    for (const { stream, proxy } of this.connections.values())
      if (proxy) this.sendState(stream, state);
  }

  private sendState(stream: number, state: NodeState): void {
    this.world.network.send(
      stream,
      1,
      { type: 'state', state: this.world.wire?.state(state) ?? { ...state } },
      this.world.now,
    );
  }

  private report(report: Report): void {
    if (report.type === 'checkpoint') this.world.count(`checkpoint ${report.how}`);
    this.say(wordsOf(report));
  }
}
