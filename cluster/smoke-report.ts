/** The smoke run's figures, for people. */
import type { SmokeReport } from './smoke.js';

export function smokeLines(report: SmokeReport): readonly string[] {
  const { record, verdict, files, reasons } = report;
  const figures: readonly (readonly [string, string])[] = [
    [
      'writes acknowledged',
      `${record.writesAcknowledged} (${Math.round(report.writesPerSecond)}/s before the kill)`,
    ],
    ['reads', `${record.reads}, of which ${record.staleReads.length} missed an acknowledged write`],
    ['outage', `${Math.round(report.outageMs)} ms (longest time without an acknowledged write)`],
    ['failed', String(record.failures.length)],
    ['lost', String(verdict.lost.length)],
    ['doubled', String(verdict.doubled.length)],
    [
      'data files',
      files === null ? 'not equal' : `${files.path}, ${files.size} bytes, equal everywhere`,
    ],
    ...(files === null ? [] : ([['sha256', files.sha256]] as const)),
  ];
  return [
    ...figures.map(([name, value]) => `  ${name.padEnd(20)} ${value}`),
    ...(reasons.length === 0
      ? ['smoke: passed']
      : reasons.map((reason) => `smoke: FAILED: ${reason}`)),
  ];
}
