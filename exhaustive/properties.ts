/** What must hold, by name, and the error that says that it does not. */
export const PROPERTIES = [
  /** At most one leader a term (paper, figure 3). */
  'election safety',
  /** A leader only appends (figure 3). */
  'leader append-only',
  /** Same index and term: same entries up to there (figure 3). */
  'log matching',
  /** What is committed in a term is in the log of every leader of a later one (figure 3). */
  'leader completeness',
  /** Nobody knows another entry to be committed at an index (figure 3). */
  'state machine safety',
  /** The commit index of a process never falls. */
  'commit never back',
  /** A durable vote is neither taken back nor given again within its term, over crashes too. */
  'one vote a term',
  /** Nothing leaves before what it rests on is durable (raft/README.md, duties 1 and 2). */
  'durable before sent',
  /** What is committed stands on the disks of a majority when it is (duty 3). */
  'committed on a majority',
  /** The core's own checks (raft/invariants.ts), which would stop the node. */
  'the core goes on',
] as const;

export type Property = (typeof PROPERTIES)[number];

export class Violation extends Error {
  override readonly name = 'Violation';
  constructor(
    readonly property: Property,
    text: string,
  ) {
    super(`${property}: ${text}`);
  }
}
