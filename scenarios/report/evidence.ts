/** What a report is made of. */
import type { Language, PerformanceRecord, ScenarioTexts } from '../language/index.js';

export interface Evidence {
  readonly scenario: string;
  readonly texts: ScenarioTexts;
  readonly language: Language;
  readonly stage: 'simulator' | 'processes';
  /** Machine, versions, date; a line each. */
  readonly surroundings: readonly string[];
  /** In order: with the wrong practice first, if there is one. */
  readonly runs: readonly PerformanceRecord[];
}

export function hasPassed({ runs }: Evidence): boolean {
  return runs.length > 0 && runs.every(({ passed }) => passed);
}

/** `0.4 s`, `75 ms`. */
export function shownMs(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
