/** One call as a line of JSON. Times are milliseconds of the machine's monotonic clock, the same for all. */
import type { Action, Answer } from '../../../simulator/oracle/history.js';

export interface RecordedCall {
  readonly caller: number;
  readonly action: Action;
  readonly invokedAt: number;
  readonly returnedAt: number;
  /** `none`: it was not done, or refused, and never will be. */
  readonly outcome: 'ok' | 'none' | 'unknown';
  /** The error's; empty if it went well. */
  readonly code: string;
  /** `session:sequence` of a write with unknown outcome; empty if there is none. */
  readonly requestId: string;
  readonly answer: Answer | null;
}

const NS_PER_MS = 1e6;

export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / NS_PER_MS;
}
