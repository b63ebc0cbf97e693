/** Every property of the cluster, checked together. */
import type { Entry, Membership } from '#raft';
import { Acknowledged } from './acknowledged.js';
import { CommitDurability } from './commit-durability.js';
import { CommitOfOwnTerm } from './commit-of-own-term.js';
import { PropertyBroken } from './broken.js';
import { CommittedLog } from './committed-log.js';
import { DurableOnDisk } from './durable-on-disk.js';
import { DurableStays } from './durable-stays.js';
import { ElectionSafety } from './election-safety.js';
import { EqualState } from './equal-state.js';
import { FollowerCommit } from './follower-commit.js';
import { FormatRead } from './format-read.js';
import { HonestMatch } from './honest-match.js';
import { LeaderAppendOnly } from './leader-append-only.js';
import { LeaderCompleteness } from './leader-completeness.js';
import { LogMatching } from './log-matching.js';
import { MembershipChanges } from './membership-changes.js';
import { Monotonic } from './monotonic.js';
import type { NodeView, Property } from './view.js';
import { Votes } from './votes.js';

export { PropertyBroken };
export type { NodeView } from './view.js';

export interface InvariantsOptions {
  /** What is committed up to this index was so before the world began; 0: nothing is. */
  readonly base?: number;
  /** Is told what does not hold any more, once for each property, which is looked at no more; else it is thrown. */
  readonly broken?: (error: PropertyBroken) => void;
}

export class Invariants {
  readonly committedLog: CommittedLog;
  readonly elections = new ElectionSafety();
  readonly votes = new Votes();
  readonly acknowledged = new Acknowledged();
  readonly changes: MembershipChanges;
  /** How often nodes were looked at. */
  looks = 0;
  private properties: readonly Property[];
  private readonly broken: ((error: PropertyBroken) => void) | null;

  /** `first`: the membership that the cluster begins with. */
  constructor(
    nodes: () => readonly NodeView[],
    first: Membership,
    onCommitted: (entry: Entry) => void,
    { base = 0, broken }: InvariantsOptions = {},
  ) {
    this.broken = broken ?? null;
    this.changes = new MembershipChanges(first);
    const durability = new CommitDurability(nodes);
    this.committedLog = new CommittedLog((entry, node) => {
      durability.committed(entry, node);
      this.acknowledged.committed(entry);
      this.changes.committed(entry);
      onCommitted(entry);
    }, base);
    this.properties = [
      this.elections,
      this.votes,
      this.changes,
      new DurableOnDisk(),
      new DurableStays(),
      new Monotonic(),
      new LeaderAppendOnly(),
      new CommitOfOwnTerm(),
      new FollowerCommit(),
      this.committedLog,
      new LeaderCompleteness(this.committedLog),
      new LogMatching(),
      new HonestMatch(),
      new EqualState(),
      new FormatRead(),
    ];
  }

  started(node: NodeView): void {
    this.look((property) => property.started?.(node));
  }

  stepped(node: NodeView): void {
    this.look((property) => property.stepped?.(node));
  }

  examined(nodes: readonly NodeView[]): void {
    this.look((property) => property.examined?.(nodes));
  }

  /** A node tells a candidate that it has its vote. */
  voted(name: string, voter: number, term: number, candidate: number): void {
    if (!this.properties.includes(this.votes)) return;
    this.attempt(this.votes, () => this.votes.sent(name, voter, term, candidate));
  }

  private look(at: (property: Property) => void): void {
    this.looks += 1;
    for (const property of this.properties) {
      if (this.broken === null) at(property);
      else this.attempt(property, () => at(property));
    }
  }

  /** What is broken once would say so again and again. */
  private attempt(property: Property, look: () => void): void {
    try {
      look();
    } catch (error) {
      if (this.broken === null || !(error instanceof PropertyBroken)) throw error;
      this.properties = this.properties.filter((one) => one !== property);
      this.broken(error);
    }
  }
}
