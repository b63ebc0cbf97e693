/**
 * Slow and failing disks: strace takes hold of a running process and changes what its writes and syncs
 * return. It stops the process at every call into the system, so that a slow disk also makes a slow
 * process. Entries are appended with O_DSYNC, so a write is a sync too.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const CALLS = 'pwrite64,pwritev,fdatasync,fsync';
const ATTACHED = /attached/;

export type DiskFault =
  | { readonly kind: 'slow'; readonly ms: number }
  /** The first of them in each thread. */
  | { readonly kind: 'fails'; readonly error: 'EIO' | 'ENOSPC' };

/** Resolves when it holds, with how to let go; both are harmless if the process is gone. */
export async function injectDiskFault(
  pid: number,
  fault: DiskFault,
  calls = CALLS,
): Promise<() => Promise<void>> {
  const inject =
    fault.kind === 'slow' ? `delay_enter=${fault.ms * 1_000}` : `error=${fault.error}:when=1`;
  const child = spawn(
    'strace',
    [
      '-f',
      '-p',
      String(pid),
      '-o',
      '/dev/null',
      '-e',
      `trace=${calls}`,
      '-e',
      `inject=${calls}:${inject}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await attached(child);
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGINT');
    await gone;
  };
}

async function attached(child: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
    child.stderr?.on('data', (data: Buffer) => {
      said += data.toString();
      if (ATTACHED.test(said)) resolve();
    });
  });
}
