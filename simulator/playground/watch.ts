/** Looks on whatever nodes do: for the feed, and to have every property checked. */
import type { NodeId } from '#raft';
import type { NodeSight } from '#rpc/generated/relevo/v1/sight';
import type { Invariants } from '../invariants/index.js';
import { wordsOf, type PeerMessage, type Report } from '../machines.js';
import type { NodeViews } from '../node-views.js';
import type { NodeWatch, SimulatedNode } from '../node.js';
import type { Feed } from './feed.js';

export interface LastSight {
  readonly sight: NodeSight;
  readonly at: number;
}

export interface WatchedWorld {
  readonly now: number;
  readonly feed: Feed;
  readonly invariants: Invariants;
  readonly views: NodeViews;
  readonly lastSights: Map<number, LastSight>;
  campaignSoon(node: SimulatedNode): void;
}

/** Of a node that goes down: so many of its entries are remembered. */
const CELLS_KEPT = 200;

export class PlayWatch implements NodeWatch {
  /** It campaigns at its first start. */
  campaigner: NodeId | null = null;

  constructor(private readonly world: WatchedWorld) {}

  started(node: SimulatedNode): void {
    const { views, invariants } = this.world;
    if (node.id === this.campaigner) {
      this.campaigner = null;
      this.world.campaignSoon(node);
    }
    // Nothing that a wiped node does may count: nobody should listen to it.
    if (node.wiped) return;
    const view = views.see(node);
    if (view !== null) invariants.started(view);
  }

  stepped(node: SimulatedNode): void {
    const view = this.world.views.of(node);
    if (view !== undefined && !node.wiped) this.world.invariants.stepped(view);
  }

  stopped(node: SimulatedNode): void {
    const { views, lastSights, now } = this.world;
    views.down(node);
    const sight = node.replica?.sight(node.clock, CELLS_KEPT);
    if (sight !== undefined) lastSights.set(node.id, { sight, at: now });
    if (node.leaving) this.say(node, 'stopped', 'has exited');
  }

  refused(node: SimulatedNode, why: string): void {
    node.inService = true;
    this.say(node, 'failed', `refuses to start: ${why}`);
  }

  strangerRefused(node: SimulatedNode, peer: number, why: string): void {
    this.say(node, 'decision', `refuses the connection of #${String(peer)}: ${why}`);
  }

  sent(node: SimulatedNode, to: NodeId, message: PeerMessage): void {
    if (message.type !== 'raft') return;
    const { message: inner } = message;
    if (inner.type === 'vote-reply' && inner.granted)
      this.world.invariants.voted(node.name, node.id, inner.term, to);
  }

  reported(node: SimulatedNode, report: Report): void {
    const { kind, text } = wordsOf(report);
    this.say(node, kind, text);
  }

  private say(node: SimulatedNode, kind: string, text: string): void {
    this.world.feed.say(this.world.now, node.id, kind, text);
  }
}
