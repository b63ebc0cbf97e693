/**
 * What is reported to be on disk is there: the line of the last entry that the core takes for durable can
 * be lost by nothing (Raft paper, figure 2, "persistent state"; rule 23, the write that speaks of another
 * entry than it wrote: etcd/raft 897e1cf). It is looked for where it is most at risk, when a log was cut
 * or its node has just started, and else now and then.
 */
import type { LogIndex } from '#raft';
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

interface Seen {
  durableIndex: LogIndex;
  /** The log's end, to notice cuts. */
  lastIndex: LogIndex;
  lastTerm: number;
  /** So many more reports are looked at. */
  suspicion: number;
}

const SUSPICION = 20;
const ELSE_EVERY = 16;
/** The entry is in the newest segments. */
const SEGMENTS = 2;

const encoder = new TextEncoder();

export class DurableOnDisk implements Property {
  private readonly seen = new Map<number, Seen>();
  private reports = 0;

  started({ id, replica }: NodeView): void {
    const { durableIndex, lastIndex, lastTerm } = replica.raft;
    this.seen.set(id, { durableIndex, lastIndex, lastTerm, suspicion: SUSPICION });
  }

  stepped(node: NodeView): void {
    const { raft } = node.replica;
    const seen = this.seen.get(node.id);
    if (seen === undefined) return;
    const { durableIndex, lastIndex, lastTerm } = raft;
    if (raft.entryTerm(seen.lastIndex) !== seen.lastTerm) seen.suspicion = SUSPICION;
    seen.lastIndex = lastIndex;
    seen.lastTerm = lastTerm;
    if (durableIndex === seen.durableIndex) return;
    seen.durableIndex = durableIndex;
    this.reports += 1;
    if (seen.suspicion === 0 && this.reports % ELSE_EVERY !== 0) return;
    if (seen.suspicion > 0) seen.suspicion -= 1;
    check(node, durableIndex);
  }
}

function check({ name, replica, durableLog }: NodeView, index: LogIndex): void {
  const { raft } = replica;
  // Behind a checkpoint, and nothing after it.
  if (index < raft.firstIndex) return;
  const term = String(raft.entryTerm(index));
  const line = encoder.encode(`{"index":${String(index)},"term":${term},`);
  if (
    durableLog()
      .slice(-SEGMENTS)
      .some((bytes) => holds(bytes, line))
  )
    return;
  throw new PropertyBroken(
    'durable is on disk',
    `${name} takes entry ${String(index)} of term ${term} for durable, and its disk does not hold it`,
  );
}

/** From the end, where new lines are. */
function holds(bytes: Uint8Array, line: Uint8Array): boolean {
  for (let at = bytes.length - line.length; at >= 0; at -= 1) {
    let same = 0;
    while (same < line.length && bytes[at + same] === line[same]) same += 1;
    if (same === line.length) return true;
  }
  return false;
}
