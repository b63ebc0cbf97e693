/**
 * How long the leader's entries take from its log to a quorum's disks: of one entry at a time, so that it costs
 * nothing however many there are.
 */

/** The entry that is measured, and when it was appended, ms of the node's clock; null: none is. */
export type CommitProbeState = { readonly index: number; readonly at: number } | null;

export class CommitProbe {
  #measured: CommitProbeState;

  constructor(state: CommitProbeState = null) {
    this.#measured = state;
  }

  dump(): CommitProbeState {
    return this.#measured;
  }

  appended(index: number, now: number): void {
    this.#measured ??= { index, at: now };
  }

  /** How long it took, ms; null while it goes on, or nothing is measured. */
  committed(commitIndex: number, now: number): number | null {
    if (this.#measured === null || commitIndex < this.#measured.index) return null;
    const took = now - this.#measured.at;
    this.#measured = null;
    return took;
  }

  /** The role is lost: another leader may put something else in its place. */
  forget(): void {
    this.#measured = null;
  }
}
