/** Where things stand in a data directory. Paths are relative to it, with forward slashes. */

export const README = 'README.txt';
export const IDENTITY = 'identity.json';
export const VOTE = 'vote.json';
export const LOG = 'log';
/** Which entries are being cut out of a file. */
export const CUT = 'log/cut.json';
export const DATA = 'data';
export const QUARANTINE = 'quarantine';
/** Ends the name of what is not complete yet; recovery removes it. */
export const UNFINISHED = '.tmp';
/** Ends the name of a checkpoint that is being received; recovery removes it too. */
export const PARTIAL = '.part';

const SUFFIX = '.jsonl';

const numbered = (value: number): string => String(value).padStart(20, '0') + SUFFIX;

/** The segment whose first entry is (or will be) `first`. */
export const segmentPath = (first: number): string => `${LOG}/${numbered(first)}`;

/** The data as of `index`. */
export const checkpointPath = (index: number): string => `${DATA}/${numbered(index)}`;

/** The number in a segment's or a checkpoint's name; null if the name is another. */
export function numberInName(name: string): number | null {
  if (!/^[0-9]{20}\.jsonl$/.test(name)) return null;
  const value = Number(name.slice(0, 20));
  return Number.isSafeInteger(value) ? value : null;
}
