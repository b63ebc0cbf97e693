/** What the harness asks of the system under test itself. */
export interface Control {
  /** The number of the node that leads, as far as anybody answers; null if nobody knows of one. */
  leader(): Promise<number | null>;
  /** Null when all nodes serve and follow one leader, else what is missing. */
  problem(): Promise<string | null>;
  close(): void;
}
