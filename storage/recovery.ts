/**
 * What a start finds, mends and keeps. Everything is read and judged before anything is changed; what
 * was kept is synced before the node speaks. FORMAT.md has the cases.
 */
import { logIndex, term, type CheckpointMeta } from '#raft';
import { CheckpointReader, type CheckpointContents } from './checkpoint-file.js';
import { readCut, type Cut } from './cut.js';
import { readIdentity, readVote } from './identity.js';
import { checkCluster, checkOwner, readHeaderOf, shownId } from './owner.js';
import {
  checkpointPath,
  CUT,
  DATA,
  IDENTITY,
  LOG,
  numberInName,
  PARTIAL,
  QUARANTINE,
  segmentPath,
  UNFINISHED,
  VOTE,
} from './paths.js';
import { setAside } from './quarantine.js';
import type { StorageRules } from './rules.js';
import { judgeLog, mendLog, readSegments, settleLog } from './recovery-log.js';
import { headerOf, scanLog, type Scan, type SegmentFile } from './scan.js';
import { LINE_FEED } from './sealed.js';
import type { Segment } from './log-state.js';
import { endOfCut } from './segments.js';
import {
  damaged,
  listDirectory,
  perform,
  performAll,
  readFile,
  readParts,
  Refused,
  RESTORE,
  type Steps,
} from './start.js';
import type { Blank, Expectation, Identity, Recovered, Refusal } from './types.js';

/** Every line of a log begins with both. */
const OPENING_BRACE = 0x7b;
const QUOTE = 0x22;

export function* recover(
  expect: Expectation,
  rules: StorageRules,
): Steps<Recovered | Refusal | Blank> {
  try {
    return yield* recoverOrThrow(expect, rules);
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

function* recoverOrThrow(expect: Expectation, rules: StorageRules): Steps<Recovered | Blank> {
  const names = {
    root: yield* listDirectory('.'),
    log: yield* listDirectory(LOG),
    data: yield* listDirectory(DATA),
  };
  const remarks: string[] = [];
  const identityBytes = yield* readFile(IDENTITY);
  if (identityBytes === null) return yield* blank(names.log, names.data);
  const identity = checkIdentity(identityBytes, expect, remarks);
  const vote = yield* recoverVote(identity, names.log, names.data);
  const found = yield* findCheckpoint(names.data);
  const files = yield* readSegments(names.log);
  yield* judgeOwners(identity, files, found);
  const cut = yield* findCut(identity);
  const scan = scanLog(files, found.newest?.header.at ?? null, cut?.from ?? null);
  judgeLog(scan, rules);
  judgeCheckpoints(found, scan);
  yield* syncFound(files, found.newest?.meta ?? null);
  yield* removeUnfinished(names);
  yield* mendLog(files, scan, rules, remarks);
  if (cut !== null) yield* performAll(endOfCut(rules));
  const checkpoint = found.newest;
  const log = yield* settleLog(identity, scan, checkpoint?.header.at ?? null, rules, remarks);
  yield* clearCheckpoints(found, rules, remarks);
  yield* syncKept(log.segments, checkpoint?.meta ?? null);
  const { base } = log.mirror;
  return {
    identity,
    vote,
    entries: log.mirror.pieces.length === 0 ? [] : scan.entries,
    base: { index: logIndex(base.index), term: term(base.term) },
    commitIndex: logIndex(log.committed),
    checkpoint: checkpoint?.meta ?? null,
    stateLines: checkpoint?.stateLines ?? [],
    remarks,
    log,
  };
}

/** Without an identity: blank, unless there is something that a half-made directory can't have. */
function* blank(log: readonly string[], data: readonly string[]): Steps<Blank> {
  const used = data.find((name) => numberInName(name) !== null);
  const segments = log.filter((name) => numberInName(name) !== null);
  let trace = used === undefined ? null : `${DATA}/${used}`;
  for (const name of segments) {
    const bytes = yield* readFile(`${LOG}/${name}`);
    if (bytes !== null && holdsMoreThanHeader(bytes)) trace ??= `${LOG}/${name}`;
  }
  const vote = yield* readFile(VOTE);
  if (vote !== null && readVote(vote)?.vote.term !== 0) trace ??= VOTE;
  if (trace !== null) throw damaged(`${IDENTITY} is missing beside ${trace}`);
  return { code: 'blank', message: 'the directory holds no node yet' };
}

/**
 * Something that begins like an entry or a note stands behind the first line. What else may stand there is left of the
 * longer header of an earlier attempt: a crash kept the file's length, and not its contents.
 */
function holdsMoreThanHeader(bytes: Uint8Array): boolean {
  for (let feed = bytes.indexOf(LINE_FEED); feed >= 0; feed = bytes.indexOf(LINE_FEED, feed + 1)) {
    if (bytes[feed + 1] === OPENING_BRACE && bytes[feed + 2] === QUOTE) return true;
  }
  return false;
}

function checkIdentity(bytes: Uint8Array, expect: Expectation, remarks: string[]): Identity {
  const identity = readIdentity(bytes);
  if (identity === null) {
    throw damaged(`${IDENTITY}, line 1: it is no identity whose checksum holds`);
  }
  if (typeof identity === 'number') {
    throw new Refused({
      code: 'other-format',
      message: `${IDENTITY}: the directory has format ${identity}, and this program reads format 1. Use the version of Relevo that wrote it.`,
    });
  }
  if (identity.clusterId !== expect.clusterId) {
    throw new Refused({
      code: 'other-cluster',
      message: `${IDENTITY}: the directory belongs to cluster ${shownId(identity.clusterId)}, and this node is configured for cluster ${expect.clusterId}. Correct the cluster's name and node list, or point the node at its own directory.`,
    });
  }
  if (identity.nodeId !== expect.nodeId) {
    throw new Refused({
      code: 'other-node',
      message: `${IDENTITY}: the directory belongs to node ${identity.nodeId} (${identity.name}), and this is node ${expect.nodeId} (${expect.name}). Point each node at its own directory.`,
    });
  }
  if (identity.name !== expect.name) {
    remarks.push(
      `the node is called ${expect.name} now; its directory was made for ${identity.name}`,
    );
  }
  return identity;
}

function* recoverVote(
  identity: Identity,
  log: readonly string[],
  data: readonly string[],
): Steps<Recovered['vote']> {
  const bytes = yield* readFile(VOTE);
  if (bytes === null) {
    const beside = log.length > 0 ? LOG : data.length > 0 ? DATA : IDENTITY;
    throw new Refused({
      code: 'vote-missing',
      message: `${VOTE} is missing beside ${beside}: the node may have voted, and must not vote twice. ${RESTORE}`,
    });
  }
  const found = readVote(bytes);
  if (found === null) throw damaged(`${VOTE}, line 1: it is no vote whose checksum holds`);
  checkOwner(VOTE, found.owner, identity);
  return found.vote;
}

interface FoundCheckpoints {
  readonly newest: CheckpointContents | null;
  /** Newer than `newest`, and damaged. */
  readonly bad: { readonly index: number; readonly why: string } | null;
  /** Older than `newest`, unread. */
  readonly older: readonly number[];
}

/** The newest valid checkpoint, looking no further than one behind a damaged one. */
function* findCheckpoint(names: readonly string[]): Steps<FoundCheckpoints> {
  const indexes = names.map(numberInName).filter((index) => index !== null);
  indexes.sort((one, other) => other - one);
  let bad: FoundCheckpoints['bad'] = null;
  for (const [at, index] of indexes.entries()) {
    const contents: CheckpointContents | string = yield* readCheckpoint(index);
    if (typeof contents !== 'string')
      return { newest: contents, bad, older: indexes.slice(at + 1) };
    if (bad !== null) break;
    bad = { index, why: contents };
  }
  if (bad !== null) throw damaged(`${checkpointPath(bad.index)}: ${bad.why}`);
  return { newest: null, bad: null, older: [] };
}

function* readCheckpoint(index: number): Steps<CheckpointContents | string> {
  const reader = new CheckpointReader();
  yield* readParts(checkpointPath(index), (part) => {
    reader.feed(part);
  });
  const contents = reader.finish();
  if (typeof contents === 'string' || contents.header.at.index === index) return contents;
  return `line 1 says that it is of index ${contents.header.at.index}`;
}

function* findCut(identity: Identity): Steps<Cut | null> {
  const bytes = yield* readFile(CUT);
  if (bytes === null) return null;
  const cut = readCut(bytes);
  if (cut === null) throw damaged(`${CUT}, line 1: it is no cut whose checksum holds`);
  checkOwner(CUT, cut.owner, identity);
  return cut;
}

/** A file that another directory wrote is no tail and no damage: it has to be put back, not mended. */
function* judgeOwners(
  identity: Identity,
  files: readonly SegmentFile[],
  { newest, older }: FoundCheckpoints,
): Steps<void> {
  for (const file of files) {
    const header = headerOf(file);
    if (header !== null) checkOwner(segmentPath(file.first), header.owner, identity);
  }
  if (newest !== null) {
    checkCluster(checkpointPath(newest.header.at.index), newest.header.clusterId, identity);
  }
  for (const index of older) {
    const header = yield* readHeaderOf(checkpointPath(index));
    if (header !== null) checkCluster(checkpointPath(index), header.clusterId, identity);
  }
}

/** What the checkpoint has to be for this log, and the log for it. */
function judgeCheckpoints({ newest, bad }: FoundCheckpoints, scan: Scan): void {
  const { base, last } = scan;
  if (bad !== null && (newest === null || last.index < bad.index)) {
    throw damaged(`${checkpointPath(bad.index)}: ${bad.why}`);
  }
  const index = newest?.header.at.index ?? 0;
  if (base.index > index) {
    const has = newest === null ? 'there is no checkpoint' : `the newest checkpoint is of ${index}`;
    throw damaged(
      `${segmentPath(base.index + 1)}, line 1: the log begins behind entry ${base.index}, and ${has}`,
    );
  }
}

function* removeUnfinished(names: Record<'root' | 'log' | 'data', readonly string[]>): Steps<void> {
  const isUnfinished = (name: string): boolean =>
    name.endsWith(UNFINISHED) || name.endsWith(PARTIAL);
  for (const [folder, prefix] of [
    [names.root, ''],
    [names.log, `${LOG}/`],
    [names.data, `${DATA}/`],
  ] as const) {
    for (const name of folder.filter(isUnfinished)) {
      yield* perform({ op: 'remove', path: prefix + name });
    }
  }
}

/** A damaged newest one is set aside, older ones go. */
function* clearCheckpoints(
  { bad, older }: FoundCheckpoints,
  rules: StorageRules,
  remarks: string[],
): Steps<void> {
  if (bad !== null) {
    const path = checkpointPath(bad.index);
    const bytes = (yield* readFile(path)) ?? new Uint8Array(0);
    const reason = `${path}: ${bad.why}. An older checkpoint and the whole log behind it were there, so it was not needed.`;
    yield* setAside(path, bytes, reason, rules);
    yield* perform({ op: 'remove', path });
    remarks.push(`set ${path} aside in ${QUARANTINE}/: ${bad.why}`);
  }
  for (const index of older) yield* perform({ op: 'remove', path: checkpointPath(index) });
}

/**
 * Before anything is changed, all that was found is made durable as it was judged: a process that was
 * killed may have left contents, cuts and names in the page cache, and what is written or removed from
 * here on rests on them.
 */
function* syncFound(files: readonly SegmentFile[], checkpoint: CheckpointMeta | null): Steps<void> {
  for (const { first } of files) yield* perform({ op: 'sync', path: segmentPath(first) });
  if (checkpoint !== null) yield* perform({ op: 'sync', path: checkpointPath(checkpoint.index) });
  for (const path of [LOG, DATA, '.']) yield* perform({ op: 'sync-directory', path });
}

/** What was kept may stand in the page cache alone. */
function* syncKept(segments: readonly Segment[], checkpoint: CheckpointMeta | null): Steps<void> {
  const paths = [IDENTITY, VOTE, ...segments.map(({ first }) => segmentPath(first))];
  if (checkpoint !== null) paths.push(checkpointPath(checkpoint.index));
  for (const path of paths) yield* perform({ op: 'sync', path });
  for (const path of [LOG, DATA, '.']) yield* perform({ op: 'sync-directory', path });
}
