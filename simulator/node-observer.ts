/** Looks on whatever nodes do: has every property checked, and counts what is to happen at least sometimes. */
import type { NodeId } from '#raft';
import type { Invariants } from './invariants/index.js';
import type { Losses } from './losses.js';
import type { PeerMessage, Report } from './machines.js';
import type { NodeWatch, SimulatedNode } from './node.js';
import type { NodeViews } from './node-views.js';
import type { Random } from './random.js';

export interface ObservedWorld {
  readonly now: number;
  readonly invariants: Invariants;
  readonly views: NodeViews;
  readonly losses: Losses;
  readonly operator: { replace(lost: SimulatedNode): void };
  readonly faults: {
    readonly healed: number;
    leaderRose(node: SimulatedNode): void;
    restartLater(node: SimulatedNode, random: Random): void;
  };
  readonly random: Random;
  writesInFlight(): boolean;
  count(what: string): void;
}

/** A checkpoint is on its way so long after its last piece was sent, ms. */
const TRANSFER_MS = 3_000;

export class NodeObserver implements NodeWatch {
  /** When each node was sent a piece of a checkpoint that it has not installed. */
  private readonly transfers = new Map<number, number>();
  /** The newest question of each node that the leader has not answered. */
  private readonly questions = new Map<number, number>();
  /** The newest revision that any node has applied. */
  newestRevision = 0;

  constructor(private readonly world: ObservedWorld) {}

  started(node: SimulatedNode): void {
    const { views, invariants, losses } = this.world;
    // Nothing that a wiped node does may count: nobody should listen to it.
    this.questions.delete(node.id);
    if (node.wiped) return;
    const view = views.see(node);
    if (view === null) return;
    if (node.spoiled) {
      node.spoiled = false;
      losses.forgive(node);
      this.world.count('rotten file was of no consequence');
    }
    invariants.started(view);
  }

  stepped(node: SimulatedNode): void {
    const view = this.world.views.of(node);
    if (view === undefined || node.wiped) return;
    this.world.invariants.stepped(view);
    const { revision } = view.replica.store;
    if (revision > this.newestRevision) this.newestRevision = revision;
  }

  stopped(node: SimulatedNode): void {
    this.world.views.down(node);
    if (node.leaving) this.world.faults.restartLater(node, this.world.random);
  }

  refused(node: SimulatedNode): void {
    this.world.count('damaged node refuses to start');
    this.world.operator.replace(node);
  }

  strangerRefused(): void {
    this.world.count('wiped node refused');
  }

  sent(node: SimulatedNode, to: NodeId, message: PeerMessage): void {
    if (message.type !== 'raft') return;
    const { message: inner } = message;
    if (inner.type === 'checkpoint-chunk') {
      this.transfers.set(to, this.world.now);
      if (inner.offset > 0) this.world.count('checkpoint in several pieces');
    } else if (inner.type === 'read-index-request') {
      if (this.questions.has(node.id)) this.world.count('read index asked again');
      this.questions.set(node.id, inner.id);
    } else if (inner.type === 'read-index-reply') {
      if ((this.questions.get(to) ?? Infinity) <= inner.id) this.questions.delete(to);
    } else if (inner.type === 'vote-reply' && inner.granted) {
      this.world.invariants.voted(node.name, node.id, inner.term, to);
    }
  }

  reported(node: SimulatedNode, report: Report): void {
    switch (report.type) {
      case 'role':
        // Questions to another leader are new ones.
        this.questions.delete(node.id);
        if (report.role === 'leader') this.rose(node);
        return;
      case 'checkpoint':
        this.world.count(`checkpoint ${report.how}`);
        if (report.how === 'installed') this.transfers.delete(node.id);
        return;
      case 'decision':
        if (report.text.startsWith('cuts its log')) this.cut();
        return;
      case 'disk-full':
      case 'failed':
        this.world.count(`node stops: ${report.type}`);
        return;
      case 'membership':
      case 'recovered':
      case 'request':
      case 'more-requests':
    }
  }

  private rose(node: SimulatedNode): void {
    this.world.faults.leaderRose(node);
    const after = this.world.now - TRANSFER_MS;
    if ([...this.transfers.values()].some((at) => at > after)) {
      this.world.count('election with a checkpoint on its way');
    }
    if (this.world.writesInFlight()) this.world.count('leader change with writes in flight');
  }

  private cut(): void {
    this.world.count('log cut');
    if (this.world.faults.healed > 0) this.world.count('log cut after a partition');
  }
}
