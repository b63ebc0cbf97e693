/** The lines of a log that are not entries: a segment's header, and the node's own notes. */
import { fromHex, hex } from './crc32c.js';
import type { ChainPosition, Note } from './log-state.js';
import { seal, unseal } from './sealed.js';
import type { Owner } from './types.js';

export const FORMAT = 1;
export const BEGINNING: ChainPosition = Object.freeze({ index: 0, term: 0, chain: 0 });

export const noteLine = (note: Note): Uint8Array =>
  seal('note', { synced: note.synced, committed: note.committed });

/** Whose segment it is, and the position that it continues. */
export interface SegmentHeader {
  readonly owner: Owner;
  readonly after: ChainPosition;
}

export const headerLine = ({ owner, after }: SegmentHeader): Uint8Array =>
  seal('log', {
    format: FORMAT,
    clusterId: owner.clusterId,
    storeId: owner.storeId,
    first: after.index + 1,
    after: { index: after.index, term: after.term, chain: hex(after.chain) },
  });

/** Null if bytes [start, end) are no valid note. */
export function readNote(bytes: Uint8Array, start: number, end: number): Note | null {
  const value = members(unseal('note', bytes, start, end));
  const { synced, committed } = value;
  return isCount(synced) && isCount(committed) && committed <= synced
    ? { synced, committed }
    : null;
}

/** Null if bytes [start, end) are no valid header of this format. */
export function readHeader(bytes: Uint8Array, start: number, end: number): SegmentHeader | null {
  const value = members(unseal('log', bytes, start, end));
  const { format, clusterId, storeId, first } = value;
  const after = readPosition(value['after']);
  if (format !== FORMAT || after === null || first !== after.index + 1) return null;
  if (typeof clusterId !== 'string' || typeof storeId !== 'string') return null;
  return { owner: { clusterId, storeId }, after };
}

/** Whether the bytes begin like a header whose checksum holds, of a format that is not ours. */
export function isOtherFormat(bytes: Uint8Array, start: number, end: number): boolean {
  const { format } = members(unseal('log', bytes, start, end));
  return isCount(format) && format !== FORMAT;
}

export function readPosition(value: unknown): ChainPosition | null {
  const { index, term, chain } = members(value);
  if (!isCount(index) || !isCount(term) || typeof chain !== 'string') return null;
  const number = fromHex(chain);
  return number < 0 ? null : { index, term, chain: number };
}

/** The members of what may be an object. */
export const members = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
