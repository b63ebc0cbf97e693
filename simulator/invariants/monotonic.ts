/**
 * What never falls: a node's term, over restarts too; while it runs, its commit index and what it has
 * applied, the latter never beyond the former (Raft paper, figure 2: "increases monotonically").
 */
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

interface Marks {
  term: number;
  commitIndex: number;
  appliedIndex: number;
}

export class Monotonic implements Property {
  private readonly marks = new Map<number, Marks>();

  started({ id, replica }: NodeView): void {
    const { commitIndex } = replica.raft;
    const { appliedIndex } = replica.store;
    // The term is kept: the vote's record was durable before anybody heard of it, but a term that
    // nobody heard of may be lost with the record that was being written.
    this.marks.set(id, { term: replica.raft.term, commitIndex, appliedIndex });
  }

  stepped({ id, name, replica }: NodeView): void {
    const marks = this.marks.get(id);
    if (marks === undefined) return;
    const { term, commitIndex } = replica.raft;
    const { appliedIndex } = replica.store;
    const fell = (what: string, from: number, to: number): never => {
      throw new PropertyBroken(
        'monotonic',
        `${name}'s ${what} fell from ${String(from)} to ${String(to)}`,
      );
    };
    if (term < marks.term) fell('term', marks.term, term);
    if (commitIndex < marks.commitIndex) fell('commit index', marks.commitIndex, commitIndex);
    if (appliedIndex < marks.appliedIndex) fell('applied index', marks.appliedIndex, appliedIndex);
    if (appliedIndex > commitIndex) {
      throw new PropertyBroken(
        'monotonic',
        `${name} applied ${String(appliedIndex)}, and knows ${String(commitIndex)} to be committed`,
      );
    }
    marks.term = term;
    marks.commitIndex = commitIndex;
    marks.appliedIndex = appliedIndex;
  }
}
