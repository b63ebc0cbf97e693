/**
 * `npm run failpoints`: real processes that die, or stand still, at each named step. Ends with one line of
 * figures; exit status 1 if a point was not reached, or if anything was lost, doubled, failed or different.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { POINTS, STEPS, nameOf } from './catalogue.js';
import { HOWS } from './order.js';
import { Random } from '../../simulator/random.js';
import { casesOf, nameOfCase, replayOf, type Case, type Share } from './run/case.js';
import { Course, type CaseResult } from './run/course.js';

interface Options {
  readonly only?: string;
  readonly how?: string;
  readonly as?: string;
  readonly seed: number;
  readonly seeds: number;
  readonly delays: number;
  readonly clusters: number;
  readonly minutes: number;
  readonly nightly?: true;
  readonly list?: true;
}

const ROOT = join('results', 'failpoints');
const NIGHTLY_SEEDS = 5;
const MINUTE_MS = 60_000;

await new Command('failpoints')
  .description('Processes die, or stand still, at each named step.')
  .option('--only <name>', 'a step, or a point such as log-write:before')
  .option('--how <how>', HOWS.join(' or '))
  .option('--as <part>', 'whose process: leader, follower, candidate, starter or proxy')
  .option('--seed <n>', 'of which passing, and for how long', count, 1)
  .option('--seeds <n>', 'so many seeds, one after the other', count, 1)
  .option('--delays <n>', 'every n-th point is held as well', count, 4)
  .option('--clusters <n>', 'at a time', count, 1)
  .option('--minutes <n>', 'no case is begun after so many', count, Infinity)
  .option('--nightly', `every point killed and held, with ${String(NIGHTLY_SEEDS)} seeds`)
  .option('--list', 'says what there is, and does nothing')
  .action(async (options: Options) => {
    process.exitCode = options.list === true ? list() : await run(options);
  })
  .parseAsync();

function list(): number {
  for (const point of POINTS) {
    const { parts, loses } = STEPS[point.step];
    console.log(`${nameOf(point).padEnd(36)} ${parts.join(', ').padEnd(20)} ${loses}`);
  }
  return 0;
}

async function run(options: Options): Promise<number> {
  const cases = chosen(options);
  if (cases.length === 0) {
    console.error('No case is so named; --list says what there is.');
    return 2;
  }
  mkdirSync(ROOT, { recursive: true });
  const directory = mkdtempSync(join(ROOT, 'run-'));
  const begunMs = performance.now();
  const results = await runAll(cases, options, directory);
  const seconds = (performance.now() - begunMs) / 1_000;
  if (results.size < cases.length) {
    console.log(
      `NOTE: the ${String(options.minutes)} minutes ended after ${String(results.size)} of ` +
        `${String(cases.length)} cases`,
    );
  }
  const failed = [...results].filter(([, { objection }]) => objection !== null);
  for (const [one, { objection }] of failed) {
    console.log(`FAILED ${nameOfCase(one)}: ${objection ?? ''}\n  ${replayOf(one)}`);
  }
  console.log(closingLine(results, seconds));
  // What went wrong is to be looked at.
  if (failed.length === 0) rmSync(directory, { recursive: true, force: true });
  else console.log(`logs and data are kept in ${directory}`);
  return failed.length === 0 ? 0 : 1;
}

function chosen({ only, how, as, seed, seeds, delays, nightly }: Options): readonly Case[] {
  const isAll = nightly === true || only !== undefined;
  const share: Share = isAll ? { delays: 1, parts: 'all' } : { delays, parts: 'one' };
  const many = nightly === true ? NIGHTLY_SEEDS : seeds;
  return Array.from({ length: many }, (_, at) => casesOf(seed + at, share))
    .flat()
    .filter(({ point }) => only === undefined || only === point.step || only === nameOf(point))
    .filter((one) => how === undefined || one.how === how)
    .filter((one) => as === undefined || one.as === as);
}

/** Each cluster takes the next case as soon as it is done with one. */
async function runAll(
  cases: readonly Case[],
  { clusters, minutes, seed }: Options,
  directory: string,
): Promise<ReadonlyMap<Case, CaseResult>> {
  const results = new Map<Case, CaseResult>();
  // In any order: if the time does not suffice, what was not tried is no one part of the whole.
  const waiting = [...cases];
  new Random(seed).shuffle(waiting);
  const endMs = performance.now() + minutes * MINUTE_MS;
  let lastId = 0;
  const work = async (): Promise<void> => {
    const course = new Course(directory, () => (lastId += 1));
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      if (performance.now() >= endMs) return course.end();
      const result = await course.run(one);
      results.set(one, result);
      const verdict = result.objection === null ? 'passed' : `FAILED: ${result.objection}`;
      console.error(
        `${String(results.size)}/${String(cases.length)} ${nameOfCase(one)}: ` +
          `${String(result.acknowledged)} acknowledged, ${result.seconds.toFixed(1)} s, ${verdict}`,
      );
    }
    await course.end();
  };
  await Promise.all(Array.from({ length: Math.min(clusters, cases.length) }, work));
  return results;
}

function closingLine(results: ReadonlyMap<Case, CaseResult>, seconds: number): string {
  const all = [...results.values()];
  const passed = [...results].filter(([, { objection }]) => objection === null);
  const points = new Set(passed.map(([{ point }]) => nameOf(point)));
  const kills = passed.filter(([{ how }]) => how === 'kill').length;
  const sum = (pick: (result: CaseResult) => number): string =>
    String(all.reduce((total, result) => total + pick(result), 0));
  return (
    `failpoints: ${String(points.size)} points, ${String(results.size)} cases, ` +
    `${String(passed.length)} passed (${String(kills)} kills, ${String(passed.length - kills)} delays); ` +
    `${sum((one) => one.acknowledged)} operations acknowledged, ${sum((one) => one.lost.length)} lost, ` +
    `${sum((one) => one.doubled.length)} doubled, ${sum((one) => one.failed.length)} failed; ` +
    `${String(Math.round(seconds))} s`
  );
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a whole number above 0.');
}
