/** The figures as a table to read, with the ratios where two systems were measured. */
import Table from 'cli-table3';
import type { LoopResult } from './closed-loop.js';

export interface Row {
  readonly title: string;
  readonly callers: number;
  readonly subject: string;
  readonly result: LoopResult;
  /** Per process: share of one processor while the case ran, and resident memory after it. */
  readonly usage: readonly {
    readonly name: string;
    readonly cpuPercent: number | null;
    readonly memoryMiB: number | null;
  }[];
}

export function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ['case', 'callers', 'system', 'per second', 'p50 ms', 'p99 ms', 'failed', 'cpu % / MiB'],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    const { rate, p50, p99, failed } = row.result;
    table.push([
      row.title,
      row.callers,
      row.subject,
      Math.round(rate).toLocaleString('en'),
      p50.toFixed(2),
      p99.toFixed(2),
      failed,
      row.usage.map(usageText).join(', '),
    ]);
  }
  return [table.toString(), ...ratios(rows)].join('\n');
}

function usageText({ name, cpuPercent, memoryMiB }: Row['usage'][number]): string {
  if (cpuPercent === null || memoryMiB === null) return name;
  return `${name} ${cpuPercent.toFixed(0)}/${memoryMiB.toFixed(0)}`;
}

/** One line a case: how many times the other's rate, and its median latency. */
function ratios(rows: readonly Row[]): string[] {
  const lines: string[] = [];
  for (const row of rows.filter(({ subject }) => subject === 'relevo')) {
    const other = rows.find(
      ({ title, callers, subject }) =>
        title === row.title && callers === row.callers && subject !== 'relevo',
    );
    if (other === undefined) continue;
    const rate = (row.result.rate / other.result.rate).toFixed(2);
    const p50 = (row.result.p50 / other.result.p50).toFixed(2);
    lines.push(
      `${row.title}, ${row.callers} callers: ${rate} x ${other.subject}'s rate, ` +
        `${p50} x its median latency`,
    );
  }
  return lines;
}
