/**
 * Which nodes are lost for good, and which may be lost: the rest of the voters always remains a majority,
 * of every membership that may be in force, or the protocol promises nothing.
 */
import { isQuorum, type Membership } from '#raft';
import type { SimulatedNode } from './node.js';

export interface Memberships {
  /** The newest one that is committed. */
  readonly committed: Membership;
  /** Those in the logs of nodes. */
  inLogs(): readonly Membership[];
  /** It has a log: without one it neither votes nor campaigns among others that have one. */
  hasVoice(node: number): boolean;
}

export class Losses {
  private readonly lost = new Set<SimulatedNode>();

  constructor(readonly memberships: Memberships) {}

  has(node: SimulatedNode): boolean {
    return this.lost.has(node);
  }

  add(node: SimulatedNode): void {
    this.lost.add(node);
  }

  /** What was damaged was of no consequence. */
  forgive(node: SimulatedNode): void {
    this.lost.delete(node);
  }

  mayLose(node: SimulatedNode): boolean {
    if (!node.inService || this.lost.has(node)) return false;
    const { committed } = this.memberships;
    if (!committed.voters.includes(node.id)) return false;
    const gone = new Set<number>([node.id, ...[...this.lost].map(({ id }) => id)]);
    const isLeft = (voter: number): boolean => !gone.has(voter) && this.memberships.hasVoice(voter);
    return [committed, ...this.memberships.inLogs()].every(({ voters }) =>
      isQuorum(voters.filter(isLeft).length, voters.length),
    );
  }

  /** A few nodes, in this order of preference, that are a majority of whatever may be in force. */
  core(preferred: readonly SimulatedNode[]): readonly SimulatedNode[] {
    const memberships = [this.memberships.committed, ...this.memberships.inLogs()];
    const core: SimulatedNode[] = [];
    const ids = new Set<number>();
    const isEnough = ({ voters }: Membership): boolean =>
      isQuorum(voters.filter((voter) => ids.has(voter)).length, voters.length);
    for (const node of preferred) {
      if (memberships.every(isEnough)) return core;
      if (this.lost.has(node) || !this.memberships.hasVoice(node.id)) continue;
      core.push(node);
      ids.add(node.id);
    }
    return memberships.every(isEnough) ? core : preferred;
  }
}
