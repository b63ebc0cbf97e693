/** A replica's reports as lines of the log. */
import type { Report } from '../ports.js';
import { named, type Names } from '../report-words.js';

export type LogLevel = 'info' | 'warn' | 'error' | 'debug';
/** One line of the log: an event's name and its data, which never holds keys or values. */
export type NodeLog = (level: LogLevel, event: string, data: Record<string, unknown>) => void;

/** `log` adds the term to what has none of its own. Decisions speak of other nodes by their names. */
export function logReport(
  report: Report,
  log: NodeLog,
  names: Names,
  /** What to tell of a decision, which may come again and again; null: nothing. */
  tell: (text: string) => string | null,
): void {
  switch (report.type) {
    case 'role': {
      const { role, term, leader } = report;
      log('info', 'role', { role, term, leader });
      return;
    }
    case 'decision': {
      const text = tell(named(report.text, names));
      if (text !== null) log('info', 'decision', { text });
      return;
    }
    case 'membership': {
      const { voters, learners } = report;
      log('info', 'membership', { voters, learners });
      return;
    }
    case 'checkpoint': {
      const { index, bytes, how } = report;
      log('info', 'checkpoint', { index, bytes, how });
      return;
    }
    case 'recovered': {
      const { last, applied, remarks } = report;
      log('info', 'recovered', { last, applied, remarks });
      return;
    }
    case 'request': {
      const { outcome, session, sequence, code } = report;
      const request = session > 0 && sequence > 0 ? `${session}:${sequence}` : undefined;
      log(outcome === 'unknown' ? 'warn' : 'info', `request ${outcome}`, { request, code });
      return;
    }
    case 'more-requests':
      log('warn', 'more requests', {
        requests: report.requests,
        why: 'refused or of unknown outcome, and not told of one by one',
      });
      return;
    case 'disk-full':
      log('error', 'disk full', {
        message: report.message,
        remedy:
          'Free space on the disk of DATA_DIR and start this node again; it keeps what it ' +
          'acknowledged, and answers stale reads meanwhile.',
      });
      return;
    case 'failed':
      log('error', 'disk failed', { message: report.message });
  }
}
