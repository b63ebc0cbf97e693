/** What a node reports, in plain language: for feeds, logs and traces. Other nodes stand as # and id. */
import type { Report } from './ports.js';

export interface Words {
  /** What it is about: role, decision, membership, checkpoint, recovered, request or failed. */
  readonly kind: string;
  readonly text: string;
}

export function wordsOf(report: Report): Words {
  switch (report.type) {
    case 'role':
      return { kind: 'role', text: roleWords(report) };
    case 'decision':
      return { kind: 'decision', text: report.text };
    case 'membership': {
      const { voters, learners } = report;
      const others = learners.length === 0 ? '' : `, learners ${marked(learners)}`;
      return { kind: 'membership', text: `knows the voters ${marked(voters)}${others}` };
    }
    case 'checkpoint':
      return {
        kind: 'checkpoint',
        text: `checkpoint of index ${String(report.index)} ${report.how}, ${String(report.bytes)} bytes`,
      };
    case 'recovered': {
      const { last, applied, remarks } = report;
      const found = `recovered its log up to ${String(last)}, applied ${String(applied)}`;
      return { kind: 'recovered', text: [found, ...remarks].join('; ') };
    }
    case 'request': {
      const { session, sequence, outcome, code } = report;
      return {
        kind: 'request',
        text: `write ${String(session)}:${String(sequence)} is ${outcome}: ${code}`,
      };
    }
    case 'more-requests':
      return { kind: 'request', text: `and ${String(report.requests)} more writes` };
    case 'disk-full':
    case 'failed':
      return { kind: 'failed', text: `stops writing: ${report.message}` };
  }
}

function roleWords({ role, term, leader }: Report & { type: 'role' }): string {
  const what = `is ${role} in term ${String(term)}`;
  if (role === 'leader') return what;
  return leader === null ? `${what}, and knows no leader` : `${what}, led by #${String(leader)}`;
}

function marked(nodes: readonly number[]): string {
  return nodes.map((node) => `#${String(node)}`).join(' ');
}

/** A map from ids to names, or what can be asked like one. */
export interface Names {
  get(node: number): string | undefined;
}

/** `#6789` as `cy`, where the name is known. */
export function named(text: string, names: Names): string {
  return text.replace(/#(\d+)/g, (mark, id: string) => names.get(Number(id)) ?? mark);
}
