/** `npm run simulate`: runs seeds, prints what was found, and how to see it again. */
import { runCrew } from './command/crew.js';
import { readOptions, USAGE, type Options } from './command/options.js';
import { runSingle, tell } from './command/single.js';
import type { Task } from './command/worker.js';
import { SEEDS_THAT_SHOW_ALL } from './sometimes.js';
import { Tally } from './tally.js';

/** One seed of so many is run twice. */
const TWICE_EVERY = 50;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

function* tasks({ start, seeds, hours, nodes }: Options): Generator<Task, undefined> {
  for (let seed = start; hours !== null || seed < start + seeds; seed += 1) {
    yield { seed, nodes, twice: seed % TWICE_EVERY === 0 };
  }
  return undefined;
}

async function runMany(options: Options): Promise<number> {
  const tally = new Tally();
  const began = performance.now();
  const failed: number[] = [];
  const workers = Math.min(options.workers, options.seeds);
  await runCrew(workers, tasks(options), (result) => {
    tally.add(result);
    if (result.failure !== null) {
      failed.push(result.seed);
      tell(result);
    }
    progress(tally, failed);
    const late =
      options.minutes !== null && performance.now() - began >= options.minutes * MINUTE_MS;
    const enough = options.hours !== null && tally.simulatedMs >= options.hours * HOUR_MS;
    return !late && !enough && (failed.length === 0 || options.keepGoing);
  });
  if (process.stdout.isTTY) process.stdout.write('\n');
  const never = tally.seeds >= SEEDS_THAT_SHOW_ALL ? tally.never() : [];
  if (failed.length > 0) console.log(`failed seeds: ${failed.join(' ')}`);
  if (options.hours === null && failed.length === 0 && tally.seeds < options.seeds) {
    const { minutes, seeds } = options;
    console.log(`NOTE: the ${String(minutes)} minutes ended before all of ${String(seeds)} seeds`);
  }
  if (never.length > 0) {
    console.log(`these never happened, so that the run proves too little: ${never.join('; ')}`);
  }
  console.log(tally.line(performance.now() - began));
  return failed.length > 0 || never.length > 0 ? 1 : 0;
}

function progress({ seeds, events, checked }: Tally, failed: readonly number[]): void {
  if (!process.stdout.isTTY) return;
  process.stdout.write(
    `\r${String(seeds)} seeds, ${String(events)} events, ${String(checked)} operations checked, ` +
      `${String(failed.length)} failed `,
  );
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  return options.seed !== null || options.plan !== null ? runSingle(options) : runMany(options);
}

process.exitCode = await main();
