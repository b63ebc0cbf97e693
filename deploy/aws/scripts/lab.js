// `npm run lab` at the root: see lab/main.ts, whose sources are TypeScript and run as they are.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { installIfLockChanged, PACKAGE, ROOT, run } from './install.js';

run('the project is set up', ROOT, process.execPath, 'scripts/setup.js');
installIfLockChanged();
const words = ['--import', 'tsx', join(PACKAGE, 'lab/main.ts'), ...process.argv.slice(2)];
const lab = spawn(process.execPath, words, { cwd: PACKAGE, stdio: 'inherit' });
// Signals of a terminal reach the lab itself, which then has to tidy up: this process waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => lab.kill(signal));
lab.on('close', (status) => process.exit(status ?? 1));
