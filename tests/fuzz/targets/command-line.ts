/** What people type: the words of a command, and a line at the prompt. */
import { Connections } from '../../../services/client/cli/connections.js';
import { ExitCode, UsageError } from '../../../services/client/cli/exit-code.js';
import { runCommand } from '../../../services/client/cli/run-command.js';
import { quoted, splitWords } from '../../../services/client/cli/shell-words.js';
import { TestWorld } from '../../../services/client/cli/testing/test-world.js';
import { VERBS } from '../../../services/client/cli/verbs/index.js';
import type { Random } from '../../../simulator/random.js';
import { hostileText } from '../mutations/hostile.js';
import { mutateText } from '../mutations/text.js';
import {
  bytesOf,
  checkSame,
  checkText,
  holds,
  textOf,
  unlessRefused,
  type Target,
} from '../target.js';

/** These read and write files by the names that they are given, or go on until they are stopped. */
const ELSEWHERE = [
  'doctor',
  'rolling',
  'backup',
  'restore',
  'certs',
  'inspect',
  'watch',
  'cluster',
  'transfer',
  'files',
];
const HERE = VERBS.filter(({ name }) => !ELSEWHERE.includes(name));

const LINES: readonly (readonly string[])[] = [
  ['set', 'a', '1'],
  ['get', 'a'],
  ['get', 'a', '--rev', '2', '-o', 'json'],
  ['del', 'a'],
  ['del', '--prefix', 'a'],
  ['ls', 'a', '--limit', '3'],
  ['ls', '--count', '-o', 'ndjson'],
  ['cas', 'a', '1', '2'],
  ['set', 'YQ==', 'MQ==', '--key64', '--value64'],
  ['--timeout', '500ms', '--consistency', 'stale', 'get', 'a'],
  ['--request-id', '7:1', 'set', 'a', '1'],
  ['help', 'set'],
  ['--help'],
  ['completion', 'bash'],
];

/** A whole page of help, besides what is said of the words themselves. */
const WORDS_MAX = 20_000;

function someWords(random: Random): string[] {
  const words = [...random.pick(LINES)];
  for (let left = random.below(3); left > 0; left -= 1) {
    const at = random.below(words.length + 1);
    const word = words[at];
    if (word === undefined || random.chance(0.3)) words.splice(at, 0, hostileText(random));
    else if (random.chance(0.2)) words.splice(at, 1);
    else words[at] = mutateText(random, word);
  }
  // The system hands no others over.
  return words.map((word) => word.replaceAll('\0', ''));
}

export const commandWords: Target = {
  name: 'command-words',
  about: 'words of a command, run on a node in memory: an exit code, and words fit for a terminal',
  weight: 0.1,
  shows: 'text',
  make: (random) => someWords(random).map(bytesOf),
  async take(input) {
    const world = new TestWorld();
    const connections = new Connections(world);
    const ended = new AbortController();
    const context = { world, connections, verbs: HERE, signal: ended.signal, summary: 'a test' };
    const told = await world.catching(() => runCommand(input.map(textOf), context));
    await connections.close();
    await world.close();
    holds(Object.values(ExitCode).includes(told.exit), () => `it ended with ${told.exit}`);
    const typed = input.reduce((sum, word) => sum + word.length, 0);
    // Each may be escaped, and repeated in a suggestion.
    checkText(told.err, WORDS_MAX + 20 * typed);
    return told.exit === ExitCode.usage ? 'refused' : 'accepted';
  },
};

export const promptLine: Target = {
  name: 'prompt-line',
  about: 'lines at the prompt: UsageError, or words, which quoted and joined are the same words',
  weight: 2,
  shows: 'text',
  make(random) {
    const line = random.pick(LINES).map(quoted).join(' ');
    return [bytesOf(random.chance(0.2) ? line : mutateText(random, mutateText(random, line)))];
  },
  take([bytes]) {
    const words = unlessRefused(() => splitWords(textOf(bytes)), UsageError);
    if (words === null) return 'refused';
    checkSame(splitWords(words.map(quoted).join(' ')), words, 'quoted they are others');
    return 'accepted';
  },
};
