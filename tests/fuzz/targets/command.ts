/** Commands as they stand in the log, decoded and applied. */
import { CommandMalformed, decodeCommand, encodeCommand, Store } from '#kv';
import { decodeAnyCommand } from '../../../kv/command-decoding.js';
import type { Random } from '../../../simulator/random.js';
import { mutateJson } from '../mutations/json.js';
import { mutateText } from '../mutations/text.js';
import { someCommandText } from '../sources/operations.js';
import {
  bytesOf,
  checkSame,
  checkWords,
  holds,
  textOf,
  unlessRefused,
  type Target,
} from '../target.js';

/** A command's text is the inside of a JSON object. */
function mutatedCommand(random: Random): string {
  const text = someCommandText(random);
  if (random.chance(0.3)) return mutateText(random, text);
  const mutated = mutateJson(random, `{${text}}`);
  return mutated.startsWith('{') && mutated.endsWith('}') ? mutated.slice(1, -1) : mutated;
}

export const command: Target = {
  name: 'command',
  about: 'command texts: CommandMalformed, or one meaning, which written again is the same',
  weight: 10,
  shows: 'text',
  make: (random) => [
    bytesOf(random.chance(0.1) ? someCommandText(random) : mutatedCommand(random)),
  ],
  take([bytes]) {
    const text = textOf(bytes);
    const decoded = unlessRefused(() => decodeCommand(text), CommandMalformed);
    const slow = unlessRefused(() => decodeAnyCommand(text), CommandMalformed);
    checkSame(decoded, slow, 'the two decoders differ');
    if (decoded === null) return 'refused';
    const written = encodeCommand(decoded);
    holds(!written.includes('\n'), () => `written again it holds a line feed: ${written}`);
    checkSame(decodeCommand(written), decoded, 'written and read again it is another');
    holds(encodeCommand(decodeCommand(written)) === written, () => `it has two texts: ${written}`);
    return 'accepted';
  },
};

/** Applying is total: no logged text makes it throw, and what comes of it is one state. */
export const apply: Target = {
  name: 'apply',
  about:
    'logged texts, of commands and of anything: applied without a throw, and the state can be kept',
  weight: 3,
  shows: 'text',
  make(random) {
    const texts = Array.from({ length: random.integer(1, 12) }, () =>
      random.chance(0.5) ? someCommandText(random) : mutatedCommand(random),
    );
    return ['"open-session":{}', ...texts].map(bytesOf);
  },
  take(input) {
    const store = new Store();
    let refused = 0;
    for (const [at, bytes] of input.entries()) {
      const applied = store.apply(at + 1, textOf(bytes));
      if (applied.kind !== 'refused') continue;
      refused += 1;
      checkWords(applied.message);
    }
    while (store.work(100));
    const lines = [...store.lines()];
    const restored = Store.fromCheckpoint(lines, store.appliedIndex);
    checkSame([...restored.lines()], lines, 'restored it is another state');
    return 2 * refused > input.length ? 'refused' : 'accepted';
  },
};
