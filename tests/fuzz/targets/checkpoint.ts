/** Checkpoints: the file, and the state that its lines make. */
import { CheckpointMalformed, Store } from '#kv';
import type { Random } from '../../../simulator/random.js';
import { CheckpointReader, type CheckpointContents } from '../../../storage/checkpoint-file.js';
import { parseAnyLine, parseStateLine } from '../../../kv/state-lines.js';
import { Malformed } from '../../../kv/json-members.js';
import { mutateBytes, splice } from '../mutations/bytes.js';
import { mutateJson } from '../mutations/json.js';
import { mutateLines } from '../mutations/text.js';
import { someCommandText } from '../sources/operations.js';
import { checkpointOf, someStateLines } from '../sources/storage.js';
import {
  bytesOf,
  checkSame,
  checkWords,
  holds,
  plain,
  textOf,
  unlessRefused,
  type Target,
} from '../target.js';

function read(parts: readonly Uint8Array[]): CheckpointContents | string {
  const reader = new CheckpointReader();
  for (const part of parts) reader.feed(part);
  return reader.finish();
}

function inParts(bytes: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.slice(at, at + size));
  return parts;
}

/** Pieces: the file, and those that were written; a splice of two may come to be either, whole. */
export const checkpointFile: Target = {
  name: 'checkpoint-file',
  about: 'files of checkpoints, in parts of any size: a reason why not, or what was written',
  weight: 4,
  shows: 'text',
  make(random) {
    const file = checkpointOf(random, someStateLines(random));
    if (random.chance(0.05)) return [file, file];
    if (!random.chance(0.15)) return [mutateBytes(random, file), file];
    const other = checkpointOf(random, someStateLines(random));
    return [splice(random, file, other), file, other];
  },
  take([file = new Uint8Array(0), ...originals]) {
    const whole = read([file]);
    const size = 1 + (file.length % 37);
    const parted = read(inParts(file, size));
    // Where a part ends it can't say as well which line is wrong.
    if (typeof whole === 'string') holds(typeof parted === 'string', () => 'in parts it is right');
    else checkSame(parted, whole, `in parts of ${size} bytes it is another`);
    if (typeof whole === 'string') {
      checkWords(whole);
      return 'refused';
    }
    const written = originals.map((original) => plain(read([original])));
    holds(written.includes(plain(whole)), () => 'a changed file is taken for another');
    return 'accepted';
  },
};

function changedLines(random: Random): string[] {
  return mutateLines(random, someStateLines(random), mutateJson);
}

/** Pieces: the lines of the state; behind the first empty one, commands to apply to it. */
export const restore: Target = {
  name: 'restore',
  about: 'state lines: CheckpointMalformed, or a state that is kept as it is and goes on',
  weight: 4,
  shows: 'text',
  make(random) {
    const lines = random.chance(0.1) ? someStateLines(random) : changedLines(random);
    const commands = Array.from({ length: random.below(5) }, () => someCommandText(random));
    return [...lines.filter((line) => line !== ''), '', ...commands].map(bytesOf);
  },
  take(input) {
    const texts = input.map(textOf);
    const end = texts.includes('') ? texts.indexOf('') : texts.length;
    const lines = texts.slice(0, end);
    for (const line of lines) {
      const fast = unlessRefused(() => parseStateLine(line), Malformed);
      checkSame(
        fast,
        unlessRefused(() => parseAnyLine(line), Malformed),
        'the two readers differ',
      );
    }
    const store = unlessRefused(() => Store.fromCheckpoint(lines, 100), CheckpointMalformed);
    if (store === null) return 'refused';
    const kept = [...store.lines()];
    const again = Store.fromCheckpoint(kept, 100);
    checkSame([...again.lines()], kept, 'kept and restored it is another state');
    for (const text of texts.slice(end + 1)) {
      const [one, other] = [store, again].map((each) => each.apply(each.appliedIndex + 1, text));
      checkSame(one, other, 'the same command comes to something else');
    }
    while (store.work(100));
    holds(store.hash() === again.hash(), () => 'two replicas of it differ');
    return 'accepted';
  },
};
