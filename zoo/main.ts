/** `npm run zoo`: every bug of the zoo has to be found, from what is kept of it and from fresh seeds. */
import { execFileSync } from 'node:child_process';
import type { Bug } from './bug.js';
import { bugNamed, ZOO } from './bugs/index.js';
import { hasManyAttempts } from './checkers/index.js';
import { runHunts } from './command/crew.js';
import { HuntRun } from './command/hunt-run.js';
import { keepAnew } from './command/keeping.js';
import { machineText } from './command/machine.js';
import { readOptions, USAGE, type Options } from './command/options.js';
import { faultOf, isCaught, medianOf, tableText, type Row } from './command/table.js';
import { judge, judgementText } from './command/verdict.js';
import { readKept, traceText } from './kept.js';
import { attemptsOwed, noteMedians, readMedians } from './medians.js';

/** How far apart the starts of a bug are: no seed is tried from two of them. */
const APART = 1_000_000;

async function hunt(options: Options): Promise<number> {
  const start = options.start ?? freshStart();
  const again = options.ci ? '--ci --start' : '--start';
  console.log(`fresh seeds from ${start} on; again: npm run zoo -- ${again} ${start}`);
  const rows = rowsOf(options, start);
  const began = performance.now();
  await runHunts(
    options.workers,
    rows.flatMap(({ runs }) => runs),
    60_000 * options.minutes,
    tell,
  );
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  for (const row of rows) {
    const fault = faultOf(row);
    if (fault !== null) console.log(`${row.bug.name}: ${fault}`);
  }
  const took = `${seconds} s with ${options.workers} workers, ${options.seconds} s a bug at most`;
  return options.ci ? concludeInCi(rows, took) : conclude(rows, took, options);
}

function rowsOf(options: Options, start: number): readonly Row[] {
  const { bugs: medians } = readMedians();
  let place = 0;
  return bugsOf(options).map((bug): Row => {
    const owed = options.ci ? attemptsOwed(medians[bug.name]) : 0;
    const patience = { ms: 1_000 * options.seconds, attempts: owed ?? 0 };
    const length = hasManyAttempts(bug) ? options.starts : 1;
    const run = (_: unknown, i: number): HuntRun =>
      new HuntRun(bug, place++, start + i * APART, patience);
    return { bug, runs: Array.from({ length }, run) };
  });
}

function conclude(rows: readonly Row[], took: string, { note, workers }: Options): number {
  const seeds = new Map(rows.map(({ bug }) => [bug.name, readKept(bug)?.number ?? -1]));
  console.log(tableText(rows, seeds));
  if (note) {
    const medians = rows.map((row) => [row.bug.name, medianOf(row)] as const);
    noteMedians(machineText(workers), Object.fromEntries(medians));
  }
  const caught = rows.filter(isCaught).length;
  const missed = rows.length - caught;
  console.log(`${rows.length} bugs, ${caught} caught, ${missed} missed; ${took}`);
  return missed === 0 ? 0 : 1;
}

function concludeInCi(rows: readonly Row[], took: string): number {
  const judgement = judge(rows, readMedians());
  const kept = rows.filter((row) => faultOf(row) === null).length;
  const fresh = rows.filter(({ runs }) => runs.every(({ finding }) => finding !== null)).length;
  console.log(
    `zoo: ${rows.length} bugs, ${kept} found by what is kept of them, ${fresh} by fresh attempts, ` +
      `${judgementText(judgement)}; ${took}`,
  );
  return judgement.missed.length === 0 ? 0 : 1;
}

function tell({ bug, finding, attempts, ms }: HuntRun): void {
  if (finding === null) return;
  const seconds = (ms / 1_000).toFixed(1);
  console.error(`${bug.name}: ${finding.property}, at attempt ${attempts}, ${seconds} s`);
}

function bugsOf({ only }: Options): readonly Bug[] {
  return only === null ? ZOO : only.split(',').map(bugNamed);
}

/** The same for the same commit, so that a failure is not gone when it is looked at. */
function freshStart(): number {
  const day = Math.floor(Date.now() / 86_400_000);
  try {
    const commit = execFileSync('git', ['rev-parse', '--short=7', 'HEAD'], { encoding: 'utf8' });
    return (Number.parseInt(commit, 16) * 16 + day) % 4_000_000_000;
  } catch {
    return day * 1_000;
  }
}

function main(options: Options): Promise<number> | number {
  if (options.trace !== null) {
    const bug = bugNamed(options.trace);
    const kept = readKept(bug);
    console.log(kept === null ? `nothing is kept of ${bug.name}` : traceText(bug, kept));
    return kept === null ? 1 : 0;
  }
  if (!options.keep) return hunt(options);
  const bugs = bugsOf(options);
  const start = options.start ?? freshStart();
  return bugs.map((bug) => keepAnew(bug, start, options)).every(Boolean) ? 0 : 1;
}

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
