/**
 * A node's disk: what is durable, and what is being written. Two lanes, each in order; a crash keeps
 * any beginning of each (an append is as many writes as it has entries).
 */
import type { Effect, Entry, LogPosition, Vote } from '#raft';

export type LogWrite =
  | { readonly kind: 'cut'; readonly from: number }
  /** `report`: what may be reported once this is durable; null: nothing yet. */
  | { readonly kind: 'entry'; readonly entry: Entry; readonly report: LogPosition | null };

export interface Disk {
  readonly vote: Vote;
  readonly entries: readonly Entry[];
  /** Of the vote record; the core has one on its way at most. */
  readonly writingVote: Vote | null;
  readonly writingLog: readonly LogWrite[];
}

/** The disk when the effect has been handed to it. */
export function queued(disk: Disk, effect: Effect): Disk {
  switch (effect.type) {
    case 'persist-vote':
      if (disk.writingVote !== null) throw new Error('two vote records are written at once');
      return { ...disk, writingVote: effect.vote };
    case 'truncate-log':
      return {
        ...disk,
        writingLog: [...capped(disk.writingLog, effect.from), { kind: 'cut', from: effect.from }],
      };
    case 'append-log': {
      const last = effect.entries.length - 1;
      const writes = effect.entries.map((entry, at): LogWrite => {
        const report = at === last ? { index: entry.index, term: entry.term } : null;
        return { kind: 'entry', entry, report };
      });
      return { ...disk, writingLog: [...disk.writingLog, ...writes] };
    }
    default:
      return disk;
  }
}

/** The core's contract, duty 6: no report of a write before a cut speaks of what was cut. */
function capped(writes: readonly LogWrite[], from: number): LogWrite[] {
  let kept: LogPosition | null = null;
  return writes.map((write) => {
    if (write.kind === 'cut') return write;
    const { index, term } = write.entry;
    if (index < from) kept = { index, term };
    if (write.report === null) return write;
    const report = write.report.index < from ? write.report : kept;
    kept = null;
    return { ...write, report };
  });
}

/** The vote record is durable. */
export function voteWritten(disk: Disk): Disk {
  return disk.writingVote === null ? disk : { ...disk, vote: disk.writingVote, writingVote: null };
}

/** The first `count` writes of the log's lane are durable. */
export function logWritten(disk: Disk, count: number): Disk {
  const entries = disk.entries.slice();
  for (const write of disk.writingLog.slice(0, count)) {
    if (write.kind === 'cut') entries.length = Math.min(entries.length, write.from - 1);
    else if (write.entry.index === entries.length + 1) entries.push(write.entry);
    else {
      throw new Error(`entry ${write.entry.index} is written behind entry ${entries.length}`);
    }
  }
  return { ...disk, entries, writingLog: disk.writingLog.slice(count) };
}

/** What a crash leaves of it. */
export function crashed(disk: Disk, voteToo: boolean, writes: number): Disk {
  const left = logWritten(voteToo ? voteWritten(disk) : disk, writes);
  return { ...left, writingVote: null, writingLog: [] };
}
