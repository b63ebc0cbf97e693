/** Recovery of the log: read, judged, cut where nothing was synced, replaced where a checkpoint says so. */
import type { ChainPosition, LogState, MirrorState, Segment } from './log-state.js';
import { Mirror } from './mirror.js';
import { LOG, numberInName, QUARANTINE, segmentPath } from './paths.js';
import { setAside } from './quarantine.js';
import type { StorageRules } from './rules.js';
import type { BadLine, Scan, SegmentFile } from './scan.js';
import { replacement, syncDirectory } from './segments.js';
import { damaged, perform, performAll, readFile, type Steps } from './start.js';
import type { Owner } from './types.js';

export function* readSegments(names: readonly string[]): Steps<SegmentFile[]> {
  const files: SegmentFile[] = [];
  for (const name of names) {
    const first = numberInName(name);
    if (first === null) continue;
    files.push({ first, bytes: (yield* readFile(`${LOG}/${name}`)) ?? new Uint8Array(0) });
  }
  if (files.length > 0) return files.sort((one, other) => one.first - other.first);
  throw damaged(`${LOG}/ holds no segment, and a node always has one`);
}

export function judgeLog(scan: Scan, rules: StorageRules): void {
  const { bad, confirmed } = scan;
  if (bad === null || !(bad.isImpossible || rules.isDamage(bad.expected, confirmed))) return;
  const place = `${bad.path}, line ${bad.line}: ${bad.why}`;
  const because =
    confirmed >= bad.expected
      ? `Entry ${bad.expected} belongs there or behind, and entries up to ${confirmed} were synced: this is damage, not a write that a crash cut short`
      : 'This is damage: no crash leaves it so';
  throw damaged(`${place}. ${because}`);
}

/** Cuts the tail that was never synced, and removes what a checkpoint has replaced. */
export function* mendLog(
  files: readonly SegmentFile[],
  scan: Scan,
  rules: StorageRules,
  remarks: string[],
): Steps<void> {
  const { bad, superseded } = scan;
  for (const { first } of files.slice(0, superseded)) {
    remarks.push(`removed ${segmentPath(first)}: the checkpoint stands for it`);
    yield* perform({ op: 'remove', path: segmentPath(first) });
  }
  if (superseded > 0) yield* performAll(syncDirectory(LOG, rules));
  if (bad === null) return;
  for (let number = files.length - 1; number >= bad.file; number--) {
    const file = files[number];
    if (file !== undefined) yield* cutFile(file, number === bad.file ? bad.offset : 0, bad, rules);
  }
  remarks.push(
    `cut ${bad.path} from line ${bad.line} on (${bad.why})${bad.isCut ? '' : ': it was never synced'}; it is kept in ${QUARANTINE}/`,
  );
}

function* cutFile(
  { first, bytes }: SegmentFile,
  offset: number,
  bad: BadLine,
  rules: StorageRules,
): Steps<void> {
  const path = segmentPath(first);
  const because = bad.isCut
    ? 'They contradicted their leader, and had to go.'
    : `No note confirms entry ${bad.expected}: this was never synced, so nothing was acknowledged from it.`;
  const reason = `Cut from ${path} at byte ${offset} when the node started. ${bad.path}, line ${bad.line}: ${bad.why}. ${because}`;
  yield* setAside(path, bytes.subarray(offset), reason, rules);
  if (offset === 0) {
    yield* performAll([{ op: 'remove', path }, ...syncDirectory(LOG, rules)]);
    return;
  }
  yield* performAll([
    { op: 'truncate', path, size: offset },
    { op: 'sync', path },
  ]);
}

/** The log as it goes on; a checkpoint that it does not hold takes its place. */
export function* settleLog(
  owner: Owner,
  scan: Scan,
  checkpoint: ChainPosition | null,
  rules: StorageRules,
  remarks: string[],
): Steps<LogState> {
  const { base, last, pieces, entries, segments } = scan;
  if (checkpoint !== null && !holds(scan, checkpoint, rules)) {
    const replaced = replacement(owner, segments, checkpoint, rules);
    yield* performAll(replaced.operations);
    remarks.push(
      `the log ended at ${last.index}: the checkpoint of ${checkpoint.index} replaces it`,
    );
    return logState(
      { base: checkpoint, pieces: [] },
      [replaced.segment],
      checkpoint.index,
      checkpoint.index,
      checkpoint.index,
      [],
    );
  }
  const committed = Math.min(last.index, Math.max(scan.committed, checkpoint?.index ?? 0));
  const markers = entries.at(-1)?.body.kind === 'checkpoint' ? [last.index] : [];
  return logState({ base, pieces }, segments, last.index, committed, scan.confirmed, markers);
}

function holds({ base, pieces }: Scan, at: ChainPosition, rules: StorageRules): boolean {
  const own = new Mirror({ base, pieces }).positionOrNull(at.index);
  return !rules.checkpointReplacesLog(own?.term ?? null, at.term) && own?.chain === at.chain;
}

function logState(
  mirror: MirrorState,
  segments: readonly Segment[],
  last: number,
  committed: number,
  noted: number,
  markers: readonly number[],
): LogState {
  return {
    mirror,
    segments,
    markers,
    durable: last,
    submitted: last,
    committed,
    noted: { synced: noted, committed: Math.min(noted, committed) },
    writing: null,
    noteAt: null,
    now: 0,
    unsynced: false,
  };
}
