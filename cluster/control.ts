/** What lets the page act on this cluster. */
export interface Control {
  /** What pages have to show; new for each run. */
  readonly token: string;
  /** Where whoever owns the processes listens. */
  readonly socketPath: string;
}
