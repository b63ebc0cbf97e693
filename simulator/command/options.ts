/** What the command line of `npm run simulate` says. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const USAGE = `npm run simulate -- [options]
  --seeds N     so many seeds (default 200)
  --start S     the first of them (default 1)
  --hours H     so many simulated hours, instead of a number of seeds
  --minutes M   begins no further seed once so many minutes have passed
  --nightly     100,000 seeds
  --nodes K     so many nodes, instead of what the seed says
  --workers W   so many at a time (default: one for each core)
  --keep-going  after a failure
one run:
  --seed N      this one
  --plan FILE   what --shrink left
  --trace       every step in words
  --shrink      if it fails: cut down to what it takes, and shown step by step`;

export interface Options {
  readonly seed: number | null;
  readonly plan: string | null;
  readonly start: number;
  readonly seeds: number;
  readonly hours: number | null;
  /** Of real time. */
  readonly minutes: number | null;
  readonly nodes: number | undefined;
  readonly workers: number;
  readonly trace: boolean;
  readonly shrink: boolean;
  readonly keepGoing: boolean;
}

const SEEDS = 200;
const NIGHTLY_SEEDS = 100_000;

/** Throws a TypeError that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      start: { type: 'string' },
      seed: { type: 'string' },
      hours: { type: 'string' },
      minutes: { type: 'string' },
      nodes: { type: 'string' },
      workers: { type: 'string' },
      plan: { type: 'string' },
      nightly: { type: 'boolean' },
      trace: { type: 'boolean' },
      shrink: { type: 'boolean' },
      'keep-going': { type: 'boolean' },
    },
  });
  const whole = (
    name: 'seeds' | 'start' | 'seed' | 'nodes' | 'hours' | 'minutes' | 'workers',
  ): number | undefined => {
    const given = values[name];
    if (given === undefined) return undefined;
    if (/^\d{1,15}$/.test(given)) return Number(given);
    throw new TypeError(`--${name} is ${JSON.stringify(given)}; a whole number is needed`);
  };
  return {
    seed: whole('seed') ?? null,
    plan: values.plan ?? null,
    start: whole('start') ?? 1,
    seeds: whole('seeds') ?? (values.nightly === true ? NIGHTLY_SEEDS : SEEDS),
    hours: whole('hours') ?? null,
    minutes: whole('minutes') ?? null,
    nodes: whole('nodes'),
    workers: Math.max(1, whole('workers') ?? availableParallelism()),
    trace: values.trace ?? false,
    shrink: values.shrink ?? false,
    keepGoing: values['keep-going'] ?? false,
  };
}
