/**
 * State machine safety: if a node has applied an entry at an index, no other node ever applies another
 * one there (Raft paper, figure 3; 5.4.3). Stronger: what any node knows to be committed at an index is
 * the same for all, for ever. Keeps the one log of what was ever committed, for other properties.
 */
import type { Entry, LogIndex } from '#raft';
import { logIndex } from '#raft';
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

export class CommittedLog implements Property {
  /** The entry at index i stands at i - 1 - base. */
  readonly entries: Entry[] = [];
  /** Beside `entries`: the term of the leader that committed it. */
  readonly terms: number[] = [];
  private readonly checked = new Map<number, LogIndex>();

  /** `base`: what is committed up to there was so before anybody looked. */
  constructor(
    private readonly onCommitted: (entry: Entry, node: NodeView) => void,
    private readonly base = 0,
  ) {}

  get lastIndex(): number {
    return this.base + this.entries.length;
  }

  started(node: NodeView): void {
    this.checked.set(node.id, logIndex(node.replica.raft.firstIndex - 1));
    this.stepped(node);
  }

  stepped(node: NodeView): void {
    const { raft } = node.replica;
    const { commitIndex, firstIndex } = raft;
    const checked = this.checked.get(node.id) ?? logIndex(0);
    if (commitIndex <= checked) return;
    // What a checkpoint covers is not in the log any more.
    const after = logIndex(Math.max(checked, firstIndex - 1));
    this.checked.set(node.id, commitIndex);
    if (commitIndex <= after) return;
    for (const entry of raft.entriesBetween(after, commitIndex)) this.check(entry, node);
  }

  private check(entry: Entry, node: NodeView): void {
    if (entry.index <= this.base) return;
    const known = this.entries[entry.index - 1 - this.base];
    if (known === undefined) {
      if (entry.index !== this.lastIndex + 1) {
        throw new PropertyBroken(
          'state machine safety',
          `${node.name} has entry ${String(entry.index)} committed, and nobody the one after ${String(this.lastIndex)}`,
        );
      }
      this.entries.push(entry);
      this.terms.push(node.replica.raft.term);
      this.onCommitted(entry, node);
    } else if (!sameEntry(known, entry)) {
      throw new PropertyBroken(
        'state machine safety',
        `${node.name} has ${show(entry)} committed, where ${show(known)} was`,
      );
    }
  }
}

export function sameEntry(a: Entry, b: Entry): boolean {
  if (a === b) return true;
  if (a.index !== b.index || a.term !== b.term || a.body.kind !== b.body.kind) return false;
  if (a.body.kind === 'command') return b.body.kind === 'command' && a.body.text === b.body.text;
  return JSON.stringify(a.body) === JSON.stringify(b.body);
}

export function show(entry: Entry): string {
  const what = entry.body.kind === 'command' ? entry.body.text.slice(0, 120) : entry.body.kind;
  return `entry ${String(entry.index)} of term ${String(entry.term)} (${what})`;
}
