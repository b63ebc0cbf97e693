/** A node's disk as far as the core is concerned: two lanes of writes, of which a crash loses the rest. */
import type { CheckpointMeta, Effect, Entry, RaftStart, Vote } from '../index.js';
import { logIndex, term } from '../index.js';
import { at, members, reportOf, startOf } from './solo.js';
import type { RaftEvent } from '../index.js';

export class TestDisk {
  vote: Vote = { term: term(0), votedFor: null };
  base = at(0, 0);
  entries: Entry[] = [];
  checkpoint: CheckpointMeta | null = null;

  /** What the write does once it is carried out, and what is reported then. */
  write(effect: Effect): RaftEvent | null {
    if (effect.type === 'persist-vote') this.vote = effect.vote;
    if (effect.type === 'truncate-log') this.entries.length = effect.from - this.base.index - 1;
    if (effect.type === 'append-log') this.append(effect.entries);
    return reportOf(effect);
  }

  private append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.index !== this.lastIndex + 1) {
        throw new Error(`entry ${String(entry.index)} written behind ${String(this.lastIndex)}`);
      }
      this.entries.push(entry);
    }
  }

  get lastIndex(): number {
    return this.base.index + this.entries.length;
  }

  termAt(index: number): number | null {
    if (index === this.base.index) return this.base.term;
    return this.entries[index - this.base.index - 1]?.term ?? null;
  }

  /** The log stays where it is. */
  save(checkpoint: CheckpointMeta, keepAfter: number): void {
    this.checkpoint = checkpoint;
    const of = this.termAt(keepAfter);
    if (of === null || keepAfter <= this.base.index) return;
    this.entries.splice(0, keepAfter - this.base.index);
    this.base = at(keepAfter, of);
  }

  /** The log begins anew behind it. */
  install(checkpoint: CheckpointMeta): void {
    this.checkpoint = checkpoint;
    this.base = at(checkpoint.index, checkpoint.term);
    this.entries = [];
  }

  recover(first = members([1, 2, 3])): RaftStart {
    const { vote, base, checkpoint } = this;
    return startOf({
      ...{ vote, base, checkpoint },
      entries: this.entries.slice(),
      commitIndex: logIndex(checkpoint?.index ?? base.index),
      membership: checkpoint?.membership ?? first,
    });
  }
}
