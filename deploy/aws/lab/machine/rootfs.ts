/**
 * The root file system that every instance starts from: Debian, made once, and kept in the user's cache. Instances
 * write into layers of their own above it, so that a new instance has a fresh root at no cost.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { must } from './commands.js';

const SUITE = 'bookworm';
const PACKAGES = [
  ...['systemd', 'systemd-sysv', 'dbus', 'sudo', 'procps', 'util-linux', 'mount', 'e2fsprogs'],
  ...['iproute2', 'ca-certificates', 'curl', 'cloud-init', 'libstdc++6'],
  // cloud-init's own need, under a name that debootstrap can't resolve.
  'python3-cffi-backend',
];

/** In memory, since dpkg waits for the disk after each file; then copied without what nobody reads there. */
const MAKE = `
set -eu
mount -t tmpfs -o size=1500m,mode=755 tmpfs "$WORK"
debootstrap --variant=minbase --include="$PACKAGES" "$SUITE" "$WORK/tree" || {
  tail -n 20 "$WORK/tree/debootstrap/debootstrap.log" >&2
  exit 1
}
rm -rf "$WORK"/tree/var/cache/apt/archives/*.deb "$WORK"/tree/usr/share/doc "$WORK"/tree/usr/share/man
rm -rf "$WORK"/tree/usr/share/locale "$WORK"/tree/var/lib/apt/lists "$WORK"/tree/etc/machine-id
cp -a "$WORK/tree" "$TARGET"
`;

const recipe = createHash('sha256')
  .update(JSON.stringify([SUITE, PACKAGES, MAKE]))
  .digest('hex');

export interface RootFileSystem {
  readonly folder: string;
  /** 0: it was there already. */
  readonly madeInMs: number;
}

/** Rejects if debootstrap fails: without Debian's archive, say. */
export async function rootFileSystem(say: (line: string) => void): Promise<RootFileSystem> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'relevo-lab');
  const folder = join(cache, `${SUITE}-${recipe.slice(0, 12)}`);
  if (existsSync(folder)) return { folder, madeInMs: 0 };
  say(`making the root file system with debootstrap, once: ${folder}`);
  const begun = performance.now();
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'work-'));
  const target = mkdtempSync(join(cache, 'new-'));
  try {
    // Mounts of its own: whatever debootstrap leaves mounted goes with it.
    await must('unshare', ['--mount', '--propagation=private', 'sh', '-c', MAKE], {
      env: {
        ...process.env,
        WORK: work,
        TARGET: join(target, 'root'),
        SUITE,
        PACKAGES: PACKAGES.join(','),
      },
    });
    renameSync(join(target, 'root'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(target, { recursive: true, force: true });
  }
  return { folder, madeInMs: performance.now() - begun };
}
