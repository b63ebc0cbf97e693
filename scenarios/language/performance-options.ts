/** How a scenario is performed, and who is told of it while it is. */
import type { StatementRecord, StepRecord } from './record.js';
import type { Step } from './syntax.js';

export interface Audience {
  stepBegins?(step: Step): void;
  statementDone?(record: StatementRecord): void;
  stepDone?(record: StepRecord): void;
}

export interface PerformanceOptions {
  /** With the wrong practice that the scenario names, or without. */
  readonly ruleOff: boolean;
  /** Durations and fixed timeouts are divided as the scenario says. */
  readonly fast: boolean;
  /** Patience is multiplied by it: for stages on busy machines. Default 1. */
  readonly patience?: number;
  readonly audience?: Audience;
}
