/** What can go wrong before a cluster runs. `message` says what to do next. */
export type ClusterErrorCode =
  | 'bad-record'
  | 'foreign-folder'
  | 'wrong-node-count'
  | 'port-busy'
  | 'wrong-settings'
  | 'unknown-process'
  | 'already-running'
  | 'not-running'
  | 'unsupported'
  | 'ended-early'
  | 'not-ready';

export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly code: ClusterErrorCode;

  constructor(code: ClusterErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  /** It was asked for wrongly, rather than failed. */
  get isUsage(): boolean {
    return USAGE.has(this.code);
  }
}

const USAGE: ReadonlySet<ClusterErrorCode> = new Set([
  'bad-record',
  'foreign-folder',
  'wrong-node-count',
  'port-busy',
  'wrong-settings',
]);
