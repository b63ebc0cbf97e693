/** What the command line of `npm run fuzz` says. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const USAGE = `npm run fuzz -- [options]
  --inputs N      so many inputs in all (default 1,000,000)
  --minutes M     begins no further input once so many minutes have passed
  --nightly       500,000,000
  --target NAME   of this target alone; several are separated by commas
  --start S       the first seed (default 1)
  --workers W     so many at a time (default: one for each core)
  --hang-ms M     the longest that one input may take (default 20,000)
  --list          the targets, and what has to hold of each
one input:
  --target NAME --seed N --trace    shown, and cut down if it fails`;

export interface Options {
  readonly inputs: number;
  /** Infinity: as long as it takes. */
  readonly minutes: number;
  readonly targets: readonly string[] | null;
  readonly start: number;
  readonly seed: number | null;
  readonly workers: number;
  readonly hangMs: number;
  readonly list: boolean;
}

const INPUTS = 1_000_000;
const NIGHTLY_INPUTS = 500_000_000;
const HANG_MS = 20_000;

/** Throws a TypeError that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{
        inputs: text,
        target: text,
        start: text,
        seed: text,
        workers: text,
        'hang-ms': text,
        minutes: text,
      },
      ...{ nightly: flag, list: flag, trace: flag },
    },
  });
  const whole = (name: string, given: string | undefined): number | null => {
    if (given === undefined) return null;
    if (/^\d{1,15}$/.test(given)) return Number(given);
    throw new TypeError(`--${name} is ${JSON.stringify(given)}; a whole number is needed`);
  };
  return {
    inputs: whole('inputs', values.inputs) ?? (values.nightly === true ? NIGHTLY_INPUTS : INPUTS),
    minutes: whole('minutes', values.minutes) ?? Infinity,
    targets: values.target?.split(',') ?? null,
    start: whole('start', values.start) ?? 1,
    seed: whole('seed', values.seed),
    workers: Math.max(1, whole('workers', values.workers) ?? availableParallelism()),
    hangMs: whole('hang-ms', values['hang-ms']) ?? HANG_MS,
    list: values.list ?? false,
  };
}
