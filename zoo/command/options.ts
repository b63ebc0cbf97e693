/** What the command line of `npm run zoo` says. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const USAGE = `npm run zoo -- [options]
  --only A,B      these bugs alone
  --start S       the first seed of the fresh ones (default: drawn from the newest commit)
  --seconds N     a bug that is not found after so long is missed (default 10)
  --minutes M     begins no attempt later (default: no limit; with --ci 4)
  --workers W     so many attempts at a time (default: one for each core)
  --ci            one line of figures; patience is what the medians ask for
  --nightly       each bug from several fresh starts, with medians
  --starts N      so many of them (default 20)
  --note          with --nightly: notes the medians in zoo/medians.json
  --trace NAME    prints the counter-example that is kept of it
  --keep          keeps counter-examples anew: those that are not reproduced any more
  --again         with --keep: also those that are
  --runs N        with --keep: cuts one down in so many runs (default 300)`;

export interface Options {
  readonly only: string | null;
  readonly trace: string | null;
  readonly start: number | null;
  readonly seconds: number;
  /** Infinity: no limit. */
  readonly minutes: number;
  readonly workers: number;
  readonly ci: boolean;
  /** Fresh starts of each bug that has many attempts. */
  readonly starts: number;
  readonly note: boolean;
  readonly keep: boolean;
  readonly again: boolean;
  readonly runs: number;
}

const SECONDS = 10;
const MINUTES_OF_CI = 4;
const STARTS = 20;
const RUNS = 300;

/** Throws a TypeError that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ only: text, trace: text, start: text, seconds: text, minutes: text, workers: text },
      ...{ starts: text, runs: text },
      ...{ ci: flag, nightly: flag, note: flag, keep: flag, again: flag },
    },
  });
  const whole = (
    name: 'start' | 'seconds' | 'minutes' | 'workers' | 'starts' | 'runs',
  ): number | null => {
    const given = values[name];
    if (given === undefined) return null;
    if (/^\d{1,12}$/.test(given)) return Number(given);
    throw new TypeError(`--${name} is ${JSON.stringify(given)}; a whole number is needed`);
  };
  const { ci = false, nightly = false } = values;
  return {
    only: values.only ?? null,
    trace: values.trace ?? null,
    start: whole('start'),
    seconds: whole('seconds') ?? SECONDS,
    minutes: whole('minutes') ?? (ci ? MINUTES_OF_CI : Infinity),
    workers: Math.max(1, whole('workers') ?? availableParallelism()),
    ci,
    starts: nightly ? Math.max(1, whole('starts') ?? STARTS) : 1,
    note: values.note ?? false,
    keep: values.keep ?? false,
    again: values.again ?? false,
    runs: whole('runs') ?? RUNS,
  };
}
