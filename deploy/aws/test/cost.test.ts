/** What it costs, as README.md says it, is what the templates say. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { costOf, HOURS_A_MONTH, total } from '../lib/cost.js';
import { planOf } from '../lib/plan.js';
import { PROFILES } from '../lib/profile.js';
import { templatesOf } from '../lib/synthesis.js';
import { PACKAGE } from './host.js';

const README = readFileSync(join(PACKAGE, 'README.md'), 'utf8');

const hourly = (name: keyof typeof PROFILES): number =>
  total(costOf(templatesOf(planOf('relevo', PROFILES[name], 3))));

test('a course costs about ten cents an hour', () => {
  assert.ok(hourly('minimal') > 0.05);
  assert.ok(hourly('minimal') <= 0.105);
});

for (const name of ['minimal', 'production'] as const) {
  test(`README.md says what ${name} costs`, () => {
    const row = README.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
    assert.ok(row.includes(`| ${hourly(name).toFixed(3)} |`), row);
    assert.ok(row.includes(`| ${(hourly(name) * HOURS_A_MONTH).toFixed(0)} |`), row);
  });
}

test('what stays after destroy costs little, and is counted', () => {
  const lines = costOf(templatesOf(planOf('relevo', PROFILES.minimal, 3)));
  const kept = lines.filter(({ isKept }) => isKept);
  assert.deepEqual(
    kept.map(({ what }) => what),
    ['30 GiB of data volumes'],
  );
  assert.equal((total(kept) * HOURS_A_MONTH).toFixed(2), '2.40');
});
