/**
 * The rules that a node keeps around its core, by name: what is applied, who is answered, whom it listens
 * to. Production passes `NODE_RULES`, the frozen table; a test or a lesson replaces one to show what it is
 * there for.
 */
import type { LogIndex } from '#raft';

export interface NodeRules {
  /** Rule 25: what is committed is applied, and answered, and nothing else (paper, 5.3; R27). */
  readonly applies: (committed: LogIndex, last: LogIndex) => LogIndex;
  /** A read that was not asked for as stale asks the leader first (dissertation, 6.4). */
  readonly asksLeader: (linearizable: boolean) => boolean;
  /** Rule 30: a read waits until the index that the leader named is applied. */
  readonly mayAnswerRead: (named: number, applied: number) => boolean;
  /** A read of a revision that the caller has seen waits until this node has it. */
  readonly hasRevision: (asked: number, revision: number) => boolean;
  /** A leadership that is lost leaves its callers' writes unknown: other entries may take their indexes. */
  readonly forgetsProposals: () => boolean;
  /** A known id that comes with another directory has lost its votes and its log: nobody listens to it. */
  readonly isStranger: (known: string, storeId: string) => boolean;
  /**
   * The format level that may be written: what this program writes, and all others read. `read`: of each other
   * member; 0 for one that is not connected, and so may be any release.
   */
  readonly formatToWrite: (written: number, read: readonly number[]) => number;
}

export const NODE_RULES: NodeRules = Object.freeze<NodeRules>({
  applies: (committed) => committed,
  asksLeader: (linearizable) => linearizable,
  mayAnswerRead: (named, applied) => named <= applied,
  hasRevision: (asked, revision) => asked <= revision,
  forgetsProposals: () => true,
  isStranger: (known, storeId) => known !== storeId,
  formatToWrite: (written, read) => Math.min(written, ...read),
});
