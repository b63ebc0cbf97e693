/** The lab's own judgement: what it calls left behind, lost or doubled, and that every runbook is tried. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { STEPS } from '../lab/course.js';
import { judged } from '../lab/load/load.js';
import { namesOf } from '../lab/machine/names.js';
import { leftovers } from '../lab/machine/teardown.js';
import { MUTATIONS } from '../lab/template/mutations.js';
import { blocksOf } from '../lab/template/runbooks.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const RUNBOOKS = here('../../../docs/runbooks');
const STEP_FILES = here('../lab/steps');

test('a folder and a process that are left behind are named', async () => {
  const names = namesOf(`test${process.pid}`);
  assert.deepEqual(await leftovers(names), []);
  mkdirSync(names.folder);
  const file = join(names.folder, 'console.log');
  writeFileSync(file, '');
  const left = spawn('tail', ['-f', file]);
  try {
    await once(left, 'spawn');
    assert.deepEqual(await leftovers(names), [`process ${left.pid}`, names.folder]);
  } finally {
    left.kill('SIGKILL');
    await once(left, 'close');
    rmSync(names.folder, { recursive: true });
  }
  assert.deepEqual(await leftovers(names), []);
});

test('a write that is missing is lost, one of a second version doubled', () => {
  const said = { acknowledged: [2, 1], failed: 0, wrong: 0, longestMs: 1, firstError: '' };
  const pairs = [
    { key: 'run/0/0', value: '0', version: 1 },
    { key: 'run/1/0', value: '0', version: 2 },
  ];
  const { acknowledged, lost, doubled } = judged(said, pairs, 'run');
  assert.deepEqual({ acknowledged, lost, doubled }, { acknowledged: 3, lost: 1, doubled: 1 });
});

describe('runbooks', () => {
  const texts = readdirSync(RUNBOOKS)
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(join(RUNBOOKS, name), 'utf8'));

  test('every marked block is taken by a step, and none that is not there', () => {
    const marked = texts.flatMap(blocksOf).map(({ name }) => name);
    const steps = readdirSync(STEP_FILES).map((name) =>
      readFileSync(join(STEP_FILES, name), 'utf8'),
    );
    const taken = steps.flatMap((step) =>
      [...step.matchAll(/take\('([\w.-]+)'\)/g)].map(([, name]) => name),
    );
    assert.ok(marked.length >= 14);
    assert.deepEqual([...new Set(marked)].sort(), [...new Set(taken)].sort());
    assert.equal(new Set(marked).size, marked.length);
  });

  test('a block within a list loses its indent alone', () => {
    const text = '1. So:\n\n   ```sh lab=there\n   if a; then\n     b\n   fi\n   ```\n';
    assert.deepEqual(blocksOf(text), [{ name: 'there', lines: 'if a; then\n  b\nfi' }]);
  });
});

test('every mistake to plant is caught by a step that there is', () => {
  const names = new Set(STEPS.map(({ name }) => name));
  assert.ok(MUTATIONS.length >= 6);
  assert.deepEqual(
    MUTATIONS.filter(({ caughtBy }) => !names.has(caughtBy)),
    [],
  );
});
