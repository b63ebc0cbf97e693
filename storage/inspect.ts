/** Explains a data directory without changing it, and tells where several differ. Plain data throughout. */
import { nodeId, type Membership } from '#raft';
import { CheckpointReader } from './checkpoint-file.js';
import { crc32c, hex } from './crc32c.js';
import { readCut } from './cut.js';
import { readIdentity, readVote } from './identity.js';
import type { ChainPosition, Note } from './log-state.js';
import { readNote } from './note.js';
import {
  checkpointPath,
  CUT,
  DATA,
  IDENTITY,
  LOG,
  numberInName,
  segmentPath,
  VOTE,
} from './paths.js';
import { recover } from './recovery.js';
import { RULES } from './rules.js';
import { headerOf, scanLog, type BadLine, type Scan, type SegmentFile } from './scan.js';
import { listDirectory, readFile, readParts, type Steps } from './start.js';
import type { Expectation, Identity, Owner, Recovered } from './types.js';

/**
 * `committed`: a note says that it was committed. `confirmed`: a note or a later segment says that it was
 * synced. `unconfirmed`: neither; after a crash it may go.
 */
export type Standing = 'committed' | 'confirmed' | 'unconfirmed';

export interface InspectedEntry {
  readonly index: number;
  readonly term: number;
  readonly kind: 'empty' | 'command' | 'checkpoint' | 'membership';
  readonly standing: Standing;
  readonly chain: string;
  readonly path: string;
  /** From 1, in its file. */
  readonly line: number;
  /** As it stands in the file, line feed excepted. */
  readonly text: string;
}

export interface InspectedNote extends Note {
  readonly path: string;
  readonly line: number;
}

export interface InspectedCheckpoint {
  readonly path: string;
  readonly index: number;
  readonly size: number;
  /** CRC-32C of the whole file. */
  readonly checksum: string;
  /** Whose it says it is; null, like the following, where the file is damaged. */
  readonly clusterId: string | null;
  readonly term: number | null;
  readonly chain: string | null;
  readonly membership: Membership | null;
  readonly stateLines: readonly string[];
  readonly fault: string | null;
}

export interface Inspection {
  readonly identity: Identity | null;
  readonly vote: Recovered['vote'] | null;
  readonly segments: readonly {
    readonly path: string;
    readonly size: number;
    readonly checksum: string;
    /** Whose it says it is; null where the header is damaged. */
    readonly owner: Owner | null;
  }[];
  /** Behind this index the log begins. */
  readonly base: number;
  readonly entries: readonly InspectedEntry[];
  readonly notes: readonly InspectedNote[];
  readonly confirmed: number;
  readonly committed: number;
  /** The first line that is not what it has to be. */
  readonly bad: (BadLine & { readonly isDamage: boolean }) | null;
  /** Newest first. */
  readonly checkpoints: readonly InspectedCheckpoint[];
  /** Whether the node would start on it, and if not, the refusal's words. */
  readonly verdict:
    | { readonly code: 'sound' | 'tail-will-be-cut' | 'blank'; readonly message: string }
    | { readonly code: 'refused'; readonly message: string };
}

/** Yields `list` and `read` alone. Ends in a Refusal's message as `verdict` where files can't be used. */
export function* inspect(): Steps<Inspection> {
  const identityBytes = yield* readFile(IDENTITY);
  const voteBytes = yield* readFile(VOTE);
  const identity = identityBytes === null ? null : readIdentity(identityBytes);
  const checkpoints = yield* inspectCheckpoints(yield* listDirectory(DATA));
  const files = yield* segmentFiles(yield* listDirectory(LOG));
  const newest = checkpoints.find(({ fault }) => fault === null);
  const cutBytes = yield* readFile(CUT);
  const cutFrom = cutBytes === null ? null : (readCut(cutBytes)?.from ?? null);
  const scan = files.length === 0 ? null : scanLog(files, positionOf(newest), cutFrom);
  const known = identity === null || typeof identity === 'number' ? null : identity;
  return {
    identity: known,
    vote: voteBytes === null ? null : (readVote(voteBytes)?.vote ?? null),
    segments: files.map(({ first, bytes }) => ({
      path: segmentPath(first),
      size: bytes.length,
      checksum: hex(crc32c(bytes)),
      owner: headerOf({ first, bytes })?.owner ?? null,
    })),
    base: scan?.base.index ?? 0,
    ...linesOf(files, scan),
    confirmed: scan?.confirmed ?? 0,
    committed: scan?.committed ?? 0,
    bad: badOf(scan),
    checkpoints,
    verdict: yield* judge(known, scan),
  };
}

function badOf(scan: Scan | null): Inspection['bad'] {
  if (scan === null || scan.bad === null) return null;
  return { ...scan.bad, isDamage: isDamage(scan) };
}

const isDamage = ({ bad, confirmed }: Scan): boolean =>
  bad !== null && (bad.isImpossible || RULES.isDamage(bad.expected, confirmed));

function positionOf(checkpoint: InspectedCheckpoint | undefined): ChainPosition | null {
  if (checkpoint === undefined || checkpoint.term === null || checkpoint.chain === null)
    return null;
  const chain = Number.parseInt(checkpoint.chain, 16);
  return { index: checkpoint.index, term: checkpoint.term, chain };
}

function* inspectCheckpoints(names: readonly string[]): Steps<InspectedCheckpoint[]> {
  const indexes = names.map(numberInName).filter((index) => index !== null);
  const found: InspectedCheckpoint[] = [];
  for (const index of indexes.sort((one, other) => other - one)) {
    const reader = new CheckpointReader();
    let crc = 0;
    let size = 0;
    yield* readParts(checkpointPath(index), (part) => {
      reader.feed(part);
      crc = crc32c(part, 0, part.length, crc);
      size += part.length;
    });
    found.push(inspectedCheckpoint(index, size, hex(crc), reader));
  }
  return found;
}

function inspectedCheckpoint(
  index: number,
  size: number,
  checksum: string,
  reader: CheckpointReader,
): InspectedCheckpoint {
  const contents = reader.finish();
  const file = { path: checkpointPath(index), index, size, checksum };
  const none = { clusterId: null, term: null, chain: null, membership: null, stateLines: [] };
  if (typeof contents === 'string') return { ...file, ...none, fault: contents };
  const { clusterId, at, membership } = contents.header;
  if (at.index !== index) return { ...file, ...none, fault: `it is of index ${at.index}` };
  const { stateLines } = contents;
  const chain = hex(at.chain);
  return { ...file, clusterId, term: at.term, chain, membership, stateLines, fault: null };
}

function* segmentFiles(names: readonly string[]): Steps<SegmentFile[]> {
  const files: SegmentFile[] = [];
  for (const name of names) {
    const first = numberInName(name);
    const bytes = first === null ? null : yield* readFile(`${LOG}/${name}`);
    if (first !== null && bytes !== null) files.push({ first, bytes });
  }
  return files.sort((one, other) => one.first - other.first);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function linesOf(
  files: readonly SegmentFile[],
  scan: Scan | null,
): Pick<Inspection, 'entries' | 'notes'> {
  const entries: InspectedEntry[] = [];
  const notes: InspectedNote[] = [];
  for (const segment of scan?.segments ?? []) {
    const bytes = files
      .find(({ first }) => first === segment.first)
      ?.bytes.subarray(0, segment.size);
    const lines = decoder.decode(bytes).split('\n').slice(0, -1);
    for (const [at, text] of lines.entries()) {
      const place = { path: segmentPath(segment.first), line: at + 1 };
      const note = text.startsWith('{"note"') ? noteOf(text) : null;
      if (note !== null) notes.push({ ...note, ...place });
      const entry = scan?.entries[entries.length];
      if (!text.startsWith('{"index"') || scan === null || entry === undefined) continue;
      const { index, term, body } = entry;
      const chain = text.slice(-10, -2);
      const standing = standingOf(index, scan);
      entries.push({ index, term, kind: body.kind, standing, chain, ...place, text });
    }
  }
  return { entries, notes };
}

function noteOf(text: string): Note | null {
  const bytes = new TextEncoder().encode(text);
  return readNote(bytes, 0, bytes.length);
}

function standingOf(index: number, { committed, confirmed }: Scan): Standing {
  if (index <= committed) return 'committed';
  return index <= confirmed ? 'confirmed' : 'unconfirmed';
}

/** What recovery would say: it reads and judges all before its first change, and is stopped there. */
function* judge(identity: Identity | null, scan: Scan | null): Steps<Inspection['verdict']> {
  const expect: Expectation = identity ?? { clusterId: '', nodeId: nodeId(0), name: '' };
  const steps = recover(expect, RULES);
  let step = steps.next();
  while (step.done !== true) {
    const operation = step.value;
    if (operation.op !== 'read' && operation.op !== 'list') {
      steps.return({ code: 'blank', message: '' });
      const bad = scan?.bad ?? null;
      return bad === null ? SOUND : { code: 'tail-will-be-cut', message: tailOf(bad) };
    }
    step = steps.next(yield operation);
  }
  if (!('code' in step.value)) return SOUND;
  const { code, message } = step.value;
  return code === 'blank' ? { code, message } : { code: 'refused', message };
}

const SOUND = { code: 'sound', message: 'the node would start on it as it is' } as const;

const tailOf = ({ path, line, why, expected, isCut }: BadLine): string =>
  `${path}, line ${line}: ${why}${isCut ? '' : `. No note confirms entry ${expected}`}: the next start cuts from here on`;

export interface NamedInspection {
  readonly name: string;
  readonly inspection: Inspection;
}

export interface Difference {
  readonly kind: 'cluster' | 'node' | 'entry' | 'checkpoint';
  /** Of the entry or the checkpoint; null for the others. */
  readonly index: number | null;
  readonly message: string;
  /** What each of the two has there. */
  readonly values: readonly { readonly name: string; readonly value: string }[];
}

export interface Comparison {
  /** Each one's newest entry, and newest checkpoint. */
  readonly positions: readonly {
    readonly name: string;
    readonly last: number;
    readonly committed: number;
    readonly checkpoint: number;
  }[];
  readonly differences: readonly Difference[];
}

/** Where directories of one cluster differ in what has to be the same. Being behind is no difference. */
export function compare(inspections: readonly NamedInspection[]): Comparison {
  const positions = inspections.map(({ name, inspection }) => ({
    name,
    last: inspection.entries.at(-1)?.index ?? inspection.base,
    committed: inspection.committed,
    checkpoint: inspection.checkpoints[0]?.index ?? 0,
  }));
  const differences: Difference[] = [];
  for (const [at, one] of inspections.entries()) {
    for (const other of inspections.slice(at + 1)) {
      differences.push(...identities(one, other), ...firstEntry(one, other), ...data(one, other));
    }
  }
  return { positions, differences };
}

function pair(
  one: NamedInspection,
  other: NamedInspection,
  valueOf: (inspection: Inspection) => string,
): Difference['values'] {
  return [one, other].map(({ name, inspection }) => ({ name, value: valueOf(inspection) }));
}

function identities(one: NamedInspection, other: NamedInspection): Difference[] {
  const [mine, others] = [one.inspection.identity, other.inspection.identity];
  if (mine === null || others === null) return [];
  if (mine.clusterId !== others.clusterId) {
    const values = pair(one, other, ({ identity }) => identity?.clusterId ?? '');
    return [{ kind: 'cluster', index: null, message: 'they belong to different clusters', values }];
  }
  if (mine.nodeId !== others.nodeId) return [];
  const values = pair(one, other, ({ identity }) => identity?.storeId ?? '');
  return [{ kind: 'node', index: null, message: `both are node ${mine.nodeId}`, values }];
}

/** The chain makes every entry behind the first different one different too. */
function firstEntry(one: NamedInspection, other: NamedInspection): Difference[] {
  const others = new Map(other.inspection.entries.map((entry) => [entry.index, entry]));
  for (const entry of one.inspection.entries) {
    const found = others.get(entry.index);
    if (found === undefined || found.text === entry.text) continue;
    const values = [
      { name: one.name, value: entry.text },
      { name: other.name, value: found.text },
    ];
    const isGrave = entry.standing === 'committed' && found.standing === 'committed';
    const message = isGrave
      ? `entry ${entry.index} differs, and both call it committed`
      : `entry ${entry.index} differs; the one that is not committed will be replaced`;
    return [{ kind: 'entry', index: entry.index, message, values }];
  }
  return [];
}

function data(one: NamedInspection, other: NamedInspection): Difference[] {
  return one.inspection.checkpoints.flatMap(({ index, checksum }) => {
    const found = other.inspection.checkpoints.find((checkpoint) => checkpoint.index === index);
    if (found === undefined || found.checksum === checksum) return [];
    const values = [
      { name: one.name, value: checksum },
      { name: other.name, value: found.checksum },
    ];
    const message = `the data as of ${index} differs`;
    return [{ kind: 'checkpoint' as const, index, message, values }];
  });
}
