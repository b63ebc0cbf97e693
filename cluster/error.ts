/** What can go wrong before a cluster runs. `message` says what to do next. */
export type ClusterErrorCode =
  | 'bad-record'
  | 'foreign-folder'
  | 'unwritable'
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
  'unwritable',
  'wrong-node-count',
  'port-busy',
  'wrong-settings',
]);

/** What the system refuses about a folder, in words; null if it is another error. */
export function unwritable(error: unknown): ClusterError | null {
  if (!(error instanceof Error)) return null;
  const { code, path } = error as NodeJS.ErrnoException;
  const why = WHY[code ?? ''];
  if (why === undefined || path === undefined) return null;
  const remedy = `mend that, or give another folder with --data DIR`;
  return new ClusterError('unwritable', `${path} can't be used (${code}): ${why}; ${remedy}.`);
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'this user has no right to it',
  EPERM: 'this user has no right to it',
  EROFS: 'it is on a disk that is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'there is a file where a folder should be',
};
