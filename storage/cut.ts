/**
 * log/cut.json: there while entries are being cut out of a file. A file system may clear a part of what
 * it cuts before the file is shorter; notes behind that part would then make damage of it.
 */
import { isCount, members } from './note.js';
import { seal, unsealFile } from './sealed.js';
import type { Owner } from './types.js';

export interface Cut {
  readonly owner: Owner;
  /** The first entry that goes. */
  readonly from: number;
}

export const cutFile = ({ owner, from }: Cut): Uint8Array =>
  seal('cut', { clusterId: owner.clusterId, storeId: owner.storeId, from });

/** Null if the file is damaged. */
export function readCut(file: Uint8Array): Cut | null {
  const { clusterId, storeId, from } = members(unsealFile('cut', file));
  if (typeof clusterId !== 'string' || typeof storeId !== 'string') return null;
  return isCount(from) && from > 0 ? { owner: { clusterId, storeId }, from } : null;
}
