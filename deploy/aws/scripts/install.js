// What the commands of this package need before they start.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
export const ROOT = join(PACKAGE, '../..');

/** Installs packages once, and when the lock file changed. */
export function installIfLockChanged() {
  const lock = readFileSync(join(PACKAGE, 'package-lock.json'), 'utf8');
  const stamp = join(PACKAGE, 'node_modules/.relevo-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  run('packages', PACKAGE, 'npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  writeFileSync(stamp, lock);
}

/** Says how long it took; ends this process if it fails. */
export function run(what, cwd, command, ...words) {
  const begun = performance.now();
  const { status, error } = spawnSync(command, words, {
    cwd,
    stdio: 'inherit',
    // npm is a script on Windows, which only a shell can start.
    shell: process.platform === 'win32' && command === 'npm',
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${seconds} s  ${what}`);
  if (status === 0) return;
  if (error !== undefined) console.error(error.message);
  process.exit(1);
}
