// `npm run aws-check` at the root: everything quick about this package, from a clean checkout. Installs what is
// missing, checks types, lint and form, and runs the tests. Needs no network once it is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));
const root = join(here, '../..');

run('the project is set up', root, process.execPath, 'scripts/setup.js');
installIfLockChanged();
run(
  'lint',
  here,
  process.execPath,
  join(root, 'node_modules/eslint/bin/eslint.js'),
  '--max-warnings',
  '0',
  '.',
);
run('types and tests', here, 'npm', 'test', '--silent');

function installIfLockChanged() {
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
  const stamp = join(here, 'node_modules/.relevo-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  run('packages', here, 'npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  writeFileSync(stamp, lock);
}

function run(what, cwd, command, ...words) {
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
