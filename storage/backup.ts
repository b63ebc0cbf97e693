/**
 * Backups: a state's lines between a sealed header and the footer of a checkpoint, and the data directory that is
 * made from one. A node's own data file is as good a backup as one that was taken over the network.
 */
import { logIndex, nodeId, term, type Vote } from '#raft';
import { checkpointFooter, checkpointHeader, readCheckpointHeader } from './checkpoint-file.js';
import { crc32c } from './crc32c.js';
import { emptyLog, initialise } from './initialise.js';
import { concatenate } from './mirror.js';
import { FORMAT, members } from './note.js';
import { checkpointPath, DATA } from './paths.js';
import { RULES } from './rules.js';
import { LINE_FEED, seal, unseal } from './sealed.js';
import { replaceFile } from './segments.js';
import type { Steps } from './start.js';
import type { Identity } from './types.js';

export interface BackupHeader {
  /** Of the cluster that it was taken from. */
  readonly clusterId: string;
  /** ISO 8601; null: it is a node's own data file, which does not say. */
  readonly takenAt: string | null;
}

export interface Backup extends BackupHeader {
  readonly stateLines: readonly string[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The file's bytes, part by part; `stateLines` are kv's. */
export function* backupFile(
  { clusterId, takenAt }: BackupHeader,
  stateLines: Iterable<string>,
): Generator<Uint8Array> {
  const header = seal('backup', { format: FORMAT, clusterId, takenAt });
  let crc = crc32c(header, 0, header.length, 0);
  let lines = 0;
  yield header;
  for (const line of stateLines) {
    const bytes = encoder.encode(`${line}\n`);
    crc = crc32c(bytes, 0, bytes.length, crc);
    lines += 1;
    yield bytes;
  }
  yield checkpointFooter(lines, crc);
}

/** What a backup, or a data file, holds; or the sentence that says what is wrong with it. */
export function readBackup(bytes: Uint8Array): Backup | string {
  const end = bytes.lastIndexOf(LINE_FEED);
  const footerAt = end <= 0 ? 0 : bytes.lastIndexOf(LINE_FEED, end - 1) + 1;
  const headerEnd = bytes.indexOf(LINE_FEED);
  if (headerEnd < 0 || footerAt <= headerEnd) return 'it is no backup: it has no three lines';
  const header = headerOf(bytes, headerEnd);
  if (header === null) {
    return 'line 1 is no header of a backup or data file of this format whose checksum holds';
  }
  let text: string;
  try {
    text = decoder.decode(bytes.subarray(headerEnd + 1, footerAt));
  } catch {
    return 'it is not UTF-8 throughout';
  }
  const stateLines = text.split('\n').slice(0, -1);
  const footer = checkpointFooter(stateLines.length, crc32c(bytes, 0, footerAt, 0));
  if (!isSame(footer, bytes.subarray(footerAt))) {
    return 'its last line does not hold for what stands before it: it is not whole, or was changed';
  }
  return { ...header, stateLines };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function headerOf(bytes: Uint8Array, end: number): BackupHeader | null {
  const checkpoint = readCheckpointHeader(bytes, 0, end);
  if (checkpoint !== null) return { clusterId: checkpoint.clusterId, takenAt: null };
  const { format, clusterId, takenAt } = members(unseal('backup', bytes, 0, end));
  if (format !== FORMAT || typeof clusterId !== 'string') return null;
  return { clusterId, takenAt: typeof takenAt === 'string' ? takenAt : null };
}

/** Where a restored log begins: behind an entry 1 that nobody has, of a term that nobody leads. */
const BASE = { index: 1, term: 1, chain: 0 } as const;

/**
 * A new data directory with that state, the same on every node of the new cluster. As with a blank one,
 * identity.json comes last: until then the directory counts as blank.
 */
export function* restoreDirectory(
  whose: { readonly nodeId: number } & Pick<Identity, 'clusterId' | 'name' | 'storeId'>,
  voters: readonly number[],
  stateLines: readonly string[],
): Steps<void> {
  const index = logIndex(BASE.index);
  const { clusterId } = whose;
  const identity = { ...whose, format: FORMAT, nodeId: nodeId(whose.nodeId), askedToLead: false };
  const membership = { voters: voters.map(nodeId), learners: [] };
  const checkpoint = checkpointBytes({ clusterId, at: BASE, membership }, stateLines);
  const vote: Vote = { term: term(BASE.term), votedFor: null };
  yield* initialise(identity, vote, [
    ...replaceFile(checkpointPath(index), checkpoint, DATA, RULES),
    ...emptyLog(identity, BASE),
  ]);
}

function checkpointBytes(
  header: Parameters<typeof checkpointHeader>[0],
  stateLines: readonly string[],
): Uint8Array {
  const first = checkpointHeader(header);
  const lines = encoder.encode(stateLines.map((line) => `${line}\n`).join(''));
  const crc = crc32c(lines, 0, lines.length, crc32c(first, 0, first.length, 0));
  return concatenate([first, lines, checkpointFooter(stateLines.length, crc)]);
}
