/**
 * Who changes the membership, as an operator would: one change after another, asked of the leader until
 * it is seen to be done. A new node joins as a learner and is promoted; a lost one is removed when its
 * successor votes.
 */
import type { Membership, MembershipChange } from '#raft';
import type { SimulatedNode } from './node.js';
import type { Surroundings } from './process.js';
import type { Random } from './random.js';

type Job =
  | { readonly kind: 'add'; readonly node: SimulatedNode }
  | { readonly kind: 'remove'; readonly node: SimulatedNode }
  /** `node` null: nobody is left to take its place. */
  | {
      readonly kind: 'replace';
      readonly lost: SimulatedNode;
      readonly node: SimulatedNode | null;
    };

export interface OperatorView {
  readonly nodes: readonly SimulatedNode[];
  /** The newest committed one. */
  membership(): Membership;
  /** The node takes up its service, or gives it up for good. */
  admit(node: SimulatedNode): void;
  dismiss(node: SimulatedNode): void;
  /** Whoever is left can go on without it. */
  maySpare(node: SimulatedNode): boolean;
  again(delayMs: number): void;
  /** It asks the right one, patiently, and starts new nodes at once. */
  readonly isCareful: boolean;
}

const LOOK_MS = 60;
const CAREFUL_LOOK_MS = 500;
const NODES_MAX = 7;

export class Operator {
  private readonly jobs: Job[] = [];
  private readonly reserved = new Set<SimulatedNode>();
  private waiting = false;
  /** Nothing is asked for the time being. */
  paused = false;

  constructor(
    private readonly world: Surroundings,
    private readonly view: OperatorView,
    private readonly random: Random,
  ) {}

  get idle(): boolean {
    return this.jobs.length === 0;
  }

  /** A node that was never a member; null if there is none left. */
  private spare(): SimulatedNode | null {
    const isFree = (node: SimulatedNode): boolean =>
      !node.inService && node.incarnation === 0 && !this.reserved.has(node);
    return this.view.nodes.find(isFree) ?? null;
  }

  canReplace(): boolean {
    return this.spare() !== null;
  }

  replace(lost: SimulatedNode): void {
    const node = this.spare();
    this.take({ kind: 'replace', lost, node }, node);
  }

  /** Nothing, where there is no spare node, or as many as there may be. */
  add(): void {
    const node = this.spare();
    if (node === null || this.view.membership().voters.length >= NODES_MAX) return;
    this.take({ kind: 'add', node }, node);
  }

  remove(node: SimulatedNode): void {
    if (this.jobs.some((job) => job.kind === 'remove')) return;
    this.take({ kind: 'remove', node }, node);
  }

  private take(job: Job, node: SimulatedNode | null): void {
    this.jobs.push(job);
    if (node !== null) this.reserved.add(node);
    if (!this.waiting) this.later(0);
  }

  look(): void {
    this.waiting = false;
    if (!this.paused) {
      // Two at a time: that the second has to wait for the first is the leader's to say.
      for (const job of this.jobs.slice(0, 2)) {
        if (!this.advance(job)) continue;
        this.jobs.splice(this.jobs.indexOf(job), 1);
        this.world.count(`membership: ${job.kind} done`);
      }
    }
    if (this.jobs.length > 0) this.later(LOOK_MS);
  }

  private later(ms: number): void {
    this.waiting = true;
    this.view.again(this.view.isCareful ? CAREFUL_LOOK_MS : ms + this.random.exponential(LOOK_MS));
  }

  /** True when it is done. */
  private advance(job: Job): boolean {
    if (job.kind === 'remove') {
      const isMember = this.view.membership().voters.includes(job.node.id);
      return (isMember && !this.view.maySpare(job.node)) || this.removed(job.node);
    }
    if (job.node !== null && !this.joined(job.node)) return false;
    return job.kind === 'add' || this.removed(job.lost);
  }

  private joined(node: SimulatedNode): boolean {
    const { voters, learners } = this.view.membership();
    if (voters.includes(node.id)) return true;
    const isLearner = learners.includes(node.id);
    // It may be there before it is expected, or only after.
    if (!node.inService && (isLearner || this.view.isCareful || this.random.chance(0.3)))
      this.view.admit(node);
    this.ask({ type: isLearner ? 'promote' : 'add-learner', node: node.id });
    return false;
  }

  private removed(node: SimulatedNode): boolean {
    const { voters, learners } = this.view.membership();
    if (!voters.includes(node.id) && !learners.includes(node.id)) {
      this.view.dismiss(node);
      return true;
    }
    this.ask({ type: 'remove', node: node.id });
    return false;
  }

  private ask(change: MembershipChange): void {
    const up = this.view.nodes.filter((node) => node.isUp && node.replica !== null);
    const leaders = up.filter((node) => node.replica?.raft.role === 'leader');
    // Now and then the wrong one is asked, who refuses.
    const asked = this.view.isCareful || this.random.chance(0.9) ? leaders : up;
    if (asked.length > 0) this.random.pick(asked).requestChange(change);
  }
}
