/** How large a world is: what may happen in it, and how often. All counts are over the whole world. */
export interface Bound {
  /** No node enters a term beyond it; in the last one no election timer fires. */
  readonly terms: number;
  /** Timers that fire after a long silence: election timers, and a leader's own check of its quorum. */
  readonly timeouts: number;
  /** Heartbeats of leaders, each to all. */
  readonly heartbeats: number;
  /** Commands that clients propose. */
  readonly entries: number;
  /** Crashes, each followed by a restart from what the disk then holds. */
  readonly crashes: number;
  readonly drops: number | 'any';
  readonly duplicates: number | 'any';
  /** In flight at once; a step that would send more is not taken (and is counted). */
  readonly messages: number;
  /** In one append-request. */
  readonly batch: number;
  /** Terms of the entries that each disk holds at first. */
  readonly logs: readonly (readonly number[])[];
}

export const BLANK: readonly (readonly number[])[] = [[], [], []];

/** What is used up; the order is that of their places in a packed number, 4 bits each. */
export const BUDGETS = [
  'timeouts',
  'heartbeats',
  'entries',
  'crashes',
  'drops',
  'duplicates',
] as const;

export type Budget = (typeof BUDGETS)[number];

const BITS = 4;
const MOST = 2 ** BITS - 1;

/** One of that kind, in a packed number. */
export function unitOf(budget: Budget): number {
  return 1 << (BITS * BUDGETS.indexOf(budget));
}

/** Whether a packed number holds one of the kind that `unit` is of; of a kind without limit: 0. */
export function affords(packed: number, unit: number): boolean {
  return unit === 0 || (packed & (MOST * unit)) !== 0;
}

export function packed(bound: Bound): number {
  let all = 0;
  for (const budget of BUDGETS) {
    const count = bound[budget];
    if (count === 'any') continue;
    if (!Number.isInteger(count) || count < 0 || count > MOST) {
      throw new RangeError(`${budget} is ${count}: give a whole number from 0 to ${MOST}`);
    }
    all += count * unitOf(budget);
  }
  return all;
}

export function boundText(bound: Bound): string {
  const { terms, messages, batch, logs } = bound;
  const counts = BUDGETS.map((budget) => `${bound[budget]} ${budget}`).join(', ');
  const first = logs.every((log) => log.length === 0)
    ? ''
    : `, logs ${logs.map((log) => log.join(' ') || '-').join('; ')}`;
  return `3 nodes, ${terms} terms, ${counts}, ${messages} messages, batches of ${batch}${first}`;
}
