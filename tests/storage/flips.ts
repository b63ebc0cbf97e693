/**
 * `flips`: each alteration of each file of small directories is detected with a message, or harmless. It
 * never gives a value that was not written, nor a vote out of a damaged file.
 */
import type { Recovered } from '#storage';
import { readHeader, readNote } from '../../storage/note.js';
import { alterations, linesOf, type Alteration, type Thoroughness } from './alterations.js';
import { CUT } from '../../storage/paths.js';
import {
  CUT_FROM,
  isRecovered,
  smallDirectories,
  startOn,
  type Files,
} from './small-directories.js';

export interface FlipTally {
  tried: number;
  refused: number;
  harmless: number;
  /** Taken for a tail that was never synced, which is all that the directory's notes say. */
  cut: number;
  readonly kinds: Map<string, number>;
  /** The first ones that are neither. */
  readonly wrong: string[];
}

const WRONG_MAX = 20;

/** `only`: the directories to take; all of them if it is not given. */
export function tryAlterations(
  thoroughness: Thoroughness,
  only: readonly string[] | null = null,
): FlipTally {
  const tally: FlipTally = {
    ...{ tried: 0, refused: 0, harmless: 0, cut: 0 },
    kinds: new Map(),
    wrong: [],
  };
  for (const [name, files] of smallDirectories()) {
    if (only?.includes(name) === false) continue;
    const { found } = startOn(files);
    if (!isRecovered(found)) throw new Error(`${name}: ${found.message}`);
    for (const [path, bytes] of files) {
      if (path.endsWith('/') || path === 'README.txt') continue;
      const others = [...files].filter(([other]) => other !== path && !other.endsWith('/'));
      const contents = others.map(([, other]) => other);
      for (const one of alterations(bytes, contents, thoroughness)) {
        // Without its announcement a cut has not begun: that is another directory, and a sound one.
        if (path === CUT && one.bytes === null) continue;
        judge(tally, found, files, path, one, name);
      }
    }
  }
  return tally;
}

function judge(
  tally: FlipTally,
  whole: Recovered,
  files: Files,
  path: string,
  alteration: Alteration,
  directory: string,
): void {
  const altered = new Map(files);
  if (alteration.bytes === null) altered.delete(path);
  else altered.set(path, alteration.bytes);
  const { found, hasChanged } = startOn(altered);
  tally.tried++;
  tally.kinds.set(alteration.kind, (tally.kinds.get(alteration.kind) ?? 0) + 1);
  const wrong = isRecovered(found)
    ? faultOf(found, whole, altered)
    : faultOfRefusal(found.code, found.message, path, hasChanged);
  if (wrong !== null) {
    const { kind, what } = alteration;
    if (tally.wrong.length < WRONG_MAX) {
      tally.wrong.push(`${directory}: ${path}, ${kind} ${what}: ${wrong}`);
    }
  } else if (!isRecovered(found)) tally.refused++;
  else if (found.entries.length === whole.entries.length) tally.harmless++;
  else tally.cut++;
}

/** The message has to name a file and say what to do, and nothing may be changed. */
function faultOfRefusal(
  code: string,
  message: string,
  path: string,
  hasChanged: boolean,
): string | null {
  if (code === 'blank') return 'the directory counts as blank';
  if (hasChanged) return `it is refused, and something was changed: ${message}`;
  const folder = path.split('/')[0] ?? path;
  if (!message.includes(folder)) return `the refusal does not name the place: ${message}`;
  return /Nothing was changed\.|Use the version of Relevo/.test(message)
    ? null
    : `the refusal says no remedy: ${message}`;
}

function faultOf(found: Recovered, whole: Recovered, files: Files): string | null {
  if (plain(found.vote) !== plain(whole.vote)) return `the vote is ${plain(found.vote)}`;
  if (plain(found.identity) !== plain(whole.identity)) return 'the identity is another one';
  if (found.commitIndex > whole.commitIndex) return `${found.commitIndex} counts as committed`;
  for (const entry of found.entries) {
    const original = whole.entries.find(({ index }) => index === entry.index);
    if (plain(entry) !== plain(original)) return `entry ${entry.index} is not what was written`;
  }
  const last = found.entries.at(-1)?.index ?? found.base.index;
  const confirmed = confirmedBy(files);
  if (last < confirmed) return `the log ends at ${last}, and ${confirmed} is confirmed`;
  return faultOfCheckpoint(found, whole);
}

/** A checkpoint that is gone is no loss while the log holds all that it stood for. */
function faultOfCheckpoint(found: Recovered, whole: Recovered): string | null {
  if (found.base.index > (found.checkpoint?.index ?? 0)) return 'the log begins behind nothing';
  if (found.checkpoint === null) return null;
  return plain(found.checkpoint) === plain(whole.checkpoint) &&
    plain(found.stateLines) === plain(whole.stateLines)
    ? null
    : 'the checkpoint is not what was written';
}

const plain = (value: unknown): string => JSON.stringify(value);

/**
 * The simple version of what recovery does: the largest index that a whole line of the log confirms,
 * wherever it stands; a cut that was announced takes it down.
 */
function confirmedBy(files: Files): number {
  let confirmed = 0;
  for (const [path, bytes] of files) {
    if (!/^log\/[0-9]{20}\.jsonl$/.test(path)) continue;
    for (const line of linesOf(bytes)) {
      const end = line.length - 1;
      const note = readNote(line, 0, end)?.synced ?? 0;
      confirmed = Math.max(confirmed, note, readHeader(line, 0, end)?.after.index ?? 0);
    }
  }
  return files.has(CUT) ? Math.min(confirmed, CUT_FROM - 1) : confirmed;
}

export function flipFigures(tally: FlipTally, seconds: number): string {
  const kinds = [...tally.kinds].map(([name, count]) => `${name} ${count}`).join(', ');
  return (
    `alterations: ${tally.tried} of single files (${kinds}): ${tally.refused} refused with file and remedy, ` +
    `${tally.harmless} harmless, ${tally.cut} cut as a tail that nothing confirms, ` +
    `${tally.wrong.length} wrong; ${seconds.toFixed(0)} s`
  );
}
