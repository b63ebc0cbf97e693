/** Membership changes by one server at a time (dissertation, chapter 4). */
import type { LogIndex, Membership, MembershipChange, NodeId } from './types.js';
import { mark } from './words.js';

/** A membership and the index of the entry that made it; it holds from there on. */
export interface MembershipStep {
  readonly index: LogIndex;
  readonly membership: Membership;
}

/**
 * The memberships of the log: the newest one is in force, committed or not, and is undone when its
 * entry is cut. Never empty, in order of index.
 */
export class MembershipHistory {
  private steps: MembershipStep[];

  constructor(steps: readonly MembershipStep[]) {
    this.steps = steps.slice();
  }

  dump(): MembershipStep[] {
    return this.steps.slice();
  }

  get newest(): MembershipStep {
    return this.at(Infinity);
  }

  /** The one in force as of the entry at `index`; the oldest known one for what is before it. */
  at(index: number): MembershipStep {
    for (let at = this.steps.length - 1; at > 0; at--) {
      const step = this.steps[at];
      if (step !== undefined && step.index <= index) return step;
    }
    const oldest = this.steps[0];
    if (oldest === undefined) throw new RangeError('a log has at least its first membership');
    return oldest;
  }

  add(index: LogIndex, membership: Membership): void {
    this.steps.push({ index, membership });
  }

  /** True if one was undone. */
  truncateFrom(from: LogIndex): boolean {
    const before = this.steps.length;
    while (this.steps.length > 1 && this.newest.index >= from) this.steps.pop();
    return this.steps.length !== before;
  }

  /** Forgets all that is older than the one in force at `index`. */
  dropTo(index: LogIndex): void {
    const kept = this.at(index);
    this.steps = this.steps.filter((step) => step.index >= kept.index);
  }

  reset(index: LogIndex, membership: Membership): void {
    this.steps = [{ index, membership }];
  }
}

export function isVoter(membership: Membership, node: NodeId): boolean {
  return membership.voters.includes(node);
}

export function isMember(membership: Membership, node: NodeId): boolean {
  return membership.voters.includes(node) || membership.learners.includes(node);
}

const withNode = (nodes: readonly NodeId[], node: NodeId): NodeId[] =>
  [...nodes, node].sort((a, b) => a - b);
const without = (nodes: readonly NodeId[], node: NodeId): NodeId[] =>
  nodes.filter((other) => other !== node);

/** The membership after the change, or why there is none. */
export function changed(before: Membership, change: MembershipChange): Membership | string {
  const { node } = change;
  const name = mark(node);
  switch (change.type) {
    case 'add-learner':
      if (isMember(before, node)) return `${name} is a member already`;
      return { voters: before.voters, learners: withNode(before.learners, node) };
    case 'promote':
      if (isVoter(before, node)) return `${name} is a voter already`;
      if (!isMember(before, node)) return `${name} is not a member: add it as a learner first`;
      return {
        voters: withNode(before.voters, node),
        learners: without(before.learners, node),
      };
    case 'remove':
      if (!isMember(before, node)) return `${name} is not a member`;
      if (before.voters.length === 1 && isVoter(before, node)) {
        return `${name} is the only voter: promote another one first`;
      }
      return { voters: without(before.voters, node), learners: without(before.learners, node) };
  }
}
