/** The lines of the storage, one by one. */
import { decodeLines, encodeEntries, LinesMalformed } from '#storage';
import type { Random } from '../../../simulator/random.js';
import { checkpointHeader, readCheckpointHeader } from '../../../storage/checkpoint-file.js';
import { cutFile, readCut } from '../../../storage/cut.js';
import { identityFile, readIdentity, readVote, voteFile } from '../../../storage/identity.js';
import {
  headerLine,
  isOtherFormat,
  noteLine,
  readHeader,
  readNote,
} from '../../../storage/note.js';
import { mutateBytes, splice } from '../mutations/bytes.js';
import {
  linesOfEntries,
  rechained,
  resealed,
  someEntries,
  someSealedLine,
} from '../sources/storage.js';
import { bytesOf, checkSame, holds, textOf, unlessRefused, type Target } from '../target.js';

const CHAINS = ['00000000', '90ab12cd', 'ffffffff', '0000000', 'ABCDEF01', ''] as const;
const someChain = (random: Random): string =>
  random.chance(0.9) ? '90ab12cd' : random.pick(CHAINS);

/** Pieces: the chain value before, the lines, and what was written. */
export const logLines: Target = {
  name: 'log-lines',
  about:
    'entry lines: LinesMalformed, or the very entries written; under a checksum that holds, one form',
  weight: 10,
  shows: 'text',
  make(random) {
    const chain = someChain(random);
    const written = linesOfEntries('90ab12cd', someEntries(random));
    // Of another chain: whole lines of this one would be as good as those that were written.
    const other = linesOfEntries('ffffffff', someEntries(random));
    if (random.chance(0.4)) return [bytesOf(chain), rechained(random, chain, written)];
    const changed = random.chance(0.2)
      ? splice(random, written, other)
      : mutateBytes(random, written);
    return [bytesOf(chain), changed, written];
  },
  take([chainBytes, lines = new Uint8Array(0), written]) {
    const chain = textOf(chainBytes);
    const entries = unlessRefused(() => decodeLines(chain, lines), LinesMalformed);
    if (entries === null) return 'refused';
    if (entries.length > 0) {
      const again = encodeEntries(
        chain,
        entries.map(({ index, term, body }) => ({ index, term, body })),
      );
      holds(Buffer.from(again.bytes).equals(lines), () => 'written again they are other bytes');
    }
    if (written !== undefined) {
      const originals = decodeLines('90ab12cd', written);
      for (const [at, entry] of entries.entries()) {
        checkSame(entry, originals[at], 'a changed line is taken for another entry');
      }
    }
    return 'accepted';
  },
};

/** Each kind with its reader and its writer; the reader says null for what is none. */
const SEALED: readonly ((line: Uint8Array) => Uint8Array | null)[] = [
  (line) => {
    const identity = readIdentity(line);
    return identity === null || typeof identity === 'number' ? null : identityFile(identity);
  },
  (line) => written(readVote(line), voteFile),
  (line) => written(readCut(line), cutFile),
  (line) => written(readNote(line, 0, line.length - 1), noteLine),
  (line) => written(readHeader(line, 0, line.length - 1), headerLine),
  (line) => written(readCheckpointHeader(line, 0, line.length - 1), checkpointHeader),
];

const written = <T>(value: T | null, write: (value: T) => Uint8Array): Uint8Array | null =>
  value === null ? null : write(value);

/** Pieces: the line, and what was written if its checksum was left alone. */
export const sealedLines: Target = {
  name: 'sealed-lines',
  about:
    'identity, vote, cut, notes, headers: nothing, or what was written; sealed anew, what it says',
  weight: 10,
  shows: 'text',
  make(random) {
    const line = someSealedLine(random);
    if (random.chance(0.5)) return [resealed(random, line)];
    const changed = random.chance(0.2)
      ? splice(random, line, someSealedLine(random))
      : mutateBytes(random, line);
    return [changed, line];
  },
  take([line = new Uint8Array(0), original]) {
    isOtherFormat(line, 0, line.length - 1);
    const read = SEALED.map((each) => each(line)).filter((each) => each !== null);
    holds(read.length <= 1, () => 'it is read as two kinds of line');
    const [again] = read;
    if (again === undefined) return 'refused';
    // Members that nobody reads may stand in it: what is written of it is read as the same.
    const same = SEALED.map((each) => each(again)).filter((each) => each !== null);
    holds(
      same.length === 1 && Buffer.from(same[0] ?? []).equals(again),
      () => 'it is another, written again',
    );
    if (original !== undefined) {
      holds(
        Buffer.from(original).equals(again) || Buffer.from(line).equals(again),
        () => `a changed line is taken for another: ${textOf(again)}`,
      );
    }
    return 'accepted';
  },
};
