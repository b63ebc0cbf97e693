/** The files of the log, and which operations change them without ever leaving a hole. */
import type { ChainPosition, Segment } from './log-state.js';
import { cutFile } from './cut.js';
import { headerLine } from './note.js';
import { CUT, LOG, segmentPath, UNFINISHED } from './paths.js';
import type { StorageRules } from './rules.js';
import type { DiskOperation, Owner } from './types.js';

/** A segment is closed at the first entry that would start at or behind this size, in bytes. */
export const SEGMENT_BYTES = 16 * 1024 * 1024;

export const lastOf = (segment: Segment): number => segment.first + segment.positions.length - 1;

export const copySegment = (segment: Segment): Segment => ({
  ...segment,
  positions: [...segment.positions],
});

export function newSegment(
  owner: Owner,
  after: ChainPosition,
): { segment: Segment; header: Uint8Array } {
  const header = headerLine({ owner, after });
  const segment = {
    first: after.index + 1,
    size: header.length,
    header: header.length,
    positions: [],
  };
  return { segment, header };
}

export const syncDirectory = (path: string, rules: StorageRules): DiskOperation[] =>
  rules.syncsDirectory() ? [{ op: 'sync-directory', path }] : [];

/**
 * Cuts entries from `from` on out of `segments`. Whole segments go newest first, each with its
 * directory, so that what a crash leaves is always a log without a hole; then the file is cut, which
 * the next start finishes if it has begun.
 */
export function truncation(
  owner: Owner,
  segments: Segment[],
  from: number,
  rules: StorageRules,
): DiskOperation[] {
  const operations: DiskOperation[] = [];
  for (let last = segments.at(-1); last !== undefined; last = segments.at(-1)) {
    if (last.first < from || segments.length === 1) {
      operations.push(...cut(owner, last, from, rules));
      break;
    }
    segments.pop();
    operations.push({ op: 'remove', path: segmentPath(last.first) }, ...syncDirectory(LOG, rules));
  }
  return operations;
}

function cut(owner: Owner, segment: Segment, from: number, rules: StorageRules): DiskOperation[] {
  const position = segment.positions[from - segment.first];
  if (position === undefined) return [];
  segment.positions.length = from - segment.first;
  segment.size = position;
  const path = segmentPath(segment.first);
  const truncate: DiskOperation = { op: 'truncate', path, size: position };
  return [
    ...(rules.announcesCut() ? replaceFile(CUT, cutFile({ owner, from }), LOG, rules) : []),
    truncate,
    ...syncTruncation(path, rules),
    ...(rules.announcesCut() ? endOfCut(rules) : []),
  ];
}

const syncTruncation = (path: string, rules: StorageRules): DiskOperation[] =>
  rules.syncsTruncation() ? [{ op: 'sync', path }] : [];

/** Gone for good before the first new byte: it would cut that too. */
export const endOfCut = (rules: StorageRules): DiskOperation[] => [
  { op: 'remove', path: CUT },
  ...syncDirectory(LOG, rules),
];

/**
 * Lets the log begin behind a checkpoint. Segments that follow it go first, newest first; the new
 * segment is then there before the old ones go, so that a log without any segment is always damage.
 */
export function replacement(
  owner: Owner,
  segments: readonly Segment[],
  after: ChainPosition,
  rules: StorageRules,
): { segment: Segment; operations: DiskOperation[] } {
  const { segment, header } = newSegment(owner, after);
  const operations: DiskOperation[] = [];
  for (const { first } of segments.filter((old) => old.first > after.index).reverse()) {
    operations.push({ op: 'remove', path: segmentPath(first) }, ...syncDirectory(LOG, rules));
  }
  operations.push(...replaceFile(segmentPath(segment.first), header, LOG, rules));
  const before = segments.filter((old) => old.first <= after.index);
  for (const { first } of before) operations.push({ op: 'remove', path: segmentPath(first) });
  if (before.length > 0) operations.push(...syncDirectory(LOG, rules));
  return { segment, operations };
}

export const syncBeforeRename = (path: string, rules: StorageRules): DiskOperation[] =>
  rules.syncsBeforeRename() ? [{ op: 'sync', path }] : [];

/** Rule 32: write, sync, rename, sync the directory. */
export function replaceFile(
  path: string,
  data: Uint8Array,
  directory: string,
  rules: StorageRules,
): DiskOperation[] {
  const unfinished = path + UNFINISHED;
  return [
    { op: 'write-file', path: unfinished, data },
    ...syncBeforeRename(unfinished, rules),
    { op: 'rename', from: unfinished, to: path },
    ...syncDirectory(directory, rules),
  ];
}
