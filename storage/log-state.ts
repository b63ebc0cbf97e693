/** What the log is made of, as plain data. */

/** How the log stood when the node wrote on: each node's own. */
export interface Note {
  /** Every entry up to here had been synced. */
  readonly synced: number;
  /** Known to be committed, and synced here: at most `synced`. */
  readonly committed: number;
}

/** A position with the checksum that the next line is chained to. */
export interface ChainPosition {
  readonly index: number;
  readonly term: number;
  readonly chain: number;
}

/** Lines that stand together: line `n` is entry `first + n`, bytes [starts[n], starts[n + 1]). */
export interface Piece {
  readonly first: number;
  readonly bytes: Uint8Array;
  readonly starts: number[];
}

export interface MirrorState {
  readonly base: ChainPosition;
  readonly pieces: readonly Piece[];
}

/** A segment as it is, or will be once everything submitted is written. */
export interface Segment {
  /** Its first entry's index, which is its name, whether that entry is there yet or not. */
  readonly first: number;
  /** In bytes. */
  size: number;
  /** Of its header line, in bytes. */
  readonly header: number;
  /** Where each entry's line starts. */
  readonly positions: number[];
}

export interface LogState {
  readonly mirror: MirrorState;
  readonly segments: readonly Segment[];
  /** Checkpoint markers behind which the segment ends, ascending; those already passed are dropped. */
  readonly markers: readonly number[];
  /** durable <= submitted <= the last entry. */
  readonly durable: number;
  readonly submitted: number;
  /** Committed and known so; at most the last entry. */
  readonly committed: number;
  readonly noted: Note;
  /** The last entry of the write under way that is still wanted; null: none is under way. */
  readonly writing: number | null;
  /** When a lone note is due; null: none is. */
  readonly noteAt: number | null;
  readonly now: number;
  /** The newest segment ends with a note that was not synced. */
  readonly unsynced: boolean;
}
