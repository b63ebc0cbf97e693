/** Every property of the cluster, checked together. */
import type { Entry } from '#raft';
import { Acknowledged } from './acknowledged.js';
import { CommitDurability } from './commit-durability.js';
import { CommittedLog } from './committed-log.js';
import { ElectionSafety } from './election-safety.js';
import { EqualState } from './equal-state.js';
import { LeaderCompleteness } from './leader-completeness.js';
import { LogMatching } from './log-matching.js';
import { Monotonic } from './monotonic.js';
import type { NodeView, Property } from './view.js';

export { PropertyBroken } from './broken.js';
export type { NodeView } from './view.js';

export class Invariants {
  readonly committedLog: CommittedLog;
  readonly elections = new ElectionSafety();
  readonly acknowledged = new Acknowledged();
  private readonly properties: readonly Property[];

  constructor(nodes: () => readonly NodeView[], onCommitted: (entry: Entry) => void) {
    const durability = new CommitDurability(nodes);
    this.committedLog = new CommittedLog((entry, node) => {
      durability.committed(entry, node);
      this.acknowledged.committed(entry);
      onCommitted(entry);
    });
    this.properties = [
      this.elections,
      new Monotonic(),
      this.committedLog,
      new LeaderCompleteness(this.committedLog),
      new LogMatching(),
      new EqualState(),
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
