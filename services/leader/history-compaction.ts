export interface HistoryLimits {
  /** So many revisions stay readable. */
  readonly revisions: number;
  /** The superseded versions may take so many bytes. */
  readonly bytesMax: number;
}

export interface HistoryView {
  readonly revision: number;
  readonly compactedRevision: number;
  /** Bytes of superseded versions. */
  readonly bytes: number;
}

/** So far past its bound the history may grow before a compaction is worth an entry. */
const SLACK = 1.25;

/** The revision to compact to, or null while the history is within its bounds. */
export function compactionDue(view: HistoryView, limits: HistoryLimits): number | null {
  if (view.bytes > limits.bytesMax && view.revision > view.compactedRevision) return view.revision;
  const kept = view.revision - view.compactedRevision;
  return kept > limits.revisions * SLACK ? view.revision - limits.revisions : null;
}
