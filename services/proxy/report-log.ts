/** A router's reports, and whatever else a proxy has to say, as lines of the log that carry the term. */
import { outcomeWord } from '#rpc/errors';
import { Outcome } from '#rpc/session/frames';
import type { ProxyLog } from './log.js';
import type { RouterReport } from './router/types.js';

type RequestReport = Extract<RouterReport, { readonly type: 'request' }>;

export class ReportLog {
  readonly #log: ProxyLog;
  readonly #nameOf: (node: number) => string;
  /** In which somebody was last known to lead; 0: never yet. */
  #term = 0;

  constructor(log: ProxyLog, nameOf: (node: number) => string) {
    this.#log = log;
    this.#nameOf = nameOf;
  }

  readonly line: ProxyLog = (level, event, data) => {
    this.#log(level, event, this.#term === 0 ? data : { term: this.#term, ...data });
  };

  report(report: RouterReport): void {
    switch (report.type) {
      case 'leader':
        this.#term = report.term;
        this.line('info', 'leader', { leader: this.#nameOf(report.node) });
        return;
      case 'no-leader':
        this.line('warn', 'no leader', { previous: this.#nameOf(report.previous) });
        return;
      case 'readers':
        this.line('info', 'readers', { nodes: report.nodes.map((node) => this.#nameOf(node)) });
        return;
      case 'taken-back': {
        const { requests, reason } = report;
        this.line('info', 'taken back', { peer: this.#nameOf(report.node), requests, reason });
        return;
      }
      case 'request':
        this.#request(report);
        return;
      case 'more-requests':
        this.line('warn', 'more requests', {
          requests: report.requests,
          why: 'failed or slow within a second, and not told of one by one',
        });
    }
  }

  #request({ lane, session, sequence, outcome, code, node, ms }: RequestReport): void {
    const isSlow = outcome === Outcome.ok;
    const numbered = session > 0 && sequence > 0;
    this.line(outcome === Outcome.refused ? 'info' : 'warn', `request ${wordOf(outcome)}`, {
      ...(numbered ? { request: `${session}:${sequence}` } : {}),
      kind: lane,
      ...(isSlow ? {} : { code }),
      ...(node === 0 ? {} : { peer: this.#nameOf(node) }),
      ms: Math.round(ms),
    });
  }
}

function wordOf(outcome: number): string {
  return outcome === Outcome.ok ? 'slow' : outcomeWord(outcome).replace('-', ' ');
}
