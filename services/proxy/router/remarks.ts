/**
 * Requests worth a line of the log: those that failed, and those that were slow. A disturbance concerns
 * thousands at once, so that only the first of each second are told one by one; the rest are counted.
 */
import { Outcome, type Reply, type Request } from '#rpc/session/frames';
import type { LaneName } from './lane-name.js';
import type { RouterReport } from './types.js';

/** What took longer is told of, even if it went well. */
export const SLOW_MS = 1_000;
const WINDOW_MS = 1_000;
const REMARKS_PER_WINDOW = 20;

export interface RemarksDump {
  readonly windowEnd: number;
  readonly told: number;
  readonly untold: number;
}

export class Remarks {
  readonly #report: (report: RouterReport) => void;
  #windowEnd = 0;
  #told = 0;
  #untold = 0;

  constructor(report: (report: RouterReport) => void) {
    this.#report = report;
  }

  /** `ms`: since it arrived. */
  consider(request: Request, lane: LaneName, reply: Reply, ms: number, now: number): void {
    if (reply.outcome === Outcome.ok && ms <= SLOW_MS) return;
    // That a read can't be done as it stands is between the reader and its question.
    if (reply.outcome === Outcome.refused && lane !== 'write') return;
    this.look(now);
    if (this.#told >= REMARKS_PER_WINDOW) {
      this.#untold += 1;
      return;
    }
    this.#told += 1;
    const { session, sequence } = request;
    const { outcome, code, servedBy: node } = reply;
    this.#report({ type: 'request', lane, session, sequence, outcome, code, node, ms });
  }

  /** Begins a new window when it is time; what was not told in the last one is summed up. */
  look(now: number): void {
    if (now < this.#windowEnd) return;
    if (this.#untold > 0) this.#report({ type: 'more-requests', requests: this.#untold });
    this.#windowEnd = now + WINDOW_MS;
    this.#told = 0;
    this.#untold = 0;
  }

  dump(): RemarksDump {
    return { windowEnd: this.#windowEnd, told: this.#told, untold: this.#untold };
  }

  load({ windowEnd, told, untold }: RemarksDump): void {
    this.#windowEnd = windowEnd;
    this.#told = told;
    this.#untold = untold;
  }
}
