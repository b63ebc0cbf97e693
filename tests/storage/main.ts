/**
 * `npm run storage-proof -- states|flips|cuts`: the storage under everything that a disk may do to it.
 * Each ends with one line of figures; exit status 1 if a promise was broken, 77 if `cuts` can't be run.
 */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { powerCuts } from './cuts.js';
import { flipFigures, tryAlterations } from './flips.js';
import { enumerateStates, replayHistory } from './states.js';

/** What CI gives, in seconds, and a night. */
const SECONDS = 45;
const NIGHTLY_SECONDS = 1800;
const CYCLES = 200;
const NIGHTLY_CYCLES = 20_000;

const program = new Command('storage-proof').description(
  'The storage under everything that a disk may do to it.',
);
program
  .command('states')
  .description('Every state that a power cut may leave of recorded file operations.')
  .option('--seconds <n>', 'begin no random history after so long', count)
  .option('--nightly', `for ${NIGHTLY_SECONDS} s`)
  .option('--start <n>', 'number of the first random history', count, 1000)
  .option('--history <n>', 'only this one', whole)
  .action((options: { seconds?: number; nightly?: true; start: number; history?: number }) => {
    const { history, start } = options;
    const seconds = options.seconds ?? (options.nightly === true ? NIGHTLY_SECONDS : SECONDS);
    const passed =
      history === undefined ? enumerateStates({ start, seconds }) : replayHistory(history);
    process.exitCode = passed ? 0 : 1;
  });
program
  .command('cuts')
  .description(
    'Power cuts of a real file system under a writer that was killed. Needs root on Linux.',
  )
  .option('--cycles <n>', 'how many', count)
  .option('--nightly', `${NIGHTLY_CYCLES} of them`)
  .option('--seed <n>', 'of what is written, and when it ends', count, 1)
  .action(async (options: { cycles?: number; nightly?: true; seed: number }) => {
    const cycles = options.cycles ?? (options.nightly === true ? NIGHTLY_CYCLES : CYCLES);
    process.exitCode = await powerCuts({ cycles, seed: options.seed });
  });
program
  .command('flips')
  .description('Every byte, length and line of small files altered: refused, or harmless.')
  .option('--nightly', 'every byte gets every value')
  .action((options: { nightly?: true }) => {
    const begun = performance.now();
    const tally = tryAlterations(options.nightly === true ? 'every value' : 'every bit');
    for (const wrong of tally.wrong) console.error(wrong);
    console.log(flipFigures(tally, (performance.now() - begun) / 1000));
    process.exitCode = tally.wrong.length === 0 ? 0 : 1;
  });
await program.parseAsync();

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('Give a whole number.');
}

function count(text: string): number {
  const value = whole(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('Give a whole number above 0.');
}
