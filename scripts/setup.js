// Set-up before any command: checks Node, installs when the lock file changed, builds when a source
// did. Uses nothing that would have to be installed first, and says only what it does.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 20;

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));

const major = Number(process.versions.node.split('.')[0]);
if (major < NODE_MAJOR_MIN) {
  console.error(
    `Relevo needs Node ${NODE_MAJOR_MIN} or later; this is ${process.versions.node}. ` +
      'Install a current one (https://nodejs.org) and run the command again.',
  );
  process.exit(2);
}
installIfLockChanged();
await buildIfStale();

function installIfLockChanged() {
  const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  const stamp = 'node_modules/.relevo-lock';
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('relevo: installing packages (once, and when package-lock.json changes) ...');
  // Not `npm ci`: that insists on the builds for every platform being in the lock file, and a registry
  // may offer only some; `--no-save` keeps to the lock all the same, and writes none.
  // npm is a script on Windows, which only a shell can start.
  const result = spawnSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    },
  );
  if (result.status !== 0) {
    console.error('relevo: npm install failed (above); mend that and run the command again.');
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}

async function buildIfStale() {
  const { stampOfSources } = await import('./sources.js');
  const stamp = 'dist/.stamp';
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOfSources()) return;
  await import('./build.js');
}
