/** What the documents and the scripts refer to is there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { USAGE } from '../operator/run.js';
import { files } from './checkers.js';
import { INSTANCE, PACKAGE } from './host.js';

const ROOT = join(PACKAGE, '../..');
const RUNBOOKS = join(ROOT, 'docs/runbooks');
const text = (file: string): string => readFileSync(file, 'utf8');

test('every verb in README.md and the runbooks is one of relevo-aws', () => {
  const documents = [join(PACKAGE, 'README.md'), ...files(RUNBOOKS)];
  const used = documents.flatMap((file) =>
    [...text(file).matchAll(/relevo-aws ([a-z][a-z-]*)/g)].map(([, verb = '']) => verb),
  );
  const known = new Set([...USAGE.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, verb]) => verb));
  assert.ok(used.length > 10);
  assert.deepEqual(
    used.filter((verb) => !known.has(verb)),
    [],
  );
});

test('every runbook that an alarm or a script names is there', () => {
  const sources = [...files(join(INSTANCE, 'lib')), join(PACKAGE, 'lib/alarms.ts')];
  const named = sources.flatMap((file) => text(file).match(/docs\/runbooks\/[a-z-]+\.md/g) ?? []);
  assert.ok(named.length >= 4);
  assert.deepEqual(
    named.filter((file) => !existsSync(join(ROOT, file))),
    [],
  );
});

test('relevo-aws starts as it is, and says what it can do', () => {
  const { status, stdout } = spawnSync(process.execPath, [join(PACKAGE, 'relevo-aws'), '--help'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0);
  assert.equal(stdout, `${USAGE}\n`);
});

test('the units, the scripts and the plan agree on ports and paths', () => {
  const unit = text(join(INSTANCE, 'systemd/relevo-node.service'));
  assert.match(unit, /^WorkingDirectory=\/etc\/relevo\/relevo-node$/m);
  assert.match(unit, /^ReadWritePaths=\/var\/lib\/relevo$/m);
  const volume = text(join(INSTANCE, 'lib/volume.sh'));
  assert.match(volume, /DATA_ROOT=\$\{RELEVO_DATA_ROOT:-\/var\/lib\/relevo\}/);
  assert.match(volume, /MARKER=\$DATA_ROOT\/VOLUME/);
  assert.match(unit, /^AssertPathExists=\/var\/lib\/relevo\/VOLUME$/m);
});
