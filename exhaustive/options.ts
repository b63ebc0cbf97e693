/** The command line of `npm run exhaust`. Throws a TypeError that says what to give instead. */
import { parseArgs } from 'node:util';
import type { Bound } from './bound.js';
import type { Plan } from './plan.js';
import { boundOf, CI, NIGHTLY } from './plan.js';

export const USAGE = `npm run exhaust -- [options]
  --ci            the worlds of every run (default)
  --nightly       those, and larger ones
  one world of your own:
  --terms N       --timeouts N   --heartbeats N   --entries N    --crashes N
  --drops N|any   --duplicates N|any   --messages N (in flight)  --batch N (entries a message)
  --logs "1;;2"   the terms of the entries on each disk at first
  --depth N       so many steps at most
  --states N      room for so many states (default 14,000,000; 12 bytes each, and what waits)`;

const NUMBERS = [
  'terms',
  'timeouts',
  'heartbeats',
  'entries',
  'crashes',
  'messages',
  'batch',
] as const;
const OR_ANY = ['drops', 'duplicates'] as const;

export interface Options {
  readonly plans: readonly Plan[];
  readonly statesMax: number;
  readonly depthMax: number;
}

const STATES_CI = 14_000_000;
const STATES_NIGHTLY = 56_000_000;

export function optionsOf(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: args.slice(),
    options: {
      ci: { type: 'boolean' },
      nightly: { type: 'boolean' },
      logs: text,
      depth: text,
      states: text,
      ...{ terms: text, timeouts: text, heartbeats: text, entries: text, crashes: text },
      ...{ messages: text, batch: text, drops: text, duplicates: text },
    },
  });
  const own: { -readonly [Key in keyof Bound]?: Bound[Key] } = {};
  for (const name of NUMBERS) {
    const given = values[name];
    if (given !== undefined) own[name] = wholeOf(name, given);
  }
  for (const name of OR_ANY) {
    const given = values[name];
    if (given !== undefined) own[name] = given === 'any' ? given : wholeOf(name, given);
  }
  if (values.logs !== undefined) own.logs = logsOf(values.logs);
  const nightly = values.nightly === true;
  const alone = Object.keys(own).length > 0;
  const statesMax = nightly ? STATES_NIGHTLY : STATES_CI;
  return {
    plans: alone ? [{ name: 'your own', bound: boundOf(own) }] : nightly ? NIGHTLY : CI,
    statesMax: values.states === undefined ? statesMax : wholeOf('states', values.states),
    depthMax: values.depth === undefined ? Infinity : wholeOf('depth', values.depth),
  };
}

function wholeOf(name: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new TypeError(`--${name} is ${JSON.stringify(given)}; a whole number is needed`);
}

function logsOf(given: string): number[][] {
  const logs = given.split(';').map((log) => log.split(/[ ,]+/).filter((term) => term !== ''));
  if (logs.length !== 3) {
    throw new TypeError(`--logs is ${JSON.stringify(given)}; three lists are needed, as in "1;;2"`);
  }
  return logs.map((log) => log.map((term) => wholeOf('logs', term)));
}
