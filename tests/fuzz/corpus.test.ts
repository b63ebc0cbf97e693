/** Inputs that once broke something, and a first few of each target's own. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { examine, inputOf } from './run/examine.js';
import { pieceOf, type Kept } from './run/shown.js';
import { PLANTED, TARGETS } from './targets/index.js';

const CORPUS = fileURLToPath(new URL('corpus/', import.meta.url));
const SEEDS = 40;

const kept = readdirSync(CORPUS).flatMap((name) =>
  readdirSync(`${CORPUS}${name}`).map((file) => {
    const { why, pieces } = JSON.parse(readFileSync(`${CORPUS}${name}/${file}`, 'utf8')) as Kept;
    return { name, file, why, input: pieces.map(pieceOf) };
  }),
);

test('something is kept', () => {
  expect(kept.length).toBeGreaterThanOrEqual(8);
});

test.each(kept)('$name, $file: no more that $why', async ({ name, input }) => {
  const target = TARGETS.find((each) => each.name === name);
  if (target === undefined) throw new Error(`there is no target ${name} any more`);
  expect(await examine(target, input)).not.toMatchObject({ kind: 'failed' });
});

const honest = TARGETS.filter(({ name }) => !PLANTED.has(name));

test('there are as many targets as are asked for', () => {
  expect(honest.length).toBeGreaterThanOrEqual(18);
});

test.each(honest)('$name: $about', async (target) => {
  const outcomes = [];
  for (let seed = 1; seed <= SEEDS; seed += 1)
    outcomes.push(await examine(target, inputOf(target, seed)));
  expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([]);
  expect(outcomes).toHaveLength(SEEDS);
});
