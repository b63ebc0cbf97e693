/** A run in figures, as a page and as one line. */
import type { FaultEvent } from '../faults/campaign.js';
import type { RecordedCall } from '../load/record.js';
import type { RunVerdict } from '../judgement/verdict.js';
import { quantile, type Slice } from './series.js';

export interface RunRecord {
  readonly seed: number;
  readonly minutes: number;
  readonly kinds: readonly string[];
  readonly machine: string;
  readonly calls: readonly RecordedCall[];
  readonly events: readonly FaultEvent[];
  readonly slices: readonly Slice[];
  readonly sliceMs: number;
  readonly startMs: number;
  readonly verdict: RunVerdict;
  /** The data file's, equal on all nodes; empty if they are not. */
  readonly sha256: string;
  /** From the end of the last fault until all nodes serve again. */
  readonly recoveredMs: number;
  readonly logEntries: number;
}

export function summaryLine(run: RunRecord): string {
  const { verdict, calls, events } = run;
  const count = (outcome: RecordedCall['outcome']): number =>
    calls.filter((call) => call.outcome === outcome).length;
  return (
    `nemesis: seed ${run.seed}, ${run.minutes} min, ${calls.length} operations, ` +
    `${verdict.checked} checked (${count('ok')} answered, ${count('none')} not done, ` +
    `${count('unknown')} unknown, of which ${verdict.unknown.committed} stand in the log), ` +
    `${verdict.undecidedKeys} keys undecided; ${events.length} faults of ` +
    `${new Set(events.map(({ kind }) => kind)).size} kinds; ready ` +
    `${Math.round(run.recoveredMs)} ms after the last; ${verdict.violations.length} violations`
  );
}

export function figuresPage(run: RunRecord): string {
  return [
    `# Nemesis, seed ${run.seed}`,
    '',
    summaryLine(run),
    '',
    '![Timeline](timeline.svg)',
    '',
    `- Again: \`npm run nemesis -- --minutes ${run.minutes} --seed ${run.seed} --faults ${run.kinds.join(',')}\` ` +
      '(the same faults in the same order; who leads when is up to the run)',
    `- Machine: ${run.machine}`,
    `- Data files equal on all nodes: ${run.sha256 === '' ? 'NO' : `sha256 ${run.sha256}`}`,
    `- Entries in the committed log: ${run.logEntries}`,
    `- Longest time without any answered call: ${Math.round(longestSilenceMs(run))} ms`,
    '',
    ...violationLines(run),
    '## Latency of answered calls, ms',
    '',
    ...latencyTable(run.calls),
    '',
    '## Calls that did not go well',
    '',
    ...failureTable(run.calls),
    '',
    '## Faults',
    '',
    ...faultTable(run),
    '',
    '## In order',
    '',
    ...eventTable(run),
    '',
  ].join('\n');
}

function violationLines({ verdict }: RunRecord): string[] {
  if (verdict.violations.length === 0) return [];
  return ['## Violations', '', ...verdict.violations.flatMap((one) => ['```', one, '```']), ''];
}

function latencyTable(calls: readonly RecordedCall[]): string[] {
  const kinds = ['put', 'delete', 'cas', 'get', 'stale get'] as const;
  const kindOf = ({ action }: RecordedCall): string =>
    action.kind === 'get' && action.stale ? 'stale get' : action.kind;
  const rows = kinds.map((kind) => {
    const sorted = calls
      .filter((call) => call.outcome === 'ok' && kindOf(call) === kind)
      .map(({ invokedAt, returnedAt }) => returnedAt - invokedAt)
      .sort((a, b) => a - b);
    const shares = [0.5, 0.9, 0.99, 0.999].map((share) => quantile(sorted, share).toFixed(1));
    return `| ${kind} | ${sorted.length} | ${shares.join(' | ')} | ${(sorted.at(-1) ?? 0).toFixed(1)} |`;
  });
  return [
    '| | answered | 50 % | 90 % | 99 % | 99.9 % | worst |',
    '| --- |' + ' --: |'.repeat(6),
    ...rows,
  ];
}

function failureTable(calls: readonly RecordedCall[]): string[] {
  const counts = new Map<string, number>();
  for (const { outcome, code, action } of calls) {
    if (outcome === 'ok') continue;
    const name = `${action.kind} | ${outcome === 'none' ? 'not done' : 'unknown'} | ${code}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const rows = [...counts].sort((a, b) => b[1] - a[1]).map(([name, n]) => `| ${name} | ${n} |`);
  return ['| call | outcome | code | times |', '| --- | --- | --- | --: |', ...rows];
}

function faultTable({ events }: RunRecord): string[] {
  const kinds = [...new Set(events.map(({ kind }) => kind))].sort();
  const rows = kinds.map((kind) => {
    const own = events.filter((event) => event.kind === kind);
    const seconds = own.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / 1_000;
    return `| ${kind} | ${own.length} | ${seconds.toFixed(1)} |`;
  });
  return ['| kind | times | seconds in all |', '| --- | --: | --: |', ...rows];
}

function eventTable({ events, startMs }: RunRecord): string[] {
  const seconds = (ms: number): string => ((ms - startMs) / 1_000).toFixed(2);
  const rows = [...events]
    .sort((a, b) => a.fromMs - b.fromMs)
    .map(
      ({ kind, text, fromMs, toMs }) =>
        `| ${seconds(fromMs)} | ${seconds(toMs)} | ${kind} | ${text.replaceAll('|', '/')} |`,
    );
  return ['| from, s | to, s | what | whom |', '| --: | --: | --- | --- |', ...rows];
}

/** In whole slices. */
function longestSilenceMs({ slices, sliceMs }: RunRecord): number {
  let longest = 0;
  let current = 0;
  for (const { ok } of slices) {
    current = ok === 0 ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest * sliceMs;
}
