import { Outcome } from '#rpc/session/frames';
import { ReportLog } from './report-log.js';
import type { RouterReport } from './router/types.js';

interface Line {
  readonly level: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function logged(...reports: RouterReport[]): Line[] {
  const lines: Line[] = [];
  const log = new ReportLog(
    (level, event, data) => lines.push({ level, event, data }),
    (node) => `n${node}`,
  );
  log.line('info', 'node connected', { peer: 'n1' });
  for (const report of reports) log.report(report);
  log.line('warn', 'node lost', { id: 1 });
  return lines;
}

const REQUEST = {
  type: 'request',
  lane: 'write',
  session: 7,
  sequence: 3,
  outcome: Outcome.unknown,
  code: 'timeout',
  node: 2,
  ms: 15.4,
} as const;

test('each line carries the term in which somebody was last known to lead', () => {
  const lines = logged(
    { type: 'leader', node: 1, term: 4 },
    { type: 'no-leader', previous: 1 },
    { type: 'readers', nodes: [2, 3] },
    { type: 'taken-back', node: 1, requests: 2, reason: 'lost' },
  );
  expect(lines.map(({ event, data }) => [event, data['term']])).toEqual([
    ['node connected', undefined],
    ['leader', 4],
    ['no leader', 4],
    ['readers', 4],
    ['taken back', 4],
    ['node lost', 4],
  ]);
});

test('a request is named by its id, with what became of it, and by whose word', () => {
  const [, unknown, refused, slow, own] = logged(
    REQUEST,
    { ...REQUEST, outcome: Outcome.refused, code: 'invalid' },
    { ...REQUEST, outcome: Outcome.ok, code: '', ms: 1_234.5 },
    { ...REQUEST, session: 0, sequence: 0, outcome: Outcome.notDone, code: 'no-leader', node: 0 },
  );
  const of = { request: '7:3', kind: 'write', peer: 'n2' };
  expect(unknown).toEqual({
    level: 'warn',
    event: 'request unknown',
    data: { ...of, code: 'timeout', ms: 15 },
  });
  expect(refused).toMatchObject({ level: 'info', event: 'request refused', data: of });
  expect(slow).toEqual({ level: 'warn', event: 'request slow', data: { ...of, ms: 1_235 } });
  expect(own?.event).toBe('request not done');
  expect(own?.data).toEqual({ kind: 'write', code: 'no-leader', ms: 15 });
});

test('what was not told of one by one is summed up', () => {
  const [, more] = logged({ type: 'more-requests', requests: 2_980 });
  expect(more).toMatchObject({ event: 'more requests', data: { requests: 2_980 } });
});
