/**
 * Runs this very program again in namespaces of its own (network, mounts, processes). There it is the
 * first process: when it ends, whatever way, the kernel ends all that it started, and with the namespaces
 * go networks, rules and mounts. Nothing of it is seen from outside.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { findLibrary } from './arena/wall-clock.js';

const INSIDE = 'NEMESIS_INSIDE';

type Needed = readonly [program: string, debianPackage: string];

const NEEDED: readonly Needed[] = [
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['mount', 'mount'],
  ['ip', 'iproute2'],
  ['tc', 'iproute2'],
  ['nft', 'nftables'],
  ['strace', 'strace'],
  ['mkfs.ext4', 'e2fsprogs'],
  ['python3', 'python3'],
];

export function isInside(): boolean {
  return process.env[INSIDE] === '1';
}

/** What is missing here, for people; empty if nothing is. */
export function missing(more: readonly Needed[]): readonly string[] {
  if (process.platform !== 'linux') return [`it needs Linux; this is ${process.platform}`];
  const found: string[] = [];
  if (process.getuid?.() !== 0) found.push('it needs root, for namespaces: run it with sudo');
  for (const [program, debianPackage] of [...NEEDED, ...more]) {
    const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' });
    if (error !== undefined) found.push(`${program} is missing: apt-get install ${debianPackage}`);
  }
  if (findLibrary() === null) found.push('libfaketime is missing: apt-get install libfaketime');
  return found;
}

/** Resolves with its exit status. */
export async function runInside(): Promise<number> {
  const separate = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn(
    'unshare',
    [...separate, '--', process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    {
      // A pipe that ends with this process, however it ends.
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { ...process.env, [INSIDE]: '1' },
      detached: true,
    },
  );
  const end = (): void => {
    child.stdin.end();
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** Inside: when the pipe ends, so does everything. */
export function endWithParent(): void {
  process.stdin.on('end', () => process.exit(130));
  process.stdin.on('error', () => process.exit(130));
  process.stdin.resume();
  process.stdin.unref();
}
