/** Every property of the cluster, checked together. */
import type { Entry, Membership } from '#raft';
import { Acknowledged } from './acknowledged.js';
import { CommitDurability } from './commit-durability.js';
import { CommitOfOwnTerm } from './commit-of-own-term.js';
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

export { PropertyBroken } from './broken.js';
export type { NodeView } from './view.js';

export class Invariants {
  readonly committedLog: CommittedLog;
  readonly elections = new ElectionSafety();
  readonly votes = new Votes();
  readonly acknowledged = new Acknowledged();
  readonly changes: MembershipChanges;
  private readonly properties: readonly Property[];

  /** `first`: the membership that the cluster begins with. */
  constructor(
    nodes: () => readonly NodeView[],
    first: Membership,
    onCommitted: (entry: Entry) => void,
  ) {
    this.changes = new MembershipChanges(first);
    const durability = new CommitDurability(nodes);
    this.committedLog = new CommittedLog((entry, node) => {
      durability.committed(entry, node);
      this.acknowledged.committed(entry);
      this.changes.committed(entry);
      onCommitted(entry);
    });
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
    for (const property of this.properties) property.started?.(node);
  }

  stepped(node: NodeView): void {
    for (const property of this.properties) property.stepped?.(node);
  }

  examined(nodes: readonly NodeView[]): void {
    for (const property of this.properties) property.examined?.(nodes);
  }
}
