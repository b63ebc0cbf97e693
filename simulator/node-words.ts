/** What a node reports, hears and says, in words for the trace. */
import type { Reply, Request } from '#rpc/session/frames';
import type { PeerMessage, Report } from './machines.js';

export function wordsOf(report: Report): string {
  switch (report.type) {
    case 'role':
      return `is ${report.role} in term ${String(report.term)}, leader ${String(report.leader)}`;
    case 'decision':
      return report.text;
    case 'membership':
      return `voters ${report.voters.join(' ')}, learners ${report.learners.join(' ')}`;
    case 'checkpoint':
      return `checkpoint of index ${String(report.index)} ${report.how}`;
    case 'request':
      return `write ${String(report.session)}:${String(report.sequence)} is ${report.outcome}: ${report.code}`;
    case 'more-requests':
      return `and ${String(report.requests)} more writes`;
    case 'recovered':
      return `recovered up to ${String(report.last)}, applied ${String(report.applied)}`;
    case 'disk-full':
    case 'failed':
      return `stops writing: ${report.message}`;
  }
}

/** Messages in short, for people. */
export function show(message: PeerMessage): string {
  if (message.type !== 'raft') return message.type;
  return JSON.stringify(message.message, (key, value: unknown) => {
    if (key === 'data') return '...';
    if (key === 'entries' && Array.isArray(value)) return `${String(value.length)} entries`;
    return value;
  });
}

export function showRequest({ id, kind, session, sequence }: Request): string {
  return `#${String(id)} kind ${String(kind)} ${String(session)}:${String(sequence)}`;
}

export function showReply({ id, outcome, code }: Reply): string {
  return `#${String(id)} ${String(outcome)} ${code}`;
}
