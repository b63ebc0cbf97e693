/** Whether a call came to what was expected of it. */
import { nameOf } from './cast.js';
import type { CallView, View } from './stage.js';
import type { Outcome } from './syntax.js';
import { verdict, type Verdict } from './verdicts.js';

export function outcomeVerdict(expected: Outcome, call: CallView, view: View): Verdict {
  return verdict(fits(expected, call), callWords(call, view));
}

function fits(expected: Outcome, call: CallView): boolean {
  switch (expected.type) {
    case 'pending':
      return call.state === 'pending';
    case 'done':
      return call.state === 'answered';
    case 'missing':
      return call.state === 'answered' && call.value === null;
    case 'value':
      return call.state === 'answered' && call.value === expected.value;
    case 'unavailable':
      return call.state === 'failed' && call.outcome !== 'refused';
    case 'refused':
      return (
        call.state === 'failed' &&
        call.outcome === 'refused' &&
        (expected.code === null || call.code === expected.code)
      );
    case 'not-done':
    case 'unknown':
      return call.state === 'failed' && call.outcome === expected.type;
  }
}

function callWords(call: CallView, view: View): string {
  switch (call.state) {
    case 'pending':
      return 'no answer yet';
    case 'failed':
      return `${call.outcome} (${call.code})`;
    case 'answered': {
      const by = call.servedBy === 0 ? '' : `, by ${nameOf(view, call.servedBy)}`;
      return `${valueWords(call.value)}, revision ${call.revision}${by}`;
    }
  }
}

function valueWords(value: string | null | undefined): string {
  if (value === undefined) return 'done';
  return value === null ? 'no such key' : `value ${JSON.stringify(value)}`;
}
