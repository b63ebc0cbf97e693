/**
 * `npm run nemesis`: five nodes, two proxies and several clients, each on a host of its own; everything
 * that can go wrong does, by chance from a seed; then every call is judged. One line of figures at the
 * end; exit status 1 if anything was not as promised, 2 if this machine can't run it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { run } from './arena/command.js';
import { REPOSITORY } from './arena/repository.js';
import { runCourse } from './course.js';
import { endWithParent, isInside, missing, runInside } from './enclosure.js';
import { calibrate } from './etcd/calibration.js';
import { FAULT_NAMES, type FaultName } from './faults/index.js';

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly faults: readonly FaultName[];
  readonly nodes: number;
  readonly clients: number;
  readonly think: number;
  readonly calibrate?: string;
}

const program = new Command('nemesis')
  .description(
    'Real processes on networks and disks of their own, and everything that can go wrong.',
  )
  .option('--minutes <n>', 'how long faults are made', positive, 1)
  .option('--seed <n>', 'of the faults and the calls', whole, 1)
  .option('--faults <list>', `some of ${FAULT_NAMES.join(',')}`, names, FAULT_NAMES)
  .option('--nodes <n>', 'how many nodes', whole, 5)
  .option('--clients <n>', 'how many client processes, of 128 callers each', whole, 4)
  .option('--think <ms>', 'pause between two calls of a caller, on average', positive, 100)
  .option('--calibrate <system>', 'run on a system whose faults are known: etcd', known)
  .parse();

/** Neither passed nor failed: the machine lacks something. */
const NOT_RUN = 77;

process.exitCode = await main(program.opts<Options>());

async function main(options: Options): Promise<number> {
  if (!isInside()) {
    const problems = missing(options.calibrate === undefined ? [] : [['etcd', 'etcd-server']]);
    for (const problem of problems) console.error(`nemesis: ${problem}`);
    return problems.length > 0 ? NOT_RUN : runInside();
  }
  endWithParent();
  // Names of networks and places of mounts that nobody else sees.
  await run('mount', ['-t', 'tmpfs', 'nemesis', '/run']);
  const { seed, minutes, faults, nodes, clients } = options;
  const directory = join(REPOSITORY, 'results', 'nemesis', String(seed));
  mkdirSync(directory, { recursive: true });
  const say = (text: string): void => console.error(text);
  say(
    `${nodes} nodes, 2 proxies, ${clients} clients; ${minutes} min of ${faults.join(', ')}; seed ${seed}`,
  );
  const about = { seed, minutes, nodes, clients, thinkMs: options.think, directory, say };
  const passed =
    options.calibrate === undefined
      ? await runCourse({ ...about, kinds: faults })
      : await calibrate({ ...about, directory: join(directory, 'calibration') });
  // The kernel ends whatever is left.
  process.exit(passed ? 0 : 1);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a number above 0.');
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a whole number above 0.');
}

function known(text: string): string {
  if (text === 'etcd') return text;
  throw new InvalidArgumentError('There is etcd alone.');
}

function names(text: string): readonly FaultName[] {
  const asked = text.split(',');
  const found = FAULT_NAMES.filter((name) => asked.includes(name));
  if (found.length === new Set(asked).size) return found;
  throw new InvalidArgumentError(`Give some of ${FAULT_NAMES.join(',')}.`);
}
