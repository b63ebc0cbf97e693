/** A node's streams to its peers, which it dials again and again, as the real driver does. */
import type { NodeId } from '#raft';
import type { PeerMessage } from './machines.js';
import type { Random } from './random.js';
import type { Stream } from './network.js';
import type { Addressee, Parcel, Signal, Surroundings, Travelling } from './process.js';

interface PeerLink {
  readonly peer: PeerProcess;
  stream: number | null;
  open: boolean;
  /** The stream broke; whether the peer died is not known yet. */
  doubtful: boolean;
  incarnation: string | null;
  backOffMs: number;
}

export interface PeerProcess extends Addressee {
  readonly id: NodeId;
  /** Else nobody dials it. */
  readonly inService: boolean;
}

type Greeting = Parcel & { readonly type: 'peer-greeting' };

/** The node that the links belong to. */
export interface LinkOwner extends PeerProcess {
  greeting(): Greeting;
  /** A stream with the peer broke; of one that this node dialled, once it was redialled. */
  peerBroken(peer: NodeId): void;
  /** The stream to the peer broke, and a redial was refused or met a new process. */
  peerLost(peer: NodeId): void;
}

const REDIAL_MS_MIN = 20;
const REDIAL_MS_MAX = 500;

export class PeerLinks {
  /** By the peer's process number. */
  private readonly links = new Map<number, PeerLink>();

  constructor(
    private readonly world: Surroundings,
    private readonly owner: LinkOwner,
    private readonly random: Random,
  ) {}

  /** Null: it is no peer. */
  numberOf(id: NodeId): number | null {
    for (const { peer } of this.links.values()) if (peer.id === id) return peer.number;
    return null;
  }

  /** Null: no peer has this number. */
  idOf(number: number): NodeId | null {
    return this.links.get(number)?.peer.id ?? null;
  }

  meet(peer: PeerProcess): void {
    this.links.set(peer.number, {
      peer,
      stream: null,
      open: false,
      doubtful: false,
      incarnation: null,
      backOffMs: REDIAL_MS_MIN,
    });
  }

  /** `to` is the peer's process number. */
  part(to: number): void {
    this.links.delete(to);
  }

  dialAll(): void {
    for (const link of this.links.values()) this.dial(link);
  }

  /** The back-off is over. */
  redial(to: number): void {
    const link = this.links.get(to);
    if (link?.stream === null) this.dial(link);
  }

  /** The process died: of the links nothing is left. */
  drop(): void {
    for (const link of this.links.values()) {
      link.stream = null;
      link.open = false;
      link.doubtful = false;
      link.backOffMs = REDIAL_MS_MIN;
    }
  }

  /** False if the stream is none of the present ones. */
  opened(stream: Stream<Parcel>, { incarnation }: Greeting): boolean {
    const link = this.linkOf(stream);
    if (link === undefined) return false;
    link.open = true;
    link.backOffMs = REDIAL_MS_MIN;
    const isOther = link.incarnation !== incarnation;
    link.incarnation = incarnation;
    this.reportLoss(link, isOther);
    return true;
  }

  ended(stream: Stream<Parcel>, refused: boolean): void {
    const link = this.linkOf(stream);
    if (link === undefined) return;
    link.stream = null;
    if (link.open) {
      link.open = false;
      link.doubtful = true;
      this.dial(link);
      return;
    }
    this.dialLater(link);
    this.reportLoss(link, refused);
  }

  isOpen(to: number): boolean {
    return this.links.get(to)?.open === true;
  }

  /** `to` is the peer's process number. Dropped while there is no connection. */
  send(to: number, message: PeerMessage, travelling: Travelling): void {
    const link = this.links.get(to);
    if (link === undefined || link.stream === null || !link.open) return;
    if (message.type === 'raft' && this.goesAstray(link, travelling)) return;
    const { network, now } = this.world;
    const wait = this.slownessOf(message);
    if (wait > 0) network.hold(link.stream, wait, now);
    const parcel: Parcel = { type: 'peer', message: travelling };
    network.send(link.stream, 0, parcel, now);
  }

  /** Pieces of checkpoints may take their time, ms, and all that follows them. */
  private slownessOf(message: PeerMessage): number {
    const { plan, isCalm } = this.world;
    if (message.type !== 'raft' || message.message.type !== 'checkpoint-chunk') return 0;
    return isCalm || plan.chunkMs === 0 ? 0 : this.random.exponential(plan.chunkMs);
  }

  /** In rough worlds; true if the message does not travel on its stream. */
  private goesAstray(link: PeerLink, message: Travelling): boolean {
    const { plan, isCalm } = this.world;
    const { random } = this;
    if (isCalm || plan.lossChance + plan.duplicateChance + plan.strayChance === 0) return false;
    if (random.chance(plan.lossChance)) {
      this.world.count('message lost');
      return true;
    }
    const stray = { type: 'stray', from: this.owner.id, message } as const;
    if (random.chance(plan.duplicateChance)) {
      this.world.count('message doubled');
      this.strayTo(link, stray);
    }
    if (!random.chance(plan.strayChance)) return false;
    this.world.count('message out of order');
    this.strayTo(link, stray);
    return true;
  }

  private strayTo({ peer }: PeerLink, stray: Extract<Signal, { type: 'stray' }>): void {
    const { plan, network } = this.world;
    const from = this.owner.number;
    if (network.isCut(from, peer.number)) return;
    const late = network.delay(from, peer.number) + this.random.next() * plan.strayMs;
    this.world.schedule(peer, late, stray);
  }

  private dialLater(link: PeerLink): void {
    const wait = link.backOffMs * this.random.between(0.8, 1.2);
    link.backOffMs = Math.min(REDIAL_MS_MAX, link.backOffMs * 2);
    const timer = { kind: 'redial', to: link.peer.number } as const;
    this.world.schedule(this.owner, wait, { type: 'timer', timer });
  }

  private dial(link: PeerLink): void {
    if (!link.peer.inService) {
      this.dialLater(link);
      return;
    }
    const { network, now } = this.world;
    const greeting = this.owner.greeting();
    link.stream = network.dial('peer', this.owner.number, link.peer.number, greeting, now);
  }

  /** The redial of a stream that broke has shown what became of the peer, or has shown nothing. */
  private reportLoss(link: PeerLink, processIsGone: boolean): void {
    if (!link.doubtful) return;
    link.doubtful = false;
    this.owner.peerBroken(link.peer.id);
    if (!processIsGone) return;
    this.world.count('peer-lost hint');
    this.owner.peerLost(link.peer.id);
  }

  private linkOf(stream: Stream<Parcel>): PeerLink | undefined {
    const link = this.links.get(stream.ends[1]);
    return link?.stream === stream.id ? link : undefined;
  }
}
