/**
 * The rules of the storage as named predicates, passed in at construction: production takes the frozen
 * table, a test or a lesson replaces one to show what it is there for.
 */
import type { DiskResult } from './types.js';

type DiskFailure = DiskResult & { readonly ok: false };

export interface StorageRules {
  /** Rule 41: a bad line where entry `expected` had to stand is damage if a note confirms so far. */
  isDamage(expected: number, confirmed: number): boolean;
  /** Rules 19 and 20: entries are synced before they are reported durable. */
  syncsBeforeReporting(): boolean;
  /** Rule 32: what is to take another file's place is synced before it gets that name. */
  syncsBeforeRename(): boolean;
  /** Rule 32: after a rename, a creation or a removal the directory is synced too. */
  syncsDirectory(): boolean;
  /** A cut conflict is synced before the first new byte. */
  syncsTruncation(): boolean;
  /** A cut is on disk as an intention first: a part of it may be done before the rest. */
  announcesCut(): boolean;
  /** Rule 23: the write under way says nothing of what was cut since; how far it may be reported. */
  reportsAfterCut(writing: number, cutFrom: number): number;
  /** A request that failed was not done, and a sync that failed is not repeated (ATC '20): the node stops. */
  failureOf(result: DiskResult): DiskFailure | null;
  /** Rule 34: a log that does not hold the checkpoint's own entry is replaced by it. */
  checkpointReplacesLog(termInLog: number | null, termOfCheckpoint: number): boolean;
  /** Rule 35: what is not newer than this node's committed state is not installed. */
  isOlderCheckpoint(index: number, committed: number): boolean;
}

export const RULES: StorageRules = Object.freeze({
  isDamage: (expected: number, confirmed: number) => expected <= confirmed,
  syncsBeforeReporting: () => true,
  syncsBeforeRename: () => true,
  syncsDirectory: () => true,
  syncsTruncation: () => true,
  announcesCut: () => true,
  reportsAfterCut: (writing: number, cutFrom: number) => Math.min(writing, cutFrom - 1),
  failureOf: (result: DiskResult) => (result.ok ? null : result),
  checkpointReplacesLog: (termInLog: number | null, termOfCheckpoint: number) =>
    termInLog !== termOfCheckpoint,
  isOlderCheckpoint: (index: number, committed: number) => index <= committed,
});
