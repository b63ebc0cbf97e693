/** `npm run zoo`: every bug of the zoo has to be found, from what is kept of it and from fresh seeds. */
import { execFileSync } from 'node:child_process';
import type { Bug } from './bug.js';
import { bugNamed, ZOO } from './bugs/index.js';
import { runHunts } from './command/crew.js';
import { HuntRun } from './command/hunt-run.js';
import { keepAnew } from './command/keeping.js';
import { readOptions, USAGE, type Options } from './command/options.js';
import { isCaught, tableText, type Row } from './command/table.js';
import { readKept, traceText } from './kept.js';

/** Of the nightly run, and how far apart: no seed is tried from two of them. */
const STARTS = 20;
const APART = 1_000_000;

async function hunt(options: Options): Promise<number> {
  const bugs = bugsOf(options);
  const start = options.start ?? freshStart();
  console.log(`fresh seeds from ${start} on; again: npm run zoo -- --start ${start}`);
  const limitMs = options.seconds * 1_000;
  const starts = options.nightly ? STARTS : 1;
  const runs: HuntRun[] = [];
  const rows = bugs.map((bug): Row => {
    const own = Array.from({ length: starts }, (_, i) => {
      const run = new HuntRun(bug, runs.length, start + i * APART, limitMs, i === 0);
      runs.push(run);
      return run;
    });
    return { run: own[0] as HuntRun, runs: own };
  });
  const began = performance.now();
  await runHunts(options.workers, runs, tell);
  const seeds = new Map(bugs.map((bug) => [bug.name, readKept(bug)?.number ?? -1]));
  console.log(tableText(rows, seeds));
  for (const { bug, fault } of runs) if (fault !== null) console.log(`${bug.name}: ${fault}`);
  const caught = rows.filter(isCaught).length;
  const seconds = (performance.now() - began) / 1_000;
  console.log(
    `${rows.length} bugs, ${caught} caught, ${rows.length - caught} missed; ` +
      `${seconds.toFixed(0)} s with ${options.workers} workers, ${options.seconds} s a bug at most`,
  );
  return caught === rows.length ? 0 : 1;
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
