/** What was measured of each bug, and on which machine: how many attempts find it, in what time. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Median {
  /** Fresh starts, from each of which it was hunted until it was found, or the time was up. */
  readonly starts: number;
  readonly missed: number;
  readonly attempts: number;
  readonly attemptsMax: number;
  readonly seconds: number;
  readonly secondsMax: number;
}

export interface Medians {
  readonly machine: string;
  /** By the bug's name. */
  readonly bugs: Readonly<Record<string, Median>>;
}

const FILE = 'zoo/medians.json';

export function readMedians(): Medians {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Medians;
}

/** What was measured of other bugs stays. */
export function noteMedians(machine: string, bugs: Readonly<Record<string, Median>>): void {
  const all: Medians = { machine, bugs: { ...readMedians().bugs, ...bugs } };
  writeFileSync(FILE, `${JSON.stringify(all, null, 2)}\n`);
}

/** The lower of the two in the middle, if they are two; of nothing: 0. */
export function spread(values: readonly number[]): { median: number; most: number } {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, most: sorted.at(-1) ?? 0 };
}

/** A bug whose median is longer has to fall to what is kept of it alone; fresh seeds are tried all the same. */
const SECONDS_SWIFT = 2;
/**
 * Where each attempt is as likely to find it as any other, and half of the hunts need no more than the median,
 * one of a million needs more than so many times that.
 */
const MEDIANS = 20;

/** Attempts until a fresh hunt is given up, however slow the machine is; null: it need not find anything. */
export function attemptsOwed(median: Median | undefined): number | null {
  if (median === undefined || median.missed > 0 || median.seconds > SECONDS_SWIFT) return null;
  return MEDIANS * median.attempts;
}
