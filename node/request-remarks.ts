/**
 * Writes that were refused, or whose outcome this node does not know: told for the log by their ids. A
 * lost leadership concerns thousands at once, so that the first few are told and the others counted.
 */
import type { Report } from './ports.js';

/** At most so many at a time, and so often. */
const REMARKS_MAX = 16;
const TELL_EVERY_MS = 1_000;

export type RequestReport = Extract<Report, { readonly type: 'request' }>;

export interface RequestRemarksDump {
  readonly remarks: readonly RequestReport[];
  readonly more: number;
  readonly tellAt: number;
}

export class RequestRemarks {
  #remarks: RequestReport[] = [];
  #more = 0;
  #tellAt = 0;

  note(outcome: 'refused' | 'unknown', session: number, sequence: number, code: string): void {
    if (this.#remarks.length >= REMARKS_MAX) this.#more += 1;
    else this.#remarks.push({ type: 'request', outcome, session, sequence, code });
  }

  tell(now: number, report: (report: Report) => void): void {
    if (this.#remarks.length === 0 || now < this.#tellAt) return;
    const remarks = this.#remarks;
    const requests = this.#more;
    this.#remarks = [];
    this.#more = 0;
    this.#tellAt = now + TELL_EVERY_MS;
    for (const remark of remarks) report(remark);
    if (requests > 0) report({ type: 'more-requests', requests });
  }

  dump(): RequestRemarksDump {
    return { remarks: [...this.#remarks], more: this.#more, tellAt: this.#tellAt };
  }

  load({ remarks, more, tellAt }: RequestRemarksDump): void {
    this.#remarks = [...remarks];
    this.#more = more;
    this.#tellAt = tellAt;
  }
}
