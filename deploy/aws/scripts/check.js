// `npm run aws-check` at the root: everything quick about this package, from a clean checkout. Installs what is
// missing, checks types, lint and form, and runs the tests. Needs no network once it is installed.
import { join } from 'node:path';
import process from 'node:process';
import { installIfLockChanged, PACKAGE, ROOT, run } from './install.js';

run('the project is set up', ROOT, process.execPath, 'scripts/setup.js');
installIfLockChanged();
run(
  'lint',
  PACKAGE,
  process.execPath,
  join(ROOT, 'node_modules/eslint/bin/eslint.js'),
  '--max-warnings',
  '0',
  '.',
);
run('types and tests', PACKAGE, 'npm', 'test', '--silent');
