/** What reports and the command say alike. */
import type { PerformanceRecord, StatementRecord } from '../language/index.js';
import { shownMs } from './evidence.js';
import type { Phrases } from './phrases.js';

/** `alone`: it is the only run of its scenario. */
export function runTitle(
  { ruleOff, passed, tookMs }: PerformanceRecord,
  phrases: Phrases,
  alone: boolean,
): string {
  const verdict = `${passed ? phrases.passed : phrases.failed}, ${shownMs(tookMs)}`;
  if (ruleOff === null) return `${alone ? phrases.run : phrases.withRightRule}: ${verdict}`;
  return `${phrases.withWrongRule} \`${ruleOff}\`: ${verdict}`;
}

export function verdictWords({ verdict }: StatementRecord, phrases: Phrases): string {
  switch (verdict) {
    case 'held':
      return '✓';
    case 'failed':
      return `✗ ${phrases.failed}`;
    case 'skipped':
      return phrases.otherRun;
    case 'unreached':
      return phrases.notReached;
  }
}
