/** A node's process: the production replica behind a simulated disk and network. */
import type { MembershipChange, NodeId } from '#raft';
import { nodeId } from '#raft';
import type { Recovered, Refusal } from '#storage';
import type { NodeState } from '#rpc/session/frames';
import { formatProblem, nodesProblem, PROGRAM, type Program } from '#rpc/versions';
import { SimulatedDisk } from './disk.js';
import { formatOfDirectory, wordsOf } from './machines.js';
import type { PeerMessage, Replica, Report } from './machines.js';
import type { Side, Stream } from './network.js';
import { show, showReply, showRequest } from './node-words.js';
import type { Named } from './node-config.js';
import { replicaConfigOf, welcomeOf } from './node-config.js';
import { NodeSessions } from './node-sessions.js';
import { NodeStart } from './node-start.js';
import { PeerLinks } from './peer-links.js';
import type { LinkOwner } from './peer-links.js';
import { PropertyBroken } from './invariants/index.js';
import { jsonPayloads } from './payload.js';
import { Process } from './process.js';
import type { Parcel, Signal, Surroundings, Travelling } from './process.js';
import { drawDamage } from './rot.js';

/** What looks on, after each event of a node. */
export interface NodeWatch {
  started(node: SimulatedNode): void;
  stepped(node: SimulatedNode): void;
  stopped(node: SimulatedNode): void;
  /** Its directory is damaged, and it says so. */
  refused(node: SimulatedNode, why: string): void;
  /** A peer came with another directory than the one that is known of it. */
  strangerRefused(node: SimulatedNode, peer: number, why: string): void;
  sent(node: SimulatedNode, to: NodeId, message: PeerMessage): void;
  reported(node: SimulatedNode, report: Report): void;
}

export class SimulatedNode extends Process implements LinkOwner {
  readonly id: NodeId;
  readonly disk: SimulatedDisk;
  replica: Replica | null = null;
  /** It goes down of its own will, or because its disk failed, and somebody has to start it again. */
  leaving = false;
  /** It runs, or is to be started again when it is down. */
  inService: boolean;
  /** Its directory was lost, and it came back with an empty one. */
  wiped = false;
  /** Its disk does not hold any more what it once held. */
  spoiled = false;
  private readonly links: PeerLinks;
  private readonly sessions: NodeSessions;
  private starting: NodeStart | null = null;
  /** Of this life. */
  private program: Program = PROGRAM;
  private identity: { readonly storeId: string } = { storeId: '' };
  /** The directory that each peer came with last. */
  private readonly stores = new Map<number, string>();
  /** How it dies; null: chance says whether its machine loses its power with it. */
  private death: 'process' | 'power' | null = null;

  constructor(
    world: Surroundings,
    number: number,
    { id, name }: Named,
    clockRate: number,
    private readonly voters: readonly NodeId[],
    private readonly watch: NodeWatch,
  ) {
    super(world, number, name, clockRate);
    this.id = id;
    this.inService = voters.includes(this.id);
    this.links = new PeerLinks(world, this, this.random.fork());
    this.sessions = new NodeSessions((stream, parcel) => {
      this.world.network.send(stream, 1, parcel, this.world.now);
    });
    const mean = world.plan.diskMsMean;
    this.disk = new SimulatedDisk(
      this.random.fork(),
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
    for (const peer of peers) {
      if (peer === this) continue;
      this.links.meet(peer);
      if (this.replica !== null) this.links.redial(peer.number);
    }
  }

  /** For good: it is not dialled any more. */
  part(peer: SimulatedNode): void {
    this.links.part(peer.number);
  }

  /** It is stopped properly: it hands its leadership over, and exits. */
  requestStop(): void {
    if (this.replica === null || !this.isUp) return;
    this.say('is asked to stop');
    this.leaving = true;
    this.replica.handle({ type: 'stop' }, this.clock);
    this.afterStep();
    this.world.schedule(this, 3_000, { type: 'timer', timer: { kind: 'exit' } });
  }

  /** `to` null: to whomever it finds best. */
  requestTransfer(to: NodeId | null = null): void {
    if (this.replica === null || !this.isUp) return;
    this.say('is asked to hand the leadership over');
    this.step({ type: 'transfer', to });
  }

  requestChange(change: MembershipChange): void {
    if (this.replica === null || !this.isUp) return;
    this.say(`is asked to change the membership: ${change.type} ${String(change.node)}`);
    this.step({ type: 'change-membership', change });
  }

  /** Down, with the machine's power, so that nothing stays that was not synced. */
  losePower(): void {
    this.death = 'power';
    this.crash('loses its power');
    this.death = null;
  }

  /** The process alone dies, and the machine keeps what was written. */
  kill(): void {
    this.death = 'process';
    this.crash('is killed');
    this.death = null;
  }

  /** It is asked to do what it does when its election timer expires; false if it can't. */
  expireElectionTimer(): boolean {
    if (this.replica === null || !this.isUp) return false;
    this.say('its election timer expires by hand');
    this.step({ type: 'campaign' });
    return true;
  }

  /** A connection to the peer with this number stands, dialled by this node. */
  isLinkedTo(peer: number): boolean {
    return this.links.isOpen(peer);
  }

  /** While it is down: some of what it wrote is not what it wrote. False if there is nothing yet. */
  spoil(): boolean {
    const damage = drawDamage(this.random, this.disk.files());
    if (damage === null) return false;
    const { path, at, data } = damage;
    this.disk.spoil(path, at, data);
    this.say(`its ${path} rots: ${String(data.length)} bytes at ${String(at)}`);
    this.spoiled = true;
    return true;
  }

  /** While it is down: it gets an empty disk. */
  wipe(): void {
    this.say('its disk is lost, and replaced by an empty one');
    this.disk.wipe();
    this.wiped = true;
  }

  accept(stream: Stream<Parcel>): Parcel | null {
    const { replica } = this;
    if (replica === null) return null;
    if (stream.kind === 'session')
      return { type: 'welcome', welcome: welcomeOf(this.world.plan, this.world.clusterId, this) };
    const { greeting } = stream;
    if (greeting.type !== 'peer-greeting') return null;
    if (this.isApart(greeting)) return null;
    const refusal = replica.refusalOf(nodeId(greeting.node), greeting.storeId);
    if (refusal === null) return this.greeting();
    this.watch.strangerRefused(this, greeting.node, refusal);
    this.stores.set(greeting.node, greeting.storeId);
    return null;
  }

  /** The other one's release and this one can't work side by side. */
  private isApart({ name, versions }: Parcel & { readonly type: 'peer-greeting' }): boolean {
    const ours = { who: this.name, versions: this.greeting().versions };
    const problem = nodesProblem({ who: name, versions }, ours);
    if (problem === null) return false;
    this.world.count('other release refused');
    this.detail(() => `refuses ${name}: ${problem}`);
    return true;
  }

  protected boot(): void {
    const { rules, clusterId } = this.world;
    this.program = this.world.programOf(this.id, this.incarnation);
    this.starting = new NodeStart(
      this.disk,
      { clusterId, nodeId: this.id, name: this.name },
      () => `${this.name}-${String(this.random.bits())}`,
      rules.storage,
      {
        begun: (recovered) => {
          this.begin(recovered);
        },
        refused: (refusal) => {
          this.notStarted(refusal);
        },
        failed: () => {
          this.leaving = true;
          this.crash('exits');
        },
      },
    );
    this.starting.begin();
  }

  protected die(): void {
    this.watch.stopped(this);
    this.replica = null;
    this.leaving = false;
    this.starting = null;
    this.sessions.clear();
    this.links.drop();
    // Either the machine loses its power, or the process alone dies and all that was written stays.
    const losesPower = this.death === null ? this.random.chance(0.5) : this.death === 'power';
    if (losesPower) this.disk.crash(this.random);
    else this.disk.kill();
  }

  protected tick(): void {
    this.step({ type: 'tick' });
  }

  protected deadline(): number {
    return this.replica?.deadline() ?? Infinity;
  }

  protected override giveOut(): void {
    this.leaving = true;
    super.giveOut();
  }

  protected take(signal: Exclude<Signal, { type: 'wake' }>): void {
    switch (signal.type) {
      case 'disk':
        if (this.replica === null) this.starting?.completed(signal.completion);
        else this.step({ type: 'disk', completions: [signal.completion] });
        return;
      case 'stray':
        this.hear(signal.from, [signal.message]);
        return;
      case 'timer':
        if (signal.timer.kind === 'exit') this.crash('exits');
        else if (signal.timer.kind === 'redial') this.links.redial(signal.timer.to);
        return;
      case 'opened':
        if (signal.stream.kind === 'peer') this.peerOpened(signal.stream, signal.side);
        else this.sessions.opened(signal.stream, this.replica?.state() ?? null);
        return;
      case 'ended':
        if (signal.stream.kind === 'session') this.sessionEnded(signal.stream);
        else if (signal.side === 0) this.links.ended(signal.stream, signal.refused);
        else this.brokenBy(signal.stream);
        return;
      case 'received':
        if (signal.stream.kind === 'peer') this.peerReceived(signal.stream, signal.parcels);
        else this.requestsReceived(signal.stream, signal.parcels);
    }
  }

  private notStarted(refusal: Refusal): void {
    if (!this.spoiled) {
      throw new PropertyBroken('recovery', `${this.name} refuses to start: ${refusal.message}`);
    }
    this.say(`refuses to start: ${refusal.message}`);
    this.inService = false;
    this.watch.refused(this, refusal.message);
    this.crash('exits');
  }

  private begin(recovered: Recovered): void {
    this.starting = null;
    const level = formatOfDirectory(recovered);
    const problem = formatProblem({ who: this.name, versions: this.program }, level);
    if (problem !== null) {
      this.say(`refuses to start: ${problem}`);
      this.world.count('format refused at start');
      this.leaving = true;
      this.crash('exits');
      return;
    }
    this.identity = recovered.identity;
    for (const remark of recovered.remarks) this.say(`recovery: ${remark}`);
    const { plan } = this.world;
    const { raftOf, ...others } = this.world.rules;
    const rules = raftOf === undefined ? others : { ...others, raft: raftOf(this.id) };
    const isNew = this.voters.includes(this.id) && !this.wiped;
    const seed = this.random.bits();
    const { program } = this;
    const config = { ...replicaConfigOf(plan, this, this.voters, seed, isNew, rules), program };
    this.replica = this.world.makeReplica(config, recovered, {
      disk: this.disk,
      network: {
        send: (to, message) => this.sendToPeer(to, message),
        reply: (connection, replies) => {
          this.detail(
            () => `answers on ${String(connection)}: ${replies.map(showReply).join(', ')}`,
          );
          this.sessions.reply(connection, this.repliesOnWire(replies));
        },
        unread: () => 0,
        publish: (state) => {
          this.sessions.publish(this.stateOnWire(state));
        },
      },
      codec: this.world.wire?.payloads ?? jsonPayloads,
      report: (report) => {
        this.watch.reported(this, report);
        this.say(wordsOf(report).text);
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
      const wait = this.random.between(0, 50);
      this.world.schedule(this, wait, { type: 'timer', timer: { kind: 'exit' } });
    } else if (replica.stopped()) {
      this.crash('exits');
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
      versions: { ...this.program, formatLevel: this.replica?.store.formatLevel ?? 1 },
    };
  }

  get incarnationName(): string {
    return `${this.name}.${String(this.incarnation)}`;
  }

  private peerOpened(stream: Stream<Parcel>, side: Side): void {
    const greeting = side === 0 ? stream.answer : stream.greeting;
    if (greeting?.type !== 'peer-greeting') return;
    if (side === 0 && !this.links.opened(stream, greeting)) return;
    const { node, storeId, name, hasHistory, versions } = greeting;
    const { formatMax } = versions;
    this.stores.set(node, storeId);
    if (this.isStranger(node)) return;
    this.step({ type: 'peer-greeted', peer: nodeId(node), storeId, name, hasHistory, formatMax });
  }

  /** A known id with another directory: nothing it says counts, and it is told nothing. */
  private isStranger(peer: number): boolean {
    const storeId = this.stores.get(peer);
    return storeId !== undefined && this.replica?.refusalOf(nodeId(peer), storeId) !== null;
  }

  private brokenBy({ ends }: Stream<Parcel>): void {
    const peer = this.links.idOf(ends[0]);
    if (peer !== null) this.peerBroken(peer);
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
    if (this.isStranger(from)) return;
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
    const number = this.links.numberOf(to);
    this.watch.sent(this, to, message);
    if (number === null || !this.links.isOpen(number) || this.isStranger(to)) return false;
    const { wire } = this.world;
    const sender = this.replica?.storage;
    const inMemory = wire === null || sender === undefined;
    this.links.send(number, message, inMemory ? message : wire.encodePeer(message, sender));
    return true;
  }

  private sessionEnded(stream: Stream<Parcel>): void {
    const connection = this.sessions.ended(stream);
    if (connection !== null) this.step({ type: 'connection-closed', connection });
  }

  private requestsReceived(stream: Stream<Parcel>, parcels: readonly Parcel[]): void {
    const asked = this.sessions.received(stream, parcels);
    if (asked === null) return;
    const { connection, requests } = asked;
    this.detail(() => `asked on ${String(connection)}: ${requests.map(showRequest).join(', ')}`);
    this.step({ type: 'requests', connection, requests });
  }

  private stateOnWire(state: NodeState): NodeState {
    return this.world.wire?.state(state) ?? { ...state };
  }
}
