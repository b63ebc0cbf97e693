/**
 * Log matching: if two logs have an entry with the same index and term, they are the same up to and
 * with that index (Raft paper, figure 3; 5.3).
 */
import type { Entry } from '#raft';
import { logIndex } from '#raft';
import { PropertyBroken } from './broken.js';
import { sameEntry, show } from './committed-log.js';
import type { NodeView, Property } from './view.js';

export class LogMatching implements Property {
  examined(nodes: readonly NodeView[]): void {
    const logs = nodes.map((node) => ({ name: node.name, entries: logOf(node) }));
    logs.forEach((a, i) => {
      for (const b of logs.slice(i + 1)) compare(a, b);
    });
  }
}

interface Log {
  readonly name: string;
  readonly entries: readonly Entry[];
}

function logOf({ replica }: NodeView): readonly Entry[] {
  const { raft } = replica;
  return raft.entriesBetween(logIndex(raft.firstIndex - 1), raft.lastIndex);
}

function compare(a: Log, b: Log): void {
  const offset = (a.entries[0]?.index ?? 0) - (b.entries[0]?.index ?? 0);
  let matching = false;
  for (let i = a.entries.length - 1; i >= 0; i -= 1) {
    const ours = a.entries[i];
    const theirs = b.entries[i + offset];
    if (ours === undefined || theirs === undefined) continue;
    matching ||= ours.term === theirs.term;
    if (matching && !sameEntry(ours, theirs)) {
      throw new PropertyBroken(
        'log matching',
        `${a.name} has ${show(ours)}, ${b.name} has ${show(theirs)}, and they agree on a later entry`,
      );
    }
  }
}
