/** What those who answer requests see of the node that they answer for. */
import type { Store } from '#kv';
import type { LeaderDuties } from '#leader';
import type { NodeId, Role } from '#raft';
import type { Failure } from './condition.js';

export interface Standing {
  readonly role: Role;
  readonly leader: NodeId | null;
  readonly store: Store;
  readonly duties: LeaderDuties | null;
  /** On a leader: everything that was committed before its term is applied. */
  readonly caughtUp: boolean;
  readonly stopping: boolean;
  readonly failure: Failure | null;
}
