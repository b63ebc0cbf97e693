/** What may become of a call, as it is written and as it is said. */
import type { Line } from './line.js';
import type { Outcome } from './syntax.js';

const WORDS = [
  ...['done', 'missing', 'pending', 'not-done', 'unknown', 'unavailable', 'refused', 'value'],
] as const;

/** `done`, `value "1"`, `missing`, `pending`, `not-done`, `unknown`, `unavailable`, `refused [CODE]`. */
export function outcomeOn(line: Line): Outcome {
  const word = line.oneOf(WORDS, 'an outcome');
  if (word === 'value') return { type: 'value', value: line.text('the value') };
  if (word !== 'refused') return { type: word };
  const isCode = /^[a-z][a-z-]+$/.test(line.next ?? '') && line.next !== 'within';
  return { type: 'refused', code: isCode ? line.text('a code') : null };
}

export function outcomeText(outcome: Outcome): string {
  switch (outcome.type) {
    case 'value':
      return `the value ${JSON.stringify(outcome.value)}`;
    case 'refused':
      return outcome.code === null ? 'refused' : `refused (${outcome.code})`;
    case 'unavailable':
      return 'unavailable (not done, or unknown)';
    case 'missing':
      return 'no such key';
    case 'pending':
      return 'no answer yet';
    case 'done':
    case 'not-done':
    case 'unknown':
      return outcome.type;
  }
}
