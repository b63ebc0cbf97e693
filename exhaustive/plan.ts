/** The worlds that are searched every time, and those that take a night. Each is searched whole. */
import type { Bound } from './bound.js';
import { BLANK } from './bound.js';

export interface Plan {
  readonly name: string;
  readonly bound: Bound;
}

const LEAST: Bound = {
  terms: 1,
  timeouts: 1,
  heartbeats: 0,
  entries: 0,
  crashes: 0,
  drops: 0,
  duplicates: 0,
  messages: 8,
  batch: 1,
  logs: BLANK,
};

/** A bound of which only what is more than least is said. */
export const boundOf = (more: Partial<Bound>): Bound => ({ ...LEAST, ...more });

const RIVALS = { terms: 2, timeouts: 2 };
const WRITE = { entries: 1, crashes: 1 };

/** What figure 8 of the paper shows at (c), one term and one entry for each of its two. */
export const FIGURE_8: readonly (readonly number[])[] = [[1], [], [2]];

export const CI: readonly Plan[] = [
  { name: 'a write and a crash', bound: boundOf(WRITE) },
  { name: 'rivals', bound: boundOf({ ...RIVALS, messages: 4 }) },
  { name: 'rivals, any loss', bound: boundOf({ ...RIVALS, messages: 3, drops: 'any' }) },
  {
    name: 'a write, a crash, a loss, a double',
    bound: boundOf({ ...WRITE, drops: 1, duplicates: 1, messages: 3 }),
  },
  {
    name: 'two logs at odds',
    bound: boundOf({ terms: 3, logs: FIGURE_8, heartbeats: 1, crashes: 1, messages: 3 }),
  },
];

export const NIGHTLY: readonly Plan[] = [
  ...CI,
  {
    name: 'a write, a crash, a loss, a double; more messages',
    bound: boundOf({ ...WRITE, drops: 1, duplicates: 1, messages: 4 }),
  },
  {
    name: 'rivals, any loss; more messages',
    bound: boundOf({ ...RIVALS, messages: 4, drops: 'any' }),
  },
  { name: 'rivals; more messages', bound: boundOf({ ...RIVALS, messages: 5 }) },
  {
    name: 'figure 8',
    bound: boundOf({ terms: 4, timeouts: 2, logs: FIGURE_8, messages: 4 }),
  },
  {
    name: 'rivals, a write and a crash',
    bound: boundOf({ ...RIVALS, ...WRITE, messages: 3 }),
  },
];
