/** Whole data directories: what a start and `inspect` make of them. */
import { compare, inspect } from '#storage';
import type { Random } from '../../../simulator/random.js';
import {
  isRecovered,
  smallDirectories,
  startOn,
  type Files,
} from '../../storage/small-directories.js';
import { Volume } from '../../storage/volume.js';
import { joined, mutateBytes, shuffleSome, splice } from '../mutations/bytes.js';
import { rechained, resealed } from '../sources/storage.js';
import { linesOf } from '../../storage/alterations.js';
import {
  bytesOf,
  checkCounts,
  checkSame,
  checkWords,
  holds,
  textOf,
  type Input,
  type Target,
} from '../target.js';

let made: readonly Files[] | null = null;
const directories = (): readonly Files[] => (made ??= [...smallDirectories().values()]);

/** Pieces: path and contents in turn. */
export function someDirectory(random: Random): Input {
  const files = new Map([...random.pick(directories())].filter(([path]) => !path.endsWith('/')));
  for (let left = random.integer(1, 3); left > 0; left -= 1) changeOne(random, files);
  return [...files].flatMap(([path, bytes]) => [bytesOf(path), bytes]);
}

function changeOne(random: Random, files: Map<string, Uint8Array>): void {
  const path = random.pick([...files.keys(), 'log/cut.json']);
  const bytes = files.get(path) ?? new Uint8Array(0);
  switch (random.below(8)) {
    case 0:
      files.delete(path);
      return;
    case 1:
      files.set(path, splice(random, bytes, random.pick([...random.pick(directories()).values()])));
      return;
    case 2: {
      const name = random.pick(['log/', 'data/', '']) + random.pick(STRANGE_NAMES);
      files.set(name, bytes);
      return;
    }
    case 3:
    case 4:
      files.set(path, mutateBytes(random, bytes));
      return;
    default:
      files.set(path, changedLines(random, bytes));
  }
}

const STRANGE_NAMES = [
  ...['00000000000000000002.jsonl', '00009007199254740993.jsonl', '00009007199254740991.jsonl'],
  ...['x.tmp', '0.jsonl', '00000000000000000000.jsonl', '00000000000000000004.jsonl', '__proto__'],
] as const;

function changedLines(random: Random, bytes: Uint8Array): Uint8Array {
  const lines = linesOf(bytes);
  const at = random.below(lines.length);
  const line = lines[at];
  if (line === undefined) return bytes;
  if (random.chance(0.4)) return joined(...shuffleSome(random, lines));
  if (textOf(line).startsWith('{"index"') && random.chance(0.5)) {
    const before = at === 0 ? '00000000' : textOf(lines[at - 1]).slice(-11, -3);
    return joined(...lines.slice(0, at), rechained(random, before, joined(...lines.slice(at))));
  }
  return joined(...lines.with(at, resealed(random, line)));
}

const FOLDERS = ['log/', 'data/'].map((path) => [path, new Uint8Array(0)] as const);

function filesOf(input: Input): Files {
  const files = new Map<string, Uint8Array>(FOLDERS);
  for (let at = 0; at + 1 < input.length; at += 2) {
    const path = textOf(input[at]);
    if (/^(?:log\/|data\/)?[\w.]+$/.test(path)) files.set(path, input[at + 1] as Uint8Array);
  }
  return files;
}

export const recovery: Target = {
  name: 'recovery',
  about:
    'changed directories: refused in words with nothing changed, or a log without gaps, found again',
  weight: 1.5,
  shows: 'text',
  make: someDirectory,
  take(input) {
    const files = filesOf(input);
    const { found, hasChanged } = startOn(files);
    if (!isRecovered(found)) {
      checkWords(found.message);
      holds(
        !hasChanged || found.code === 'blank',
        () => `refused, and something was changed: ${found.message}`,
      );
      return 'refused';
    }
    const { base, entries, commitIndex, vote, checkpoint } = found;
    checkCounts(
      [base, entries.map(({ index, term }) => [index, term]), commitIndex, vote.term],
      'it',
    );
    for (const [at, { index }] of entries.entries()) {
      holds(
        index === base.index + 1 + at,
        () => `entry ${index} stands at ${at} behind ${base.index}`,
      );
    }
    const last = entries.at(-1)?.index ?? base.index;
    holds(
      commitIndex <= Math.max(last, checkpoint?.index ?? 0),
      () => `${commitIndex} committed of ${last}`,
    );
    for (const remark of found.remarks) checkWords(remark);
    return 'accepted';
  },
};

export const inspection: Target = {
  name: 'inspect',
  about: 'changed directories, explained and compared: never a throw, and a verdict in words',
  weight: 1.5,
  shows: 'text',
  make: someDirectory,
  take(input) {
    const volume = Volume.holding(filesOf(input));
    const steps = inspect();
    let step = steps.next();
    while (step.done !== true) {
      const { op } = step.value;
      holds(op === 'list' || op === 'read', () => `to look at a directory it would ${op}`);
      volume.begin(step.value);
      step = steps.next(volume.finish(step.value));
    }
    const found = step.value;
    checkWords(found.verdict.message);
    const { differences } = compare([
      { name: 'one', inspection: found },
      { name: 'same', inspection: found },
    ]);
    checkSame(
      differences.filter(({ kind }) => kind !== 'node'),
      [],
      'it differs from itself',
    );
    return found.verdict.code === 'refused' ? 'refused' : 'accepted';
  },
};
