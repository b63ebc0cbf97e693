/** Everything that is judged about a run. */
import type { Entry } from '#raft';
import { judge, Witness, type Sight } from '../../../simulator/oracle/index.js';
import type { Merged } from './merged-history.js';
import { settle } from './settlement.js';

export interface RunVerdict {
  /** What is wrong, for people; empty if nothing is. */
  readonly violations: readonly string[];
  /** Calls of keys whose history was decided. */
  readonly checked: number;
  readonly undecidedKeys: number;
  readonly unknown: { readonly committed: number; readonly gone: number };
}

/**
 * Per key: linearizable (a search that trusts nothing), and exactly once. Over all keys: every read shows
 * what the committed log says of its revision, and revisions follow real time.
 */
export function judgeRun(
  merged: Merged,
  entries: readonly Entry[],
  final: ReadonlyMap<string, Sight>,
): RunVerdict {
  const settlement = settle(merged, entries);
  const witness = new Witness();
  for (const entry of entries) witness.committed(entry);
  const { objection, checked, undecided } = judge(merged.history, witness, final);
  return {
    violations: [settlement.objection, objection].filter((one) => one !== null),
    checked,
    undecidedKeys: undecided,
    unknown: { committed: settlement.committed, gone: settlement.gone },
  };
}
