/** Whose files stand in a directory. A file of another one is refused by name: nothing in it is ours. */
import { readCheckpointHeader, type CheckpointHeader } from './checkpoint-file.js';
import { LINE_FEED } from './sealed.js';
import { perform, Refused, type Steps } from './start.js';
import type { Identity, Owner } from './types.js';

const REMEDY =
  'Nothing was changed. Put back the file that this directory had, or remove the directory and let the node join as a new member with a new id.';

/** A checkpoint is the same file on every node, and names the cluster alone. */
export function checkCluster(path: string, clusterId: string, identity: Identity): void {
  if (clusterId === identity.clusterId) return;
  throw new Refused({
    code: 'other-cluster',
    message: `${path}, line 1: the file belongs to cluster ${shownId(clusterId)}, and this directory to cluster ${identity.clusterId}. ${REMEDY}`,
  });
}

export function checkOwner(path: string, { clusterId, storeId }: Owner, identity: Identity): void {
  checkCluster(path, clusterId, identity);
  if (storeId === identity.storeId) return;
  throw new Refused({
    code: 'other-node',
    message: `${path}, line 1: the file was written in another directory of this cluster (store ${shownId(storeId)}), and this one is store ${identity.storeId}. ${REMEDY}`,
  });
}

/** In bytes: more than a header has. */
const HEADER_BYTES_MAX = 64 * 1024;

/** Null if the file does not begin with a checkpoint's header whose checksum holds. */
export function* readHeaderOf(path: string): Steps<CheckpointHeader | null> {
  const { data } = yield* perform({ op: 'read', path, offset: 0, length: HEADER_BYTES_MAX });
  const feed = data?.indexOf(LINE_FEED) ?? -1;
  return data === undefined || data === null || feed < 0
    ? null
    : readCheckpointHeader(data, 0, feed);
}

/** What stands in a file that is not ours may be any text: a terminal is to show it, not to obey it. */
export const shownId = (id: string): string =>
  /^[0-9a-f-]{1,64}$/.test(id) ? id : 'whose id is no id';
