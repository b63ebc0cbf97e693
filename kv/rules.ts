/**
 * The state's own rules, by name. Production passes the frozen table; a test or a lesson replaces one
 * to show what it is there for.
 */
export interface StateRules {
  /** A write whose answer is stored gets that answer, and is not done again (dissertation, 6.3). */
  recognisesDuplicates(answers: ReadonlyMap<number, unknown>, sequence: number): boolean;
  /** A write whose answer was confirmed, and therefore dropped, is not done again. */
  refusesConfirmedWrites(sequence: number, lowestAwaited: number): boolean;
  /** A session that was active after the entry by which the leader judged it is not expired. */
  expiresOnlyIdleSessions(lastActivity: number, judgedBy: number): boolean;
  /** What a checkpoint says of sessions is part of the state that it gives (dissertation, 6.3). */
  restoresSessions(): boolean;
  /** A state restored from the checkpoint of an index has applied the entries up to that index. */
  appliedByCheckpoint(index: number): number;
  /**
   * How far versions may be removed from memory: not past what a checkpoint that is still being
   * written has to show. `oldestMarker`: the compacted revision at its marker; Infinity without one.
   */
  compactionSparesMarkers(compactedRevision: number, oldestMarker: number): number;
}

export const productionRules: StateRules = Object.freeze({
  recognisesDuplicates: (answers: ReadonlyMap<number, unknown>, sequence: number) =>
    answers.has(sequence),
  refusesConfirmedWrites: (sequence: number, lowestAwaited: number) => sequence < lowestAwaited,
  expiresOnlyIdleSessions: (lastActivity: number, judgedBy: number) => lastActivity <= judgedBy,
  restoresSessions: () => true,
  appliedByCheckpoint: (index: number) => index,
  compactionSparesMarkers: (compactedRevision: number, oldestMarker: number) =>
    Math.min(compactedRevision, oldestMarker),
});
