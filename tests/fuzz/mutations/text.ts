/** Changes of texts, words and lines. */
import type { Random } from '../../../simulator/random.js';
import { bytesOf } from '../target.js';
import { mutateBytes, shuffleSome } from './bytes.js';
import { hostileText, TOKENS } from './hostile.js';

export function mutateText(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const until = at + random.below(Math.min(text.length - at, 8) + 1);
  switch (random.below(6)) {
    case 0:
      return text.slice(0, at) + hostileText(random) + text.slice(at);
    case 1:
      return text.slice(0, at) + hostileText(random) + text.slice(until);
    case 2:
      return text.slice(0, at) + text.slice(until);
    case 3:
      return text.slice(0, until) + text.slice(at);
    case 4:
      return changedNumber(random, text);
    default:
      // Latin 1: any bytes are a text, and the same bytes again.
      return Buffer.from(mutateBytes(random, bytesOf(text))).toString(
        random.pick(['utf8', 'latin1']),
      );
  }
}

/** One of the numbers that stand in it becomes another. */
function changedNumber(random: Random, text: string): string {
  const found = [...text.matchAll(/\d+/g)];
  if (found.length === 0) return text;
  const { 0: digits, index } = random.pick(found);
  const other = random.chance(0.3)
    ? String(Number(digits) + random.pick([-1, 1]))
    : random.pick(TOKENS);
  return text.slice(0, index) + other + text.slice(index + digits.length);
}

/** Lines without their ends. */
export function mutateLines(
  random: Random,
  lines: readonly string[],
  mutateOne: (random: Random, line: string) => string,
): string[] {
  let changed = [...lines];
  for (let left = random.integer(1, 3); left > 0; left -= 1) {
    const at = random.below(changed.length);
    const line = changed[at];
    if (line === undefined || random.chance(0.35)) changed = shuffleSome(random, changed);
    else changed[at] = mutateOne(random, line);
  }
  return changed;
}
